/* SPDX-License-Identifier: MIT */
/*
 * RFC 4028 §9, Table 2, all of it, from the wire into the session and back: as UAS each of the six
 * rows with each choice and each current refresher, as UAC each response to each request.
 */
#include "talk.h"

/* The six rows as requests. Then, by hand, the response's refresher: in a dialog without a timer,
 * if the policy prefers uac and if it prefers uas; and in one that this side or the peer refreshes
 * now (then prefer_refresher has no effect). */
struct row {
    const char *request;
    const char *prefer_uac;
    const char *prefer_uas;
    const char *local_now;
    const char *remote_now;
    bool require;
};

static const struct row table_2[] = {
    {"Session-Expires: 600", "uas", "uas", "uas", "uas", false},
    {"Session-Expires: 600;refresher=uac", "uas", "uas", "uas", "uas", false},
    {"Session-Expires: 600;refresher=uas", "uas", "uas", "uas", "uas", false},
    {"Supported: timer | Session-Expires: 600", "uac", "uas", "uas", "uac", true},
    {"Supported: timer | Session-Expires: 600;refresher=uac", "uac", "uac", "uac", "uac", true},
    {"Supported: timer | Session-Expires: 600;refresher=uas", "uas", "uas", "uas", "uas", true},
};

static const char *const prefer[] = {"prefer_refresher=uac", "prefer_refresher=uas"};

static const char *expected_answer(const struct row *row, const char *refresher)
{
    static char text[128];

    snprintf(text, sizeof text, "Supported: timer | Session-Expires: 600;refresher=%s%s", refresher,
             row->require ? " | Require: timer" : "");
    return text;
}

/* The session remembers a side; its next request names it from the other end. */
static void expect_side(struct talk *t, bool local)
{
    expect(sst_side_name(info_of(t).side), local ? "local" : "remote");
    ck_assert_uint_eq(info_of(t).interval, 600);
    expect(asks(t, UPDATE), local ? "Supported: timer | Session-Expires: 600;refresher=uac"
                                  : "Supported: timer | Session-Expires: 600;refresher=uas");
}

/* What the response says to its receiver: a UAC that reads it has the opposite role. */
static void expect_other_half(const char *response, bool local_at_uas)
{
    struct talk *uac = caller("mode=accept");

    asks(uac, INVITE);
    expect(gets(uac, INVITE, 200, response), "refreshed");
    expect(sst_side_name(info_of(uac).side), local_at_uas ? "remote" : "local");
    ck_assert_uint_eq(info_of(uac).interval, 600);
    end_talk(uac);
}

/* One request of the table to a session as it is, and its effects. */
static void one(struct talk *t, enum sst_method method, const struct row *row,
                const char *refresher)
{
    bool local = strcmp(refresher, "uas") == 0;
    char response[128];

    expect(serves(t, method, row->request), expected_answer(row, refresher));
    snprintf(response, sizeof response, "%s", expected_answer(row, refresher));
    if (method == INVITE) {
        hears_ack(t);
    }
    expect_side(t, local);
    expect_other_half(response, local);
    end_talk(t);
}

/* Shows: 7.2-4 9-4 9-5 9-6 9-10 9-12 12-1 EC-13 EC-14 EC-15 */
START_TEST(as_uas_of_the_initial_invite)
{
    for (size_t r = 0; r < COUNT_OF(table_2); r++) {
        for (size_t p = 0; p < COUNT_OF(prefer); p++) {
            one(callee(prefer[p]), INVITE, &table_2[r],
                p == 0 ? table_2[r].prefer_uac : table_2[r].prefer_uas);
        }
    }
}
END_TEST

/* Shows: 7.2-1 7.2-4 7.4-8 9-4 9-5 9-6 9-12 EC-13 EC-14 EC-15 EC-22 EC-24 */
START_TEST(as_uas_of_a_later_request_in_every_state_of_the_dialog)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};

    for (size_t i = 0; i < COUNT_OF(table_2) * COUNT_OF(prefer) * COUNT_OF(methods); i++) {
        const struct row *row = &table_2[i % COUNT_OF(table_2)];
        size_t p = i / COUNT_OF(table_2) % COUNT_OF(prefer);
        enum sst_method method = methods[i / COUNT_OF(table_2) / COUNT_OF(prefer)];

        one(called(prefer[p], "Supported: timer"), method, row,
            p == 0 ? row->prefer_uac : row->prefer_uas);
        one(called(prefer[p], "Supported: timer | Session-Expires: 900;refresher=uas"), method, row,
            row->local_now);
        one(called(prefer[p], "Supported: timer | Session-Expires: 900;refresher=uac"), method, row,
            row->remote_now);
        /* The same if this side placed the call: the names belong to the transaction. */
        one(connected(prefer[p], "Supported: timer | Session-Expires: 900;refresher=uac"), method,
            row, row->local_now);
        one(connected(prefer[p], "Supported: timer | Session-Expires: 900;refresher=uas"), method,
            row, row->remote_now);
    }
}
END_TEST

/* The third column as a UAC sees it, and the two mistakes that peers make with it. */
struct response {
    const char *headers;
    const char *side;
};

static const struct response responses[] = {
    {"Require: timer | Session-Expires: 600;refresher=uac", "local"},
    {"Require: timer | Session-Expires: 600;refresher=uas", "remote"},
    {"Session-Expires: 600;refresher=uac", "local"},
    {"Session-Expires: 600;refresher=uas", "remote"},
    {"Require: timer | Session-Expires: 600", "local"},
    {"Session-Expires: 600", "local"},
    {"Supported: timer | Require: timer | Session-Expires: 600;refresher=uac", "local"},
    {"Supported: timer | Require: timer | Session-Expires: 600;refresher=uas", "remote"},
    {"Supported: timer | Require: timer | Session-Expires: 600", "local"},
};

/* Shows: 7.2-2 7.2-3 7.2-4 EC-16 */
START_TEST(as_uac_of_the_initial_invite)
{
    static const char *const policies[] = {
        "mode=accept",
        "mode=request session_expires=600",
        "mode=request session_expires=600 request_refresher=uac",
        "mode=request session_expires=600 request_refresher=uas allow_uas=yes",
        "mode=require session_expires=600",
    };
    for (size_t i = 0; i < COUNT_OF(responses) * COUNT_OF(policies); i++) {
        const struct response *response = &responses[i % COUNT_OF(responses)];
        struct talk *t = caller(policies[i / COUNT_OF(responses)]);

        asks(t, INVITE);
        expect(gets(t, INVITE, 200, response->headers), "refreshed");
        expect(sst_side_name(info_of(t).side), response->side);
        ck_assert_uint_eq(info_of(t).interval, 600);
        ck_assert(!info_of(t).own_benefit);
        end_talk(t);
    }
}
END_TEST

/* Shows: 7.2-2 7.2-4 7.2-7 EC-16 EC-22 */
START_TEST(as_uac_of_a_later_request_in_every_state_of_the_dialog)
{
    static const char *const before[] = {
        "Supported: timer",
        "Supported: timer | Session-Expires: 900;refresher=uac",
        "Supported: timer | Session-Expires: 900;refresher=uas",
    };
    for (size_t i = 0; i < COUNT_OF(responses) * COUNT_OF(before) * 4; i++) {
        const struct response *response = &responses[i % COUNT_OF(responses)];
        const char *start = before[i / COUNT_OF(responses) % COUNT_OF(before)];
        bool is_caller = i / COUNT_OF(responses) / COUNT_OF(before) % 2 == 0;
        enum sst_method method = i / COUNT_OF(responses) / COUNT_OF(before) < 2 ? INVITE : UPDATE;
        struct talk *t = is_caller ? connected("mode=accept", start) : called("mode=accept", start);

        asks(t, method);
        expect(gets(t, method, 200, response->headers), "refreshed");
        expect(sst_side_name(info_of(t).side), response->side);
        ck_assert_uint_eq(info_of(t).interval, 600);
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-16 */
START_TEST(to_the_letter_a_2xx_without_refresher_negotiates_nothing)
{
    struct talk *t = caller("mode=accept accept_refresher_missing=no");

    asks(t, INVITE);
    expect(gets(t, INVITE, 200, "Require: timer | Session-Expires: 600"), "refreshed");
    expect(sst_side_name(info_of(t).side), "none");
    end_talk(t);
}
END_TEST

/* If nobody refreshes there is no role to keep: the request leaves it open, the 2xx decides. */
/* Shows: 7.2-4 7.4-10 */
START_TEST(a_request_in_a_dialog_without_timer_leaves_the_role_open)
{
    for (size_t i = 0; i < COUNT_OF(responses); i++) {
        struct talk *t =
            connected("mode=request session_expires=600 own_benefit=no", "Supported: timer");

        expect(asks(t, INVITE), "Supported: timer | Session-Expires: 600");
        expect(gets(t, INVITE, 200, responses[i].headers), "refreshed");
        expect(sst_side_name(info_of(t).side), responses[i].side);
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_table2");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, as_uas_of_the_initial_invite);
    tcase_add_test(tcase, as_uas_of_a_later_request_in_every_state_of_the_dialog);
    tcase_add_test(tcase, as_uac_of_the_initial_invite);
    tcase_add_test(tcase, as_uac_of_a_later_request_in_every_state_of_the_dialog);
    tcase_add_test(tcase, to_the_letter_a_2xx_without_refresher_negotiates_nothing);
    tcase_add_test(tcase, a_request_in_a_dialog_without_timer_leaves_the_role_open);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
