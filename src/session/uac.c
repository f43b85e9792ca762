/* SPDX-License-Identifier: MIT */
/* Local requests of a dialog, and the responses to them: RFC 4028 §7, §10. */
#include "session/event.h"
#include "session/refused.h"

static unsigned ask_flags(const struct sst_session *s, unsigned rounds)
{
    unsigned flags = 0;
    if (sst_phase(s) != PHASE_CONFIRMED) {
        flags |= SST_ASK_INITIAL_PENDING;
    }
    if (rounds == TX_WITHOUT_SE) {
        flags |= SST_ASK_WITHOUT_SE;
    }
    if (s->flags & F_NO_REQUIRE) {
        flags |= SST_ASK_WITHOUT_REQUIRE;
    }
    return flags;
}

/* Why a request cannot be begun now. */
static int refuse_request(const struct sst_session *s, const struct sst_tx *tx,
                          enum sst_method method, unsigned flags, uint64_t now)
{
    bool invite = method == SST_METHOD_INVITE;
    /* If tx were reused now, the ACK would be lost. */
    bool awaits = sst_tx_state(tx) == TX_PEER_ANSWERED && now < sst_ack_until(s);
    if (sst_phase(s) == PHASE_ENDED) {
        return SST_ERR_ENDED;
    }
    if (awaits || sst_session_is_open(s, tx) || (!invite && sst_phase(s) == PHASE_IDLE)) {
        return SST_ERR_STATE;
    }
    if (sst_open(s, sst_open_at(true, method)) != OPEN_NONE ||
        (invite && sst_open(s, PEER_INVITE_AT) != OPEN_NONE)) {
        return SST_ERR_BUSY; /* EC-130 */
    }
    if ((flags & SST_REQUEST_REFRESH) && !(s->flags & F_ASKED)) {
        return SST_ERR_NOT_DUE;
    }
    return SST_OK;
}

static enum sst_tx_kind kind_of(const struct sst_session *s, enum sst_method method, unsigned flags)
{
    if (flags & SST_REQUEST_REFRESH) {
        return (s->flags & F_PROBE) ? TX_PROBE : TX_REFRESH;
    }
    bool initial = method == SST_METHOD_INVITE && sst_phase(s) != PHASE_CONFIRMED;
    return initial ? TX_INITIAL : TX_PLAIN;
}

/* Whether a request can be the retry of another. A request that is retried was answered, so its
 * retry need not be a probe. */
static bool is_same(enum sst_tx_kind before, enum sst_tx_kind now)
{
    return before == now || (before >= TX_REFRESH && now >= TX_REFRESH);
}

/* Begins a request in tx. A retry keeps the counts of 422s and of tries with credentials. */
static void begin(const struct sst_session *s, struct sst_tx *tx, enum sst_method method,
                  unsigned flags)
{
    enum sst_tx_kind kind = kind_of(s, method, flags);
    uint16_t tries = 0;
    if (sst_tx_state(tx) == TX_LOCAL_RETRY && sst_tx_method(tx) == method &&
        is_same(sst_tx_kind(tx), kind)) {
        tries = tx->flags & ((7u << TX_ROUNDS_AT) | (3u << TX_AUTH_AT));
    }
    memset(tx, 0, sizeof *tx);
    tx->flags = tries | (method == SST_METHOD_UPDATE ? TX_UPDATE : 0u);
    sst_tx_set(tx, TX_KIND_AT, 3u, (uint32_t)kind);
    sst_tx_set_state(tx, TX_LOCAL_OPEN);
}

static void open_local(struct sst_session *s, struct sst_tx *tx, unsigned flags,
                       const struct sst_ask *ask, uint64_t now)
{
    enum sst_open open = (flags & SST_REQUEST_OFFER) ? OPEN_OFFER : OPEN_PLAIN;
    tx->interval = ask->session_expires;
    tx->min_se = ask->min_se;
    tx->flags |= ask->supported ? TX_SUPPORTED : 0;
    sst_tx_set(tx, TX_REFRESHER_AT, 3u, (uint32_t)ask->refresher);
    tx->generation = s->generation;
    tx->sent = sst_is_running(s) ? sst_session_fraction(s, now) : 0;
    sst_set_open(s, sst_open_at(true, sst_tx_method(tx)), open);
    if (sst_tx_is_initial(tx)) {
        sst_set_phase(s, PHASE_EARLY);
    }
    if (sst_tx_is_refresh(tx)) {
        sst_refresh_begun(s, tx);
    }
}

int sst_session_request(struct sst_session *s, struct sst_tx *tx, enum sst_method method,
                        unsigned flags, uint64_t now_ms, struct sst_headers *headers)
{
    const unsigned known = SST_REQUEST_OFFER | SST_REQUEST_REFRESH;
    if (headers != NULL) {
        headers->count = 0;
    }
    if (s == NULL || s->policy == NULL || headers == NULL || (unsigned)method > SST_METHOD_BYE ||
        (flags & ~known) != 0) {
        return SST_ERR_ARGUMENT;
    }
    if (method != SST_METHOD_INVITE && method != SST_METHOD_UPDATE) {
        sst_other_headers(s->policy, method, headers); /* also the BYE of a session that ended */
        return SST_OK;
    }
    if (tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    uint64_t now = sst_session_now(s, now_ms);
    int result = refuse_request(s, tx, method, flags, now);
    if (result != SST_OK) {
        return result;
    }
    struct sst_dialog dialog;
    struct sst_ask ask;
    begin(s, tx, method, flags);
    sst_session_dialog(s, &dialog);
    if (sst_tx_is_initial(tx)) {
        dialog.min_se = s->call_min_se; /* §7.4: no dialog yet, so the Call-ID's */
    }
    unsigned rounds = sst_bits(tx->flags, TX_ROUNDS_AT, 7u);
    sst_uac_ask(s->policy, &dialog, method, ask_flags(s, rounds), &ask);
    sst_ask_headers(&ask, headers);
    open_local(s, tx, flags, &ask, now);
    return SST_OK;
}

void sst_tx_set_cseq(struct sst_tx *tx, uint64_t cseq)
{
    if (tx != NULL) {
        tx->cseq = cseq < UINT32_MAX ? (uint32_t)cseq + 1u : 0;
    }
}

/* Whether a response, or NULL for a failure, belongs to tx. A retransmission, the response of
 * another transaction, and anything after the end change nothing; EC-31. */
static bool belongs(const struct sst_session *s, const struct sst_tx *tx,
                    const struct sst_msg *response)
{
    if (sst_tx_state(tx) != TX_LOCAL_OPEN || !sst_session_is_open(s, tx)) {
        return false;
    }
    if (response == NULL) {
        return true;
    }
    if (response->method != sst_tx_method(tx)) {
        return false;
    }
    bool known = tx->cseq != 0 && (response->has & SST_MSG_CSEQ);
    return !known || tx->cseq == response->cseq + 1u;
}

/* @return whether it had an offer, and what became of it */
static enum sst_open close_local(struct sst_session *s, struct sst_tx *tx)
{
    unsigned at = sst_open_at(true, sst_tx_method(tx));
    enum sst_open open = sst_open(s, at);
    sst_set_open(s, at, OPEN_NONE);
    sst_tx_set_state(tx, TX_LOCAL_CLOSED);
    if (sst_tx_is_initial(tx) && sst_phase(s) == PHASE_EARLY) {
        sst_set_phase(s, PHASE_IDLE);
    }
    return open;
}

/* Header fields that must not be in this response. They have no effect. Table 1, §5. */
static void note_misplaced(struct sst_session *s, const struct sst_msg *response)
{
    uint32_t violations = response->violations;
    bool refreshes = response->method == SST_METHOD_INVITE || response->method == SST_METHOD_UPDATE;
    bool success = response->status >= 200 && response->status < 300;
    if ((response->has & SST_MSG_SESSION_EXPIRES) && (!refreshes || !success)) {
        violations |= SST_VIOLATION_BIT(SST_VIOLATION_SE_MISPLACED);
    }
    if ((response->has & SST_MSG_MIN_SE) && (!refreshes || response->status != 422)) {
        violations |= SST_VIOLATION_BIT(SST_VIOLATION_MIN_SE_MISPLACED);
    }
    sst_session_note_violations(s, violations);
}

/* EC-38: a provisional response stops Timer B, and the INVITE may stay pending for ever. If it is a
 * refresh, an UPDATE is planned to get past it. Refresh or not, the peer is alive (EC-18), except
 * that a 100 comes from the next hop (EC-127). */
static void provisional(struct sst_session *s, const struct sst_tx *tx,
                        const struct sst_msg *response, uint64_t now)
{
    if ((tx->flags & TX_UPDATE) || !sst_may_refresh(s)) {
        return;
    }
    if (response->status > 100) {
        s->flags |= F_LIFE;
    }
    if (sst_tx_is_refresh(tx) && s->refresh_ms == SST_NEVER &&
        sst_session_way(s, now) == WAY_UPDATE) {
        sst_plan_at(s, sst_sum_ms(now, SST_TRANSACTION_MS), now);
    }
}

static void judge_2xx(struct sst_session *s, const struct sst_tx *tx,
                      const struct sst_msg *response, struct sst_commit *commit)
{
    /* What the request offered still holds, although the extension has been turned off since: the
     * peer relies on it. The next request ends it. In this case no timer runs for this side's own
     * benefit. */
    static const struct sst_policy agreed = {
        .mode = SST_MODE_ACCEPT,
        .min_se = SST_ABSOLUTE_MIN_S,
        .own_benefit = SST_OWN_BENEFIT_NO,
        .dropped = SST_DROPPED_OFF,
        .accept_refresher_missing = true,
        .absolute_min = SST_ABSOLUTE_MIN_S,
    };
    const struct sst_policy *policy = sst_is_turned_off(s, tx) ? &agreed : s->policy;
    struct sst_ask ask = {.session_expires = tx->interval, .min_se = tx->min_se};
    struct sst_dialog dialog;
    uint32_t violations = 0;
    ask.refresher = (enum sst_refresher)sst_bits(tx->flags, TX_REFRESHER_AT, 3u);
    sst_session_dialog(s, &dialog);
    sst_uac_2xx(policy, &dialog, &ask, response, &commit->timer, &violations);
    sst_session_note_violations(s, violations);
    commit->overruled = violations & SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_OVERRULED);
    if (policy->mode != SST_MODE_OFF && (response->has & SST_MSG_SESSION_EXPIRES) &&
        response->refresher == SST_REFRESHER_UAS) {
        s->flags |= F_PEER_SUPPORTS; /* EC-18: only the peer itself says that it refreshes */
    }
}

/* EC-132: whether to plan the next refresh from when this request was sent. Not if it is no refresh
 * and one was requested in this interval: the next one could then come before the floor has passed
 * (EC-125). */
static bool sets_plan(const struct sst_session *s, const struct sst_tx *tx)
{
    bool tried = (s->flags & F_ASKED) || s->attempts != 0 || (s->ladder & LADDER_TRIED);
    return sst_tx_is_refresh(tx) || !tried;
}

static void success(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                    uint64_t now_ms)
{
    uint64_t now = sst_session_restate(s, now_ms);
    struct sst_commit commit = {
        .sent = SST_NEVER,
        .generation = tx->generation,
        .answers = true,
        .establishes = sst_tx_is_initial(tx),
    };
    judge_2xx(s, tx, response, &commit);
    if (sst_is_running(s) && tx->generation == s->generation && sets_plan(s, tx)) {
        commit.sent = sst_session_moment(s, tx->sent); /* EC-132 */
    }
    if (sst_phase(s) == PHASE_CONFIRMED && commit.timer.side != SST_SIDE_NONE) {
        SST_COUNT(s, refreshes_answered);
    }
    s->flags &= ~F_PROBE; /* EC-123: no proxy sends this 2xx: the peer is alive */
    (void)close_local(s, tx);
    sst_session_commit(s, &commit, now);
}

static void failure(struct sst_session *s, struct sst_tx *tx, enum sst_outcome outcome,
                    const struct sst_msg *response, uint64_t now, struct sst_verdict *verdict)
{
    struct sst_refusal refusal = {.outcome = outcome, .response = response};
    refusal.open = close_local(s, tx);
    sst_session_refused(s, tx, &refusal, now, verdict);
}

static void ignore(struct sst_verdict *verdict)
{
    verdict->action = SST_ACTION_IGNORE;
    verdict->when_ms = SST_NEVER;
    verdict->refreshed = false;
}

static void respond(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                    uint64_t now_ms, struct sst_verdict *verdict)
{
    enum sst_method method = sst_tx_method(tx);
    enum sst_outcome outcome = sst_tx_is_refresh(tx)
                                   ? sst_classify_failure(s->policy, method, response->status)
                                   : sst_classify_status(method, response->status);
    if (outcome == SST_OUTCOME_PROVISIONAL) {
        provisional(s, tx, response, sst_session_now(s, now_ms));
    } else if (outcome == SST_OUTCOME_SUCCESS) {
        success(s, tx, response, now_ms);
        verdict->refreshed = true;
    } else {
        failure(s, tx, outcome, response, sst_session_now(s, now_ms), verdict);
    }
}

int sst_session_response(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                         uint64_t now_ms, struct sst_verdict *verdict)
{
    if (verdict == NULL) {
        return SST_ERR_ARGUMENT;
    }
    ignore(verdict);
    if (s == NULL || s->policy == NULL || response == NULL || response->status == 0) {
        return SST_ERR_ARGUMENT;
    }
    if (tx == NULL &&
        (response->method == SST_METHOD_INVITE || response->method == SST_METHOD_UPDATE)) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_phase(s) == PHASE_ENDED || (tx != NULL && !belongs(s, tx, response))) {
        return SST_OK;
    }
    verdict->action = SST_ACTION_NONE;
    note_misplaced(s, response);
    sst_session_learn(s, response);
    if (tx != NULL) { /* a response to any other method changes nothing; EC-07 */
        respond(s, tx, response, now_ms, verdict);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

int sst_session_failed(struct sst_session *s, struct sst_tx *tx, enum sst_outcome outcome,
                       uint64_t now_ms, struct sst_verdict *verdict)
{
    if (verdict == NULL) {
        return SST_ERR_ARGUMENT;
    }
    ignore(verdict);
    if (s == NULL || s->policy == NULL || tx == NULL ||
        (outcome != SST_OUTCOME_TIMEOUT && outcome != SST_OUTCOME_TRANSPORT)) {
        return SST_ERR_ARGUMENT;
    }
    if (!belongs(s, tx, NULL)) {
        return SST_OK;
    }
    failure(s, tx, outcome, NULL, sst_session_now(s, now_ms), verdict);
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

/* Undoes the request. @return whether it was a refresh that is still needed */
static bool undo(struct sst_session *s, struct sst_tx *tx)
{
    if (sst_tx_state(tx) == TX_LOCAL_OPEN) {
        (void)close_local(s, tx);
        sst_session_count_failure(s, tx, SST_OUTCOME_TRANSPORT);
        sst_untry(s, tx);
    }
    sst_tx_set_state(tx, TX_LOCAL_CLOSED);
    return sst_is_needed(s, tx);
}

int sst_session_not_sent(struct sst_session *s, struct sst_tx *tx, uint64_t retry_ms,
                         uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_phase(s) == PHASE_ENDED) {
        return SST_ERR_ENDED;
    }
    if (tx == NULL && !(s->flags & F_ASKED)) {
        return SST_ERR_NOT_DUE;
    }
    if (tx != NULL && sst_tx_state(tx) != TX_LOCAL_RETRY && !belongs(s, tx, NULL)) {
        return SST_ERR_STATE;
    }
    if (tx == NULL || undo(s, tx)) {
        sst_refresh_not_sent(s, retry_ms, sst_session_now(s, now_ms));
    }
    return SST_OK;
}

int sst_session_offer_answered(struct sst_session *s, const struct sst_tx *tx)
{
    if (s == NULL || s->policy == NULL || tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_phase(s) == PHASE_ENDED) {
        return SST_ERR_ENDED;
    }
    if (!sst_session_is_open(s, tx)) {
        return SST_ERR_STATE;
    }
    unsigned at = sst_open_at(sst_tx_is_local(tx), sst_tx_method(tx));
    sst_set_open(s, at, OPEN_ANSWERED);
    return SST_OK;
}
