/* SPDX-License-Identifier: MIT */
/* Own requests of a dialog and what answers them: RFC 4028 §7, §10. */
#include "session/session_private.h"

/* What an open transaction of this side is told by in the session's flags. */
static uint32_t open_bit(enum sst_method method)
{
    return method == SST_METHOD_UPDATE ? F_OWN_UPDATE : F_OWN_INVITE;
}

static uint32_t own_bits(enum sst_method method)
{
    return method == SST_METHOD_UPDATE
               ? F_OWN_UPDATE | F_OWN_UPDATE_OFFER | F_REFRESH_UPDATE
               : F_OWN_INVITE | F_OWN_INVITE_OFFER | F_REFRESH_INVITE | F_PROVISIONAL;
}

static void open_own(struct sst_session *s, struct sst_tx *tx, enum sst_method method,
                     unsigned flags)
{
    bool update = method == SST_METHOD_UPDATE;
    memset(tx, 0, sizeof *tx);
    tx->generation = s->generation;
    tx->flags = TX_OPEN | TX_EVER;
    tx->flags |= update ? TX_UPDATE : 0;
    tx->flags |= !update && !(s->flags & F_ESTABLISHED) ? TX_INITIAL : 0;
    s->flags |= open_bit(method);
    if (flags & SST_REQUEST_OFFER) {
        tx->flags |= TX_OFFER;
        s->flags |= update ? F_OWN_UPDATE_OFFER : F_OWN_INVITE_OFFER;
    }
    if (flags & SST_REQUEST_REFRESH) {
        tx->flags |= TX_REFRESH;
        s->flags |= update ? F_REFRESH_UPDATE : F_REFRESH_INVITE;
        s->flags &= ~F_ASKED;
        s->refresh_ms = SST_NEVER; /* one refresh at a time; EC-40 */
        sst_session_drop(s, SST_EVENT_REFRESH);
        SST_COUNT(s, refreshes_sent);
    }
}

/* A refresh that its host did not send after all is over for the session, if not in its tx. */
static bool is_open(const struct sst_session *s, const struct sst_tx *tx)
{
    if ((tx->flags & (TX_OPEN | TX_PEER | TX_REFRESH)) == (TX_OPEN | TX_REFRESH)) {
        return s->flags & ((tx->flags & TX_UPDATE) ? F_REFRESH_UPDATE : F_REFRESH_INVITE);
    }
    return tx->flags & TX_OPEN;
}

void sst_session_abandon(struct sst_session *s, uint32_t opened)
{
    if (opened != 0) {
        s->flags &= ~own_bits((opened & F_REFRESH_UPDATE) ? SST_METHOD_UPDATE : SST_METHOD_INVITE);
        s->flags |= F_ASKED;
        sst_session_request_over(s);
    }
}

int sst_session_request(struct sst_session *s, struct sst_tx *tx, enum sst_method method,
                        unsigned flags, uint64_t now_ms, struct sst_headers *headers)
{
    (void)now_ms; /* nothing starts with a request; kept for what later versions may need */
    if (headers != NULL) {
        headers->count = 0;
    }
    if (s == NULL || s->policy == NULL || headers == NULL || (unsigned)method > SST_METHOD_BYE) {
        return SST_ERR_ARGUMENT;
    }
    if (method != SST_METHOD_INVITE && method != SST_METHOD_UPDATE) {
        sst_other_headers(s->policy, method, headers); /* also the BYE of a session that ended */
        return SST_OK;
    }
    if (tx == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if ((s->flags & (F_ENDED | open_bit(method))) || is_open(s, tx)) {
        return SST_ERR_STATE;
    }
    struct sst_dialog dialog;
    struct sst_ask ask;
    sst_session_dialog(s, &dialog);
    if (method == SST_METHOD_INVITE && !dialog.established) {
        dialog.min_se = s->call_min_se; /* §7.4: no dialog yet, so the Call-ID's */
    }
    sst_uac_ask(s->policy, &dialog, method, sst_session_ask_flags(s), &ask);
    sst_ask_headers(&ask, headers);
    open_own(s, tx, method, dialog.established ? flags : flags & SST_REQUEST_OFFER);
    tx->interval = ask.session_expires;
    tx->min_se = ask.min_se;
    tx->flags |= ask.require ? TX_REQUIRED : 0;
    tx->flags |= ask.supported ? TX_TIMED : 0;
    /* EC-18: in modes request and require this side wants a timer; in others it repeats one. */
    bool wish = s->policy->mode == SST_MODE_REQUEST || s->policy->mode == SST_MODE_REQUIRE;
    tx->flags |= wish ? TX_WISH : 0;
    return SST_OK;
}

void sst_tx_set_cseq(struct sst_tx *tx, uint32_t cseq)
{
    if (tx != NULL) {
        tx->cseq = cseq;
    }
}

/* A copy, another transaction's, or what comes after the end moves nothing; EC-31. */
static bool belongs(const struct sst_session *s, const struct sst_tx *tx,
                    const struct sst_msg *response)
{
    if ((s->flags & F_ENDED) || !(tx->flags & TX_OPEN) || (tx->flags & TX_PEER)) {
        return false;
    }
    if (!(s->flags & open_bit(sst_tx_method(tx)))) {
        return false; /* given up, forgotten by a restart, or another session's */
    }
    if (response != NULL) {
        if (response->method != sst_tx_method(tx)) {
            return false;
        }
        if (tx->cseq != 0 && response->cseq != 0 && tx->cseq != response->cseq) {
            return false;
        }
    }
    return true;
}

static void close_own(struct sst_session *s, struct sst_tx *tx)
{
    s->flags &= ~own_bits(sst_tx_method(tx));
    tx->flags &= (uint16_t)~TX_OPEN;
}

/* What is in a response and does not belong there; it has no effect. Table 1, §5. */
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

/* EC-38: with a provisional response Timer B stops, and the INVITE may take for ever. If it is a
 * refresh, an UPDATE tries to pass it. Whatever it is, the peer lives; EC-18. */
static void provisional(struct sst_session *s, const struct sst_tx *tx, uint64_t now)
{
    if ((tx->flags & TX_UPDATE) || !(s->flags & F_LOCAL)) {
        return;
    }
    s->flags |= F_PROVISIONAL;
    if ((tx->flags & TX_REFRESH) && s->refresh_ms == SST_NEVER &&
        sst_session_way(s, now) == SST_WAY_UPDATE) {
        sst_session_plan(s, sst_add_ms(now, SST_TRANSACTION_MS), now);
    }
}

/* Whether a 2xx is read for a timer. What the request offered stands, though the extension was
 * switched off since: the peer counts on it. The next request tells it otherwise. */
static bool is_timed(const struct sst_session *s, const struct sst_tx *tx)
{
    return s->policy->mode != SST_MODE_OFF || sst_tx_is_switched_off(s, tx);
}

static void judge_2xx(struct sst_session *s, const struct sst_tx *tx,
                      const struct sst_dialog *dialog, const struct sst_msg *response,
                      struct sst_outcome_timer *timer)
{
    /* What is agreed on is run, without a timer for the own benefit, which nobody else counts on. */
    static const struct sst_policy agreed = {
        .mode = SST_MODE_ACCEPT,
        .min_se = SST_ABSOLUTE_MIN_S,
        .own_benefit = SST_OWN_BENEFIT_NO,
        .accept_refresher_missing = true,
        .absolute_min = SST_ABSOLUTE_MIN_S,
    };
    const struct sst_policy *policy = sst_tx_is_switched_off(s, tx) ? &agreed : s->policy;
    uint32_t violations = 0;
    sst_uac_2xx(policy, dialog, tx->interval, tx->min_se, tx->flags & TX_WISH, response, timer,
                &violations);
    sst_session_note_violations(s, violations);
}

static void success(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                    uint64_t now)
{
    struct sst_dialog dialog;
    struct sst_outcome_timer timer;
    sst_session_dialog(s, &dialog);
    judge_2xx(s, tx, &dialog, response, &timer);
    if ((response->has & SST_MSG_SESSION_EXPIRES) && response->refresher == SST_REFRESHER_UAS &&
        is_timed(s, tx)) {
        s->flags |= F_PEER_SUPPORTS; /* EC-18: only the peer itself says that it refreshes */
    }
    if (dialog.established && timer.side != SST_SIDE_NONE) {
        SST_COUNT(s, refreshes_answered);
    }
    close_own(s, tx);
    sst_session_commit(s, &timer, tx->generation, tx->flags & TX_INITIAL, now);
}

static void failure(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                    uint64_t now, struct sst_verdict *verdict)
{
    enum sst_method method = sst_tx_method(tx);
    enum sst_failure_class class_ = sst_classify_failure(s->policy, method, response->status);
    close_own(s, tx);
    sst_session_refused(s, tx, response, class_, now, verdict);
}

int sst_session_response(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                         uint64_t now_ms, struct sst_verdict *verdict)
{
    if (s == NULL || s->policy == NULL || response == NULL || response->status == 0 ||
        verdict == NULL) {
        return SST_ERR_ARGUMENT;
    }
    verdict->action = SST_ACTION_NONE;
    verdict->when_ms = SST_NEVER;
    verdict->refreshed = false;
    if ((s->flags & F_ENDED) || (tx != NULL && !belongs(s, tx, response))) {
        verdict->action = SST_ACTION_IGNORE;
        return SST_OK;
    }
    uint64_t now = sst_session_now(s, now_ms);
    note_misplaced(s, response);
    sst_session_learn(s, response);
    if (tx == NULL) {
        /* some other method: nothing moves; EC-07 */
    } else if (response->status < 200) {
        provisional(s, tx, now);
    } else if (response->status < 300) {
        success(s, tx, response, now);
        verdict->refreshed = true;
    } else {
        failure(s, tx, response, now, verdict);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}

int sst_session_failed(struct sst_session *s, struct sst_tx *tx, enum sst_failure failure_,
                       uint64_t now_ms, struct sst_verdict *verdict)
{
    if (s == NULL || s->policy == NULL || tx == NULL || verdict == NULL ||
        (unsigned)failure_ > SST_FAILED_NOT_SENT) {
        return SST_ERR_ARGUMENT;
    }
    verdict->action = SST_ACTION_IGNORE;
    verdict->when_ms = SST_NEVER;
    verdict->refreshed = false;
    if (!belongs(s, tx, NULL)) {
        return SST_OK;
    }
    uint64_t now = sst_session_now(s, now_ms);
    close_own(s, tx);
    if (failure_ == SST_FAILED_TIMEOUT) {
        sst_session_count_failure(s, tx, SST_FAILURE_TIMEOUT);
        sst_session_lost(s, tx, SST_END_TIMEOUT, now, verdict);
    } else {
        sst_session_unsent(s, tx, now, verdict);
    }
    sst_session_deliver(s, now_ms);
    return SST_OK;
}
