/* SPDX-License-Identifier: MIT */
/* Client transactions (RFC 3261 §17.1) and what their outcomes mean to the library. */
#include "sim.h"

#include <string.h>

enum { SLOT_INVITE, SLOT_UPDATE, SLOT_BYE };

static struct client *client_of(struct agent *a, unsigned slot)
{
    return slot == SLOT_INVITE ? &a->invite : slot == SLOT_UPDATE ? &a->update : &a->bye;
}

struct client *client_of_method(struct agent *a, enum sst_method method)
{
    return client_of(a, method == SST_METHOD_INVITE ? SLOT_INVITE : SLOT_UPDATE);
}

static unsigned slot_of(unsigned method)
{
    return method == SST_METHOD_INVITE   ? SLOT_INVITE
           : method == SST_METHOD_UPDATE ? SLOT_UPDATE
                                         : SLOT_BYE;
}

static void launch(struct world *w, struct agent *a, struct client *c)
{
    unsigned slot = slot_of(c->packet.method);
    c->open = true;
    c->proceeding = false;
    c->token++;
    c->wait = T1;
    send_packet(w, &c->packet);
    schedule(w, w->now + T1, TIMED_CLIENT_COPY, a->index, slot, c->token, 0);
    schedule(w, w->now + TIMER_B, TIMED_CLIENT_OUT, a->index, slot, c->token, 0);
}

/* EC-120: a request that was pending when the BYE was due holds the BYE, however it is rejected. */
static void note_refused(const struct world *w, struct agent *a)
{
    if (a->plain_end && clock_of(w, a) + 32000u >= a->expires) {
        a->refused_late = true;
    }
}

/* The transport fails at once, and the library is told. */
static bool transport_fails(struct world *w, struct agent *a, struct client *c)
{
    if (w->fair || c->initial || !chance(w, 8)) {
        return false;
    }
    struct sst_verdict verdict = {SST_ACTION_NONE, SST_NEVER, false};
    c->open = false;
    note_refused(w, a);
    w->counts->fault[FAULT_TRANSPORT]++;
    afflict(w, CAUSE_NETWORK);
    bool unsent = chance(w, 500);
    log_line(w, "%c: %s", 'A' + a->index, unsent ? "is not sent" : "transport error");
    bool inside = a->inside;
    a->inside = true;
    if (unsent) {
        say_not_sent(w, a, &c->tx, SST_NEVER);
    } else {
        sst_session_failed(&a->session, &c->tx, SST_OUTCOME_TRANSPORT, clock_of(w, a), &verdict);
    }
    a->inside = inside;
    w->counts->action[verdict.action]++;
    judge(w, a, MAY_NOTHING);
    settle(w, a);
    return true;
}

static bool send_request(struct world *w, struct agent *a, struct client *c, enum sst_method method)
{
    struct packet packet = {0};
    packet.method = (uint8_t)method;
    packet.from = a->index;
    packet.offer = c->offer;
    packet.tagged = !c->initial;
    packet.allow = a->says_allow;
    packet.allow_update = a->update_known;
    if (a->kind == KIND_LIBRARY) {
        unsigned flags = c->offer ? SST_REQUEST_OFFER : 0;
        flags |= c->refresh ? SST_REQUEST_REFRESH : 0;
        if (sst_session_request(&a->session, &c->tx, method, flags, clock_of(w, a),
                                &packet.headers) != SST_OK) {
            return false;
        }
    } else if (a->kind == KIND_ROGUE) {
        rogue_headers(w, &packet);
    } else if (a->kind == KIND_FOREIGN) {
        foreign_request(w, a, &packet);
    }
    packet.cseq = ++a->cseq;
    if (a->tells_cseq) {
        sst_tx_set_cseq(&c->tx, packet.cseq);
    }
    c->cseq = packet.cseq;
    c->packet = packet;
    c->timed = a->policy->mode != SST_MODE_OFF;
    c->answered = false;
    c->sent_at = w->now;
    c->late = clock_of(w, a) >= a->expires;
    c->commits = a->commits;
    c->cancelled = false;
    c->open = true;
    if (a->kind == KIND_LIBRARY) {
        judge_request(w, a, &packet);
        judge(w, a, MAY_NOTHING);
        if (transport_fails(w, a, c)) {
            return true;
        }
    }
    launch(w, a, c);
    if (w->fickle && chance(w, 200)) {
        unsigned who = pick(w, 2);
        schedule(w, w->now + pick(w, 300), TIMED_ACT, who, 0, 0, ACT_POLICY);
    }
    settle(w, a);
    return true;
}

bool start_client(struct world *w, struct agent *a, enum sst_method method, bool refresh,
                  bool offer)
{
    struct client *c = client_of(a, slot_of(method));
    if (c->open) {
        return false;
    }
    c->retries = 0;
    c->refresh = refresh;
    c->offer = offer;
    c->initial = a->phase == PHASE_IDLE;
    return send_request(w, a, c, method);
}

void client_retry(struct world *w, struct agent *a, unsigned slot, uint32_t token)
{
    struct client *c = client_of(a, slot);
    if (c->open || c->token != token || !is_up(w, a) || (slot == SLOT_INVITE && !may_invite(a))) {
        return;
    }
    send_request(w, a, c, slot == SLOT_UPDATE ? SST_METHOD_UPDATE : SST_METHOD_INVITE);
}

void client_copy(struct world *w, struct agent *a, unsigned slot, uint32_t token)
{
    struct client *c = client_of(a, slot);
    if (!c->open || c->token != token || (slot == SLOT_INVITE && c->proceeding)) {
        return;
    }
    c->wait *= 2u;
    if (slot != SLOT_INVITE && c->wait > T2) {
        c->wait = T2;
    }
    if (a->away_until <= w->now) {
        send_packet(w, &c->packet);
    }
    schedule(w, w->now + c->wait, TIMED_CLIENT_COPY, a->index, slot, token, 0);
}

static void failed_call(struct world *w, struct agent *a)
{
    w->counts->scene[SCENE_FAILED_CALL]++;
    log_line(w, "%c: the call fails", 'A' + a->index);
    stop(w, a);
}

static void obey(struct world *w, struct agent *a, struct client *c,
                 const struct sst_verdict *verdict)
{
    unsigned slot = slot_of(c->packet.method);
    w->counts->action[verdict->action]++;
    switch (verdict->action) {
    case SST_ACTION_AUTH:
        if (!w->fair && chance(w, 200)) {
            afflict(w, CAUSE_UNSENT);
            break;
        } /* fall through */
    case SST_ACTION_RETRY:
        if (!c->open && c->retries < 40) {
            c->retries++;
            send_request(w, a, c, (enum sst_method)c->packet.method);
        }
        return;
    case SST_ACTION_WAIT:
        if (!c->refresh && verdict->when_ms != SST_NEVER && !c->open) {
            schedule(w, verdict->when_ms - a->clock, TIMED_RETRY, a->index, slot, c->token, 0);
        }
        return;
    case SST_ACTION_FAILED:
        break;
    case SST_ACTION_IGNORE:
        if (!a->restored && !has_ended(a)) {
            fail(w, "the response to an open transaction is ignored", "CSeq %u", c->cseq);
        }
        return;
    case SST_ACTION_NONE:
        return;
    }
    if (c->initial && !c->open) {
        failed_call(w, a);
    }
}

void client_out(struct world *w, struct agent *a, unsigned slot, uint32_t token)
{
    struct client *c = client_of(a, slot);
    if (!c->open || c->token != token || (slot == SLOT_INVITE && c->proceeding)) {
        return;
    }
    if (a->away_until > w->now) {
        schedule(w, a->away_until + 1u, TIMED_CLIENT_OUT, a->index, slot, token, 0);
        return;
    }
    struct sst_verdict verdict;
    c->open = false;
    if (slot == SLOT_BYE) {
        return;
    }
    w->counts->fault[FAULT_TIMEOUT]++;
    w->overlapped = true; /* its 2xx may have been sent, and be in force only at the other side */
    log_line(w, "%c: CSeq %u times out", 'A' + a->index, c->cseq);
    if (a->kind != KIND_LIBRARY) {
        if (c->initial) {
            failed_call(w, a);
        }
        return;
    }
    a->asked++; /* EC-50: an UPDATE that gets no response may be followed by a re-INVITE */
    a->attempting = true;
    a->probes = a->probes || c->commits != a->commits;
    bool inside = a->inside;
    a->inside = true;
    sst_session_failed(&a->session, &c->tx, SST_OUTCOME_TIMEOUT, clock_of(w, a), &verdict);
    a->inside = inside;
    judge(w, a, MAY_NOTHING);
    obey(w, a, c, &verdict);
    settle(w, a);
}

static void acknowledge(struct world *w, struct agent *a, const struct packet *response)
{
    struct packet ack = {0};
    ack.method = SST_METHOD_ACK;
    ack.from = a->index;
    ack.cseq = response->cseq;
    send_packet(w, &ack);
}

/* A retransmission or straggler: ACK it. If the library sees it, nothing may change. */
static void stray(struct world *w, struct agent *a, struct client *c, const struct packet *packet)
{
    if (packet->method == SST_METHOD_INVITE && packet->status >= 200) {
        acknowledge(w, a, packet);
    }
    bool knows = a->tells_cseq || (!c->open && c->cseq == packet->cseq);
    if (a->kind != KIND_LIBRARY || !a->tells_copies || !knows) {
        return;
    }
    struct sst_msg msg;
    struct sst_verdict verdict;
    view(&msg, packet);
    bool inside = a->inside;
    a->inside = true;
    sst_session_response(&a->session, &c->tx, &msg, clock_of(w, a), &verdict);
    a->inside = inside;
    w->counts->scene[SCENE_COPY_TOLD]++;
    w->counts->action[verdict.action]++;
    if (verdict.action != SST_ACTION_IGNORE) {
        fail(w, "EC-31: a retransmitted response is taken for a new one", "CSeq %u", packet->cseq);
    }
    judge(w, a, MAY_NOTHING);
    settle(w, a);
}

static void final_response(struct world *w, struct agent *a, struct client *c,
                           const struct packet *packet)
{
    struct sst_msg msg;
    struct sst_verdict verdict = {SST_ACTION_NONE, SST_NEVER, false};
    bool success = packet->status < 300;
    c->open = false;
    c->token++;
    if (packet->method == SST_METHOD_INVITE) {
        acknowledge(w, a, packet);
    }
    if (success && c->initial) {
        a->phase = PHASE_UP;
    }
    if (a->kind != KIND_LIBRARY) {
        if (!success && c->initial) {
            if (packet->status == 422 && has(w, HABIT_REQUIRE)) {
                fail(w, "EC-106: 422 to a caller that cannot follow it", "CSeq %u", c->cseq);
            }
            failed_call(w, a);
        }
        if (a->kind == KIND_FOREIGN) {
            foreign_response(w, a, packet);
        }
        return;
    }
    uint32_t token = c->token;
    view(&msg, packet);
    bool lost = packet->status == 408 || packet->status == 481;
    a->probes = lost && (a->probes || c->commits != a->commits);
    if (lost) {
        a->asked++; /* EC-50 */
        a->attempting = true;
    }
    if (!success) {
        note_refused(w, a);
        a->lives = true;
    }
    uint32_t most = a->policy->max_session_expires;
    if (packet->status == 422 && most != 0 && msg.min_se > most) {
        afflict(w, CAUSE_POLICY);
    }
    bool inside = a->inside;
    struct commit commit = {*a->policy, c->commits, false,    c->timed,
                            c->late,    c->sent_at, SST_NEVER};
    a->inside = true;
    sst_session_response(&a->session, &c->tx, &msg, clock_of(w, a), &verdict);
    a->inside = inside;
    if (verdict.action == SST_ACTION_IGNORE && !a->restored && !has_ended(a)) {
        fail(w, "the response to an open transaction is ignored", "CSeq %u", c->cseq);
        return;
    }
    if (success) {
        property_commit(a, &commit.by, c->refresh && commit.commits == a->commits, false);
        note_commit(w, a, packet, &commit);
    }
    judge(w, a, success ? MAY_COMMIT : MAY_NOTHING);
    if (c->token == token) {
        obey(w, a, c, &verdict);
    }
    settle(w, a);
}

static void provisional(struct world *w, struct agent *a, struct client *c,
                        const struct packet *packet)
{
    struct sst_msg msg;
    struct sst_verdict verdict;
    c->proceeding = true;
    a->lives = a->lives || packet->status > 100;
    c->answered = c->answered || packet->answers;
    if (c->initial && a->phase == PHASE_IDLE) {
        a->phase = PHASE_EARLY;
    }
    if (a->kind != KIND_LIBRARY) {
        return;
    }
    view(&msg, packet);
    sst_session_response(&a->session, &c->tx, &msg, clock_of(w, a), &verdict);
    w->counts->action[verdict.action]++;
    if (packet->answers && c->open && !has_ended(a) &&
        sst_session_offer_answered(&a->session, &c->tx) != SST_OK) {
        fail(w, "EC-122: an offer that was answered in a 1xx", "%c", 'A' + a->index);
    }
    judge(w, a, MAY_NOTHING);
    settle(w, a);
}

void client_response(struct world *w, struct agent *a, const struct packet *packet)
{
    struct client *c = client_of(a, slot_of(packet->method));
    if (packet->method == SST_METHOD_CANCEL || packet->method == SST_METHOD_OTHER) {
        return;
    }
    if (packet->method == SST_METHOD_UPDATE && packet->cseq == a->ping_cseq && packet->cseq != 0) {
        return; /* something else sent the request, and takes the response */
    }
    if (packet->method == SST_METHOD_BYE) {
        c->open = c->open && c->cseq != packet->cseq;
        return;
    }
    if (!c->open || c->cseq != packet->cseq) {
        stray(w, a, c, packet);
    } else if (packet->status < 200) {
        provisional(w, a, c, packet);
    } else {
        final_response(w, a, c, packet);
    }
}

void send_other(struct world *w, struct agent *a, enum sst_method method, uint32_t cseq)
{
    struct packet packet = {0};
    packet.method = (uint8_t)method;
    packet.from = a->index;
    packet.cseq = cseq;
    if (a->kind == KIND_LIBRARY) {
        ignored(sst_session_request(&a->session, NULL, method, 0, clock_of(w, a), &packet.headers));
    }
    if (method == SST_METHOD_OTHER && chance(w, 100)) {
        put_header(&packet, "Session-Expires", "100;refresher=uac"); /* EC-07 */
    }
    send_packet(w, &packet);
}

void cancel(struct world *w, struct agent *a)
{
    if (a->invite.open && a->invite.proceeding && !a->invite.cancelled) {
        w->counts->act[ACT_CANCEL]++;
        a->invite.cancelled = true;
        send_other(w, a, SST_METHOD_CANCEL, a->invite.cseq);
    }
}

void hang_up(struct world *w, struct agent *a)
{
    struct client *c = &a->bye;
    if (a->phase != PHASE_UP) {
        return;
    }
    stop(w, a);
    memset(&c->packet, 0, sizeof c->packet);
    c->packet.method = SST_METHOD_BYE;
    c->packet.from = a->index;
    c->packet.cseq = c->cseq = ++a->cseq;
    if (has(w, HABIT_CSEQ) && a->cseq > 3u && pick(w, 2) == 1) {
        c->packet.cseq = c->cseq = a->cseq - 2u; /* EC-117 */
    }
    launch(w, a, c);
}
