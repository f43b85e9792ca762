/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a session when an own INVITE or UPDATE of it fails: RFC 4028 §10 and the ladder of
 * methods. Only a 2xx extends the session; timeout, 408 and 481 end it; whatever else shows that
 * the peer lives and leaves the expiration where it was.
 */
#include "session/session_private.h"

/* How often a 491 is answered with the short waits of RFC 3261 §14.1, and Retry-After obeyed to the
 * letter, before the back-off takes over: not continuously, says §10. */
#define PATIENCE 5u

/* Something else has extended the session since this refresh was sent: nobody needs it any more, so
 * what refused it leaves the plan for the next one alone (EC-62). */
static bool is_overtaken(const struct sst_session *s, const struct sst_tx *tx)
{
    return (tx->flags & TX_REFRESH) && tx->generation != s->generation;
}

/* Whether the refresh that failed is to be made up for by another one. */
static bool is_needed(const struct sst_session *s, const struct sst_tx *tx)
{
    return (tx->flags & TX_REFRESH) && (s->flags & F_LOCAL) && !is_overtaken(s, tx);
}

void sst_verdict_failed(struct sst_verdict *verdict)
{
    verdict->action = SST_ACTION_FAILED;
    verdict->when_ms = SST_NEVER;
}

void sst_verdict_wait(const struct sst_session *s, struct sst_verdict *verdict)
{
    if (s->refresh_ms == SST_NEVER) {
        sst_verdict_failed(verdict);
        return;
    }
    verdict->action = SST_ACTION_WAIT;
    verdict->when_ms = sst_time_out(s->refresh_ms);
}

/* The host sends the same once more right now; if it does not, it is asked again. */
static void retry(struct sst_session *s, const struct sst_tx *tx, enum sst_action action,
                  uint64_t now, struct sst_verdict *verdict)
{
    if (is_overtaken(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    verdict->action = action;
    if ((tx->flags & TX_REFRESH) && (s->flags & (F_LOCAL | F_RESCUED))) {
        s->flags |= F_ASKED;
        sst_session_plan(s, sst_add_ms(now, sst_session_backoff_ms(s)), now);
    }
}

/* The next method of the ladder, at once; or none is left. */
static void next_method(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                        struct sst_verdict *verdict)
{
    if (!is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    bool any = sst_session_way(s, now) != SST_WAY_NONE;
    if (any && now < sst_session_last_send(s)) {
        s->refresh_ms = now;
        sst_verdict_wait(s, verdict);
        return;
    }
    s->refresh_ms = SST_NEVER;
    if (!any && !(s->flags & F_REFUSED_TOLD)) {
        s->flags |= F_REFUSED_TOLD;
        sst_session_note(s, SST_EVENT_REFUSED);
    }
    sst_verdict_failed(verdict);
}

static void strike_method(struct sst_session *s, const struct sst_tx *tx)
{
    if (tx->flags & TX_UPDATE) {
        s->ladder |= LADDER_UPDATE;
    } else {
        s->ladder |= LADDER_INVITE_OFFER | LADDER_INVITE_PLAIN;
    }
}

static void refused_method(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                           struct sst_verdict *verdict)
{
    if ((tx->flags & TX_REFRESH) && !is_overtaken(s, tx)) {
        strike_method(s, tx);
    }
    next_method(s, tx, now, verdict);
}

/* EC-55: 405 or 501 to UPDATE counts for the dialog, until a new Allow lists it. */
static void refused_no_method(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                              struct sst_verdict *verdict)
{
    if (tx->flags & TX_UPDATE) {
        s->flags = (s->flags & ~F_UPDATE_ALLOWED) | F_UPDATE_REFUSED;
    }
    refused_method(s, tx, now, verdict);
}

/* EC-56, EC-57: the session is as it was; UPDATE without a body, or INVITE without an offer. */
static void refused_offer(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                          struct sst_verdict *verdict)
{
    if (!is_needed(s, tx) || (tx->flags & TX_UPDATE) || !(tx->flags & TX_OFFER)) {
        refused_method(s, tx, now, verdict);
        return;
    }
    s->ladder |= LADDER_INVITE_OFFER | LADDER_OFFER;
    next_method(s, tx, now, verdict);
}

/* Again after a while: Retry-After first, else the doubling back-off; EC-53. */
void sst_session_later(struct sst_session *s, const struct sst_tx *tx,
                       const struct sst_msg *response, uint64_t now, struct sst_verdict *verdict)
{
    if (!is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    uint64_t wait = sst_session_backoff_ms(s);
    if (response != NULL && (response->has & SST_MSG_RETRY_AFTER)) {
        uint64_t asked = (uint64_t)response->retry_after * 1000u;
        bool patient = (s->attempts & LOW_HALF) < PATIENCE;
        wait = patient || asked > wait ? asked : wait;
    }
    sst_session_backoff_next(s);
    sst_session_plan(s, sst_add_ms(now, wait), now);
    sst_verdict_wait(s, verdict);
}

/* RFC 3261 §14.1, RFC 3311 §5.3: who owns the Call-ID waits longer, in steps of 10 ms; EC-52. */
static uint32_t glare_wait_ms(const struct sst_session *s)
{
    if (s->flags & F_CALLER) {
        return 2100u + 10u * sst_session_random(s, 190u);
    }
    return 10u * sst_session_random(s, 200u);
}

static void refused_glare(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                          struct sst_verdict *verdict)
{
    SST_COUNT(s, glare);
    uint64_t at = sst_add_ms(now, glare_wait_ms(s));
    if (!(tx->flags & TX_REFRESH)) {
        verdict->action = SST_ACTION_WAIT; /* the host's own request: its own affair, with advice */
        verdict->when_ms = sst_time_out(at);
        return;
    }
    if (!is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    if (s->rounds / HIGH_STEP >= PATIENCE) {
        sst_session_later(s, tx, NULL, now, verdict);
        return;
    }
    s->rounds = (uint8_t)(s->rounds + HIGH_STEP);
    sst_session_plan(s, at, now);
    sst_verdict_wait(s, verdict);
}

/* EC-27, EC-28: the expiration stays, the next request asks for more. */
static void refused_interval(struct sst_session *s, const struct sst_tx *tx,
                             const struct sst_msg *response, uint64_t now,
                             struct sst_verdict *verdict)
{
    struct sst_ask ask = {0};
    uint32_t min_se = 0;
    uint32_t violations = 0;
    ask.session_expires = tx->interval;
    ask.min_se = tx->min_se;
    SST_COUNT(s, received_422);
    enum sst_422 what =
        sst_uac_422(s->policy, &ask, response, s->rounds & LOW_HALF, &min_se, &violations);
    sst_session_note_violations(s, violations);
    /* §7.4: two scopes, the Call-ID before there is a dialog and the dialog from then on. */
    uint32_t *learned = (tx->flags & TX_INITIAL) ? &s->call_min_se : &s->min_se;
    *learned = sst_max(*learned, min_se);
    /* Where it was switched off since, the next request has nothing that this could be said of. */
    bool off = sst_tx_is_switched_off(s, tx);
    if (what == SST_422_FAIL && !off) {
        refused_method(s, tx, now, verdict);
        return;
    }
    if (what == SST_422_RETRY_WITHOUT_SE) {
        s->flags |= F_WITHOUT_SE;
    }
    if (!off) {
        s->rounds++;
    }
    retry(s, tx, SST_ACTION_RETRY, now, verdict);
}

/* EC-60: at most two tries with credentials for an attempt; an initial INVITE is the host's. */
static void refused_auth(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                         struct sst_verdict *verdict)
{
    if (!(tx->flags & TX_INITIAL)) {
        if (s->attempts / HIGH_STEP >= 2u) {
            refused_method(s, tx, now, verdict);
            return;
        }
        s->attempts = (uint8_t)(s->attempts + HIGH_STEP);
    }
    retry(s, tx, SST_ACTION_AUTH, now, verdict);
}

/* EC-58: without Require, once. In the initial INVITE the owner wanted it to fail. */
static void refused_extension(struct sst_session *s, const struct sst_tx *tx,
                              const struct sst_msg *response, uint64_t now,
                              struct sst_verdict *verdict)
{
    if ((tx->flags & TX_REFRESH) && (tx->flags & TX_REQUIRED) &&
        (response->has & SST_MSG_UNSUPPORTED_TIMER) && !(s->flags & F_NO_REQUIRE)) {
        s->flags |= F_NO_REQUIRE;
        retry(s, tx, SST_ACTION_RETRY, now, verdict);
        return;
    }
    refused_method(s, tx, now, verdict);
}

static enum sst_failure_kind kind_of(enum sst_failure_class class_)
{
    switch (class_) {
    case SST_CLASS_END:
        return SST_FAILURE_GONE;
    case SST_CLASS_INTERVAL:
        return SST_FAILURE_INTERVAL;
    case SST_CLASS_GLARE:
        return SST_FAILURE_GLARE;
    case SST_CLASS_AUTH:
        return SST_FAILURE_AUTH;
    case SST_CLASS_EXTENSION:
        return SST_FAILURE_EXTENSION;
    case SST_CLASS_DIALOG:
        return SST_FAILURE_DIALOG;
    case SST_CLASS_METHOD:
    case SST_CLASS_NO_METHOD:
    case SST_CLASS_OFFER:
    case SST_CLASS_TOO_LARGE:
        return SST_FAILURE_METHOD;
    case SST_CLASS_TRANSIENT:
    case SST_CLASS_SUCCESS:
    case SST_CLASS_PROVISIONAL:
        break;
    }
    return SST_FAILURE_TRANSIENT;
}

static void dispatch(struct sst_session *s, const struct sst_tx *tx,
                     const struct sst_msg *response, enum sst_failure_class class_, uint64_t now,
                     struct sst_verdict *verdict)
{
    switch (class_) {
    case SST_CLASS_END:
        sst_session_lost(s, tx, response->status == 408 ? SST_END_408 : SST_END_481, now, verdict);
        break;
    case SST_CLASS_TRANSIENT:
        sst_session_later(s, tx, response, now, verdict);
        break;
    case SST_CLASS_DIALOG: /* EC-61: one attempt by the other method, then the expiration */
        if (tx->flags & TX_REFRESH) {
            sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_DIALOG_LOST));
        }
        refused_method(s, tx, now, verdict);
        break;
    case SST_CLASS_NO_METHOD:
        refused_no_method(s, tx, now, verdict);
        break;
    case SST_CLASS_OFFER:
    case SST_CLASS_TOO_LARGE:
        refused_offer(s, tx, now, verdict);
        break;
    case SST_CLASS_INTERVAL:
        refused_interval(s, tx, response, now, verdict);
        break;
    case SST_CLASS_GLARE:
        refused_glare(s, tx, now, verdict);
        break;
    case SST_CLASS_AUTH:
        refused_auth(s, tx, now, verdict);
        break;
    case SST_CLASS_EXTENSION:
        refused_extension(s, tx, response, now, verdict);
        break;
    case SST_CLASS_METHOD:
    case SST_CLASS_SUCCESS:
    case SST_CLASS_PROVISIONAL:
        refused_method(s, tx, now, verdict);
        break;
    }
}

/* A request is over: what was counted and left out for it does not bind the next. */
void sst_session_request_over(struct sst_session *s)
{
    s->flags &= ~F_WITHOUT_SE;
    s->rounds &= (uint8_t)~LOW_HALF;
    s->attempts &= LOW_HALF;
}

void sst_session_refused(struct sst_session *s, const struct sst_tx *tx,
                         const struct sst_msg *response, enum sst_failure_class class_,
                         uint64_t now, struct sst_verdict *verdict)
{
    sst_session_count_failure(s, tx, kind_of(class_));
    if ((tx->flags & TX_REFRESH) && !is_overtaken(s, tx) && class_ != SST_CLASS_END) {
        s->flags |= F_REFRESH_FAILED; /* a refusal shows life; 408 and 481 do not */
    }
    dispatch(s, tx, response, class_, now, verdict);
    if (verdict->action != SST_ACTION_RETRY && verdict->action != SST_ACTION_AUTH) {
        sst_session_request_over(s);
    }
}
