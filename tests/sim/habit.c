/* SPDX-License-Identifier: MIT */
/* Habits of hosts; see habit.h. */
#include "sim.h"

#include <string.h>

const char *const habit_names[HABIT_COUNT] = {
    "status", "408",    "trying",  "ping",   "allow", "cseq", "loss",   "ack",
    "in-1xx", "unsent", "true",    "nested", "rash",  "user", "policy", "require",
    "mute",   "lists",  "forgets", "taker",  "small", "zero", "lazy",   "dies"};

#define FOREIGNERS                                                                                 \
    (1u << HABIT_MUTE | 1u << HABIT_LISTS | 1u << HABIT_FORGETS | 1u << HABIT_TAKER |              \
     1u << HABIT_SMALL | 1u << HABIT_ZERO | 1u << HABIT_LAZY)

bool has(const struct world *w, enum habit habit)
{
    return (w->habits >> (unsigned)habit & 1u) != 0;
}

/* One of the habits that are allowed. */
static enum habit any_habit(struct world *w)
{
    unsigned count = 0;
    for (unsigned h = 0; h < HABIT_COUNT; h++) {
        count += w->allowed >> h & 1u;
    }
    unsigned left = pick(w, count);
    for (unsigned h = 0; h < HABIT_COUNT; h++) {
        if ((w->allowed >> h & 1u) != 0 && left-- == 0) {
            return (enum habit)h;
        }
    }
    return HABIT_COUNT;
}

void choose_habits(struct world *w)
{
    if (w->allowed == 0 || pick(w, 3) == 0) {
        return;
    }
    for (unsigned n = 1u + pick(w, 3); n > 0; n--) {
        unsigned habit = 1u << (unsigned)any_habit(w);
        if ((habit & FOREIGNERS) != 0 && (w->habits & FOREIGNERS) != 0) {
            continue; /* one of them is enough */
        }
        w->habits |= habit;
    }
    if (has(w, HABIT_DIES)) { /* a taker opens no way that others close */
        w->habits &= 1u << HABIT_DIES | 1u << HABIT_POLICY;
    }
    w->fair = true; /* nothing else goes wrong */
    for (unsigned h = 0; h < HABIT_COUNT; h++) {
        w->counts->habit[h] += w->habits >> h & 1u;
    }
}

/* Which side of this world has no library, and behaves strangely. */
static bool is_foreign(const struct world *w, const struct agent *a)
{
    return (w->habits & FOREIGNERS) != 0 && a->index == (has(w, HABIT_MUTE) ? 0 : 1);
}

static bool is_plain(const struct world *w, const struct agent *a)
{
    if (has(w, HABIT_TRYING) && (w->habits & FOREIGNERS) == 0) {
        return a->index == 1;
    }
    return has(w, HABIT_REQUIRE) && (w->habits & FOREIGNERS) == 0 && a->index == 0;
}

/* Before the policy is chosen. */
void habits_of_agent(struct world *w, struct agent *a)
{
    if (w->habits == 0) {
        return;
    }
    a->floor = UINT32_MAX;
    a->kind = is_foreign(w, a) ? KIND_FOREIGN : is_plain(w, a) ? KIND_PLAIN : KIND_LIBRARY;
    if (has(w, HABIT_ACK)) {
        a->tells_ack = pick(w, 2) == 1;
    }
    if (has(w, HABIT_NESTED)) {
        a->style = STYLE_REENTRANT;
    }
    if (has(w, HABIT_TRUE) && a->style == STYLE_PULL) {
        a->style = STYLE_REENTRANT;
    }
    if (has(w, HABIT_408) || has(w, HABIT_STATUS) || has(w, HABIT_UNSENT) || has(w, HABIT_TAKER) ||
        has(w, HABIT_LAZY)) {
        a->lazy = false; /* what is judged is the ladder, not a late poll */
        a->slow = false;
    }
}

static uint32_t wide(struct world *w, uint32_t low, uint32_t high)
{
    switch (pick(w, 4)) {
    case 0:
        return low;
    case 1:
        return high;
    case 2:
        return low + (uint32_t)((uint64_t)draw(w) * ((uint64_t)high - low + 1u) >> 32);
    default:
        return low + pick(w, (high - low < 200u ? high - low : 200u) + 1u);
    }
}

/* Each field on its own, over more than its range; what the check rejects is set back. */
void wide_policy(struct world *w, struct sst_policy *p)
{
    struct sst_policy sound;
    for (unsigned n = 2u + pick(w, 12); n > 0; n--) {
        sound = *p;
        switch (pick(w, 24)) {
        case 0:
            p->session_expires = wide(w, 90, UINT32_MAX);
            break;
        case 1:
            p->min_se = wide(w, 90, 5000);
            break;
        case 2:
            p->max_session_expires = wide(w, 0, 10000);
            break;
        case 3:
            p->prefer_refresher = (enum sst_refresher)pick(w, 3);
            break;
        case 4:
            p->request_refresher = (enum sst_refresher)pick(w, 3);
            break;
        case 5:
            p->allow_uas = pick(w, 2) == 1;
            break;
        case 6:
            p->proxy_require = pick(w, 2) == 1;
            break;
        case 7:
            p->method = (enum sst_refresh_method)pick(w, 3);
            break;
        case 8:
            p->refresh_percent = wide(w, 0, 60);
            break;
        case 9:
            p->max_refresh = wide(w, 0, 2000);
            break;
        case 10:
            p->jitter_percent = wide(w, 0, 15);
            break;
        case 11:
            p->guard = (enum sst_guard)pick(w, 3);
            break;
        case 12:
        case 13:
            p->guard = SST_GUARD_PERCENT;
            p->guard_percent = wide(w, 0, 60);
            break;
        case 14:
            p->expire_at = (enum sst_expire_at)pick(w, 2);
            break;
        case 15:
            p->own_benefit = (enum sst_own_benefit)pick(w, 3);
            break;
        case 16:
            p->timeout_retries = pick(w, 5);
            break;
        case 17:
            p->rescue = pick(w, 2) == 1;
            break;
        case 18:
            p->refresh_floor = wide(w, 0, 60);
            break;
        case 19:
            p->below_min = (enum sst_below_min)pick(w, 2);
            break;
        case 20:
            p->refused = (enum sst_refused)pick(w, 2);
            break;
        case 21:
            p->strict_overlap = pick(w, 2) == 1;
            p->dropped = (enum sst_dropped)pick(w, 2);
            break;
        case 22:
            p->accept_small_interval = pick(w, 2) == 1;
            break;
        default:
            p->accept_refresher_missing = pick(w, 2) == 1;
            p->accept_require_as_support = pick(w, 2) == 1;
            p->accept_malformed = pick(w, 2) == 1;
            p->accept_repeated = pick(w, 2) == 1;
            break;
        }
        if (sst_policy_check(p, NULL) != SST_OK) {
            *p = sound;
        }
    }
}

/* What a habit needs to have an effect. */
void habits_of_policy(struct world *w, struct agent *a, struct sst_policy *p)
{
    if (w->habits == 0) {
        return;
    }
    if (has(w, HABIT_POLICY)) {
        wide_policy(w, p);
    }
    bool peculiar = (w->habits & FOREIGNERS) != 0 || has(w, HABIT_TRYING) || has(w, HABIT_LOSS);
    if (peculiar && p->mode != SST_MODE_REQUIRE) {
        p->mode = SST_MODE_REQUEST;
    }
    if (has(w, HABIT_LOSS) || has(w, HABIT_ZERO) || has(w, HABIT_SMALL)) {
        p->mode = SST_MODE_REQUEST;
    }
    if (has(w, HABIT_LOSS)) {
        p->session_expires = p->min_se = 90;
        p->max_session_expires = 0;
        p->refresh_percent = 50;
    }
    if (has(w, HABIT_ZERO) && !has(w, HABIT_POLICY)) {
        p->accept_small_interval = pick(w, 2) == 1;
    }
    if (has(w, HABIT_ZERO) && !p->accept_small_interval) {
        a->lazy = false;     /* with a floor of 1 s it has 6 s to look ... */
        a->tells_ack = true; /* ... and not the 32 that a re-INVITE waits without */
    }
    if (has(w, HABIT_408) && pick(w, 2) == 1) {
        p->timeout_retries = 1u + pick(w, 3);
    }
    if (has(w, HABIT_REQUIRE)) {
        p->accept_require_as_support = false; /* else the owner wants it so; EC-106 */
    }
    if (has(w, HABIT_LAZY)) {
        p->rescue = a->index == 0 && pick(w, 3) != 1;
    }
    /* EC-110: a side that keeps a call whose refreshes are rejected stops watching it. */
    bool keeps = has(w, HABIT_STATUS) && p->refused == SST_REFUSED_KEEP;
    a->owes_notice = p->own_benefit != SST_OWN_BENEFIT_NO && !keeps;
}

static void again(struct world *w, struct agent *a, unsigned act, uint64_t after)
{
    schedule(w, w->now + after, TIMED_ACT, a->index, 0, 0, act);
}

/* Around the moments at which something is sent, or at any other. */
static void plan_deaths(struct world *w, uint64_t run, uint64_t guard)
{
    const uint64_t moments[] = {0, run / 2u, run - guard, run};
    uint64_t span = w->end_at - w->now;
    unsigned whose = pick(w, 3);
    for (unsigned n = 1u + pick(w, 3); n > 0; n--) {
        unsigned index = whose < SIDES ? whose : pick(w, 2);
        uint64_t at = pick(w, 4) == 0
                          ? (uint64_t)draw(w) * span >> 32
                          : moments[pick(w, 4)] + pick(w, 3) * (run / 2u) + pick(w, 400);
        again(w, &w->side[index], ACT_DIE, at > 150u ? at - 150u : at);
    }
    if (pick(w, 4) == 1) { /* the peer dies for good */
        schedule(w, w->now + ((uint64_t)draw(w) * span >> 32), TIMED_FAULT, pick(w, 2), 0, 0,
                 FAULT_CRASH);
    }
}

/* Both sides are up. */
void plan_habits(struct world *w, uint64_t run, uint64_t guard)
{
    if (w->habits == 0) {
        return;
    }
    uint64_t span = w->end_at - w->now;
    struct agent *any = &w->side[pick(w, 2)];
    if (has(w, HABIT_STATUS)) {
        make_rules(w, run, guard);
    }
    if (has(w, HABIT_PING)) {
        static const uint32_t every[] = {300000, 20000, 60000, 7000};
        uint32_t wanted = every[pick(w, 4)];
        w->ping_by = pick(w, 2);
        if (w->side[1u - w->ping_by].kind != KIND_LIBRARY) {
            w->ping_by = 1u - w->ping_by; /* another peer might be misled by them */
        }
        w->pings = 60;
        w->ping_every = span / 60u > wanted ? (uint32_t)(run / 6u) : wanted;
        w->overlapped = true; /* both sides may refresh; EC-24 */
        again(w, &w->side[w->ping_by], ACT_PING, w->ping_every);
    }
    for (unsigned n = 3; n > 0; n--) {
        uint64_t at = (uint64_t)draw(w) * span >> 32;
        if (has(w, HABIT_ALLOW)) {
            again(w, any, ACT_ALLOW, at);
        }
        if (has(w, HABIT_CSEQ)) {
            again(w, &w->side[pick(w, 2)], ACT_CSEQ, at);
        }
        if (has(w, HABIT_ACK)) { /* an INVITE without offer, and offers long after it */
            again(w, any, ACT_PLAIN_INVITE, at);
            again(w, any, ACT_HOLD_UPDATE, at + pick(w, 40000));
            again(w, any, pick(w, 2) == 0 ? ACT_HOLD_INVITE : ACT_HOLD_UPDATE,
                  at + run / 2u + 1000u);
        }
        if (has(w, HABIT_RASH)) {
            again(w, any, ACT_HOLD_INVITE, at);
            again(w, &w->side[1u - any->index], ACT_RASH, at + pick(w, 3000));
        }
        if (has(w, HABIT_USER) || has(w, HABIT_IN_1XX)) {
            again(w, any, ACT_HOLD_INVITE, at);
        }
        if (has(w, HABIT_NESTED)) {
            again(w, any, ACT_HOLD_INVITE, run / 2u * (2u * n - 1u) - 1u - pick(w, 500));
        }
    }
    if (has(w, HABIT_LAZY) || has(w, HABIT_USER)) { /* EC-120: together with the watcher's BYE */
        again(w, &w->side[0], ACT_HOLD_INVITE, run - guard - 1u - pick(w, 4000));
    }
    if (has(w, HABIT_DIES)) {
        plan_deaths(w, run, guard);
    }
    if ((has(w, HABIT_LISTS) || has(w, HABIT_TRYING)) && pick(w, 3) != 1) {
        schedule(w, w->now + ((uint64_t)draw(w) * span >> 32), TIMED_FAULT, 1, 0, 0, FAULT_CRASH);
    }
}

/* Prepares something that the host then does not send. */
static struct client *prepared(struct world *w, struct agent *a, const struct sst_event *event)
{
    struct client *c = client_of_method(a, event->method);
    struct sst_headers headers;
    unsigned flags = SST_REQUEST_REFRESH | (event->with_offer ? SST_REQUEST_OFFER : 0);
    if (c->open || sst_session_request(&a->session, &c->tx, event->method, flags, clock_of(w, a),
                                       &headers) != SST_OK) {
        return NULL;
    }
    return c;
}

/* The host answers what waits, begins another request, and reports that it sent nothing of what
 * this event asked for: the 2xx made it superfluous. */
static bool nested(struct world *w, struct agent *a)
{
    bool any = false;
    for (unsigned i = 0; i < SERVERS; i++) {
        struct server *s = &a->servers[i];
        if (s->open && s->method == SST_METHOD_INVITE) {
            server_answer(w, a, i, s->token, 200);
            any = true;
        }
    }
    if (!any || w->failure != NULL || has_ended(a)) {
        return any;
    }
    if (!a->update.open) {
        if (start_client(w, a, SST_METHOD_UPDATE, true, false)) {
            fail(w, "a refresh that is no longer due is begun", "%c", 'A' + a->index);
        }
        (void)start_client(w, a, SST_METHOD_UPDATE, false, false);
    }
    say_not_sent(w, a, NULL, SST_NEVER);
    return true;
}

/* @return whether the refresh is not sent */
bool habit_unsent(struct world *w, struct agent *a, const struct sst_event *event)
{
    struct client *c;
    if (has(w, HABIT_STATUS) || has(w, HABIT_408)) {
        return false; /* those take all the time available */
    }
    if (has(w, HABIT_NESTED) && nested(w, a)) {
        return true;
    }
    /* An interval taken literally leaves less time, and so does a rescue. */
    bool hurried = has(w, HABIT_ZERO) || has(w, HABIT_TAKER) || has(w, HABIT_LAZY);
    unsigned most = hurried ? 1 : 2;
    if (!has(w, HABIT_UNSENT) || a->unsent >= most || !chance(w, 400)) {
        return false;
    }
    a->unsent++;
    w->counts->fault[FAULT_UNSENT]++;
    unsigned how = pick(w, 3);
    uint64_t retry = pick(w, 2) == 0 ? SST_NEVER : clock_of(w, a) + pick(w, 3000);
    log_line(w, "%c: does not send, in way %u", 'A' + a->index, how);
    switch (how) {
    case 0:
        say_not_sent(w, a, NULL, retry);
        break;
    case 1: /* reports nothing */
        break;
    default:
        c = prepared(w, a, event);
        say_not_sent(w, a, c != NULL ? &c->tx : NULL, retry);
        break;
    }
    return true;
}

/* UPDATE can pass an INVITE that waits for its answer (EC-38), unless the owner of its sender wants
 * one negotiation at a time. */
static bool can_update(const struct agent *a)
{
    return a->update_known && a->says_allow && !a->policy->strict_overlap;
}

uint32_t habit_answer_delay(struct world *w, struct agent *a, const struct server *s)
{
    if (s->method != SST_METHOD_INVITE || a->phase != PHASE_UP) {
        return 0;
    }
    if (has(w, HABIT_LAZY) && a->kind == KIND_FOREIGN) {
        return 3000;
    }
    if (has(w, HABIT_IN_1XX)) {
        return has(w, HABIT_ZERO) ? 2000 : 5000; /* an interval taken literally may have 8 s */
    }
    if (has(w, HABIT_RASH) || has(w, HABIT_NESTED)) {
        return 1000u + pick(w, 2000);
    }
    if (!has(w, HABIT_USER)) {
        return 0;
    }
    if (!can_update(&w->side[0]) || !can_update(&w->side[1]) || has(w, HABIT_ALLOW) ||
        has(w, HABIT_STATUS) || has(w, HABIT_408) || has(w, HABIT_TAKER) || has(w, HABIT_LAZY)) {
        afflict(w, CAUSE_LATE);
    }
    return pick(w, 200000);
}

bool wants_late_ack(struct world *w, struct agent *a)
{
    return has(w, HABIT_ACK) && !has(w, HABIT_ZERO) && a->tells_ack && pick(w, 2) == 1;
}

void late_ack(struct world *w, struct agent *a, unsigned slot, uint32_t token)
{
    struct server *s = &a->servers[slot];
    if (s->token != token || a->phase != PHASE_UP || a->kind != KIND_LIBRARY) {
        return;
    }
    sst_session_ack(&a->session, &s->tx, clock_of(w, a));
    a->gave = a->gave && !s->gave;
    judge(w, a, MAY_ACK);
    settle(w, a);
}

/* This INVITE's offer is answered in a reliable 1xx; further offers then come in UPDATEs (RFC 6141
 * §3.1, figures 3 and 4). EC-122: the library is told here, and on the other side by client.c. */
void answer_in_1xx(struct world *w, struct agent *a, struct server *s)
{
    if (!has(w, HABIT_IN_1XX) || !s->offer) {
        return;
    }
    s->answered = true;
    s->response.answers = true;
    if (a->kind == KIND_LIBRARY && sst_session_offer_answered(&a->session, &s->tx) != SST_OK) {
        fail(w, "EC-122: an offer that was answered in a 1xx", "%c", 'A' + a->index);
    }
    struct agent *by = pick(w, 2) == 0 ? a : &w->side[1 - a->index];
    again(w, by, ACT_UPDATE_BESIDE, 1500u + pick(w, 1500));
}

/* Passes the library a request that no honest peer sends: what does it advise? */
static unsigned advised(struct world *w, struct agent *a, enum sst_method method, uint32_t cseq)
{
    struct sst_tx tx = {0};
    struct sst_msg msg;
    struct sst_advice advice;
    sst_msg_request(&msg, method, cseq);
    bool refresh = method == SST_METHOD_INVITE || method == SST_METHOD_UPDATE;
    bool inside = a->inside;
    a->inside = true;
    int result =
        sst_session_receive(&a->session, refresh ? &tx : NULL, &msg, clock_of(w, a), &advice);
    if (result == SST_OK && refresh && advice.status == 0 && !advice.copy) {
        struct sst_headers headers;
        ignored(sst_session_answer(&a->session, &tx, 500, clock_of(w, a), &headers));
    }
    a->refused_peer = a->refused_peer || refresh; /* EC-36: an advised rejection counts too */
    a->inside = inside;
    judge(w, a, MAY_NOTHING);
    settle(w, a);
    return result == SST_OK ? advice.status : 0;
}

static void wrong_numbers(struct world *w, struct agent *a)
{
    unsigned status;
    if (a->kind != KIND_LIBRARY || has_ended(a) || a->session.next_cseq < 4) {
        return;
    }
    uint32_t last = a->session.next_cseq - 1u;
    log_line(w, "%c: a wrong CSeq", 'A' + a->index);
    switch (pick(w, 3)) {
    case 0:
        status = advised(w, a, SST_METHOD_UPDATE, last - 1u - pick(w, 2));
        if (status != 500) {
            fail(w, "EC-107: a low CSeq is let through", "%u", status);
        }
        break;
    case 1:
        status = advised(w, a, SST_METHOD_OTHER, 0);
        if (status != 500) {
            fail(w, "EC-133: CSeq 0 is a number like any other", "%u", status);
        }
        break;
    default:
        status = advised(w, a, SST_METHOD_OTHER, UINT32_C(0x80000000) + draw(w) / 2u);
        if (status != 400) {
            fail(w, "EC-133: a CSeq from 2^31 on", "%u", status);
        }
        break;
    }
}

/* RFC 3261 §14.1: no INVITE while the peer's is unanswered. EC-130: the library says so. */
static void rash(struct world *w, struct agent *a)
{
    struct sst_headers headers;
    struct sst_tx tx = {0};
    bool open = false;
    for (unsigned i = 0; i < SERVERS; i++) {
        open = open || (a->servers[i].open && a->servers[i].method == SST_METHOD_INVITE);
    }
    if (a->kind != KIND_LIBRARY || !open || has_ended(a) || a->invite.open) {
        return;
    }
    if (sst_session_request(&a->session, &tx, SST_METHOD_INVITE, SST_REQUEST_OFFER, clock_of(w, a),
                            &headers) == SST_OK) {
        fail(w, "EC-130: an INVITE while the peer's is pending", "%c", 'A' + a->index);
    }
}

/* EC-128: into a dialog whose own initial INVITE is unanswered. */
static void early_invite(struct world *w, struct agent *a)
{
    if (a->kind != KIND_LIBRARY || a->phase != PHASE_EARLY || !a->invite.open) {
        return;
    }
    unsigned status = advised(w, a, SST_METHOD_INVITE, w->side[1 - a->index].cseq + 1u);
    w->side[1 - a->index].cseq++;
    if (status != 491) {
        fail(w, "EC-128: an INVITE in an early dialog crosses the initial one", "%u", status);
    }
}

/* Sent in the name of this side, which knows nothing of it. */
static void ping(struct world *w, struct agent *a)
{
    struct packet packet = {0};
    packet.method = SST_METHOD_UPDATE;
    packet.from = a->index;
    packet.tagged = true;
    packet.cseq = a->ping_cseq = ++a->cseq;
    send_packet(w, &packet);
    if (w->pings > 0 && w->now + w->ping_every < w->end_at) {
        w->pings--;
        again(w, a, ACT_PING, w->ping_every);
    }
}

static void update_beside(struct world *w, struct agent *a)
{
    bool open = a->invite.open && a->invite.answered;
    for (unsigned i = 0; i < SERVERS; i++) {
        open = open || (a->servers[i].open && a->servers[i].answered);
    }
    if (open && !a->update.open) {
        (void)start_client(w, a, SST_METHOD_UPDATE, false, true);
    }
}

void do_habit(struct world *w, struct agent *a, enum act act)
{
    if (act == ACT_EARLY_INVITE) {
        early_invite(w, a);
    }
    if (!is_up(w, a)) {
        return;
    }
    if (act == ACT_PING) {
        ping(w, a);
    } else if (act == ACT_ALLOW) {
        a->update_known = !a->update_known;
        log_line(w, "%c: UPDATE %s", 'A' + a->index, a->update_known ? "allowed" : "not allowed");
    } else if (act == ACT_CSEQ) {
        wrong_numbers(w, a);
    } else if (act == ACT_RASH) {
        rash(w, a);
    } else if (act == ACT_UPDATE_BESIDE) {
        update_beside(w, a);
    } else if (act == ACT_DIE) {
        die(w, a);
    }
}
