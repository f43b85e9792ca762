/* SPDX-License-Identifier: MIT */
/*
 * Random lives of sessions: 250,000 calls in any order, from peers and hosts that obey no rule, on
 * a clock that leaps. What always holds is checked after each call, by the talk and below. Each
 * life is run twice, with events by callback and with events pulled, and must be the same.
 */
#include "restore.h"
#include "talk.h"

/* SST_FIRST_LIFE and SST_LIVES in the environment replace 1 and this: other seeds, for hours. */
#define LIVES 500
#define STEPS 250 /* run twice: callback and pull */

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % below);
}

#define PICK(array) (array)[draw((uint32_t)COUNT_OF(array))]

static const char *const policies[] = {
    "",
    "mode=request",
    "mode=require proxy_require=yes",
    "mode=request session_expires=90 own_benefit=yes",
    "mode=accept own_benefit=yes prefer_refresher=uas",
    "mode=request request_refresher=uas allow_uas=yes min_se=120",
    "method=update timeout_retries=2 rescue=yes",
    "method=invite expire_at=guard refused=keep",
    "guard=none refresh_percent=30 jitter_percent=10",
    "guard=percent guard_percent=33 max_refresh=60 dropped=off",
    "mode=request max_session_expires=1800 strict_overlap=yes",
    "mode=off",
    "accept_refresher_missing=no accept_require_as_support=no accept_malformed=no",
    "accept_small_interval=no accept_midcall=no below_min=report accept_repeated=no",
    "mode=request absolute_min=4 min_se=4 session_expires=8 refresh_floor=1",
};

static const char *const request_headers[] = {
    "",
    "Supported: timer",
    "Supported: timer | Session-Expires: 90;refresher=uac",
    "Supported: timer | Session-Expires: 90;refresher=uas | Allow: UPDATE",
    "Supported: timer | Session-Expires: 1800",
    "Session-Expires: 120;refresher=uac",
    "Session-Expires: 30",
    "Supported: timer | Session-Expires: 30",
    "Require: timer",
    "Supported: timer | Min-SE: 600 | offer",
    "Supported: timer | Session-Expires: abc",
    "Supported: timer | Session-Expires: 300 | Min-SE: 900",
    "Allow: INVITE | plain",
    "Session-Expires: 1800;refresher=foo | x: 90 | Supported: timer",
    "Supported: timer | Session-Expires: 4294967295;refresher=uac | Min-SE: 60",
};

static const char *const response_headers[] = {
    "",
    "Supported: timer",
    "Session-Expires: 90;refresher=uac | Require: timer | Allow: UPDATE",
    "Session-Expires: 90;refresher=uas | Supported: timer",
    "Session-Expires: 1800;refresher=uac",
    "Session-Expires: 0;refresher=uac | Require: timer",
    "Session-Expires: 60;refresher=uas",
    "Session-Expires: 4294967295;refresher=uas",
    "Session-Expires: 90",
    "Require: timer",
    "Session-Expires: abc",
    "Session-Expires: 90;refresher=uas | x: 1800",
    "Min-SE: 3600",
    "Min-SE: 60",
    "Retry-After: 0",
    "Retry-After: 7",
    "Retry-After: 4294967295",
    "Unsupported: timer",
    "Allow: INVITE",
    "Allow: INVITE, UPDATE",
};

static const unsigned statuses[] = {100, 180, 183, 200, 200, 200, 200, 202, 302, 400,
                                    401, 403, 404, 405, 407, 408, 413, 415, 420, 421,
                                    422, 422, 480, 481, 486, 487, 488, 491, 491, 500,
                                    501, 502, 503, 504, 505, 580, 600, 603, 606};

/* What hosts and owners do that the guide allows, or does not clearly forbid: each separately, to
 * show which of them makes the test fail. */
enum habit { HABITS_NONE, HABITS_POLICY, HABITS_EVENT, HABITS_TX, HABITS_STATUS, HABITS_COUNT };

static enum habit habits;

/* Values of policy fields, inside and outside their ranges; what does not fit is left out. */
static const char *const values[] = {
    "0",          "1",     "2",          "3",      "5",      "10",     "25",      "33",
    "34",         "45",    "50",         "60",     "90",     "91",     "120",     "1800",
    "3600",       "86400", "4294967295", "yes",    "no",     "accept", "request", "require",
    "uac",        "uas",   "none",       "auto",   "update", "invite", "rfc",     "percent",
    "expiration", "guard", "keep",       "expire", "off",    "report",
};

struct life {
    struct talk *t;
    uint64_t begun_at; /* the first attempt of the last refresh; SST_NEVER: none */
    bool answered;     /* ... which had its 2xx */
    uint64_t begun_in; /* ... the interval it belongs to, identified by its start */
    uint32_t floor;    /* the smallest since, in seconds */
    struct sst_policy other;
    uint64_t start_ms;
    uint64_t steps[STEPS]; /* the events of each step, and the session's state then */
};

static enum sst_method any_method(void)
{
    return draw(2) ? INVITE : UPDATE;
}

/* FNV-1a */
static uint64_t mix(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *byte = data;

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

/* A call that only reads changes nothing. */
static void check_pure(const struct talk *t)
{
    struct sst_session before = *t->session;

    (void)sst_session_deadline(t->session);
    (void)sst_session_check(t->session);
    (void)info_of(t);
    must(memcmp(&before, t->session, sizeof before) == 0);
}

/* I10: the number of refreshes requested in one interval is bounded. */
static void check_attempts(struct life *life)
{
    struct sst_session_info info = info_of(life->t);

    if (info.start_ms != life->start_ms || info.side != SST_SIDE_LOCAL) {
        life->start_ms = info.start_ms;
        life->t->refreshes = 0;
    }
    must(life->t->refreshes <= 100);
}

static unsigned timed_events(const struct talk *t)
{
    return t->count[SST_EVENT_REFRESH] + t->count[SST_EVENT_OVERDUE] + t->count[SST_EVENT_BLOCKED] +
           t->count[SST_EVENT_ENDED];
}

/* Any policy that the check accepts. */
static void widen(struct sst_policy *policy)
{
    for (unsigned n = habits == HABITS_POLICY ? 40 : 0; n > 0; n--) {
        struct sst_policy sound = *policy;
        const char *value = PICK(values);
        const char *name;
        size_t fields = 0;
        while (sst_policy_field(fields, &name, NULL, NULL, NULL)) {
            fields++;
        }
        must(sst_policy_field(draw((uint32_t)fields), &name, NULL, NULL, NULL));
        bool taken =
            strcmp(name, "absolute_min") != 0 && /* that one is for tests only */
            sst_policy_set_n(policy, name, strlen(name), value, strlen(value), NULL) == SST_OK;
        if (!taken || sst_policy_check(policy, NULL) != SST_OK) {
            *policy = sound;
        }
    }
}

/* EC-125: from the first attempt of one refresh to that of the next. A refresh without a 2xx is
 * still the same one, whatever else began an interval meanwhile. */
static void check_floor(struct life *life, const struct sst_event *event)
{
    struct talk *t = life->t;
    uint64_t start_ms = info_of(t).start_ms;

    life->floor = sst_min(life->floor, t->policy.refresh_floor);
    life->floor = sst_min(life->floor, life->other.refresh_floor);
    if (event->side != SST_SIDE_LOCAL || start_ms == life->begun_in) {
        return;
    }
    bool back = t->now_ms < life->begun_at; /* the clock was set back */
    life->begun_in = start_ms;
    if (life->begun_at != SST_NEVER && !life->answered) {
        return;
    }
    must(life->begun_at == SST_NEVER || back ||
         t->now_ms - life->begun_at >= (uint64_t)life->floor * 1000u);
    life->begun_at = t->now_ms;
    life->answered = false;
}

/* In REFRESH the host begins this or another request, or none, and returns anything. */
static int on_event(struct talk *t, const struct sst_event *event)
{
    struct sst_headers headers;
    struct life *life = t->on_event_user;
    unsigned flags = SST_REQUEST_REFRESH | (event->with_offer ? SST_REQUEST_OFFER : 0);

    if (event->type != SST_EVENT_REFRESH) {
        return SST_CALLBACK_DONE;
    }
    check_floor(life, event);
    if (habits != HABITS_EVENT) {
        return SST_CALLBACK_DONE;
    }
    switch (draw(6)) {
    case 0: /* it cannot begin it now */
        (void)sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms);
        return SST_CALLBACK_DONE;
    case 1: /* begins it, and does not send it */
        if (try_ask(t, event->method, flags, &headers) == SST_OK) {
            drops(t, event->method);
        }
        t->refresh.type = SST_EVENT_NONE;
        return SST_CALLBACK_DONE;
    case 2: /* another request of its own */
        (void)try_ask(t, any_method(), 0, &headers);
        return SST_CALLBACK_DONE;
    case 3:
        if (try_ask(t, event->method, flags, &headers) == SST_OK) {
            t->refresh.type = SST_EVENT_NONE;
        }
        return true;
    default:
        return SST_CALLBACK_DONE;
    }
}

/* Everything that is due now. EC-45: whatever the clock did, one poll gives at most one event. */
static void look(struct talk *t)
{
    for (unsigned i = 0; i < 8; i++) {
        unsigned before = timed_events(t);
        struct sst_session kept = *t->session;
        uint64_t now = sst_time_out(sst_session_now(t->session, t->now_ms)); /* as clamped */
        bool due = sst_session_deadline(t->session) <= now;
        looks(t);
        if (!t->pull) {
            must(timed_events(t) <= before + 1u);
        }
        if (!due) {
            must(memcmp(&kept, t->session, sizeof kept) == 0); /* I9 */
            return;
        }
    }
    ck_abort_msg("a busy loop: %s", t->log);
}

/* Transactions that are mixed up, reused or forgotten. Only the session's invariants are checked,
 * not the results. */
static void mix_up(struct talk *t)
{
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_msg msg;
    struct sst_tx *all[] = {&t->own[0],  &t->own[1],    &t->peer[0],
                            &t->peer[1], &t->second[0], &t->second[1]};
    struct sst_tx *tx = PICK(all);
    enum sst_method method = any_method();

    look(t); /* the events of an answer come before anything else */
    t->may_move = true;
    switch (draw(6)) {
    case 0:
        whatever(sst_session_request(t->session, tx, method, draw(8), t->now_ms, &headers));
        break;
    case 1:
        sst_msg_response(&msg, PICK(statuses), method, draw(3));
        msg_headers(&msg, PICK(response_headers));
        (void)sst_session_response(t->session, tx, &msg, t->now_ms, &verdict);
        break;
    case 2:
        sst_msg_request(&msg, method, t->peer_cseq + draw(3));
        msg_headers(&msg, PICK(request_headers));
        t->learned_min_se = 0;
        whatever(sst_session_receive(t->session, tx, &msg, t->now_ms, &advice));
        break;
    case 3:
        (void)sst_session_not_sent(t->session, tx, SST_NEVER, t->now_ms);
        break;
    case 4:
        whatever(sst_session_answer(t->session, tx, 200, t->now_ms, &headers));
        break;
    default:
        memset(tx, 0, sizeof *tx); /* forgotten */
        break;
    }
    t->learned_min_se = 0;
    /* what the talk knows about the peer is of no use now */
    t->highest_cseq = t->session->next_cseq == 0 ? 0 : t->session->next_cseq - 1u;
    talk_pull(t);
    talk_check(t);
}

static unsigned any_status(void)
{
    if (habits == HABITS_STATUS && draw(2) == 0) {
        return 300 + draw(400);
    }
    return PICK(statuses);
}

static void time_passes(struct talk *t)
{
    uint64_t deadline = sst_session_deadline(t->session);

    switch (draw(8)) {
    case 0: /* exactly there */
    case 1:
        if (deadline != SST_NEVER && deadline > t->now_ms) {
            t->now_ms = deadline;
        }
        break;
    case 2: /* close to it */
        if (deadline != SST_NEVER && deadline > t->now_ms + 2u) {
            t->now_ms = deadline - 1u + draw(3);
        }
        break;
    case 3: /* a leap, or a step back */
        if (draw(4) == 0) {
            t->now_ms = draw(2) == 0 ? t->now_ms - draw(100000) : t->now_ms + draw(200000);
        }
        break;
    case 4:
        t->now_ms += draw(100) == 0 ? UINT64_C(4294967295000) : draw(40000);
        break;
    default:
        t->now_ms += draw(3000);
        break;
    }
}

static void own_request(struct talk *t)
{
    struct sst_headers headers;
    enum sst_method method = draw(8) == 0 ? OTHER : any_method();
    unsigned flags = draw(4);

    if (draw(8) && t->refresh.type == SST_EVENT_REFRESH) {
        method = t->refresh.method;
        flags = SST_REQUEST_REFRESH | (t->refresh.with_offer ? SST_REQUEST_OFFER : 0);
    }
    t->refresh.type = SST_EVENT_NONE;
    int result = try_ask(t, method, flags, &headers);
    must(result != SST_ERR_ARGUMENT);
    must(result == SST_OK || headers.count == 0);
}

static void response(struct life *life)
{
    struct talk *t = life->t;
    bool invite = sst_tx_state(&t->own[0]) == TX_LOCAL_OPEN;
    bool update = sst_tx_state(&t->own[1]) == TX_LOCAL_OPEN;
    enum sst_method method = draw(10) == 0 ? OTHER : any_method();
    unsigned status = draw(3) == 0 ? 200 : any_status();

    if (draw(8) != 0 && invite != update) { /* mostly to an open request */
        method = invite ? INVITE : UPDATE;
    }

    if (draw(12) == 0 && method != OTHER) {
        uint32_t how = draw(3);
        if (how == 2) {
            drops(t, method);
        } else {
            loses(t, method, how == 0 ? SST_OUTCOME_TIMEOUT : SST_OUTCOME_TRANSPORT);
        }
    } else {
        const struct sst_tx *tx = &t->own[method == UPDATE];
        bool refresh = sst_tx_is_refresh(tx) && sst_tx_state(tx) == TX_LOCAL_OPEN;
        life->answered |= refresh && method != OTHER && status / 100u == 2u;
        gets(t, method, status, PICK(response_headers));
    }
}

static bool is_in_use(const struct sst_tx *tx)
{
    enum sst_tx_state now = sst_tx_state(tx);

    return now == TX_LOCAL_OPEN || now == TX_PEER_OPEN || now == TX_PEER_ANSWERED;
}

static void peers_request(struct talk *t)
{
    enum sst_method method = draw(8) == 0 ? OTHER : any_method();
    bool busy = is_in_use(&t->second[method == UPDATE]) && is_in_use(&t->peer[method == UPDATE]);

    if (draw(50) == 0) {
        t->peer_cseq -= t->peer_cseq > 3 ? 3u : 0; /* out of order */
    }
    if (method == OTHER || !busy) {
        hears(t, method, PICK(request_headers));
    }
}

static void own_response(struct talk *t)
{
    struct sst_headers headers;
    size_t i = draw(2);
    struct sst_tx *tx = draw(6) == 0 ? &t->second[i] : &t->peer[i];
    unsigned status = draw(3) == 0 ? 200 : PICK(statuses);

    if (draw(4) != 0 && t->heard[i] != NULL) {
        tx = t->heard[i];
    }

    t->may_move = true;
    int result = sst_session_answer(t->session, tx, status, t->now_ms, &headers);
    must(result == SST_OK || result == SST_ERR_STATE || result == SST_ERR_ENDED);
    talk_pull(t);
    talk_check(t);
}

static void ack(struct talk *t)
{
    struct sst_tx *tx = draw(2) ? &t->peer[0] : &t->second[0];

    t->may_move = true;
    (void)sst_session_ack(t->session, tx, t->now_ms);
    talk_pull(t);
    talk_check(t);
}

/* Through an image, to a host with the same clock. */
static void move(struct talk *t, unsigned flags)
{
    uint8_t image[SST_IMAGE_SIZE];

    must(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL) == SST_OK);
    t->may_move = true;
    must(sst_session_restore(t->session, t->session->policy,
                             FROM(image, sizeof image, 0, draw(2) * 20000u, flags),
                             t->now_ms) == SST_OK);
}

static void rare(struct life *life)
{
    struct talk *t = life->t;
    struct sst_session child;
    struct sst_tx child_tx;

    switch (draw(9)) {
    case 0:
        (void)sst_session_end(t->session, t->now_ms);
        break;
    case 4:
        (void)sst_session_offer_answered(t->session, (draw(2) ? t->own : t->peer) + draw(2));
        break;
    case 5: /* its transactions are lost */
        move(t, 0);
        break;
    case 6:
        move(t, SST_RESTORE_TRANSACTIONS);
        break;
    case 7: /* EC-131: one refresh at once, whatever came before */
        move(t, SST_RESTORE_TAKEOVER);
        life->begun_at = SST_NEVER;
        break;
    case 1:
        (void)sst_session_not_sent(t->session, draw(2) ? NULL : &t->own[draw(2)],
                                   draw(2) ? SST_NEVER : t->now_ms + draw(60000), t->now_ms);
        break;
    case 2:
        whatever(sst_session_set_policy(t->session, draw(2) ? &t->policy : &life->other));
        break;
    case 3:
        if (sst_session_fork(&child, &child_tx, t->session, &t->own[0]) == SST_OK) {
            must(sst_session_check(&child) == NULL);
        }
        break;
    default:
        break;
    }
    talk_pull(t);
    talk_check(t);
}

static void step(struct life *life)
{
    struct talk *t = life->t;
    uint32_t what = draw(100);

    if (what < 35) {
        time_passes(t);
    } else if (what < 50) {
        own_request(t);
    } else if (what < 68) {
        response(life);
    } else if (what < 80) {
        peers_request(t);
    } else if (what < 92) {
        own_response(t);
    } else if (what < 97) {
        ack(t);
    } else {
        rare(life);
    }
    if (habits == HABITS_TX && draw(30) == 0) {
        mix_up(t);
    }
    look(t);
    check_pure(t);
    check_attempts(life);
}

static void begin_again(struct life *life, bool pull)
{
    struct talk *t = life->t;
    bool is_caller = draw(2);

    memset(t->count, 0, sizeof t->count);
    memset(t->own, 0, sizeof t->own);
    memset(t->peer, 0, sizeof t->peer);
    memset(t->second, 0, sizeof t->second);
    memset(t->heard, 0, sizeof t->heard);
    t->learned_min_se = 0;
    t->highest_cseq = 0;
    t->refresh.type = SST_EVENT_NONE;
    life->begun_at = SST_NEVER;
    life->begun_in = SST_NEVER;
    life->floor = UINT32_MAX;
    t->policy.on_event = pull ? NULL : t->policy.on_event;
    must(sst_session_init(t->session, &t->policy, is_caller ? SST_CALLER : SST_CALLEE) == SST_OK);
    t->expires_ms = SST_NEVER;
}

static void live(struct life *life, uint64_t seed, bool pull)
{
    state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    const char *policy = PICK(policies);
    const char *other = PICK(policies);
    life->t = talk_new(other, false);
    life->other = life->t->policy;
    end_talk(life->t);
    struct talk *t = life->t = talk_new(policy, false);
    talk_use_random(t, seed);
    widen(&t->policy);
    widen(&life->other);
    t->on_event = on_event;
    t->on_event_user = life;
    t->pull = pull;
    if (seed % 3 == 0) {
        t->policy.counters = NULL;
    }
    life->other.user = t;
    life->other.on_event = pull ? NULL : t->policy.on_event;
    life->other.counters = t->policy.counters;
    life->other.absolute_min = t->policy.absolute_min; /* that one is for tests only */
    bool fits = sst_policy_check(&life->other, NULL) == SST_OK;
    if (!fits) {
        life->other = t->policy;
    }
    begin_again(life, pull);
    for (unsigned i = 0; i < STEPS; i++) {
        step(life);
        if (info_of(t).ended && draw(4) == 0) {
            begin_again(life, pull);
        }
        const char *events = told(t);
        life->steps[i] = mix(UINT64_C(0xCBF29CE484222325), events, strlen(events));
        life->steps[i] = mix(life->steps[i], &t->session->start_ms,
                             sizeof *t->session - offsetof(struct sst_session, start_ms));
    }
    end_talk(t);
}

/* A number from the environment. */
static uint64_t asked_for(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void live_twice(enum habit with)
{
    uint64_t first = asked_for("SST_FIRST_LIFE", 1);
    uint64_t lives = asked_for("SST_LIVES", LIVES);

    static struct life told_life;
    static struct life pulled_life;

    habits = with;
    for (uint64_t seed = first; seed - first < lives; seed++) {
        live(&told_life, seed, false);
        live(&pulled_life, seed, true);
        for (unsigned i = 0; i < STEPS; i++) {
            ck_assert_msg(told_life.steps[i] == pulled_life.steps[i],
                          "life %llu differs in step %u", (unsigned long long)seed, i);
        }
    }
}

/* Shows: I1 I2 I3 I7 I9 I10 EC-44 EC-45 EC-46 */
START_TEST(what_holds_at_any_time_holds_in_random_lives)
{
    live_twice(HABITS_NONE);
}
END_TEST

/* The property of tests/sim/property.c, as far as one side sees it. */
/* Shows: EC-125 */
START_TEST(any_policy_that_the_check_lets_through)
{
    live_twice(HABITS_POLICY);
}
END_TEST

START_TEST(hosts_that_say_not_sent_in_any_way)
{
    live_twice(HABITS_EVENT);
}
END_TEST

START_TEST(transactions_that_are_mixed_up)
{
    live_twice(HABITS_TX);
}
END_TEST

START_TEST(every_final_status)
{
    live_twice(HABITS_STATUS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_random");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, what_holds_at_any_time_holds_in_random_lives);
    tcase_add_test(tcase, any_policy_that_the_check_lets_through);
    tcase_add_test(tcase, hosts_that_say_not_sent_in_any_way);
    tcase_add_test(tcase, transactions_that_are_mixed_up);
    tcase_add_test(tcase, every_final_status);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
