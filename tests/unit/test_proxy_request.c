/* SPDX-License-Identifier: MIT */
/* Requests through a proxy: RFC 4028 §8.1, by cells worked out by hand and by its sentences. */
#include "exact.h"

#include <sst/sst.h>

#include <check.h>
#include <string.h>

#define NONE (-1) /* no such header field */
#define BAD (-2)  /* one that cannot be read */

enum support { NO, SUPPORTED, REQUIRED, BOTH };

/* A request, and what the proxy's owner wants. */
struct cell {
    int64_t interval;
    int64_t min_se;
    enum support support;
    bool reject;
    uint32_t minimum, own, most;
    bool insert_require;
    bool by_require; /* Require counts as support; EC-106 */
    bool in_dialog;  /* To has a tag; EC-134 */
};

static struct sst_proxy_policy policy;
static struct sst_proxy_tx tx;
static struct sst_proxy_edit edit;

static void header(struct sst_msg *msg, const char *name, const char *value)
{
    sst_msg_header_n(msg, name, strlen(name), value, strlen(value));
}

static struct sst_msg request_of(const struct cell *cell, enum sst_method method)
{
    struct sst_msg request;
    sst_msg_request(&request, method, 1);
    if (cell->interval == BAD) {
        header(&request, "Session-Expires", "soon");
    } else if (cell->interval != NONE) {
        sst_msg_set_session_expires(&request, (uint32_t)cell->interval, SST_REFRESHER_NONE);
    }
    if (cell->min_se != NONE) {
        sst_msg_set_min_se(&request, (uint32_t)cell->min_se);
    }
    if (cell->support == SUPPORTED || cell->support == BOTH) {
        header(&request, "Supported", "100rel, timer");
    }
    if (cell->support == REQUIRED || cell->support == BOTH) {
        header(&request, "Require", "timer");
    }
    if (cell->in_dialog) {
        sst_msg_set_flags(&request, SST_MSG_IN_DIALOG);
    }
    return request;
}

/* EC-106: another proxy may have inserted Require, so it is no support unless the owner says so. */
static bool supports(const struct cell *cell)
{
    return cell->support == SUPPORTED || cell->support == BOTH ||
           (cell->support == REQUIRED && cell->by_require);
}

/* @return whether the library took it */
static bool forward(const struct cell *cell, enum sst_method method)
{
    struct sst_msg request = request_of(cell, method);
    sst_proxy_policy_init(&policy);
    policy.min_se = cell->minimum;
    policy.session_expires = cell->own;
    policy.max_session_expires = cell->most;
    policy.reject_small = cell->reject;
    policy.insert_require = cell->insert_require;
    policy.accept_require_as_support = cell->by_require;
    memset(&tx, 0xAA, sizeof tx);
    memset(&edit, 0xAA, sizeof edit);
    return sst_proxy_policy_check(&policy, NULL) == SST_OK &&
           sst_proxy_request(&policy, &tx, &request, &edit) == SST_OK;
}

/* Cells worked out by hand from the text. Columns: the request's Session-Expires and Min-SE, its
 * support, reject_small, the proxy's min_se, session_expires and max_session_expires; then the
 * status, and the new Session-Expires and Min-SE, or NONE if it stays as it is. */
static const struct {
    struct cell cell;
    unsigned status;
    int64_t interval, min_se;
} cells[] = {
    /* Nobody asks for anything: nothing changes. */
    {{NONE, NONE, NO, true, 90, 0, 0, false, false, false}, 0, NONE, NONE},
    {{NONE, NONE, SUPPORTED, true, 90, 0, 0, false, false, false}, 0, NONE, NONE},
    {{NONE, 600, SUPPORTED, true, 90, 0, 0, false, false, false}, 0, NONE, NONE},
    {{NONE, 600, NO, true, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    /* 8.1-1, 8.1-12: inserted, not below Min-SE; without support as well. */
    {{NONE, NONE, SUPPORTED, true, 90, 1800, 0, false, false, false}, 0, 1800, NONE},
    {{NONE, NONE, NO, true, 90, 1800, 0, false, false, false}, 0, 1800, NONE},
    {{NONE, 1800, SUPPORTED, true, 90, 1800, 0, false, false, false}, 0, 1800, NONE},
    {{NONE, 1801, SUPPORTED, true, 90, 1800, 0, false, false, false}, 0, 1801, NONE},
    {{NONE, 3600, NO, true, 90, 1800, 0, false, false, false}, 0, 3600, NONE},
    {{NONE, 3600, NO, true, 90, 1800, 1800, false, false, false}, 0, 3600, NONE},
    {{NONE, 30, NO, true, 90, 90, 0, false, false, false}, 0, 90, NONE},
    /* 8.1-2, 8.1-13: reduced, but not below Min-SE, 90 when absent. */
    {{3600, NONE, SUPPORTED, true, 90, 0, 1800, false, false, false}, 0, 1800, NONE},
    {{3600, NONE, NO, true, 90, 0, 1800, false, false, false}, 0, 1800, NONE},
    {{3600, NONE, NO, true, 90, 0, 90, false, false, false}, 0, 90, NONE},
    {{3600, 1800, SUPPORTED, true, 90, 0, 600, false, false, false}, 0, 1800, NONE},
    {{3600, 3600, SUPPORTED, true, 90, 0, 600, false, false, false}, 0, NONE, NONE},
    {{1800, NONE, SUPPORTED, true, 90, 0, 1800, false, false, false}, 0, NONE, NONE},
    {{1801, NONE, SUPPORTED, true, 90, 0, 1800, false, false, false}, 0, 1800, NONE},
    {{UINT32_MAX, 30, SUPPORTED, true, 90, 0, 90, false, false, false}, 0, 90, NONE},
    /* 8.1-3: never increased, not even to the proxy's own wish. */
    {{600, NONE, SUPPORTED, true, 90, 1800, 0, false, false, false}, 0, NONE, NONE},
    {{600, 600, NO, true, 90, 1800, 0, false, false, false}, 0, NONE, NONE},
    {{90, NONE, NO, true, 90, 1800, 0, false, false, false}, 0, NONE, NONE},
    /* 8.1-4: raised to Min-SE, whoever sent it. */
    {{600, 900, SUPPORTED, true, 90, 0, 0, false, false, false}, 0, 900, NONE},
    {{600, 900, NO, true, 90, 0, 0, false, false, false}, 0, 900, NONE},
    {{600, 900, REQUIRED, true, 90, 0, 0, false, false, false}, 0, 900, NONE},
    {{600, 900, SUPPORTED, true, 90, 0, 800, false, false, false}, 0, 900, NONE},
    {{60, NONE, SUPPORTED, false, 90, 0, 0, false, false, false}, 0, 90, NONE},
    {{60, 30, SUPPORTED, false, 90, 0, 0, false, false, false}, 0, 90, NONE},
    {{0, UINT32_MAX, SUPPORTED, false, 90, 0, 0, false, false, false}, 0, UINT32_MAX, NONE},
    /* 8.1-6: rejected below the minimum, and not at it. */
    {{1799, NONE, SUPPORTED, true, 1800, 0, 0, false, false, false}, 422, NONE, NONE},
    {{1799, NONE, REQUIRED, true, 1800, 0, 0, false, false, false}, 0, 1800, 1800}, /* EC-106 */
    {{1799, NONE, REQUIRED, true, 1800, 0, 0, false, true, false}, 422, NONE, NONE},
    {{1799, 3600, BOTH, true, 1800, 0, 0, false, false, false}, 422, NONE, NONE},
    {{0, NONE, SUPPORTED, true, 90, 0, 0, false, false, false}, 422, NONE, NONE},
    {{89, NONE, SUPPORTED, true, 90, 0, 0, false, false, false}, 422, NONE, NONE},
    {{1800, NONE, SUPPORTED, true, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    {{NONE, NONE, SUPPORTED, true, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    /* The same if it does not reject: 8.1-8 leaves it no other means. */
    {{1799, NONE, SUPPORTED, false, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    {{1799, 1799, REQUIRED, false, 1800, 0, 0, false, false, false}, 0, 1800, 1800},
    {{1799, 1799, REQUIRED, false, 1800, 0, 0, false, true, false}, 0, NONE, NONE},
    /* EC-134: not in a dialog, where an interval below the minimum may be in force already. */
    {{1799, NONE, SUPPORTED, true, 1800, 0, 0, false, false, true}, 0, NONE, NONE},
    {{100, NONE, SUPPORTED, true, 120, 0, 0, false, false, true}, 0, NONE, NONE},
    {{60, NONE, SUPPORTED, true, 120, 0, 0, false, false, true}, 0, 90, NONE},
    {{0, NONE, BOTH, true, 120, 0, 0, false, false, true}, 0, 90, NONE},
    {{100, 110, SUPPORTED, true, 120, 0, 0, false, false, true}, 0, 110, NONE},
    {{60, NONE, REQUIRED, true, 120, 0, 0, false, true, true}, 0, 90, NONE},
    {{60, NONE, NO, true, 120, 0, 0, false, false, true}, 0, 120, 120},
    {{3600, NONE, SUPPORTED, true, 120, 0, 1800, false, false, true}, 0, 1800, NONE},
    /* 8.1-7, 8.1-15: both raised if the UAC would not understand the 422. */
    {{60, NONE, NO, true, 90, 0, 0, false, false, false}, 0, 90, 90},
    {{60, 30, NO, true, 90, 0, 0, false, false, false}, 0, 90, 90},
    {{60, 90, NO, true, 90, 0, 0, false, false, false}, 0, 90, NONE},
    {{60, 1000, NO, true, 90, 0, 0, false, false, false}, 0, 1000, NONE},
    {{1799, NONE, NO, true, 1800, 0, 0, false, false, false}, 0, 1800, 1800},
    {{1799, NONE, NO, false, 1800, 0, 0, false, false, false}, 0, 1800, 1800},
    {{1799, 90, NO, true, 1800, 0, 0, false, false, false}, 0, 1800, 1800},
    {{1799, 1799, NO, true, 1800, 0, 1800, false, false, false}, 0, 1800, 1800},
    {{1799, 1800, NO, true, 1800, 0, 0, false, false, false}, 0, 1800, NONE},
    {{1799, 1801, NO, true, 1800, 0, 1800, false, false, false}, 0, 1801, NONE},
    {{1800, NONE, NO, true, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    {{1800, 90, NO, true, 1800, 0, 0, false, false, false}, 0, NONE, NONE},
    /* What cannot be read stays as it is, and nothing is added. */
    {{BAD, NONE, NO, true, 1800, 1800, 1800, false, false, false}, 0, NONE, NONE},
    {{BAD, 3600, SUPPORTED, true, 1800, 1800, 1800, false, false, false}, 0, NONE, NONE},
};

/* Shows: 8.1-1 8.1-2 8.1-3 8.1-4 8.1-6 8.1-7 8.1-8 8.1-11 8.1-12 8.1-13 8.1-15 EC-81 */
START_TEST(cells_are_as_the_text_has_them)
{
    const struct cell *cell = &cells[_i].cell;
    for (enum sst_method method = SST_METHOD_INVITE; method <= SST_METHOD_UPDATE; method++) {
        ck_assert(forward(cell, method));
        ck_assert_uint_eq(edit.status, cells[_i].status);
        ck_assert(edit.set_session_expires == (cells[_i].interval != NONE));
        ck_assert_uint_eq(edit.session_expires,
                          cells[_i].interval == NONE ? 0 : (uint32_t)cells[_i].interval);
        ck_assert(edit.set_min_se == (cells[_i].min_se != NONE));
        ck_assert_uint_eq(edit.min_se, cells[_i].min_se == NONE ? 0 : (uint32_t)cells[_i].min_se);
    }
}
END_TEST

/* What the next hop sees: a header field as changed, or as it was. */
static int64_t interval_out(const struct cell *cell)
{
    return edit.set_session_expires ? (int64_t)edit.session_expires : cell->interval;
}

static int64_t min_se_out(const struct cell *cell)
{
    return edit.set_min_se ? (int64_t)edit.min_se : cell->min_se;
}

/* §5: no Min-SE, or one below 90, stands for 90. */
static int64_t effective(int64_t min_se)
{
    return min_se < 90 ? 90 : min_se;
}

/* One assertion for each cell, not for each rule: libcheck writes each of them to a pipe. */
#define RULE(holds)                                                                                \
    if (!(holds)) {                                                                                \
        return #holds;                                                                             \
    }
#define PART(broken)                                                                               \
    {                                                                                              \
        const char *rule = broken;                                                                 \
        if (rule != NULL) {                                                                        \
            return rule;                                                                           \
        }                                                                                          \
    }

static const char *obeys_minimum(const struct cell *cell)
{
    bool known = supports(cell);
    bool small = cell->interval >= 0 && cell->interval < (int64_t)cell->minimum;
    /* EC-134: several stacks do not follow a 422 in mid-call, and lose the call */
    /* EC-134: several stacks do not follow a 422 in mid-call, and lose it */
    RULE((edit.status == 422) == (known && small && cell->reject && !cell->in_dialog));
    /* "MUST NOT insert a Min-SE header field or modify ... if ... Supported ... 'timer'" */
    RULE(!(known && edit.set_min_se));
    if (!known && small) {
        /* "SHOULD insert", "SHOULD increase (but MUST NOT decrease) the value to its minimum" */
        RULE(min_se_out(cell) >= (int64_t)cell->minimum);
        RULE(min_se_out(cell) >= cell->min_se);
        RULE(min_se_out(cell) == (int64_t)cell->minimum || !edit.set_min_se);
        /* "MUST then increase the Session-Expires ... to be equal to ... Min-SE" */
        RULE(interval_out(cell) == min_se_out(cell));
    } else {
        RULE(!edit.set_min_se);
    }
    RULE(!edit.set_min_se || (int64_t)edit.min_se != cell->min_se);
    return NULL;
}

static const char *obeys_interval(const struct cell *cell)
{
    int64_t out = interval_out(cell);
    int64_t least = effective(min_se_out(cell));
    if (cell->interval == BAD) {
        RULE(!edit.set_session_expires);
        return NULL;
    }
    if (cell->interval == NONE) {
        RULE(edit.set_session_expires == (cell->own != 0));
        RULE(out == NONE || out == least || (out == (int64_t)cell->own && out > least));
        return NULL;
    }
    /* "MUST NOT set it to a duration lower than ... Min-SE", "MUST increase ... equal to Min-SE" */
    RULE(out >= least);
    if (cell->interval >= least) {
        RULE(out <= cell->interval); /* "MUST NOT increase" */
    } else {
        RULE(out == least);
    }
    /* "MAY reduce": exactly if the owner wants that, and as far as allowed. */
    if (cell->most != 0 && cell->interval > (int64_t)cell->most) {
        RULE(out == (int64_t)cell->most || (out == least && out > (int64_t)cell->most));
    } else if (cell->interval >= least) {
        RULE(out == cell->interval);
    }
    RULE(!edit.set_session_expires || out != cell->interval);
    return NULL;
}

static const char *obeys_sentences(const struct cell *cell)
{
    RULE(!edit.insert_refresher_uac); /* "MUST NOT insert or modify ... 'refresher'" */
    PART(obeys_minimum(cell));
    if (edit.status == 422) {
        RULE(edit.headers.count == 1);
        const char *value = sst_headers_get(&edit.headers, "Min-SE");
        RULE(value != NULL);
        RULE(strtoul(value, NULL, 10) == cell->minimum);
        RULE(!edit.set_session_expires && !edit.add_require && !edit.record_route);
        RULE(!tx.active && !tx.uac_supports && tx.session_expires == 0);
        return NULL;
    }
    RULE(edit.status == 0);
    RULE(edit.headers.count == 0);
    PART(obeys_interval(cell));
    bool carries = interval_out(cell) >= 0;
    /* "MUST remember ... the value of the Session-Expires header field from the proxied request",
     * "whether the request contained the Supported header field with the value 'timer'" */
    RULE(tx.active);
    RULE(tx.uac_supports == supports(cell));
    RULE(tx.session_expires == (carries ? (uint32_t)interval_out(cell) : 0));
    /* "If the request did not contain a Supported ... MAY insert a Require" */
    RULE(edit.add_require == (cell->insert_require && !supports(cell) && carries));
    RULE(edit.record_route == carries);
    return NULL;
}

/* Shows: 8.1-1 8.1-2 8.1-3 8.1-4 8.1-5 8.1-6 8.1-7 8.1-8 8.1-9 8.1-10 8.1-11 8.1-12 8.1-13 */
/* Shows: 8.1-14 8.1-15 8-2 EC-80 EC-81 EC-82 */
START_TEST(sentences_hold_in_every_cell)
{
    static const int64_t intervals[] = {NONE, BAD, 0,   1,    60,   89,   90,        91,
                                        119,  120, 121, 1799, 1800, 1801, UINT32_MAX};
    static const int64_t mins[] = {NONE, 0, 30, 89, 90, 119, 120, 121, 1800, 3600, UINT32_MAX};
    static const uint32_t wishes[][3] = {{90, 0, 0},      {120, 0, 0},        {120, 120, 0},
                                         {120, 0, 120},   {120, 1800, 1800},  {90, 90, 90},
                                         {1800, 3600, 0}, {1800, 1800, 7200}, {UINT32_MAX, 0, 0}};
    struct cell cell;
    unsigned count = 0;
    for (unsigned i = 0; i < COUNT_OF(intervals) * COUNT_OF(mins) * COUNT_OF(wishes) * 64; i++) {
        unsigned rest = i / 64;
        cell.support = (enum support)(i % 4);
        cell.reject = i & 4;
        cell.insert_require = i & 8;
        cell.by_require = i & 16;
        cell.in_dialog = i & 32;
        cell.interval = intervals[rest % COUNT_OF(intervals)];
        rest /= COUNT_OF(intervals);
        cell.min_se = mins[rest % COUNT_OF(mins)];
        const uint32_t *wish = wishes[rest / COUNT_OF(mins)];
        cell.minimum = wish[0];
        cell.own = wish[1];
        cell.most = wish[2];
        const char *broken = "accepted";
        if (forward(&cell, SST_METHOD_INVITE)) {
            broken = obeys_sentences(&cell);
        }
        struct sst_proxy_edit invite;
        memcpy(&invite, &edit, sizeof edit);
        bool same = forward(&cell, SST_METHOD_UPDATE) && memcmp(&invite, &edit, sizeof edit) == 0;
        if (broken != NULL || !same) { /* §8.1: "identical for all session refresh requests" */
            ck_abort_msg(
                "SE %lld, Min-SE %lld, support %d %d, dialog %d, reject %d, policy %u %u %u: %s",
                (long long)cell.interval, (long long)cell.min_se, (int)cell.support,
                cell.by_require, cell.in_dialog, cell.reject, cell.minimum, cell.own, cell.most,
                broken != NULL ? broken : "same for UPDATE");
        }
        count++;
    }
    ck_assert_uint_eq(count, 15 * 11 * 9 * 64);
}
END_TEST

/* Several Session-Expires: if the proxy has a maximum or sets one, one goes on with its value. */
/* Shows: EC-137 EC-03 */
START_TEST(one_of_repeated_intervals_goes_on)
{
    static const struct {
        const char *lines[3]; /* values of Session-Expires */
        uint32_t minimum, own, most;
        bool supports;
        uint32_t set; /* 0: they stay as they are */
        uint32_t remembered;
    } rows[] = {
        {{"3600", "1000"}, 90, 0, 2000, true, 1000, 1000},
        {{"1000", "3600"}, 90, 0, 2000, true, 1000, 1000},
        {{"3600", "2500"}, 90, 0, 2000, true, 2000, 2000},
        {{"3600", "2000"}, 90, 0, 2000, true, 2000, 2000},
        {{"1500", "1000"}, 90, 0, 2000, true, 1000, 1000}, /* every reader reads the same */
        {{"3600", "1000", "soon"}, 90, 0, 2000, true, 1000, 1000},
        {{"soon", "1000"}, 90, 0, 2000, true, 1000, 1000},
        {{"soon", "never"}, 90, 0, 2000, true, 0, 0},   /* for the UAS to judge */
        {{"3600", "1000"}, 90, 1800, 0, true, 0, 1000}, /* changes nothing */
        {{"3600", "1000"}, 90, 0, 0, true, 0, 1000},
        {{"3600", "60"}, 90, 0, 0, false, 90, 90}, /* sets one */
        {{"3600", "300"}, 600, 0, 0, false, 600, 600},
        {{"3600"}, 90, 0, 3600, true, 0, 3600}, /* a single one is fine */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sst_msg request;
        sst_msg_request(&request, SST_METHOD_INVITE, 1);
        for (size_t k = 0; k < 3 && rows[i].lines[k] != NULL; k++) {
            header(&request, k % 2 == 0 ? "Session-Expires" : "x", rows[i].lines[k]);
        }
        if (rows[i].supports) {
            header(&request, "Supported", "timer");
        }
        sst_proxy_policy_init(&policy);
        policy.min_se = rows[i].minimum;
        policy.session_expires = rows[i].own;
        policy.max_session_expires = rows[i].most;
        ck_assert_int_eq(sst_proxy_policy_check(&policy, NULL), SST_OK);
        ck_assert_int_eq(sst_proxy_request(&policy, &tx, &request, &edit), SST_OK);
        ck_assert_uint_eq(edit.status, 0);
        ck_assert_msg(edit.set_session_expires == (rows[i].set != 0) &&
                          edit.session_expires == rows[i].set &&
                          tx.session_expires == rows[i].remembered,
                      "row %u: %u, %u", (unsigned)i, (unsigned)edit.session_expires,
                      (unsigned)tx.session_expires);
    }
}
END_TEST

static Suite *proxy_request_suite(void)
{
    Suite *suite = suite_create("proxy_request");
    TCase *tests = tcase_create("proxy_request");
    tcase_add_loop_test(tests, cells_are_as_the_text_has_them, 0, COUNT_OF(cells));
    tcase_add_test(tests, sentences_hold_in_every_cell);
    tcase_add_test(tests, one_of_repeated_intervals_goes_on);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(proxy_request_suite());
}
