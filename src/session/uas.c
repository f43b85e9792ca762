/* SPDX-License-Identifier: MIT */
/* The peer's requests of a dialog, and our responses to them: RFC 4028 §9, RFC 3261 §14.2. */
#include "session/event.h"

/* RFC 3261 §8.1.1.5: a CSeq is below 2^31. */
#define CSEQ_END (UINT32_C(1) << 31)

/* RFC 3261 §12.2.2. EC-117: a BYE is never rejected, as its call is over whatever we say.
 * @return 0, or the status to reject the request with */
static unsigned check_order(struct sst_session *s, const struct sst_msg *request)
{
    bool bye = request->method == SST_METHOD_BYE;
    if (!(request->has & SST_MSG_CSEQ)) {
        return 0;
    }
    if (request->cseq >= CSEQ_END) {
        sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_RANGE));
        return bye ? 0 : 400; /* EC-133 */
    }
    if (request->cseq + 1u < s->next_cseq) {
        sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW));
        return bye ? 0 : 500; /* EC-107 */
    }
    s->next_cseq = request->cseq + 1u;
    return 0;
}

/* Whether an offer of ours waits for its answer; RFC 3261 §14.2, RFC 3311 §5.2. */
static bool is_our_offer_open(const struct sst_session *s, uint64_t now)
{
    return sst_open(s, LOCAL_INVITE_AT) == OPEN_OFFER ||
           sst_open(s, LOCAL_UPDATE_AT) == OPEN_OFFER ||
           ((s->flags & F_AWAIT_ANSWER) && now < sst_ack_until(s));
}

/* EC-21, erratum 4744: one negotiation at a time, by policy. But a request that rings for a long
 * time must not keep out the refreshes that keep the call alive: from midway between half the
 * interval and the refresher's last attempt on, every request is let in. */
static bool is_strict(const struct sst_session *s, uint64_t now)
{
    if (!s->policy->strict_overlap || !(s->flags & F_LOCAL_REQUEST)) {
        return false;
    }
    uint64_t half = sst_session_half(s);
    return !sst_is_running(s) || now < half + (sst_session_last_attempt(s) - half) / 2u;
}

/* Whether the request crosses another transaction; RFC 3261 §14.2, RFC 3311 §5.2, EC-70 to EC-75.
 * @return 0, or the status to reject it with */
static unsigned glare(const struct sst_session *s, const struct sst_msg *request, uint64_t now)
{
    bool update = request->method == SST_METHOD_UPDATE;
    if (sst_open(s, sst_open_at(false, (enum sst_method)request->method)) != OPEN_NONE) {
        return 500;
    }
    if (!update && sst_open(s, LOCAL_INVITE_AT) != OPEN_NONE) {
        return 491; /* EC-128: in an early dialog as well */
    }
    if (sst_phase(s) != PHASE_CONFIRMED) {
        /* In an early dialog the peer sends an offer only after a 1xx answered the initial one. */
        return update && sst_phase(s) == PHASE_IDLE ? 481 : 0;
    }
    bool offer = request->has & SST_MSG_OFFER;
    if (offer && is_our_offer_open(s, now)) {
        return 491;
    }
    if (update && offer && sst_open(s, PEER_INVITE_AT) == OPEN_OFFER) {
        return 500;
    }
    if ((request->has & SST_MSG_SESSION_EXPIRES) && is_strict(s, now)) {
        return 491; /* EC-21, erratum 4744 */
    }
    return 0; /* EC-73: an UPDATE without an offer may cross a pending INVITE */
}

/* The number that a rejection needs besides its status: Retry-After for 500; Table 1, RFC 3261
 * §14.2. */
static uint32_t number_of(const struct sst_session *s, unsigned status)
{
    return status == 500 ? sst_session_random(s, 10u) : 0;
}

static void refuse(struct sst_session *s, unsigned status, uint32_t value,
                   struct sst_advice *advice)
{
    if (status == 422) {
        SST_COUNT(s, rejected_422);
    } else if (status == 491) {
        SST_COUNT(s, rejected_491);
    }
    advice->status = status;
    sst_refusal_headers(s->policy, status, value, &advice->headers);
}

/* §9: keeps with the transaction what our response will depend on. */
static void keep(const struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                 const struct sst_facts *facts)
{
    bool update = request->method == SST_METHOD_UPDATE;
    memset(tx, 0, sizeof *tx);
    tx->cseq = (request->has & SST_MSG_CSEQ) && request->cseq < CSEQ_END ? request->cseq + 1u : 0;
    tx->min_se = facts->min_se;
    tx->generation = s->generation;
    tx->flags |= update ? TX_UPDATE : 0;
    if (!update && sst_phase(s) != PHASE_CONFIRMED) {
        sst_tx_set(tx, TX_KIND_AT, 3u, TX_INITIAL);
    }
    tx->flags |= facts->supports ? TX_SUPPORTED : 0;
    if (facts->has_session_expires) {
        /* 0 means none, so 0 s is kept as 1 s: both are below any minimum. */
        tx->interval = sst_max(facts->session_expires, 1u);
        sst_tx_set(tx, TX_REFRESHER_AT, 3u, (uint32_t)facts->refresher);
    }
}

static void open_peer(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request)
{
    bool offer = request->has & SST_MSG_OFFER;
    sst_tx_set_state(tx, TX_PEER_OPEN);
    sst_set_open(s, sst_open_at(false, sst_tx_method(tx)), offer ? OPEN_OFFER : OPEN_PLAIN);
    if (sst_tx_is_initial(tx)) {
        sst_set_phase(s, PHASE_EARLY);
    }
}

/* INVITE and UPDATE. */
static void receive_refresh(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                            unsigned status, uint64_t now, struct sst_advice *advice)
{
    uint32_t violations = 0;
    uint32_t value = number_of(s, status);
    struct sst_facts facts;
    struct sst_dialog dialog;
    sst_uas_facts(s->policy, request, &facts, &violations);
    keep(s, tx, request, &facts);
    sst_session_dialog(s, &dialog);
    if (status == 0) { /* else it is out of order: nothing is learned from it */
        if (dialog.established && dialog.peer_supports && !facts.supports) {
            violations |= SST_VIOLATION_BIT(SST_VIOLATION_SUPPORTED_MISSING);
        }
        sst_session_note_violations(s, violations);
        s->min_se = sst_max(s->min_se, facts.min_se); /* §7.4, EC-26: received is enough */
        sst_session_learn(s, request);
        status = glare(s, request, now);
        value = number_of(s, status);
    }
    if (status == 0) {
        status = sst_uas_refuse(s->policy, &dialog, request, &value);
    }
    if (status == 0) {
        if (facts.supports && facts.has_session_expires &&
            facts.session_expires < s->policy->absolute_min) {
            /* EC-134: already in force, but below what RFC 4028 §4 allows */
            sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_SE_BELOW_ABSOLUTE));
        }
        open_peer(s, tx, request);
        return;
    }
    sst_tx_set_state(tx, TX_PEER_REFUSED);
    refuse(s, status, value, advice);
    sst_hold_bye(s, sst_session_half(s), now); /* EC-36 */
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
    /* RFC 3261 §8.2.2.3. A BYE is not rejected: its call is over whatever we say. */
    if (s->policy->mode == SST_MODE_OFF && (request->has & SST_MSG_REQUIRE_TIMER) &&
        request->method == SST_METHOD_OTHER) {
        refuse(s, 420, 0, advice);
    }
}

/* Whether this is a retransmission of tx's request, which is pending or not. A known CSeq shows
 * that even after our response, but it must be the dialog's last one, since tx may come from
 * another dialog. */
static bool is_copy(const struct sst_session *s, const struct sst_tx *tx,
                    const struct sst_msg *request, bool pending)
{
    uint32_t cseq = (request->has & SST_MSG_CSEQ) ? request->cseq + 1u : 0;
    bool peer = sst_tx_state(tx) >= TX_PEER_OPEN;
    bool same = peer && tx->cseq == cseq && sst_tx_method(tx) == request->method;
    bool known = cseq != 0 && cseq == s->next_cseq;
    return same && (known || pending);
}

int sst_session_receive(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *request,
                        uint64_t now_ms, struct sst_advice *advice)
{
    if (s == NULL || s->policy == NULL || request == NULL || advice == NULL) {
        return SST_ERR_ARGUMENT;
    }
    bool refresh = request->method == SST_METHOD_INVITE || request->method == SST_METHOD_UPDATE;
    advice->status = 0;
    advice->copy = false;
    advice->headers.count = 0;
    if (request->status != 0 || (refresh && tx == NULL)) {
        return SST_ERR_ARGUMENT;
    }
    if (request->method == SST_METHOD_ACK || request->method == SST_METHOD_CANCEL) {
        return SST_OK; /* they repeat the CSeq of their INVITE; an ACK has no response */
    }
    if (sst_phase(s) == PHASE_ENDED) {
        if (request->method != SST_METHOD_BYE) { /* EC-76 */
            refuse(s, 481, 0, advice);
        }
        return SST_OK;
    }
    bool pending = refresh && sst_session_is_open(s, tx);
    if (refresh && is_copy(s, tx, request, pending)) {
        advice->copy = true; /* EC-78 */
        return SST_OK;
    }
    if (pending) {
        return SST_ERR_STATE;
    }
    sst_session_note_violations(s, request->violations);
    unsigned status = check_order(s, request);
    if (refresh) {
        receive_refresh(s, tx, request, status, sst_session_now(s, now_ms), advice);
    } else if (status != 0) {
        refuse(s, status, number_of(s, status), advice);
    } else {
        receive_other(s, request, advice);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

/* @return whether it had an offer, and what became of it */
static enum sst_open close_peer(struct sst_session *s, struct sst_tx *tx)
{
    unsigned at = sst_open_at(false, sst_tx_method(tx));
    enum sst_open open = sst_open(s, at);
    sst_set_open(s, at, OPEN_NONE);
    sst_tx_set_state(tx, TX_PEER_CLOSED);
    if (sst_tx_is_initial(tx) && sst_phase(s) == PHASE_EARLY) {
        sst_set_phase(s, PHASE_IDLE);
    }
    return open;
}

static void facts_of(const struct sst_tx *tx, struct sst_facts *facts)
{
    *facts = (struct sst_facts){0};
    facts->session_expires = tx->interval;
    facts->min_se = tx->min_se;
    facts->refresher = (enum sst_refresher)sst_bits(tx->flags, TX_REFRESHER_AT, 3u);
    facts->has_session_expires = tx->interval != 0;
    facts->supports = tx->flags & TX_SUPPORTED;
}

static void accept(struct sst_session *s, struct sst_tx *tx, uint64_t now_ms,
                   struct sst_headers *headers)
{
    uint64_t now = sst_session_restate(s, now_ms);
    struct sst_dialog dialog;
    struct sst_facts facts;
    struct sst_answer answer;
    struct sst_commit commit = {
        .sent = SST_NEVER,
        .generation = tx->generation,
        .establishes = sst_tx_is_initial(tx),
    };
    facts_of(tx, &facts);
    sst_session_dialog(s, &dialog);
    sst_uas_answer(s->policy, &dialog, &facts, &answer);
    if (!dialog.established && (tx->flags & TX_UPDATE) && !facts.has_session_expires) {
        /* EC-20: one negotiation at a time, and the initial INVITE's is pending. */
        answer = (struct sst_answer){.supported = answer.supported};
    }
    sst_answer_headers(&answer, headers);
    /* §9: interval and role are taken from the 2xx that is sent. */
    sst_uas_timer(s->policy, &dialog, &facts, &answer, &commit.timer);
    commit.told = answer.session_expires;
    /* EC-115: the peer may know nothing of this request. Without support, even an interval proves
     * nothing: a proxy may have added it. */
    commit.keeps_plan = !facts.has_session_expires || !facts.supports;
    if (dialog.established && commit.timer.side != SST_SIDE_NONE) {
        SST_COUNT(s, refreshes_received);
    }
    enum sst_open open = close_peer(s, tx);
    sst_session_commit(s, &commit, now);
    if (!(tx->flags & TX_UPDATE)) {
        sst_tx_set_state(tx, TX_PEER_ANSWERED);
        tx->generation = s->generation;
        sst_session_await_ack(s, open == OPEN_PLAIN); /* then our 2xx carried the offer */
    }
}

/* Header fields of any response, and what a rejection adds. A rejection that we advised is sent as
 * advised; one that the host chose says nothing about the timer: its 420 is for another option
 * tag. */
static void response_headers(const struct sst_session *s, const struct sst_tx *tx, unsigned status,
                             struct sst_headers *headers)
{
    bool advised = tx != NULL && sst_tx_state(tx) == TX_PEER_REFUSED;
    uint32_t value = 0;
    if (status == 422) {
        value = tx == NULL ? 0 : tx->min_se; /* EC-105 */
    } else if (advised) {
        value = number_of(s, status);
    } else {
        status = 0;
    }
    sst_refusal_headers(s->policy, status, value, headers);
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
    bool pending = tx != NULL && sst_tx_state(tx) == TX_PEER_OPEN && sst_session_is_open(s, tx);
    if (pending && status / 100u == 2u) {
        accept(s, tx, now_ms, headers);
        return SST_OK;
    }
    response_headers(s, tx, status, headers);
    if (tx == NULL || (status >= 300 && sst_tx_state(tx) == TX_PEER_REFUSED)) {
        return SST_OK;
    }
    if (sst_phase(s) == PHASE_ENDED) {
        return SST_ERR_ENDED;
    }
    if (!pending) {
        return SST_ERR_STATE;
    }
    if (status >= 300) {
        uint64_t now = sst_session_now(s, now_ms);
        sst_hold_bye(s, sst_session_half(s), now); /* EC-36 */
        (void)close_peer(s, tx);
    }
    return SST_OK;
}

int sst_session_ack(struct sst_session *s, struct sst_tx *tx, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL || tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_phase(s) == PHASE_ENDED) {
        return SST_ERR_ENDED;
    }
    if (sst_tx_state(tx) != TX_PEER_ANSWERED) {
        return SST_ERR_STATE;
    }
    sst_tx_set_state(tx, TX_PEER_CLOSED);
    /* EC-30: if the 2xx was lost, the refresher started its interval later, by as much. */
    sst_session_acknowledged(s, tx->generation == s->generation, sst_session_now(s, now_ms));
    return SST_OK;
}
