/* SPDX-License-Identifier: MIT */
/*
 * A caller, proxies in a row and a callee, in every combination of their owners' settings for
 * Require: timer. No call may end while both ends live: EC-106, RFC 4028 §8.1. The caller in mode
 * off represents one without the extension. The network loses nothing.
 */
#include "talk.h"

#include <sst/proxy.h>

#define HOPS_MAX 3

struct hop {
    struct sst_proxy_policy policy;
    struct sst_proxy_dialog dialog;
};

/* The parts of a message that matter to the extension. */
struct wire {
    bool supported, require, unsupported;
    bool has_interval, has_min_se;
    uint32_t interval, min_se;
    enum sst_refresher refresher;
};

struct call {
    struct talk *end[2]; /* caller and callee */
    struct hop hop[HOPS_MAX];
    size_t hops;
    bool established;
};

static struct wire wire_of(const char *headers)
{
    struct sst_msg msg;

    sst_msg_request(&msg, INVITE, 1);
    msg_headers(&msg, headers);
    return (struct wire){.supported = msg.has & SST_MSG_SUPPORTED_TIMER,
                         .require = msg.has & SST_MSG_REQUIRE_TIMER,
                         .unsupported = msg.has & SST_MSG_UNSUPPORTED_TIMER,
                         .has_interval = msg.has & SST_MSG_SESSION_EXPIRES,
                         .has_min_se = msg.has & SST_MSG_MIN_SE,
                         .interval = msg.session_expires,
                         .min_se = msg.min_se,
                         .refresher = (enum sst_refresher)msg.refresher};
}

static void fill(struct sst_msg *msg, const struct wire *wire)
{
    unsigned flags = (wire->supported ? SST_MSG_SUPPORTED_TIMER : 0u) |
                     (wire->require ? SST_MSG_REQUIRE_TIMER : 0u);

    sst_msg_set_flags(msg, flags);
    if (wire->has_interval) {
        sst_msg_set_session_expires(msg, wire->interval, wire->refresher);
    }
    if (wire->has_min_se) {
        sst_msg_set_min_se(msg, wire->min_se);
    }
}

static const char *text_of(const struct wire *wire)
{
    static char text[160];
    size_t used = 0;
#define PUT(condition, ...)                                                                        \
    if (condition) {                                                                               \
        used += (size_t)snprintf(text + used, sizeof text - used, __VA_ARGS__);                    \
    }
    text[0] = '\0';
    PUT(wire->supported, "Supported: timer | ")
    PUT(wire->require, "Require: timer | ")
    PUT(wire->unsupported, "Unsupported: timer | ")
    PUT(wire->has_interval, "Session-Expires: %u", (unsigned)wire->interval)
    PUT(wire->has_interval && wire->refresher != SST_REFRESHER_NONE, ";refresher=%s",
        sst_refresher_name(wire->refresher))
    PUT(wire->has_interval, " | ")
    PUT(wire->has_min_se, "Min-SE: %u | ", (unsigned)wire->min_se)
    PUT(true, "Allow: INVITE, UPDATE")
#undef PUT
    return text;
}

static void apply(struct wire *wire, const struct sst_proxy_edit *edit)
{
    if (edit->set_session_expires) {
        wire->has_interval = true;
        wire->interval = edit->session_expires;
    }
    if (edit->insert_refresher_uac) {
        wire->refresher = SST_REFRESHER_UAC;
    }
    if (edit->set_min_se) {
        wire->has_min_se = true;
        wire->min_se = edit->min_se;
    }
    wire->require = wire->require || edit->add_require;
}

/* A request on its way through the proxies. @return 0, or the status of the proxy that rejects it
 * */
static unsigned forward(struct call *call, bool from_caller, enum sst_method method,
                        struct wire *wire, struct sst_proxy_tx *tx)
{
    for (size_t i = 0; i < call->hops; i++) {
        size_t at = from_caller ? i : call->hops - 1u - i;
        struct sst_proxy_edit edit;
        struct sst_msg msg;

        sst_msg_request(&msg, method, 1);
        fill(&msg, wire);
        sst_msg_set_flags(&msg, call->established ? SST_MSG_IN_DIALOG : 0);
        must(sst_proxy_request(&call->hop[at].policy, &tx[at], &msg, &edit) == SST_OK);
        if (edit.status != 0) {
            const char *value = sst_headers_get(&edit.headers, "Min-SE");
            *wire = (struct wire){.has_min_se = true, .min_se = (uint32_t)strtoul(value, NULL, 10)};
            return edit.status;
        }
        apply(wire, &edit);
    }
    return 0;
}

static void back(struct call *call, bool from_caller, enum sst_method method, struct wire *wire,
                 struct sst_proxy_tx *tx, uint64_t now_ms)
{
    for (size_t i = call->hops; i > 0; i--) {
        size_t at = from_caller ? i - 1u : call->hops - i;
        struct sst_proxy_edit edit;
        struct sst_msg msg;

        sst_msg_response(&msg, 200, method, 1);
        fill(&msg, wire);
        must(sst_proxy_response(&call->hop[at].policy, &tx[at], &msg, now_ms, &edit,
                                &call->hop[at].dialog) == SST_OK);
        apply(wire, &edit);
    }
}

/* A request from one end, with what it carries, to the other end and back. @return its final status
 * */
static unsigned exchange(struct call *call, bool from_caller, enum sst_method method,
                         const char *carries, char verdict[32])
{
    struct talk *a = call->end[from_caller ? 0 : 1];
    struct talk *b = call->end[from_caller ? 1 : 0];
    struct sst_proxy_tx tx[HOPS_MAX];
    struct wire wire = wire_of(carries);
    unsigned status = forward(call, from_caller, method, &wire, tx);

    if (status == 0) {
        const char *advice = hears(b, method, text_of(&wire));
        if (strcmp(advice, "0") == 0) {
            status = 200;
            wire = wire_of(answers(b, method, 200));
            back(call, from_caller, method, &wire, tx, a->now_ms);
        } else {
            char *headers;
            status = (unsigned)strtoul(advice, &headers, 10);
            wire = wire_of(*headers == ' ' ? headers + 1 : headers);
        }
    }
    snprintf(verdict, 32, "%s", gets(a, method, status, text_of(&wire)));
    if (status == 200 && method == INVITE) {
        hears_ack(b);
    }
    return status;
}

/* The initial INVITE, with the retries that the library asks the caller to make. */
static unsigned set_up_call(struct call *call)
{
    char verdict[32];
    unsigned status;

    do {
        status = exchange(call, true, INVITE, asks(call->end[0], INVITE), verdict);
    } while (strcmp(verdict, "retry") == 0);
    call->established = status == 200;
    return status;
}

static uint64_t soonest(const struct call *call)
{
    uint64_t a = sst_session_deadline(call->end[0]->session);
    uint64_t b = sst_session_deadline(call->end[1]->session);

    return a < b ? a : b;
}

static unsigned ends_of(const struct call *call)
{
    return call->end[0]->count[SST_EVENT_ENDED] + call->end[1]->count[SST_EVENT_ENDED];
}

/* What this end's REFRESH asked for, with the retries that the library asks for. */
static void refresh(struct call *call, size_t i)
{
    struct talk *t = call->end[i];
    const char *carries = strchr(refreshes(t), 'S'); /* after method and offer */
    enum sst_method method = t->refresh.method;
    char verdict[32];

    exchange(call, i == 0, method, carries, verdict);
    while (strcmp(verdict, "retry") == 0) {
        exchange(call, i == 0, method, again(t), verdict);
    }
}

/* Both ends do what the library asks, for two hours. */
static void talk_on(struct call *call)
{
    const uint64_t end_ms = call->end[0]->begin_ms + UINT64_C(7200000);
    uint64_t next_ms;

    while (ends_of(call) == 0 && (next_ms = soonest(call)) < end_ms) {
        unsigned before[2];

        for (size_t i = 0; i < 2; i++) {
            struct talk *t = call->end[i];
            before[i] = t->refreshes;
            until(t, (double)(next_ms - t->begin_ms) / 1000.0);
        }
        for (size_t i = 0; i < 2 && ends_of(call) == 0; i++) {
            if (call->end[i]->refreshes != before[i]) {
                refresh(call, i);
            }
        }
    }
}

static const char *const callers[] = {"mode=off", "mode=accept", "mode=request",
                                      "mode=require request_refresher=uac"};
static const char *const callees[] = {
    "mode=off",
    "mode=accept",
    "mode=request",
    "mode=require own_benefit=yes",
    "mode=accept accept_require_as_support=yes",
    "mode=request accept_require_as_support=yes",
    "mode=accept accept_require_as_support=yes prefer_refresher=uas",
    "mode=require accept_require_as_support=yes min_se=600 own_benefit=yes",
    "mode=accept min_se=600",
    "mode=request dropped=off own_benefit=no min_se=600",
};

/* What a proxy asks for: session_expires and min_se. */
static const uint32_t wishes[][2] = {{300, 90}, {0, 90}, {1800, 600}};

static void set_hop(struct hop *hop, unsigned number, unsigned wish)
{
    sst_proxy_policy_init(&hop->policy);
    hop->policy.session_expires = wishes[wish][0];
    hop->policy.min_se = wishes[wish][1];
    hop->policy.insert_require = number & 1u;
    hop->policy.accept_require_as_support = number & 2u;
    must(sst_proxy_policy_check(&hop->policy, NULL) == SST_OK);
    hop->dialog = (struct sst_proxy_dialog){0};
}

/* Whether one owner had an element insert Require for a caller without the extension, and another
 * owner had an element take it for the caller's own word. Then they caused the rejection of the
 * INVITE. */
static bool is_asked_for(const struct call *call, const char *callee_policy, bool by_callee_alone)
{
    bool inserted = false;

    for (size_t i = 0; i < call->hops; i++) {
        if (inserted && call->hop[i].policy.accept_require_as_support && !by_callee_alone) {
            return true;
        }
        inserted = inserted || call->hop[i].policy.insert_require;
    }
    return inserted &&
           (by_callee_alone || strstr(callee_policy, "accept_require_as_support=yes") != NULL);
}

static void one_call(struct call *call, size_t caller_at, size_t callee_at)
{
    const char *caller_policy = callers[caller_at];
    const char *callee_policy = callees[callee_at];

    call->end[0] = caller(caller_policy);
    call->end[1] = callee(callee_policy);
    call->established = false;
    unsigned status = set_up_call(call);
    bool knows = caller_at != 0;
    if (status == 420) { /* the callee is off: a caller that requires the extension gets no call */
        must(callee_at == 0 && (caller_at == 3 || is_asked_for(call, callee_policy, true)));
    } else if (status == 422) {
        must(!knows && is_asked_for(call, callee_policy, false));
    } else {
        must(status == 200);
        talk_on(call);
        if (ends_of(call) != 0) {
            char log[1024];
            snprintf(log, sizeof log, "%s", told(call->end[0]));
            ck_abort_msg("%s calls %s over %u hops, Require %d%d%d: %s | %s", caller_policy,
                         callee_policy, (unsigned)call->hops, call->hop[0].policy.insert_require,
                         call->hop[1].policy.insert_require, call->hop[2].policy.insert_require,
                         log, told(call->end[1]));
        }
    }
    end_talk(call->end[0]);
    end_talk(call->end[1]);
}

static void all_calls(struct call *call)
{
    for (size_t i = 0; i < COUNT_OF(callers) * COUNT_OF(callees); i++) {
        one_call(call, i % COUNT_OF(callers), i / COUNT_OF(callers));
    }
}

/* Shows: EC-106 8.1-6 8.1-7 8.1-14 8.1-15 8.2-1 9-1 */
START_TEST(one_or_two_proxies_with_every_wish_end_no_call)
{
    struct call call = {.hops = 0};

    for (unsigned first = 0; first < 12; first++) {
        call.hops = 1;
        set_hop(&call.hop[0], first % 4u, first / 4u);
        all_calls(&call);
        call.hops = 2;
        for (unsigned second = 0; second < 12; second++) {
            set_hop(&call.hop[0], first % 4u, first / 4u);
            set_hop(&call.hop[1], second % 4u, second / 4u);
            all_calls(&call);
        }
    }
}
END_TEST

/* Shows: EC-106 8.1-14 */
START_TEST(three_proxies_end_no_call)
{
    struct call call = {.hops = 3};

    for (unsigned number = 0; number < 64; number++) {
        set_hop(&call.hop[0], number % 4u, 0);
        set_hop(&call.hop[1], number / 4u % 4u, 1);
        set_hop(&call.hop[2], number / 16u, 2);
        all_calls(&call);
    }
}
END_TEST

/* Shows: EC-106 */
START_TEST(nobody_is_asked_to_refresh_that_does_not_know_how)
{
    /* What a proxy's insert_require produces: the callee refreshes, however it interprets Require.
     * */
    static const char *const policies[] = {"mode=accept", "mode=accept prefer_refresher=uac",
                                           "mode=accept accept_require_as_support=yes",
                                           "mode=request accept_require_as_support=yes"};

    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        struct talk *t = callee(policies[i]);
        const char *answer = serves(t, INVITE, "Session-Expires: 1800 | Require: timer");
        ck_assert_msg(strstr(answer, "Session-Expires: 1800;refresher=uas") != NULL, "%s", answer);
        ck_assert_int_eq(info_of(t).side, SST_SIDE_LOCAL);
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_chain");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, one_or_two_proxies_with_every_wish_end_no_call);
    tcase_add_test(tcase, three_proxies_end_no_call);
    tcase_add_test(tcase, nobody_is_asked_to_refresh_that_does_not_know_how);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
