/* SPDX-License-Identifier: MIT */
/*
 * The proxy's rules over every order of the proxy's minimum, Session-Expires and Min-SE, with and
 * without each header field and support, and over every response to them: RFC 4028 §8. The expected
 * results are in a table, written by hand, of the thirteen orders that three numbers can have.
 */
#include "exact.h"

#include <sst/sst.h>

#include <stdio.h>

#define ABSENT UINT32_MAX

/* m is Min-SE (90 if absent or below), o the proxy's minimum, s Session-Expires. The columns say
 * whose value is forwarded as Session-Expires if the request supports timer and small ones are
 * rejected ('x': 422), if it supports timer and none is rejected, and if it does not support timer;
 * and whose value becomes Min-SE in that last case, '-' if it is untouched. */
struct row {
    unsigned place[3]; /* of m, o, s: 0 the smallest */
    char supported;
    char lenient;
    char unsupported;
    char min_se;
};

static const struct row rows[] = {
    {{0, 0, 0}, 's', 's', 's', '-'}, {{0, 0, 1}, 's', 's', 's', '-'},
    {{1, 1, 0}, 'x', 'm', 'o', 'o'}, {{0, 1, 1}, 's', 's', 's', '-'},
    {{0, 1, 0}, 'x', 's', 'o', 'o'}, {{1, 0, 1}, 's', 's', 's', '-'},
    {{1, 0, 0}, 'm', 'm', 'm', '-'}, {{0, 1, 2}, 's', 's', 's', '-'},
    {{0, 2, 1}, 'x', 's', 'o', 'o'}, {{1, 0, 2}, 's', 's', 's', '-'},
    {{2, 0, 1}, 'm', 'm', 'm', '-'}, {{1, 2, 0}, 'x', 'm', 'o', 'o'},
    {{2, 1, 0}, 'x', 'm', 'm', 'm'},
};

static int sign(int64_t number)
{
    return number > 0 ? 1 : number < 0 ? -1 : 0;
}

static const struct row *row_of(const uint32_t values[3])
{
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        bool fits = true;
        for (unsigned i = 0; i < 3; i++) {
            unsigned k = (i + 1) % 3;
            fits = fits && sign((int64_t)values[i] - values[k]) ==
                               sign((int64_t)rows[r].place[i] - rows[r].place[k]);
        }
        if (fits) {
            return &rows[r];
        }
    }
    ck_abort_msg("no row");
    return NULL;
}

static uint32_t value_of(char letter, const uint32_t values[3])
{
    return letter == 'm' ? values[0] : letter == 'o' ? values[1] : values[2];
}

struct request {
    uint32_t own;
    uint32_t session_expires;
    uint32_t min_se;
    unsigned support; /* bits of enum sst_msg_flag */
    bool reject;
    uint32_t bound; /* max_session_expires, 0 for none */
    uint32_t wish;  /* session_expires of the policy */
    enum sst_method method;
    bool by_require; /* Require counts as support; EC-106 */
};

static struct sst_proxy_policy policy;
static struct sst_proxy_tx tx;
static struct sst_proxy_edit edit;

static bool supports_timer(const struct request *r)
{
    return (r->support & SST_MSG_SUPPORTED_TIMER) || (r->by_require && r->support != 0);
}

static const char *describe(const struct request *r)
{
    static char text[160];

    snprintf(text, sizeof text, "minimum %u SE %u Min-SE %u support %x reject %d bound %u wish %u",
             (unsigned)r->own, (unsigned)r->session_expires, (unsigned)r->min_se, r->support,
             r->reject, (unsigned)r->bound, (unsigned)r->wish);
    return text;
}

static void forward(const struct request *r, enum sst_refresher refresher)
{
    struct sst_msg msg;

    sst_proxy_policy_init(&policy);
    policy.min_se = r->own;
    policy.reject_small = r->reject;
    policy.max_session_expires = r->bound;
    policy.session_expires = r->wish;
    policy.accept_require_as_support = r->by_require;
    ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_OK);
    sst_msg_request(&msg, r->method, 1);
    sst_msg_set_flags(&msg, r->support);
    if (r->session_expires != ABSENT) {
        sst_msg_set_session_expires(&msg, r->session_expires, refresher);
    }
    if (r->min_se != ABSENT) {
        sst_msg_set_min_se(&msg, r->min_se);
    }
    memset(&tx, 0xAA, sizeof tx);
    memset(&edit, 0xAA, sizeof edit);
    ck_assert_int_eq(sst_proxy_request(&policy, &tx, &msg, &edit), SST_OK);
    ck_assert_msg(!edit.insert_refresher_uac, "%s", describe(r));
}

static void expect_422(const struct request *r)
{
    char want[16];

    snprintf(want, sizeof want, "%u", (unsigned)r->own);
    ck_assert_msg(edit.status == 422 && edit.headers.count == 1 && !tx.active &&
                      strcmp(edit.headers.item[0].name, "Min-SE") == 0 &&
                      strcmp(edit.headers.item[0].value, want) == 0,
                  "%s", describe(r));
    ck_assert(!edit.set_session_expires && !edit.set_min_se && !edit.add_require);
}

/* What leaves the proxy, whether or not it had to be changed. */
static void expect_forwarded(const struct request *r, uint32_t session_expires, uint32_t min_se)
{
    uint32_t out = edit.set_session_expires ? edit.session_expires : r->session_expires;
    uint32_t out_min = edit.set_min_se ? edit.min_se : r->min_se;

    ck_assert_msg(edit.status == 0 && out == session_expires && out_min == min_se, "%s: %u %u",
                  describe(r), (unsigned)out, (unsigned)out_min);
    ck_assert_msg(edit.set_session_expires == (r->session_expires != session_expires) &&
                      edit.set_min_se == (r->min_se != min_se) && !edit.add_require,
                  "%s", describe(r));
    ck_assert(tx.active && tx.uac_supports == supports_timer(r));
    ck_assert_uint_eq(tx.session_expires, session_expires == ABSENT ? 0 : session_expires);
    ck_assert_int_eq(edit.record_route, session_expires != ABSENT);
}

static void one_request(const struct request *r)
{
    uint32_t least = r->min_se == ABSENT || r->min_se < 90 ? 90 : r->min_se;
    uint32_t values[3] = {least, r->own, r->session_expires};
    const struct row *row = row_of(values);
    char whose = !supports_timer(r) ? row->unsupported : r->reject ? row->supported : row->lenient;
    uint32_t min_se = r->min_se;

    forward(r, SST_REFRESHER_NONE);
    if (whose == 'x') {
        expect_422(r);
        return;
    }
    if (!supports_timer(r) && row->min_se != '-') {
        min_se = value_of(row->min_se, values);
        least = min_se;
    }
    uint32_t interval = value_of(whose, values);
    if (r->bound != 0 && interval > r->bound) {
        interval = r->bound > least ? r->bound : least;
    }
    expect_forwarded(r, interval, min_se);
}

static const uint32_t minimums[] = {90, 91, 300, 1800};
static const uint32_t intervals[] = {0, 1, 89, 90, 91, 299, 300, 1799, 1800, 1801, 4294967294u};
static const uint32_t min_ses[] = {ABSENT, 0, 30, 90, 91, 299, 300, 301, 1800, 1801, 4294967294u};
static const unsigned supports[] = {0, SST_MSG_SUPPORTED_TIMER, SST_MSG_REQUIRE_TIMER,
                                    SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER};

/* Each request with a Session-Expires in turn, with and without what else matters. */
static bool request_number(size_t n, struct request *r)
{
    r->own = minimums[n % COUNT_OF(minimums)];
    n /= COUNT_OF(minimums);
    r->session_expires = intervals[n % COUNT_OF(intervals)];
    n /= COUNT_OF(intervals);
    r->min_se = min_ses[n % COUNT_OF(min_ses)];
    n /= COUNT_OF(min_ses);
    r->support = supports[n % COUNT_OF(supports)];
    n /= COUNT_OF(supports);
    r->reject = n % 2 == 0;
    n /= 2;
    r->method = n % 2 == 0 ? SST_METHOD_INVITE : SST_METHOD_UPDATE;
    n /= 2;
    r->bound = n % 3 == 0 ? 0 : n % 3 == 1 ? 1800 : 2000;
    /* A proxy's own wish changes nothing if the request has an interval. */
    r->wish = n % 3 == 1 ? 1800 : 0;
    n /= 3;
    r->by_require = n % 2 == 1;
    return n < 2;
}

/* Shows: 5-1 5-2 5-5 6-1 8.1-2 8.1-3 8.1-4 8.1-6 8.1-7 8.1-8 8.1-9 8.1-11 8.1-13 8.1-14 8.1-15 */
/* Shows: 8-2 EC-80 EC-81 */
START_TEST(every_order_of_minimum_session_expires_and_min_se)
{
    struct request r;
    size_t n = 0;

    while (request_number(n, &r)) {
        one_request(&r);
        n++;
    }
    ck_assert_uint_eq(n, 4 * 11 * 11 * 4 * 2 * 2 * 3 * 2);
}
END_TEST

/* Shows: 8.1-1 8.1-8 8.1-12 */
START_TEST(every_request_without_session_expires)
{
    for (size_t n = 0; n < COUNT_OF(minimums) * COUNT_OF(min_ses) * COUNT_OF(supports) * 8; n++) {
        size_t k = n / COUNT_OF(minimums) / COUNT_OF(min_ses) / COUNT_OF(supports);
        struct request r = {
            .own = minimums[n % COUNT_OF(minimums)],
            .session_expires = ABSENT,
            .min_se = min_ses[n / COUNT_OF(minimums) % COUNT_OF(min_ses)],
            .support = supports[n / COUNT_OF(minimums) / COUNT_OF(min_ses) % COUNT_OF(supports)],
            .reject = true,
            .bound = k % 2 == 0 ? 0 : 1800,
            .wish = k / 2 % 2 == 0 ? 0 : 1800,
            .by_require = k / 4 == 1,
            .method = SST_METHOD_INVITE,
        };
        bool above = r.min_se != ABSENT && r.min_se > 1800;
        forward(&r, SST_REFRESHER_NONE);
        expect_forwarded(&r, r.wish == 0 ? ABSENT : above ? r.min_se : 1800, r.min_se);
    }
}
END_TEST

/* Shows: 4-1 5-6 */
START_TEST(every_other_method_is_let_through)
{
    static const enum sst_method others[] = {SST_METHOD_OTHER, SST_METHOD_ACK, SST_METHOD_CANCEL,
                                             SST_METHOD_BYE};
    struct request r;

    for (size_t n = 0; request_number(n, &r); n++) {
        r.method = others[n % COUNT_OF(others)];
        forward(&r, SST_REFRESHER_NONE);
        ck_assert(!tx.active && edit.status == 0 && !edit.set_session_expires && !edit.set_min_se &&
                  !edit.add_require && !edit.record_route);
    }
}
END_TEST

/* ---- Responses ---- */

struct response {
    bool asked;    /* the request went out with Session-Expires */
    bool supports; /* and with support */
    bool present;  /* the 2xx has Session-Expires */
    /* By hand from §8.2: */
    bool inserts;
    uint32_t expires_s; /* 0: no expiration */
};

static const struct response responses[] = {
    {false, false, false, false, 0}, {false, false, true, false, 400},
    {false, true, false, false, 0},  {false, true, true, false, 400},
    {true, false, false, false, 0},  {true, false, true, false, 400},
    {true, true, false, true, 1000}, {true, true, true, false, 400},
};

static bool is_edited(void)
{
    return edit.set_session_expires || edit.insert_refresher_uac || edit.add_require ||
           edit.set_min_se || edit.record_route || edit.status != 0;
}

static void respond(unsigned status, enum sst_method method, bool present, unsigned refresher,
                    struct sst_proxy_dialog *dialog)
{
    struct sst_msg msg;

    sst_msg_response(&msg, status, method, 1);
    if (present) {
        sst_msg_set_session_expires(&msg, 400, (enum sst_refresher)refresher);
    }
    memset(&edit, 0xAA, sizeof edit);
    ck_assert_int_eq(sst_proxy_response(&policy, &tx, &msg, 5000, &edit, dialog), SST_OK);
}

static void one_response(const struct response *r, unsigned status, enum sst_method method,
                         unsigned refresher)
{
    bool counts = status / 100 == 2 && (method == SST_METHOD_INVITE || method == SST_METHOD_UPDATE);
    struct request request = {90,     r->asked ? 1000 : ABSENT,
                              ABSENT, r->supports ? SST_MSG_SUPPORTED_TIMER : 0,
                              true,   0,
                              0,      method,
                              false};
    struct sst_proxy_dialog dialog = {77, 50};

    forward(&request, SST_REFRESHER_NONE);
    respond(status, method, r->present, refresher, &dialog);
    if (!counts) {
        ck_assert(!is_edited());
        ck_assert(dialog.expires_ms == 77 && dialog.interval == 50);
        return;
    }
    ck_assert_int_eq(edit.set_session_expires, r->inserts);
    ck_assert_int_eq(edit.insert_refresher_uac, r->inserts);
    ck_assert_int_eq(edit.add_require, r->inserts);
    ck_assert_uint_eq(edit.session_expires, r->inserts ? 1000 : 0);
    ck_assert(edit.status == 0 && !edit.set_min_se && !edit.record_route);
    ck_assert_uint_eq(dialog.interval, r->expires_s);
    ck_assert_uint_eq(dialog.expires_ms,
                      r->expires_s == 0 ? SST_NEVER : 5000 + r->expires_s * 1000u);
}

/* Shows: 4-5 8.1-9 8.2-1 8.2-2 8.2-3 8.2-4 8.2-5 EC-82 EC-83 EC-84 EC-87 */
START_TEST(every_response_to_every_kind_of_request)
{
    static const enum sst_method methods[] = {SST_METHOD_INVITE, SST_METHOD_UPDATE,
                                              SST_METHOD_OTHER, SST_METHOD_BYE};

    for (size_t r = 0; r < COUNT_OF(responses); r++) {
        for (size_t m = 0; m < COUNT_OF(methods); m++) {
            for (unsigned refresher = 0; refresher <= SST_REFRESHER_UAS; refresher++) {
                for (unsigned status = 100; status <= 699; status += status == 299 ? 1 : 3) {
                    one_response(&responses[r], status, methods[m], refresher);
                }
                one_response(&responses[r], 200, methods[m], refresher);
                one_response(&responses[r], 299, methods[m], refresher);
            }
        }
    }
}
END_TEST

/* A request's parameters stay the sender's, whatever happens to its number; §8.1. */
/* Shows: 8.1-5 EC-82 */
START_TEST(refresher_is_no_affair_of_the_proxy)
{
    struct request r;
    struct sst_proxy_edit none;

    for (size_t n = 0; request_number(n, &r); n++) {
        forward(&r, SST_REFRESHER_NONE);
        none = edit;
        for (unsigned refresher = SST_REFRESHER_UAC; refresher <= SST_REFRESHER_UAS; refresher++) {
            forward(&r, (enum sst_refresher)refresher);
            ck_assert(edit.status == none.status &&
                      edit.set_session_expires == none.set_session_expires &&
                      edit.session_expires == none.session_expires &&
                      edit.set_min_se == none.set_min_se && edit.min_se == none.min_se);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_proxy");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, every_order_of_minimum_session_expires_and_min_se);
    tcase_add_test(tcase, every_request_without_session_expires);
    tcase_add_test(tcase, every_other_method_is_let_through);
    tcase_add_test(tcase, every_response_to_every_kind_of_request);
    tcase_add_test(tcase, refresher_is_no_affair_of_the_proxy);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
