/* SPDX-License-Identifier: MIT */
/* The peer's requests of a dialog and the answers to them: RFC 4028 §9, RFC 3261 §14.2. */
#include "session/session_private.h"

void sst_session_learn(struct sst_session *s, const struct sst_msg *msg)
{
    /* A failure response may be a proxy's; 100 always is the next hop's. */
    bool speaks = msg->status == 0 || (msg->status > 100 && msg->status < 300);
    if (!speaks) {
        return;
    }
    if (msg->has & SST_MSG_SUPPORTED_TIMER) {
        s->flags |= F_PEER_SUPPORTS;
    }
    if (msg->has & SST_MSG_ALLOW) {
        /* §7.4, EC-55: the newest Allow counts. */
        if (msg->has & SST_MSG_ALLOW_UPDATE) {
            s->flags = (s->flags & ~F_UPDATE_REFUSED) | F_UPDATE_ALLOWED;
        } else {
            s->flags &= ~F_UPDATE_ALLOWED;
        }
    }
}

/* RFC 3261 §12.2.2 */
static bool out_of_order(struct sst_session *s, const struct sst_msg *request)
{
    if (request->cseq == 0) {
        return false;
    }
    if (request->cseq < s->remote_cseq) {
        sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW));
        return true;
    }
    s->remote_cseq = request->cseq;
    return false;
}

/* Whether the request crosses another transaction; RFC 3261 §14.2, RFC 3311 §5.2, EC-70 to EC-75.
 * The offers of an early dialog are the host's to judge: it knows what the 1xx have answered. */
static unsigned glare(const struct sst_session *s, const struct sst_msg *request, uint64_t now)
{
    bool offer = request->has & SST_MSG_OFFER;
    /* A host that does not report ACKs: no longer than one can take. */
    bool await = (s->flags & F_AWAIT_ANSWER) && now < sst_add_ms(s->start_ms, SST_TRANSACTION_MS);
    bool update = request->method == SST_METHOD_UPDATE;
    if (s->flags & (update ? F_PEER_UPDATE : F_PEER_INVITE)) {
        return 500;
    }
    if (!(s->flags & F_ESTABLISHED)) {
        return 0;
    }
    if (!update && (s->flags & F_OWN_INVITE)) {
        return 491;
    }
    if (offer && (await || (s->flags & F_OWN_OFFER))) {
        return 491;
    }
    if (update && offer && (s->flags & F_PEER_INVITE_OFFER)) {
        return 500;
    }
    if (s->policy->strict_overlap && (s->flags & (F_OWN_INVITE | F_OWN_UPDATE)) &&
        (request->has & SST_MSG_SESSION_EXPIRES)) {
        return 491; /* EC-21, erratum 4744 */
    }
    return 0; /* EC-73: an UPDATE without offer beside an open INVITE is fine */
}

/* EC-36: who is refused when the BYE would be due is alive, and may ask again. */
static void hold(struct sst_session *s, uint64_t now)
{
    bool watching = (s->flags & F_REMOTE) && (s->flags & F_ESTABLISHED);
    if (watching && now >= sst_session_expiration(s) - s->guard_ms) {
        s->flags |= F_HELD;
    }
}

static void refuse(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                   unsigned status, uint32_t value, struct sst_advice *advice)
{
    if (tx != NULL) {
        memset(tx, 0, sizeof *tx);
        tx->cseq = request->cseq;
        tx->interval = status;
        tx->min_se = value;
        tx->flags = TX_PEER | TX_EVER | TX_REFUSED;
        tx->flags |= request->method == SST_METHOD_UPDATE ? TX_UPDATE : 0;
    }
    if (status == 422) {
        SST_COUNT(s, rejected_422);
    } else if (status == 491) {
        SST_COUNT(s, rejected_491);
    }
    advice->status = status;
    sst_refusal_headers(s->policy, status, value, &advice->headers);
}

/* §9: what the answer will depend on is kept with the transaction. */
static void open_peer(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                      const struct sst_facts *facts)
{
    bool update = request->method == SST_METHOD_UPDATE;
    memset(tx, 0, sizeof *tx);
    tx->cseq = request->cseq;
    tx->interval = facts->session_expires;
    tx->min_se = facts->min_se;
    tx->generation = s->generation;
    tx->flags = TX_OPEN | TX_PEER | TX_EVER;
    tx->flags |= update ? TX_UPDATE : 0;
    tx->flags |= !update && !(s->flags & F_ESTABLISHED) ? TX_INITIAL : 0;
    tx->flags |= facts->has_session_expires ? TX_HAS_SE : 0;
    tx->flags |= facts->supports ? TX_SUPPORTS : 0;
    tx->flags |= (uint16_t)((unsigned)facts->refresher << TX_REFRESHER_SHIFT);
    s->flags |= update ? F_PEER_UPDATE : F_PEER_INVITE;
    if (request->has & SST_MSG_OFFER) {
        tx->flags |= TX_OFFER;
        s->flags |= update ? F_PEER_UPDATE_OFFER : F_PEER_INVITE_OFFER;
    }
}

/* INVITE and UPDATE. */
static void receive_refresh(struct sst_session *s, struct sst_tx *tx,
                            const struct sst_msg *request, uint64_t now,
                            struct sst_advice *advice)
{
    uint32_t violations = 0;
    uint32_t value = 0;
    struct sst_facts facts;
    sst_uas_facts(s->policy, request, &facts, &violations);
    if ((s->flags & F_ESTABLISHED) && (s->flags & F_PEER_SUPPORTS) && !facts.supports) {
        violations |= SST_VIOLATION_BIT(SST_VIOLATION_SUPPORTED_MISSING);
    }
    sst_session_note_violations(s, violations);
    s->min_se = sst_max(s->min_se, facts.min_se); /* §7.4, EC-26: received is enough */
    sst_session_learn(s, request);

    unsigned status = glare(s, request, now);
    if (status == 500) {
        value = sst_session_random(s, 10u); /* RFC 3261 §14.2 */
    } else if (status == 0) {
        status = sst_uas_refuse(s->policy, request, &value);
    }
    if (status != 0) {
        refuse(s, tx, request, status, value, advice);
        hold(s, now);
    } else {
        open_peer(s, tx, request, &facts);
    }
}

/* Every other method: Table 1 allows it neither header field. */
static void receive_other(struct sst_session *s, const struct sst_msg *request,
                          struct sst_advice *advice)
{
    uint32_t violations = 0;
    if (request->has & SST_MSG_SESSION_EXPIRES) {
        violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_MISPLACED);
    }
    if (request->has & SST_MSG_MIN_SE) {
        violations |= SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_MISPLACED);
    }
    sst_session_note_violations(s, violations);
    sst_session_learn(s, request);
    /* RFC 3261 §8.2.2.3; a BYE is not refused: its call is over whatever we say. */
    if (s->policy->mode == SST_MODE_OFF && (request->has & SST_MSG_REQUIRE_TIMER) &&
        request->method == SST_METHOD_OTHER) {
        refuse(s, NULL, request, 420, 0, advice);
    }
}

/* Of the request of this tx. A CSeq number that is known tells also after the answer; the dialog's
 * last one has to be the same, since a structure may come from another dialog. */
static bool is_copy(const struct sst_session *s, const struct sst_tx *tx,
                    const struct sst_msg *request)
{
    bool same = (tx->flags & TX_PEER) && tx->cseq == request->cseq &&
                sst_tx_method(tx) == request->method;
    bool known = request->cseq != 0 && request->cseq == s->remote_cseq;
    return same && (known || (tx->flags & TX_OPEN));
}

int sst_session_receive(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                        uint64_t now_ms, struct sst_advice *advice)
{
    if (s == NULL || s->policy == NULL || request == NULL || advice == NULL) {
        return SST_ERR_ARGUMENT;
    }
    bool refresh = request->method == SST_METHOD_INVITE || request->method == SST_METHOD_UPDATE;
    if (request->status != 0 || (refresh && tx == NULL)) {
        return SST_ERR_ARGUMENT;
    }
    advice->status = 0;
    advice->copy = false;
    advice->headers.count = 0;
    if (request->method == SST_METHOD_ACK || request->method == SST_METHOD_CANCEL) {
        return SST_OK; /* they repeat the CSeq of their INVITE; an ACK has no answer */
    }
    if (s->flags & F_ENDED) {
        if (request->method != SST_METHOD_BYE) { /* EC-76 */
            refuse(s, refresh ? tx : NULL, request, 481, 0, advice);
        }
        return SST_OK;
    }
    if (refresh && is_copy(s, tx, request)) {
        advice->copy = true; /* EC-78 */
        return SST_OK;
    }
    if (refresh && (tx->flags & TX_OPEN)) {
        return SST_ERR_STATE;
    }
    sst_session_note_violations(s, request->violations);
    if (out_of_order(s, request)) {
        refuse(s, refresh ? tx : NULL, request, 500, 0, advice); /* EC-107 */
    } else if (refresh) {
        receive_refresh(s, tx, request, sst_session_now(s, now_ms), advice);
    } else {
        receive_other(s, request, advice);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

static void close_peer(struct sst_session *s, struct sst_tx *tx)
{
    if (tx->flags & TX_UPDATE) {
        s->flags &= ~(F_PEER_UPDATE | F_PEER_UPDATE_OFFER);
    } else {
        s->flags &= ~(F_PEER_INVITE | F_PEER_INVITE_OFFER);
    }
    tx->flags &= (uint16_t)~TX_OPEN;
}

static void accept(struct sst_session *s, struct sst_tx *tx, uint64_t now,
                   struct sst_headers *headers)
{
    struct sst_dialog dialog;
    struct sst_facts facts = {0};
    struct sst_answer answer;
    struct sst_outcome_timer timer = {0, SST_SIDE_NONE, false};
    facts.session_expires = tx->interval;
    facts.min_se = tx->min_se;
    facts.refresher = (enum sst_refresher)((tx->flags & TX_REFRESHER) >> TX_REFRESHER_SHIFT);
    facts.has_session_expires = tx->flags & TX_HAS_SE;
    facts.supports = tx->flags & TX_SUPPORTS;
    sst_session_dialog(s, &dialog);
    sst_uas_answer(s->policy, &dialog, &facts, &answer);
    if (!dialog.established && (tx->flags & TX_UPDATE) && !facts.has_session_expires) {
        /* EC-20: one negotiation at a time, and the initial INVITE's is under way. */
        answer = (struct sst_answer){.supported = answer.supported};
    }
    sst_answer_headers(&answer, headers);

    /* §9: interval and role are taken from the 2xx that is sent. */
    if (answer.refresher != SST_REFRESHER_NONE) {
        timer.interval = answer.session_expires;
        timer.side = answer.refresher == SST_REFRESHER_UAS ? SST_SIDE_LOCAL : SST_SIDE_REMOTE;
        /* Asked for by nobody else, to a peer that cannot watch it; EC-18, EC-19. */
        timer.own_benefit = !facts.supports && !facts.has_session_expires &&
                            (dialog.own_benefit || dialog.side == SST_SIDE_NONE);
        if (dialog.established) {
            SST_COUNT(s, refreshes_received);
        }
    }
    close_peer(s, tx);
    sst_session_commit(s, &timer, tx->generation, tx->flags & TX_INITIAL, now);
    if (!(tx->flags & TX_UPDATE)) {
        tx->flags |= TX_ANSWERED;
        tx->generation = s->generation;
        s->flags |= F_AWAIT_ACK;
        s->flags |= (tx->flags & TX_OFFER) ? 0 : F_AWAIT_ANSWER;
    }
}

static void discard(struct sst_session *s, struct sst_tx *tx, uint64_t now)
{
    hold(s, now);
    close_peer(s, tx);
}

/* A refusal that was advised is as advised. One of the host's own says nothing of the timer: its 420
 * is for another option tag, its 500 for another reason. */
static void response_headers(const struct sst_session *s, const struct sst_tx *tx, unsigned status,
                             struct sst_headers *headers)
{
    bool advised = tx != NULL && (tx->flags & TX_REFUSED) && tx->interval == status;
    bool needs_number = advised || status == 422;
    sst_refusal_headers(s->policy, needs_number ? status : 0, advised ? tx->min_se : 0, headers);
}

int sst_session_answer(struct sst_session *s, struct sst_tx *tx, unsigned status, uint64_t now_ms,
                       struct sst_headers *headers)
{
    if (headers != NULL) {
        headers->count = 0;
    }
    if (s == NULL || s->policy == NULL || headers == NULL || status < 100 || status > 699) {
        return SST_ERR_ARGUMENT;
    }
    response_headers(s, tx, status, headers);
    if (tx == NULL) {
        return SST_OK;
    }
    if ((s->flags & F_ENDED) || !(tx->flags & TX_OPEN) || !(tx->flags & TX_PEER)) {
        return SST_ERR_STATE;
    }
    if (status < 200) {
        return SST_OK;
    }
    uint64_t now = sst_session_now(s, now_ms);
    if (status < 300) {
        accept(s, tx, now, headers);
    } else {
        discard(s, tx, now);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

int sst_session_ack(struct sst_session *s, struct sst_tx *tx, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL || tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if ((s->flags & F_ENDED) || !(tx->flags & TX_ANSWERED)) {
        return SST_ERR_STATE;
    }
    tx->flags &= (uint16_t)~TX_ANSWERED;
    s->flags &= ~(F_AWAIT_ACK | F_AWAIT_ANSWER);
    if ((s->flags & F_REMOTE) && tx->generation == s->generation) {
        /* EC-30: a lost 2xx moves the start of the side that refreshes by as much. */
        uint64_t latest = sst_add_ms(s->start_ms, SST_TRANSACTION_MS);
        uint64_t now = sst_session_now(s, now_ms);
        s->start_ms = now < latest ? now : latest;
        if (s->refresh_ms < s->start_ms) {
            s->refresh_ms = s->start_ms; /* a rescue that was due stays due */
        }
    }
    return SST_OK;
}

int sst_session_ack_timeout(struct sst_session *s, struct sst_tx *tx, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL || tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if ((s->flags & F_ENDED) || !(tx->flags & TX_ANSWERED)) {
        return SST_ERR_STATE;
    }
    tx->flags &= (uint16_t)~TX_ANSWERED;
    return sst_session_end(s, now_ms); /* EC-47 */
}
