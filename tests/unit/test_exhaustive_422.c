/* SPDX-License-Identifier: MIT */
/*
 * The decision about 422 over every order of our minimum, Session-Expires and Min-SE, each below,
 * at and above each other, present and absent, with and without support: RFC 4028 §6, §7.3, §9,
 * EC-12, EC-27, EC-101, EC-105. The expected results are in a table, written by hand, of the
 * thirteen orders that three numbers can have.
 */
#include "talk.h"

#define ABSENT UINT32_MAX

/* An order as text: "m<o=s"; equal ones in alphabetical order. */
static const char *order_of(const char *letters, const uint32_t values[3])
{
    static char text[8];
    unsigned place[3] = {0, 1, 2};

    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = i + 1; k < 3; k++) {
            if (values[place[k]] < values[place[i]]) {
                unsigned swap = place[i];
                place[i] = place[k];
                place[k] = swap;
            }
        }
    }
    /* Equal ones in the order of their letters, which is that of the indices. */
    for (unsigned i = 0; i < 2; i++) {
        unsigned k = (i + 1) % 2;
        if (values[place[k]] == values[place[k + 1]] && place[k] > place[k + 1]) {
            unsigned swap = place[k];
            place[k] = place[k + 1];
            place[k + 1] = swap;
        }
    }
    snprintf(text, sizeof text, "%c%c%c%c%c", letters[place[0]],
             values[place[0]] == values[place[1]] ? '=' : '<', letters[place[1]],
             values[place[1]] == values[place[2]] ? '=' : '<', letters[place[2]]);
    return text;
}

/* ---- UAS: m is the request's Min-SE (90 if absent or below), o our minimum, s its
 * Session-Expires. refuse: whose value the 422 to a supporting UAC has, '-' for none. carry: whose
 * value the 2xx to any other UAC has. ---- */
struct uas_row {
    const char *order;
    char refuse;
    char carry;
};

static const struct uas_row uas_rows[] = {
    {"m=o=s", '-', 's'}, {"m=o<s", '-', 's'}, {"s<m=o", 'o', 'o'}, {"m<o=s", '-', 's'},
    {"m=s<o", 'o', 'o'}, {"o<m=s", '-', 's'}, {"o=s<m", 'm', 'm'}, {"m<o<s", '-', 's'},
    {"m<s<o", 'o', 'o'}, {"o<m<s", '-', 's'}, {"o<s<m", 'm', 'm'}, {"s<m<o", 'o', 'o'},
    {"s<o<m", 'm', 'm'},
};

static const struct uas_row *uas_row(const uint32_t values[3])
{
    const char *order = order_of("mos", values);

    for (size_t i = 0; i < COUNT_OF(uas_rows); i++) {
        if (strcmp(uas_rows[i].order, order) == 0) {
            return &uas_rows[i];
        }
    }
    ck_abort_msg("no row for %s", order);
    return NULL;
}

static uint32_t value_of(char letter, const uint32_t values[3])
{
    return letter == 'm' ? values[0] : letter == 'o' ? values[1] : values[2];
}

static const uint32_t own_minimums[] = {90, 91, 300, 1800};
static const uint32_t intervals[] = {0,   1,   89,   90,   91,   299,
                                     300, 301, 1799, 1800, 1801, 4294967295u};
static const uint32_t min_ses[] = {ABSENT, 0, 30, 90, 91, 299, 300, 301, 1800, 1801, 4294967294u};

struct request {
    uint32_t own;
    uint32_t session_expires;
    uint32_t min_se;
    const char *support; /* header fields that may show support */
    uint32_t bound;      /* max_session_expires */
    bool by_require;     /* Require counts as support; EC-106 */
};

static const char *headers_of(const struct request *request)
{
    static char text[160];
    int used = snprintf(text, sizeof text, "%sSession-Expires: %u", request->support,
                        (unsigned)request->session_expires);

    if (request->min_se != ABSENT) {
        snprintf(text + used, sizeof text - (size_t)used, " | Min-SE: %u",
                 (unsigned)request->min_se);
    }
    return text;
}

static struct talk *uas_of(const struct request *request, enum sst_method method)
{
    char policy[160];

    snprintf(policy, sizeof policy,
             "mode=accept min_se=%u session_expires=%u max_session_expires=%u "
             "accept_require_as_support=%s",
             (unsigned)request->own, (unsigned)(request->own > 1800 ? request->own : 1800),
             (unsigned)request->bound, request->by_require ? "yes" : "no");
    return method == INVITE ? callee(policy) : called(policy, "Supported: timer");
}

/* The same request in an INVITE and in an UPDATE, which are treated alike. */
static void one_request(const struct request *request)
{
    static const enum sst_method methods[] = {INVITE, UPDATE};
    uint32_t least = request->min_se == ABSENT || request->min_se < 90 ? 90 : request->min_se;
    uint32_t values[3] = {least, request->own, request->session_expires};
    const struct uas_row *row = uas_row(values);
    bool supports =
        request->support[0] == 'S' || (request->support[0] == 'R' && request->by_require);
    char want[160];

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct talk *t = uas_of(request, methods[i]);

        if (supports && row->refuse != '-') {
            snprintf(want, sizeof want, "422 Supported: timer | Min-SE: %u",
                     (unsigned)value_of(row->refuse, values));
            expect(hears(t, methods[i], headers_of(request)), want);
            ck_assert_int_eq(info_of(t).side, SST_SIDE_NONE);
        } else {
            uint32_t interval = value_of(supports ? 's' : row->carry, values);
            if (request->bound != 0 && interval > request->bound) {
                interval = least > request->bound ? least : request->bound;
            }
            snprintf(want, sizeof want, "Supported: timer | Session-Expires: %u;refresher=%s%s",
                     (unsigned)interval, request->support[0] == 'S' ? "uac" : "uas", /* EC-106 */
                     supports ? " | Require: timer" : "");
            expect(serves(t, methods[i], headers_of(request)), want);
            ck_assert_uint_eq(info_of(t).interval, interval);
        }
        end_talk(t);
    }
}

/* Shows: 4-4 5-1 5-5 6-1 9-1 9-2 9-9 9-10 9-12 EC-05 EC-09 EC-12 EC-101 EC-105 EC-106 EC-108 */
START_TEST(every_order_of_own_minimum_session_expires_and_min_se_at_the_uas)
{
    static const char *const supports[] = {"", "Supported: timer | ", "Require: timer | "};
    static const uint32_t bounds[] = {0, 1800, 2000};

    for (size_t o = 0; o < COUNT_OF(own_minimums); o++) {
        for (size_t s = 0; s < COUNT_OF(intervals); s++) {
            for (size_t m = 0; m < COUNT_OF(min_ses); m++) {
                for (size_t k = 0; k < COUNT_OF(supports) * COUNT_OF(bounds); k++) {
                    struct request request = {own_minimums[o],
                                              intervals[s],
                                              min_ses[m],
                                              supports[k % COUNT_OF(supports)],
                                              bounds[k / COUNT_OF(supports)],
                                              false};
                    one_request(&request);
                    request.by_require = true;
                    one_request(&request);
                }
            }
        }
    }
}
END_TEST

/* Shows: 4-4 9-3 EC-19 EC-135 */
START_TEST(without_session_expires_there_is_no_422_whatever_min_se_says)
{
    for (size_t o = 0; o < COUNT_OF(own_minimums); o++) {
        for (size_t m = 0; m < COUNT_OF(min_ses); m++) {
            char headers[80];
            char policy[80];
            char want[120];
            uint32_t asked = min_ses[m] != ABSENT && min_ses[m] > 1800 ? min_ses[m] : 1800;

            snprintf(headers, sizeof headers, "Supported: timer");
            if (min_ses[m] != ABSENT) {
                snprintf(headers, sizeof headers, "Supported: timer | Min-SE: %u",
                         (unsigned)min_ses[m]);
            }
            snprintf(policy, sizeof policy, "min_se=%u", (unsigned)own_minimums[o]);
            struct talk *t = callee(policy);
            expect(serves(t, INVITE, headers), "Supported: timer");
            end_talk(t);

            snprintf(policy, sizeof policy, "mode=request min_se=%u", (unsigned)own_minimums[o]);
            snprintf(want, sizeof want,
                     "Supported: timer | Session-Expires: %u;refresher=uas | Require: timer",
                     (unsigned)asked); /* uas: EC-135 */
            t = callee(policy);
            expect(serves(t, INVITE, headers), want);
            end_talk(t);
        }
    }
}
END_TEST

/* ---- UAC: m is the rejected request's Min-SE (90 if absent), s its Session-Expires, x the 422's
 * Min-SE (at least 90). Whether there is a retry. ---- */
struct uac_row {
    const char *order;
    bool retry;
};

static const struct uac_row uac_rows[] = {
    {"m=s=x", false}, {"m=s<x", true},  {"x<m=s", false}, {"m<s=x", true}, {"m=x<s", false},
    {"s<m=x", true},  {"s=x<m", false}, {"m<s<x", true},  {"m<x<s", true}, {"s<m<x", true},
    {"s<x<m", true},  {"x<m<s", false}, {"x<s<m", false},
};

static bool retries(const uint32_t values[3])
{
    const char *order = order_of("msx", values);

    for (size_t i = 0; i < COUNT_OF(uac_rows); i++) {
        if (strcmp(uac_rows[i].order, order) == 0) {
            return uac_rows[i].retry;
        }
    }
    ck_abort_msg("no row for %s", order);
    return false;
}

static void one_422(uint32_t s, uint32_t m, uint32_t x, unsigned rounds, uint32_t bound, bool runs)
{
    struct sst_policy policy;
    struct sst_dialog dialog = {0};
    struct sst_ask ask = {0};
    struct sst_msg msg;
    uint32_t min_se = 7;
    uint32_t violations = 0;
    uint32_t floor = x < 90 ? 90 : x;
    /* Without Session-Expires, x need only exceed m: as if s were large. */
    uint32_t values[3] = {m == ABSENT ? 90 : m, s == ABSENT ? UINT32_MAX : s, floor};
    enum sst_422 want = retries(values) && rounds < 5 ? SST_422_RETRY : SST_422_FAIL;

    sst_policy_init(&policy);
    policy.max_session_expires = bound;
    if (runs) { /* EC-129: the maximum yields */
        dialog = (struct sst_dialog){.interval = 1800, .side = SST_SIDE_LOCAL, .established = true};
    } else if (want == SST_422_RETRY && bound != 0 && floor > bound) {
        want = s != ABSENT || rounds == 0 ? SST_422_RETRY_WITHOUT_SE : SST_422_FAIL;
    }
    ask.session_expires = s == ABSENT ? 0 : s;
    ask.min_se = m == ABSENT ? 0 : m;
    sst_msg_response(&msg, 422, INVITE, 1);
    sst_msg_set_min_se(&msg, x);
    enum sst_422 got = sst_uac_422(&policy, &dialog, &ask, &msg, rounds, &min_se, &violations);
    ck_assert_msg(got == want && min_se == floor, "SE %u Min-SE %u 422 %u rounds %u bound %u: %d",
                  (unsigned)s, (unsigned)m, (unsigned)x, rounds, (unsigned)bound, (int)got);
    ck_assert_int_eq((violations & SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE)) != 0,
                     x < 90);
    ck_assert_int_eq((violations & SST_VIOLATION_BIT(SST_VIOLATION_422_USELESS)) != 0,
                     !retries(values));
}

/* Shows: 5-2 7.3-1 10-4 EC-05 EC-27 EC-101 EC-129 */
START_TEST(every_order_of_what_was_asked_and_what_the_422_wants)
{
    static const uint32_t asked[] = {ABSENT, 90, 91, 300, 1800, 4294967294u};
    static const uint32_t wanted[] = {0, 89, 90, 91, 299, 300, 301, 1800, 1801, 2001, 4294967295u};
    static const uint32_t bounds[] = {0, 1800, 2000};

    for (size_t i = 0; i < COUNT_OF(asked) * COUNT_OF(asked) * COUNT_OF(wanted); i++) {
        uint32_t s = asked[i % COUNT_OF(asked)];
        uint32_t m = asked[i / COUNT_OF(asked) % COUNT_OF(asked)];
        uint32_t x = wanted[i / COUNT_OF(asked) / COUNT_OF(asked)];
        for (unsigned rounds = 0; rounds <= 6; rounds++) {
            for (size_t b = 0; b < COUNT_OF(bounds); b++) {
                one_422(s, m, x, rounds, bounds[b], false);
                one_422(s, m, x, rounds, bounds[b], true);
            }
        }
    }
}
END_TEST

/* A first 422 to an INVITE of mode request: what the second INVITE carries. */
/* Shows: 7.1-5 7.3-1 7.4-3 7.4-4 EC-27 */
START_TEST(the_retry_carries_the_larger_of_what_was_asked_and_what_is_wanted)
{
    for (uint32_t own = 90; own <= 3600; own += 135) {
        for (uint32_t wanted = 90; wanted <= 3600; wanted += 135) {
            char policy[80];
            char min_se[40];
            char want[120];
            snprintf(policy, sizeof policy, "mode=request session_expires=%u", (unsigned)own);
            snprintf(min_se, sizeof min_se, "Min-SE: %u", (unsigned)wanted);
            snprintf(want, sizeof want, "Supported: timer | Session-Expires: %u | Min-SE: %u",
                     (unsigned)(own > wanted ? own : wanted), (unsigned)wanted);

            struct talk *t = caller(policy);
            asks(t, INVITE);
            if (wanted == 90) {
                expect(gets(t, INVITE, 422, min_se), "failed");
            } else {
                expect(gets(t, INVITE, 422, min_se), "retry");
                expect(asks(t, INVITE), want);
            }
            end_talk(t);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_422");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_order_of_own_minimum_session_expires_and_min_se_at_the_uas);
    tcase_add_test(tcase, without_session_expires_there_is_no_422_whatever_min_se_says);
    tcase_add_test(tcase, every_order_of_what_was_asked_and_what_the_422_wants);
    tcase_add_test(tcase, the_retry_carries_the_larger_of_what_was_asked_and_what_is_wanted);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
