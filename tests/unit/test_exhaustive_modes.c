/* SPDX-License-Identifier: MIT */
/*
 * Each mode against each kind of peer, as UAC and as UAS, and each mode against each mode, with
 * three refreshes if there is a timer: RFC 4028 §7, §9. All expectations are worked out by hand.
 */
#include "talk.h"

enum { OFF, ACCEPT, REQUEST, REQUIRE, MODES };

static const char *const policies[MODES] = {"mode=off", "mode=accept", "mode=request",
                                            "mode=require"};

static const char *state(struct talk *t)
{
    static char text[64];
    struct sst_session_info info = info_of(t);

    if (info.side == SST_SIDE_NONE) {
        return "none";
    }
    snprintf(text, sizeof text, "%u %s%s", (unsigned)info.interval, sst_side_name(info.side),
             info.own_benefit ? " own" : "");
    return text;
}

/* ---- As UAC ---- */

static const char *const invites[MODES] = {
    "",
    "Supported: timer",
    "Supported: timer | Session-Expires: 1800",
    "Supported: timer | Session-Expires: 1800 | Require: timer",
};

/* What the peer's 2xx says, and which timer results. Mode off is left out: it never has any. */
struct answerer {
    const char *kind;
    const char *response;
    const char *accept;
    const char *request; /* and in mode require */
};

static const struct answerer answerers[] = {
    {"does not know the extension", "", "none", "1800 local own"},
    {"knows it and wants no timer", "Supported: timer", "none", "1800 local own"},
    {"says Require alone", "Require: timer", "none", "1800 local own"},
    {"lets the caller refresh",
     "Supported: timer | Require: timer | Session-Expires: 600;refresher=uac", "600 local",
     "600 local"},
    {"refreshes itself", "Supported: timer | Require: timer | Session-Expires: 600;refresher=uas",
     "600 remote", "600 remote"},
    {"refreshes itself without a Require", "Session-Expires: 600;refresher=uas", "600 remote",
     "600 remote"},
    {"forgets Require, or a proxy did", "Session-Expires: 600;refresher=uac", "600 local",
     "600 local"},
    {"forgets refresher", "Require: timer | Session-Expires: 600", "600 local", "600 local"},
    {"invents a refresher", "Session-Expires: 600;refresher=both", "600 local", "600 local"},
    {"wants more than was asked", "Require: timer | Session-Expires: 3600;refresher=uac",
     "3600 local", "3600 local"},
    {"wants too little", "Require: timer | Session-Expires: 60;refresher=uac", "60 local",
     "60 local"},
    {"wants nothing at all", "Require: timer | Session-Expires: 0;refresher=uas", "0 remote",
     "0 remote"},
    {"cannot count", "Session-Expires: soon;refresher=uac", "none", "1800 local own"},
    {"puts Min-SE where it has no place", "Min-SE: 3600", "none", "1800 local own"},
};

/* Shows: 3-1 4-5 5-3 7.1-1 7.1-2 7.1-4 7.1-6 7.1-7 7.2-2 7.2-3 7.2-5 7.2-6 EC-06 EC-17 EC-18 */
START_TEST(each_mode_calls_each_kind_of_peer)
{
    for (size_t i = 0; i < COUNT_OF(answerers) * MODES; i++) {
        const struct answerer *peer = &answerers[i % COUNT_OF(answerers)];
        size_t mode = i / COUNT_OF(answerers);
        const char *want = mode == OFF ? "none" : mode == ACCEPT ? peer->accept : peer->request;
        struct talk *t = caller(policies[mode]);

        expect(asks(t, INVITE), invites[mode]);
        expect(gets(t, INVITE, 200, peer->response), "refreshed");
        ck_assert_msg(strcmp(state(t), want) == 0, "%s calls a peer that %s: %s, not %s",
                      policies[mode], peer->kind, state(t), want);
        end_talk(t);
    }
}
END_TEST

/* The first four lines of the table again, with own_benefit set to each value that the owner can
 * choose for a peer that does not know the extension. */
/* Shows: 7.2-5 7.2-6 EC-18 */
START_TEST(each_wish_for_a_timer_for_the_own_benefit)
{
    static const struct {
        const char *policy;
        const char *alone; /* the peer does not know the extension */
        const char *known; /* it does */
    } wishes[] = {
        {"mode=off own_benefit=yes", "none", "none"},
        {"mode=accept own_benefit=auto", "none", "none"},
        {"mode=accept own_benefit=yes", "none", "none"}, /* nothing was asked */
        /* Supported alone declines nothing */
        {"mode=request own_benefit=auto", "1800 local own", "1800 local own"},
        {"mode=request own_benefit=yes", "1800 local own", "1800 local own"},
        {"mode=request own_benefit=no", "none", "none"},
        {"mode=require own_benefit=no", "none", "none"},
    };
    for (size_t i = 0; i < COUNT_OF(wishes); i++) {
        struct talk *t = connected(wishes[i].policy, "");
        expect(state(t), wishes[i].alone);
        end_talk(t);
        t = connected(wishes[i].policy, "Supported: timer");
        expect(state(t), wishes[i].known);
        end_talk(t);
    }
}
END_TEST

/* Three refreshes of each timer that this side has, answered like the call. */
/* Shows: 3-1 7.2-10 EC-18 EC-63 */
START_TEST(each_mode_refreshes_each_kind_of_peer_three_times)
{
    for (size_t i = 0; i < COUNT_OF(answerers) * MODES; i++) {
        const struct answerer *peer = &answerers[i % COUNT_OF(answerers)];
        struct talk *t = connected(policies[i / COUNT_OF(answerers)], peer->response);
        char before[64];

        snprintf(before, sizeof before, "%s", state(t));
        if (strstr(before, "local") != NULL) {
            cycles(t, 3, peer->response, 0.5);
            ck_assert_msg(strcmp(state(t), before) == 0, "who %s: %s, not %s", peer->kind, state(t),
                          before);
        }
        end_talk(t);
    }
}
END_TEST

/* ---- As UAS ---- */

/* A peer's INVITE, and by mode what answers it: a rejection, or the 2xx and the resulting timer. */
struct asker {
    const char *kind;
    const char *request;
    const char *answer[MODES]; /* in modes off, accept, request, require */
    const char *then[MODES];   /* NULL: rejected */
};

#define YES "Supported: timer"
/* EC-135: a side that wants a timer which the request did not ask for refreshes itself. */
#define ASKS_1800 "Supported: timer | Session-Expires: 1800;refresher=uas | Require: timer"
#define BY_UAC "Supported: timer | Session-Expires: 600;refresher=uac | Require: timer"
#define BY_UAS "Supported: timer | Session-Expires: 600;refresher=uas | Require: timer"
#define ALONE "Supported: timer | Session-Expires: 600;refresher=uas"
#define AT_LEAST "Supported: timer | Session-Expires: 90;refresher=uas"
#define ASKS_3600 "Supported: timer | Session-Expires: 3600;refresher=uas | Require: timer"
#define REFUSED "422 Supported: timer | Min-SE: 90"

static const struct asker askers[] = {
    {"does not know the extension", "", {"", YES, YES, YES}, {"none", "none", "none", "none"}},
    {"knows it and wants no timer",
     "Supported: timer",
     {"", YES, ASKS_1800, ASKS_1800},
     {"none", "none", "1800 local", "1800 local"}},
    {"has a proxy that wants a timer",
     "Session-Expires: 600",
     {"", ALONE, ALONE, ALONE},
     {"none", "600 local", "600 local", "600 local"}},
    {"leaves refresher open",
     "Supported: timer | Session-Expires: 600",
     {"", BY_UAC, BY_UAC, BY_UAC},
     {"none", "600 remote", "600 remote", "600 remote"}},
    {"wants to refresh",
     "Supported: timer | Session-Expires: 600;refresher=uac",
     {"", BY_UAC, BY_UAC, BY_UAC},
     {"none", "600 remote", "600 remote", "600 remote"}},
    {"wants to be refreshed",
     "Supported: timer | Session-Expires: 600;refresher=uas",
     {"", BY_UAS, BY_UAS, BY_UAS},
     {"none", "600 local", "600 local", "600 local"}},
    {"requires the extension, no timer",
     "Require: timer",
     {"420 Unsupported: timer", YES, YES, YES}, /* EC-106: no support */
     {NULL, "none", "none", "none"}},
    {"requires it and asks",
     "Supported: timer | Require: timer | Session-Expires: 600;refresher=uac",
     {"420 Unsupported: timer", BY_UAC, BY_UAC, BY_UAC},
     {NULL, "600 remote", "600 remote", "600 remote"}},
    {"asks for too little",
     "Supported: timer | Session-Expires: 60",
     {"", REFUSED, REFUSED, REFUSED},
     {"none", NULL, NULL, NULL}},
    {"cannot be told so",
     "Session-Expires: 60",
     {"", AT_LEAST, AT_LEAST, AT_LEAST},
     {"none", "90 local", "90 local", "90 local"}},
    {"has a large minimum",
     "Supported: timer | Min-SE: 3600",
     {"", YES, ASKS_3600, ASKS_3600},
     {"none", "none", "3600 local", "3600 local"}},
    {"cannot count",
     "Supported: timer | Session-Expires: soon",
     {"", YES, ASKS_1800, ASKS_1800},
     {"none", "none", "1800 local", "1800 local"}},
};

/* Shows: 3-1 4-5 6-1 9-1 9-3 9-4 9-5 9-6 9-10 12-1 EC-12 EC-14 EC-15 EC-19 EC-106 EC-135 */
START_TEST(each_mode_is_called_by_each_kind_of_peer)
{
    for (size_t i = 0; i < COUNT_OF(askers) * MODES; i++) {
        const struct asker *peer = &askers[i % COUNT_OF(askers)];
        size_t mode = i / COUNT_OF(askers);
        struct talk *t = callee(policies[mode]);

        if (peer->then[mode] == NULL) {
            expect(hears(t, INVITE, peer->request), peer->answer[mode]);
            expect(state(t), "none");
        } else {
            expect(serves(t, INVITE, peer->request), peer->answer[mode]);
            ck_assert_msg(strcmp(state(t), peer->then[mode]) == 0,
                          "%s, called by a peer that %s: %s", policies[mode], peer->kind, state(t));
        }
        end_talk(t);
    }
}
END_TEST

/* Shows: EC-18 EC-19 */
START_TEST(a_callee_may_want_a_timer_for_its_own_benefit)
{
    struct talk *t = callee("mode=request own_benefit=yes");

    expect(serves(t, INVITE, ""), "Supported: timer | Session-Expires: 1800;refresher=uas");
    expect(state(t), "1800 local own");
    end_talk(t);
    t = callee("mode=accept own_benefit=yes");
    expect(serves(t, INVITE, ""), "Supported: timer");
    expect(state(t), "none");
    end_talk(t);
}
END_TEST

/* ---- The library against itself ---- */

/* What the caller and the callee end up with. */
struct pair {
    const char *caller;
    const char *callee;
};

#define NOTHING {"none", "none"}
#define SHARED {"1800 local", "1800 remote"}
#define BY_CALLEE {"1800 remote", "1800 local"}
#define FAILS {NULL, NULL}

/* Rows: the caller's mode; columns: the callee's; off, accept, request, require. */
static const struct pair pairs[MODES][MODES] = {
    {NOTHING, NOTHING, NOTHING, NOTHING},
    {NOTHING, NOTHING, BY_CALLEE, BY_CALLEE},
    {{"1800 local own", "none"}, SHARED, SHARED, SHARED},
    {FAILS, SHARED, SHARED, SHARED},
};

/* One request from a to b and the response back; false if b rejects it. */
static bool exchange(struct talk *a, struct talk *b, const char *request, enum sst_method method)
{
    char text[256];

    snprintf(text, sizeof text, "%s", request);
    const char *advice = hears(b, method, text);
    if (strcmp(advice, "0") != 0) {
        char *status_end;
        unsigned status = (unsigned)strtoul(advice, &status_end, 10);
        snprintf(text, sizeof text, "%s", status_end + 1);
        expect(gets(a, method, status, text), "failed");
        return false;
    }
    snprintf(text, sizeof text, "%s", answers(b, method, 200));
    expect(gets(a, method, 200, text), "refreshed");
    if (method == INVITE) {
        hears_ack(b);
    }
    return true;
}

static void expect_pair(struct talk *a, struct talk *b, const struct pair *want)
{
    expect(state(a), want->caller);
    expect(state(b), want->callee);
}

static void refresh_three_times(struct talk *a, struct talk *b, const struct pair *want,
                                const char *request)
{
    for (unsigned i = 1; i <= 3; i++) {
        until(a, i * 900);
        until(b, i * 900);
        enum sst_method method = a->refresh.method;
        expect(strchr(refreshes(a), 'S'), request);
        ck_assert(exchange(a, b, request, method));
        expect_pair(a, b, want);
    }
    ck_assert_uint_eq(a->refreshes, 3);
    ck_assert_uint_eq(b->refreshes, 0);
}

/* Shows: 3-1 7.1-2 7.2-4 7.2-10 7.4-1 7.4-7 7.4-8 9-10 EC-18 EC-109 EC-135 */
START_TEST(each_mode_calls_each_mode)
{
    /* The refreshes, by the refresher's mode. */
    static const char *const requests[MODES] = {
        "",
        "Supported: timer | Session-Expires: 1800;refresher=uac",
        "Supported: timer | Session-Expires: 1800;refresher=uac",
        "Supported: timer | Session-Expires: 1800;refresher=uac | Require: timer",
    };

    for (size_t i = 0; i < MODES * MODES; i++) {
        const struct pair *want = &pairs[i / MODES][i % MODES];
        struct talk *a = caller(policies[i / MODES]);
        struct talk *b = callee(policies[i % MODES]);
        bool answered = exchange(a, b, asks(a, INVITE), INVITE);

        ck_assert_int_eq(answered, want->caller != NULL);
        if (answered) {
            expect_pair(a, b, want);
            if (strcmp(want->caller, "1800 remote") == 0) {
                const struct pair turned = {want->callee, want->caller};
                refresh_three_times(b, a, &turned, requests[i % MODES]);
            } else if (strcmp(want->caller, "none") != 0) {
                refresh_three_times(a, b, want, requests[i / MODES]);
            }
        }
        end_talk(a);
        end_talk(b);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_modes");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_mode_calls_each_kind_of_peer);
    tcase_add_test(tcase, each_wish_for_a_timer_for_the_own_benefit);
    tcase_add_test(tcase, each_mode_refreshes_each_kind_of_peer_three_times);
    tcase_add_test(tcase, each_mode_is_called_by_each_kind_of_peer);
    tcase_add_test(tcase, a_callee_may_want_a_timer_for_its_own_benefit);
    tcase_add_test(tcase, each_mode_calls_each_mode);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
