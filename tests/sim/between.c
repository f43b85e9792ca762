/* SPDX-License-Identifier: MIT */
/* What sits between the two hosts and answers for them: by rule, too early, or for a dead peer. */
#include "sim.h"

#include <string.h>

static unsigned method_bit(unsigned method)
{
    return method == SST_METHOD_INVITE ? 1u : method == SST_METHOD_UPDATE ? 2u : 0;
}

static uint16_t any_status(struct world *w)
{
    static const uint16_t statuses[] = {503, 500, 480, 486, 487, 491, 513, 555, 580, 600, 504,
                                        488, 405, 501, 404, 403, 415, 413, 406, 606, 401, 407,
                                        420, 421, 422, 430, 477, 478, 502, 302, 400, 603};
    if (pick(w, 3) != 2) {
        return statuses[pick(w, sizeof statuses / sizeof statuses[0])];
    }
    uint16_t status = (uint16_t)(300u + pick(w, 400));
    return status == 408 || status == 481 ? 500 : status; /* these end a session; RFC 4028 §10 */
}

/* These reject the offer: the same request without one may pass. */
static uint16_t offer_status(struct world *w)
{
    static const uint16_t statuses[] = {488, 415, 413, 513, 580, 406, 606};
    return statuses[pick(w, 7)];
}

static void choose_retry(struct world *w, struct rule *rule, uint64_t run)
{
    static const uint32_t waits[] = {0, 1, 5, 20, 60, 880, UINT32_MAX};
    rule->has_retry = pick(w, 2) == 1;
    if (rule->has_retry) {
        unsigned which = pick(w, 8);
        rule->retry_after = which < 7 ? waits[which] : pick(w, (unsigned)(run / 1000u) + 1u);
    }
}

/* A quarter of the time between the refresh and the last moment for another one. */
static uint32_t a_while(uint64_t run, uint64_t guard)
{
    uint64_t room = run - guard - run / 2u;
    return 1u + (uint32_t)(room < 1000000u ? room : 1000000u) / 4u;
}

/* Temporary: both methods, for so short a time that the second half of the way to the last moment
 * is free (EC-114). Permanent: one method; the other one still works. */
static void make_rule(struct world *w, struct rule *rule, uint64_t run, uint64_t guard)
{
    rule->used = true;
    rule->sides = (uint8_t)(pick(w, 3) == 0 ? 3u : 1u + pick(w, 2));
    rule->begins = w->now + (pick(w, 2) == 0 ? 0 : (uint64_t)draw(w) * (w->end_at - w->now) >> 32);
    /* A rescue has half of the time, and an interval taken literally may be as short; no second
     * round fits into it after another while. */
    bool hurried = has(w, HABIT_LAZY) || has(w, HABIT_TAKER) || has(w, HABIT_ZERO);
    switch (pick(w, hurried ? 3 : 4)) {
    case 0:
        rule->methods = 2;
        rule->status = any_status(w);
        break;
    case 1:
        rule->methods = 1;
        rule->status = any_status(w);
        break;
    case 2:
        rule->methods = 1;
        rule->offers = true;
        rule->status = offer_status(w);
        break;
    default:
        rule->methods = 3;
        do {
            rule->status = any_status(w);
        } while (rule->status == 405 || rule->status == 501 || rule->status == 422); /* EC-114 */
        rule->lasts = a_while(run, guard);
        break;
    }
    choose_retry(w, rule, run);
    if (rule->methods != 3 && pick(w, 4) == 1) {
        rule->opening = rule->offers ? offer_status(w) : any_status(w);
    }
    if (rule->methods != 3 && !hurried) {
        /* Credentials are tried twice (EC-60), so the time must allow for three of these. */
        bool thrice = rule->status == 401 || rule->status == 407;
        rule->delay = pick(w, 4) == 1 ? pick(w, thrice ? 3000 : 6000) : 0;
    }
}

void make_rules(struct world *w, uint64_t run, uint64_t guard)
{
    make_rule(w, &w->rules[0], run, guard);
    /* If INVITE or its offer is rejected, UPDATE must be available, and known to be. */
    for (unsigned i = 0; i < SIDES && (w->rules[0].methods & 1u) != 0; i++) {
        if (!w->side[i].says_allow || !w->side[i].update_known || has(w, HABIT_ALLOW)) {
            w->rules[0].closes = !w->rules[0].offers && w->rules[0].lasts == 0;
        }
    }
}

static void respond_held(struct world *w, const struct packet *request, unsigned status,
                         uint32_t delay, const struct rule *rule)
{
    unsigned slot = 0;
    while (slot < HELD_MAX && w->held[slot].used) {
        slot++;
    }
    if (slot == HELD_MAX) {
        return;
    }
    struct packet *response = &w->held[slot].packet;
    memset(response, 0, sizeof *response);
    response->status = (uint16_t)status;
    response->method = request->method;
    response->cseq = request->cseq;
    response->from = request->from == 0 ? 1 : 0;
    if (rule != NULL && rule->has_retry) {
        char value[SST_VALUE_SIZE];
        sst_print_seconds(value, sizeof value, rule->retry_after);
        put_header(response, "Retry-After", value);
    }
    w->held[slot].used = true;
    schedule(w, w->now + delay, TIMED_HELD, response->from, slot, 0, 0);
}

void release_held(struct world *w, unsigned slot)
{
    w->held[slot].used = false;
    send_packet(w, &w->held[slot].packet);
}

/* A while of the current interval: it may be shorter than the first one. */
static uint32_t lasts(const struct world *w, const struct rule *rule, const struct packet *packet)
{
    uint32_t interval = w->side[packet->from].interval;
    uint64_t run = (uint64_t)(interval < 90u ? 90u : interval) * 1000u;
    uint32_t most = a_while(run, run / 3u < 32000u ? run / 3u : 32000u);
    return rule->lasts < most ? rule->lasts : most;
}

static struct rule *rule_for(struct world *w, const struct packet *packet)
{
    for (unsigned i = 0; i < RULES_MAX; i++) {
        struct rule *r = &w->rules[i];
        bool fits = r->used && ((unsigned)r->sides >> packet->from & 1u) != 0 &&
                    (r->methods & method_bit(packet->method)) != 0 &&
                    (packet->offer || !r->offers) && w->now >= r->begins;
        if (fits && (r->lasts == 0 || r->first == 0 || w->now < r->first + lasts(w, r, packet))) {
            return r;
        }
    }
    return NULL;
}

static bool refused_by_rule(struct world *w, const struct packet *packet)
{
    struct rule *rule = rule_for(w, packet);
    if (rule == NULL || w->side[packet->from].kind != KIND_LIBRARY) { /* only libsst has a ladder */
        return false;
    }
    bool first = rule->first == 0;
    if (first) {
        rule->first = w->now;
    }
    if (rule->closes) {
        afflict(w, CAUSE_REFUSED);
    }
    w->counts->fault[FAULT_REFUSAL]++;
    respond_held(w, packet, first && rule->opening != 0 ? rule->opening : rule->status, rule->delay,
                 rule);
    return true;
}

/* Whether the last attempt of the plan is still to come when a 408 arrives. */
static bool has_room(const struct world *w, const struct agent *sender)
{
    uint64_t third = (sender->expires - sender->committed_at) / 3u;
    uint64_t guard = third < 32000u ? third : 32000u;
    return clock_of(w, sender) + 1700u + guard + 1000u < sender->expires;
}

/* A proxy whose timer is shorter than the sender's. It answers as often as the sender's policy
 * retries, or once if something else extends the session meanwhile (EC-118, EC-123). */
static bool refused_early(struct world *w, const struct packet *packet)
{
    struct agent *sender = &w->side[packet->from];
    struct client *c = client_of_method(sender, (enum sst_method)packet->method);
    if (!has(w, HABIT_408) || has(w, HABIT_STATUS) || sender->kind != KIND_LIBRARY || !c->refresh ||
        !c->open || c->cseq != packet->cseq) {
        return false;
    }
    if (c == &sender->update && sender->invite.open) {
        return false; /* the re-INVITE that follows could not be sent; EC-50 */
    }
    bool retried = has_room(w, sender) && sender->early < sender->policy->timeout_retries;
    bool overtaken =
        has(w, HABIT_PING) && sender->early == 0 && !sender->policy->strict_overlap; /* EC-21 */
    if ((!retried && !overtaken) || !chance(w, 500)) {
        return false;
    }
    sender->early++;
    w->overtaken = !retried;
    w->counts->fault[FAULT_REFUSAL]++;
    if (!retried) {
        schedule(w, w->now + 500u, TIMED_ACT, packet->from == 0 ? 1u : 0u, 0, 0, ACT_PING);
    }
    respond_held(w, packet, 408, retried ? pick(w, 1500) : 1500u, NULL);
    return true;
}

/* @return whether the request does not reach the host */
bool intercepted(struct world *w, struct agent *a, const struct packet *packet)
{
    unsigned bit = method_bit(packet->method);
    if (w->habits == 0 || packet->status != 0 || bit == 0) {
        return false;
    }
    if (a->phase == PHASE_DEAD) {
        if (has(w, HABIT_TRYING) && bit == 1u) {
            respond_held(w, packet, 100, 0, NULL);
        }
        return true;
    }
    bool ping = packet->cseq == w->side[packet->from].ping_cseq;
    if (!w->planned || ping || w->passed_cseq[packet->from][bit - 1u] == packet->cseq) {
        return false;
    }
    if (w->refused_cseq[packet->from][bit - 1u] == packet->cseq) {
        return true; /* a retransmission */
    }
    bool refused = refused_by_rule(w, packet) || refused_early(w, packet);
    if (refused) {
        w->refused_cseq[packet->from][bit - 1u] = packet->cseq;
    } else {
        w->passed_cseq[packet->from][bit - 1u] = packet->cseq;
    }
    return refused;
}
