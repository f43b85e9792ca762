/* SPDX-License-Identifier: MIT */
/* Server transactions (RFC 3261 §17.2, §13.3.1.4), and how hosts answer. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static const uint16_t refusals[] = {500, 503, 480, 486, 488, 405, 403, 481, 408, 491,
                                    401, 407, 420, 421, 422, 404, 410, 413, 415, 501,
                                    504, 505, 600, 603, 606, 302, 487, 400};
#define REFUSALS (sizeof refusals / sizeof refusals[0])

static struct server *find(struct agent *a, const struct packet *packet, unsigned method)
{
    for (unsigned i = 0; i < SERVERS; i++) {
        struct server *s = &a->servers[i];
        if (s->used && s->cseq == packet->cseq && s->method == method) {
            return s;
        }
    }
    return NULL;
}

/* A free slot, or the least recently used one. */
static struct server *take(struct agent *a, const struct packet *packet)
{
    struct server *best = NULL;
    for (unsigned i = 0; i < SERVERS; i++) {
        struct server *s = &a->servers[i];
        if (!s->open && !s->await_ack && (best == NULL || s->since < best->since)) {
            best = s;
        }
    }
    if (best != NULL) {
        best->used = true;
        best->cseq = packet->cseq;
        best->method = packet->method;
        best->token++;
        best->commits = a->commits;
        best->most = 0;
        best->offer = packet->offer;
        best->answered = best->gave = best->rang = false;
        best->asked = 0;
        best->supports = get_header(packet, "Supported") != NULL;
        best->asked_role = SST_REFRESHER_NONE;
        memset(&best->response, 0, sizeof best->response);
    }
    return best;
}

static void respond(struct world *w, struct agent *a, struct server *s, unsigned status)
{
    s->response.status = (uint16_t)status;
    s->response.method = s->method;
    s->response.cseq = s->cseq;
    s->response.from = a->index;
    s->response.allow = a->says_allow;
    s->response.allow_update = a->update_known;
    send_packet(w, &s->response);
}

static void finish(struct world *w, struct agent *a, struct server *s)
{
    s->open = false;
    s->since = w->now;
    s->token++;
    if (s->method == SST_METHOD_INVITE) {
        s->await_ack = true;
        s->wait = T1;
        schedule(w, w->now + T1, TIMED_SERVER_COPY, a->index, (unsigned)(s - a->servers), s->token,
                 0);
    }
}

/* EC-115: a 2xx to a request that asks for nothing, or for which a proxy asks, leaves the refresh
 * where it was planned. A pending one may be tried again at any time, and one that waits to be
 * pulled is due. SST_NEVER: no plan to keep. */
static uint64_t planned_before(const struct world *w, const struct agent *a, const struct server *s)
{
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    bool pending = (a->invite.open && a->invite.refresh) || (a->update.open && a->update.refresh);
    bool lost = a->attempting && !pending; /* EC-123: no 2xx postpones a further attempt */
    if (s->asked != 0 && s->supports && !lost) {
        return SST_NEVER;
    }
    bool waits = (a->session.events >> (SST_EVENT_REFRESH - 1) & 1u) != 0;
    if (pending || waits || info.refresh_ms == SST_NEVER) {
        return pending || waits ? 0 : SST_NEVER;
    }
    uint64_t now = clock_of(w, a);
    return info.refresh_ms - (info.start_ms > now ? info.start_ms - now : 0); /* EC-44 */
}

static bool timer_runs(const struct agent *a)
{
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    return info.established && info.side != SST_SIDE_NONE;
}

/* Whether the library, asked at the answer, gives the header fields and the host uses them. @return
 * the status that is sent */
static unsigned library_answer(struct world *w, struct agent *a, struct server *s, unsigned status)
{
    bool inside = a->inside;
    struct commit commit = {*a->policy,
                            s->commits,
                            true,
                            a->policy->mode != SST_MODE_OFF,
                            false,
                            0,
                            planned_before(w, a, s)};
    bool runs = timer_runs(a);
    a->inside = true;
    s->response.status = (uint16_t)status;
    int result =
        sst_session_answer(&a->session, &s->tx, status, clock_of(w, a), &s->response.headers);
    a->inside = inside;
    if (result != SST_OK && has_ended(a)) {
        return 481; /* EC-76: only now does the host learn that the call is over */
    }
    if (result != SST_OK && status >= 200 && status < 300) {
        fail(w, "a 2xx to an open request is not accepted", "%d", result);
    }
    if (status >= 200 && status < 300) {
        const char *value = get_header(&s->response, "Session-Expires");
        /* EC-134: as much as RFC 4028 allows */
        unsigned long most = s->most != 0 && s->most < 90u && runs ? 90u : s->most;
        if (value != NULL && most != 0 && strtoul(value, NULL, 10) > most) {
            fail(w, "§9: a 2xx has more than was asked for", "%s, not %u", value, s->most);
        }
        if (s->asks && commit.timed && commit.by.accept_midcall && value == NULL) {
            fail(w, "§9, FB-04: a peer that asks for a timer gets one", "CSeq %u", s->cseq);
        }
        property_commit(a, &commit.by, false, s->asked == 0 || !s->supports || a->probes);
        note_commit(w, a, &s->response, &commit);
        judge(w, a, MAY_COMMIT);
    } else {
        a->refused_peer = true; /* EC-36: the BYE may wait until the expiration */
        judge(w, a, MAY_NOTHING);
    }
    return status;
}

void server_answer(struct world *w, struct agent *a, unsigned slot, uint32_t token, unsigned status)
{
    struct server *s = &a->servers[slot];
    if (!s->open || s->token != token || a->phase == PHASE_DEAD) {
        return;
    }
    if (a->away_until > w->now) {
        schedule(w, a->away_until, TIMED_SERVER_ANSWER, a->index, slot, token, 0);
        return;
    }
    bool initial = a->phase == PHASE_EARLY && s->method == SST_METHOD_INVITE;
    if (initial && status < 300) {
        a->phase = PHASE_UP;
    }
    finish(w, a, s);
    if (a->kind == KIND_LIBRARY) {
        status = library_answer(w, a, s, status);
    } else {
        s->response.status = (uint16_t)status;
        if (a->kind == KIND_ROGUE) {
            rogue_headers(w, &s->response);
        } else if (a->kind == KIND_FOREIGN && status < 300) {
            foreign_answer(w, a, s, initial);
        }
    }
    s->gave = status < 300 && s->response.offer;
    if (s->gave) {
        a->gave = true;
        a->gave_at = w->now;
    }
    respond(w, a, s, status);
    if (initial && status >= 300) {
        w->counts->scene[SCENE_FAILED_CALL]++;
        stop(w, a);
    }
    settle(w, a);
}

void server_copy(struct world *w, struct agent *a, unsigned slot, uint32_t token)
{
    struct server *s = &a->servers[slot];
    if (!s->await_ack || s->token != token) {
        return;
    }
    if (w->now < s->since + TIMER_B) {
        if (a->away_until <= w->now && a->phase != PHASE_DEAD) {
            if (a->kind == KIND_FOREIGN) {
                foreign_copy(w, a, &s->response);
            }
            send_packet(w, &s->response);
        }
        s->wait = 2u * s->wait < T2 ? 2u * s->wait : T2;
        schedule(w, w->now + s->wait, TIMED_SERVER_COPY, a->index, slot, token, 0);
        return;
    }
    s->await_ack = false;
    if (s->response.status < 300 && a->phase == PHASE_UP) {
        w->counts->fault[FAULT_ACK_TIMEOUT]++;
        log_line(w, "%c: no ACK", 'A' + a->index);
        if (w->causes == 0 && w->network != 3) {
            fail(w, "simulation: an ACK is lost where none is", "CSeq %u", s->cseq);
        }
        hang_up(w, a); /* RFC 3261 §13.3.1.4 */
    }
}

static void ack(struct world *w, struct agent *a, const struct packet *packet)
{
    struct server *s = find(a, packet, SST_METHOD_INVITE);
    if (s == NULL || !s->await_ack) {
        return;
    }
    s->await_ack = false;
    if (a->kind == KIND_LIBRARY && s->response.status < 300 && wants_late_ack(w, a)) {
        schedule(w, w->now + pick(w, 40000), TIMED_ACK, a->index, (unsigned)(s - a->servers),
                 s->token, 0);
        return;
    }
    if (a->kind == KIND_LIBRARY && a->tells_ack && s->response.status < 300) {
        sst_session_ack(&a->session, &s->tx, clock_of(w, a));
        a->gave = a->gave && !s->gave;
        judge(w, a, MAY_ACK);
        settle(w, a);
    }
}

/* How long a slow host takes to answer, and with what. */
static void plan_answer(struct world *w, struct agent *a, struct server *s)
{
    unsigned slot = (unsigned)(s - a->servers);
    bool initial = a->phase == PHASE_EARLY;
    unsigned status = 200;
    uint32_t delay = 0;
    if (!w->fair && chance(w, initial ? 10 : 60)) {
        status = refusals[pick(w, REFUSALS)];
        w->counts->fault[FAULT_REFUSAL]++;
        afflict(w, CAUSE_REFUSED);
    }
    if (s->method == SST_METHOD_INVITE) {
        delay = initial ? pick(w, 20000) : pick(w, 4) == 1 ? pick(w, 1500) : 0;
        uint32_t habit = habit_answer_delay(w, a, s);
        delay = habit != 0 ? habit : delay;
    }
    if (!w->fair && !initial && chance(w, 25)) {
        afflict(w, CAUSE_LATE);
        w->counts->fault[FAULT_LATE_ANSWER]++;
        delay = s->method == SST_METHOD_INVITE ? 1000u + pick(w, 150000) : pick(w, 40000);
    }
    if (!w->fair && !initial && chance(w, 8)) {
        afflict(w, CAUSE_LATE);
        w->counts->fault[FAULT_NO_ANSWER]++;
        return;
    }
    if (delay == 0) {
        server_answer(w, a, slot, s->token, status);
        return;
    }
    if (s->method == SST_METHOD_INVITE && (initial || delay > 200)) {
        if (a->kind == KIND_LIBRARY) {
            ignored(
                sst_session_answer(&a->session, &s->tx, 180, clock_of(w, a), &s->response.headers));
            judge(w, a, MAY_NOTHING);
        }
        answer_in_1xx(w, a, s);
        s->rang = true;
        respond(w, a, s, 180);
    }
    s->planned = (uint16_t)status;
    if (w->fickle && chance(w, 300)) {
        schedule(w, w->now + pick(w, delay), TIMED_ACT, a->index, 0, 0, ACT_POLICY);
    }
    schedule(w, w->now + delay, TIMED_SERVER_ANSWER, a->index, slot, s->token, 0);
}

static void note_learned(struct agent *a, const struct sst_msg *msg)
{
    uint32_t min_se = (msg->has & SST_MSG_MIN_SE) ? msg->min_se : 0;
    if (min_se > a->learned) {
        a->learned = min_se;
    }
}

/* What the library advises. @return the status, 0 to go on */
static unsigned advice_of(struct world *w, struct agent *a, struct server *s,
                          const struct packet *packet)
{
    struct sst_msg msg;
    struct sst_advice advice;
    if (a->phase == PHASE_UP && has(w, HABIT_ALLOW) && packet->method == SST_METHOD_UPDATE &&
        !a->update_known && packet->cseq != w->side[1 - a->index].ping_cseq) {
        return pick(w, 2) == 0 ? 405 : 501; /* from the host's lower layers */
    }
    if (a->kind != KIND_LIBRARY) {
        bool unknown = packet->method == SST_METHOD_UPDATE && !a->update_known;
        return a->phase == PHASE_OVER ? 481 : unknown ? 405 : 0;
    }
    view(&msg, packet);
    bool inside = a->inside;
    a->inside = true;
    int result = sst_session_receive(&a->session, &s->tx, &msg, clock_of(w, a), &advice);
    a->inside = inside;
    if (result != SST_OK) {
        fail(w, "a request from the peer is not accepted", "%d", result);
    }
    if ((msg.has & SST_MSG_SUPPORTED_TIMER) && (msg.has & SST_MSG_SESSION_EXPIRES)) {
        s->most = msg.session_expires;
    }
    if (a->phase != PHASE_OVER && advice.status == 481) {
        w->counts->scene[SCENE_ENDED_UNTOLD]++;
    } else if (a->phase != PHASE_OVER && advice.status != 500) { /* EC-107 */
        note_learned(a, &msg);
    } else if (a->phase == PHASE_OVER && advice.status != 481) {
        fail(w, "EC-76: a request after the end gets no 481", "%u", advice.status);
    }
    static const uint16_t known[] = {0, 400, 420, 422, 481, 491, 500};
    for (unsigned i = 0; i < 7; i++) {
        w->counts->advice[i] += known[i] == advice.status;
    }
    w->counts->scene[SCENE_422_BY_UAS] += advice.status == 422;
    w->counts->scene[SCENE_GLARE] += advice.status == 491;
    a->refused_peer = a->refused_peer || advice.status != 0; /* EC-36 */
    property_refused(w, a, s, packet, advice.status);
    s->response.headers = advice.headers;
    judge(w, a, MAY_NOTHING);
    return advice.status;
}

static void copy_of_request(struct world *w, struct agent *a, struct server *s,
                            const struct packet *packet)
{
    struct sst_msg msg;
    struct sst_advice advice;
    if (a->kind == KIND_LIBRARY && a->tells_copies && a->phase == PHASE_UP && !a->restored &&
        !has_ended(a) && a->session.next_cseq == packet->cseq + 1u) {
        view(&msg, packet);
        int result = sst_session_receive(&a->session, &s->tx, &msg, clock_of(w, a), &advice);
        w->counts->scene[SCENE_COPY_TOLD]++;
        if (result != SST_OK || !advice.copy) {
            fail(w, "EC-78: a retransmitted request is taken for a new one", "CSeq %u",
                 packet->cseq);
        }
        judge(w, a, MAY_NOTHING);
    }
    if (!s->open || s->response.status == 180) {
        send_packet(w, &s->response);
    }
}

static void refresh_request(struct world *w, struct agent *a, const struct packet *packet)
{
    struct server *s = find(a, packet, packet->method);
    if (s != NULL) {
        copy_of_request(w, a, s, packet);
        return;
    }
    s = take(a, packet);
    if (s == NULL || (a->phase == PHASE_IDLE && packet->method != SST_METHOD_INVITE)) {
        return;
    }
    bool initial = a->phase == PHASE_IDLE;
    if (initial) {
        a->phase = PHASE_EARLY;
    }
    s->response.offer = !packet->offer && packet->method == SST_METHOD_INVITE;
    s->asks = get_header(packet, "Session-Expires") != NULL &&
              get_header(packet, "Supported") != NULL && a->kind == KIND_LIBRARY &&
              w->side[1 - a->index].kind == KIND_LIBRARY;
    s->open = true;
    const char *interval = get_header(packet, "Session-Expires");
    s->asked = interval != NULL ? (uint32_t)strtoul(interval, NULL, 10) : 0;
    s->asked_role = interval == NULL                            ? SST_REFRESHER_NONE
                    : strstr(interval, "refresher=uac") != NULL ? SST_REFRESHER_UAC
                    : strstr(interval, "refresher=uas") != NULL ? SST_REFRESHER_UAS
                                                                : SST_REFRESHER_NONE;
    unsigned status = advice_of(w, a, s, packet);
    if (status != 0) {
        finish(w, a, s);
        respond(w, a, s, status);
        if (initial) {
            a->phase = PHASE_IDLE; /* another INVITE may follow a 422 */
        }
    } else {
        plan_answer(w, a, s);
    }
    settle(w, a);
}

static void simple_response(struct world *w, struct agent *a, const struct packet *packet)
{
    struct packet response = {0};
    response.method = packet->method;
    response.cseq = packet->cseq;
    response.status = 200;
    response.from = a->index;
    send_packet(w, &response);
}

static void other_request(struct world *w, struct agent *a, const struct packet *packet)
{
    struct sst_msg msg;
    struct sst_advice advice;
    if (a->kind == KIND_LIBRARY && a->phase != PHASE_IDLE) {
        view(&msg, packet);
        bool inside = a->inside;
        a->inside = true;
        int result = sst_session_receive(&a->session, NULL, &msg, clock_of(w, a), &advice);
        a->inside = inside;
        judge(w, a, MAY_NOTHING);
        if (result != SST_OK) {
            fail(w, "a request from the peer is not accepted", "%d", result);
        }
        if (has(w, HABIT_CSEQ) && packet->method == SST_METHOD_BYE && advice.status != 0) {
            fail(w, "EC-117: a BYE is refused", "%u", advice.status);
        }
    }
    simple_response(w, a, packet);
    if (packet->method == SST_METHOD_BYE && a->phase != PHASE_IDLE) {
        stop(w, a);
    }
    settle(w, a);
}

void server_request(struct world *w, struct agent *a, const struct packet *packet)
{
    switch ((enum sst_method)packet->method) {
    case SST_METHOD_ACK:
        ack(w, a, packet);
        break;
    case SST_METHOD_CANCEL: {
        struct server *s = find(a, packet, SST_METHOD_INVITE);
        if (s != NULL && s->open) {
            server_answer(w, a, (unsigned)(s - a->servers), s->token, 487);
        }
        break;
    }
    case SST_METHOD_INVITE:
    case SST_METHOD_UPDATE:
        refresh_request(w, a, packet);
        break;
    case SST_METHOD_BYE:
    case SST_METHOD_OTHER:
        other_request(w, a, packet);
        break;
    }
}
