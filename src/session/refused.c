/* SPDX-License-Identifier: MIT */
/*
 * A local INVITE or UPDATE failed: RFC 4028 §10 and the ladder of ways to refresh. Only a 2xx
 * extends the session; timeout, 408 and 481 end it; any other response shows that the peer is alive
 * and leaves the expiration unchanged.
 */
#include "session/refused.h"

/* How often a 491 leads to a short wait (RFC 3261 §14.1), and a Retry-After is followed exactly,
 * before the back-off takes over. §10: not continuously. */
#define PATIENCE 5u

/* How often credentials are tried for one request; EC-60. */
#define AUTH_MAX 2u

/* What a rejection means for the way that the request used. */
enum strike {
    STRIKE_NOTHING, /* the way is good */
    STRIKE_OTHER,   /* good, but the next attempt uses the other method; EC-111 */
    STRIKE_ROUND,   /* not in this round of the ladder */
    STRIKE_KNOWN,   /* the peer does not know the method; EC-55 */
    STRIKE_OFFER    /* not with this offer, or not with a body at all; EC-56, EC-57 */
};

/* What to do next. */
enum then {
    THEN_END,
    THEN_LATER,    /* after Retry-After or a back-off */
    THEN_NEXT,     /* the next way, at once */
    THEN_GLARE,    /* after a random wait */
    THEN_INTERVAL, /* the same request with a larger interval */
    THEN_AUTH,     /* the same request with credentials */
    THEN_EXTENSION /* the same request without Require */
};

struct meaning {
    enum strike strike;
    enum then then;
};

/* The one table of what each class of rejection means for the plan. */
static struct meaning meaning_of(enum sst_outcome outcome)
{
    switch (outcome) {
    case SST_OUTCOME_GONE:
    case SST_OUTCOME_TIMEOUT:
        return (struct meaning){STRIKE_NOTHING, THEN_END};
    case SST_OUTCOME_TRANSIENT:
    case SST_OUTCOME_TRANSPORT: /* EC-51: like a 503 */
        return (struct meaning){STRIKE_OTHER, THEN_LATER};
    case SST_OUTCOME_GLARE:
        return (struct meaning){STRIKE_NOTHING, THEN_GLARE};
    case SST_OUTCOME_NO_METHOD:
        return (struct meaning){STRIKE_KNOWN, THEN_NEXT};
    case SST_OUTCOME_OFFER:
    case SST_OUTCOME_TOO_LARGE:
        return (struct meaning){STRIKE_OFFER, THEN_NEXT};
    case SST_OUTCOME_INTERVAL:
        return (struct meaning){STRIKE_NOTHING, THEN_INTERVAL};
    case SST_OUTCOME_AUTH:
        return (struct meaning){STRIKE_NOTHING, THEN_AUTH};
    case SST_OUTCOME_EXTENSION:
        return (struct meaning){STRIKE_NOTHING, THEN_EXTENSION};
    case SST_OUTCOME_METHOD:
    case SST_OUTCOME_DIALOG: /* EC-61 */
    case SST_OUTCOME_SUCCESS:
    case SST_OUTCOME_PROVISIONAL:
        break;
    }
    return (struct meaning){STRIKE_ROUND, THEN_NEXT};
}

static void strike(struct sst_session *s, const struct sst_tx *tx, enum strike strike,
                   enum sst_open open)
{
    switch (strike) {
    case STRIKE_NOTHING:
        break;
    case STRIKE_OTHER:
        sst_prefer_other(s, tx);
        break;
    case STRIKE_ROUND:
        sst_strike_method(s, tx, false);
        break;
    case STRIKE_KNOWN:
        if (!(tx->flags & TX_UPDATE)) {
            sst_strike_method(s, tx, true); /* for UPDATE the dialog remembers it: see learn() */
        }
        break;
    case STRIKE_OFFER:
        if ((tx->flags & TX_UPDATE) || open == OPEN_PLAIN) {
            sst_strike_method(s, tx, false);
        } else {
            sst_strike_offer(s);
        }
        break;
    }
}

/* The host sends the same request again at once. If it does not, it is asked again. */
static void retry(struct sst_session *s, struct sst_tx *tx, enum sst_action action, uint64_t now,
                  struct sst_verdict *verdict)
{
    if (sst_tx_is_refresh(tx) && !sst_is_needed(s, tx)) {
        sst_verdict_failed(verdict); /* nobody needs it any more; EC-62 */
        return;
    }
    verdict->action = action;
    sst_tx_set_state(tx, TX_LOCAL_RETRY);
    if (sst_is_needed(s, tx)) {
        s->flags |= F_ASKED;
        sst_plan_late(s, sst_sum_ms(now, sst_backoff_ms(s)), now);
    }
}

static uint64_t retry_after(const struct sst_msg *response)
{
    return (response->has & SST_MSG_RETRY_AFTER) ? (uint64_t)response->retry_after * 1000u : 0;
}

/* Uses the next way of the ladder at once, or reports that none is left. */
static void next_way(struct sst_session *s, const struct sst_tx *tx, const struct sst_msg *response,
                     uint64_t now, struct sst_verdict *verdict)
{
    if (!sst_is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    if (sst_session_way(s, now) == WAY_NONE) {
        sst_plan_nothing(s);
        sst_refresh_refused(s, retry_after(response), now); /* EC-114 */
        sst_verdict_failed(verdict);
        return;
    }
    sst_plan_now(s, now);
    sst_verdict_wait(s, verdict);
}

/* Rules out a way, by a rule that is not in the table. */
static void close_way(struct sst_session *s, const struct sst_tx *tx, bool for_good,
                      const struct sst_msg *response, uint64_t now, struct sst_verdict *verdict)
{
    if (sst_is_needed(s, tx)) {
        sst_strike_method(s, tx, for_good);
    }
    next_way(s, tx, response, now, verdict);
}

/* Tries again later: after the Retry-After, or else after the doubling back-off; EC-53, EC-112. */
static void later(struct sst_session *s, const struct sst_tx *tx, const struct sst_msg *response,
                  uint64_t now, struct sst_verdict *verdict)
{
    if (!sst_is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    uint64_t wait = sst_backoff_ms(s);
    bool is_named = response != NULL && (response->has & SST_MSG_RETRY_AFTER);
    if (is_named) {
        uint64_t asked = retry_after(response);
        bool patient = sst_attempts(s, BACKOFF_AT) < PATIENCE;
        wait = patient || asked > wait ? asked : wait;
    }
    sst_backoff_next(s);
    sst_plan_again(s, sst_sum_ms(now, sst_wait_unseen(s, wait)), is_named, now);
    sst_verdict_wait(s, verdict);
}

/* RFC 3261 §14.1, RFC 3311 §5.3, EC-52: the owner of the Call-ID waits longer. Steps of 10 ms. */
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
    uint64_t at = sst_sum_ms(now, glare_wait_ms(s));
    if (!sst_tx_is_refresh(tx)) {
        verdict->action = SST_ACTION_WAIT; /* the host's request: advice only */
        verdict->when_ms = sst_time_out(at);
        return;
    }
    if (!sst_is_needed(s, tx)) {
        sst_verdict_failed(verdict);
        return;
    }
    if (sst_attempts(s, GLARES_AT) > 0) {
        sst_prefer_other(s, tx); /* EC-111: after one more try by the same method */
    }
    if (sst_attempts(s, GLARES_AT) >= PATIENCE) {
        later(s, tx, NULL, now, verdict);
        return;
    }
    sst_count_attempt(s, GLARES_AT);
    sst_plan_again(s, at, false, now);
    if (s->refresh_ms == SST_NEVER && at < sst_session_last_send(s)) {
        /* The peer's request was in the way, and the peer then waits until the expiration as well
         * (EC-36, EC-120). So this one counts as blocked, and is sent as soon as possible;
         * EC-39. */
        sst_plan_late(s, at, now);
    }
    sst_verdict_wait(s, verdict);
}

/* EC-27, EC-28: the expiration stays; the next request asks for more. */
static void interval(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                     uint64_t now, struct sst_verdict *verdict)
{
    struct sst_ask ask = {.session_expires = tx->interval, .min_se = tx->min_se};
    struct sst_dialog dialog;
    uint32_t min_se = 0;
    uint32_t violations = 0;
    unsigned rounds = sst_bits(tx->flags, TX_ROUNDS_AT, 7u);
    sst_session_dialog(s, &dialog);
    enum sst_422 what =
        sst_uac_422(s->policy, &dialog, &ask, response, rounds, &min_se, &violations);
    sst_session_note_violations(s, violations);
    /* §7.4: two scopes: the Call-ID before there is a dialog, the dialog from then on. */
    uint32_t *learned = sst_tx_is_initial(tx) ? &s->call_min_se : &s->min_se;
    *learned = sst_max(*learned, min_se);
    if (sst_is_turned_off(s, tx)) {
        /* The next request does not use the extension, so the 422 cannot apply to it. */
        retry(s, tx, SST_ACTION_RETRY, now, verdict);
        return;
    }
    switch (what) {
    case SST_422_FAIL:
        close_way(s, tx, true, response, now, verdict);
        return;
    case SST_422_RETRY:
        rounds++;
        break;
    case SST_422_RETRY_WITHOUT_SE:
        rounds = TX_WITHOUT_SE;
        break;
    }
    sst_tx_set(tx, TX_ROUNDS_AT, 7u, rounds);
    retry(s, tx, SST_ACTION_RETRY, now, verdict);
}

/* EC-60: for an initial INVITE the host decides how often to try. */
static void auth(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                 uint64_t now, struct sst_verdict *verdict)
{
    unsigned tries = sst_bits(tx->flags, TX_AUTH_AT, 3u);
    if (!sst_tx_is_initial(tx)) {
        if (tries >= AUTH_MAX) {
            close_way(s, tx, false, response, now, verdict);
            return;
        }
        sst_tx_set(tx, TX_AUTH_AT, 3u, tries + 1u);
    }
    retry(s, tx, SST_ACTION_AUTH, now, verdict);
}

/* EC-58: a refresh goes out once more, without Require. An initial INVITE fails, as the owner
 * wanted. */
static void extension(struct sst_session *s, struct sst_tx *tx, const struct sst_msg *response,
                      uint64_t now, struct sst_verdict *verdict)
{
    if (sst_tx_is_refresh(tx) && (response->has & SST_MSG_UNSUPPORTED_TIMER) &&
        !(s->flags & F_NO_REQUIRE)) {
        s->flags |= F_NO_REQUIRE;
        if (s->policy->mode == SST_MODE_REQUIRE) {
            retry(s, tx, SST_ACTION_RETRY, now, verdict);
            return;
        } /* else there is no Require to leave out now; later there may be */
    }
    close_way(s, tx, false, response, now, verdict);
}

/* What a rejection shows, whatever is done about the request. */
static void learn(struct sst_session *s, const struct sst_tx *tx, enum sst_outcome outcome)
{
    sst_session_count_failure(s, tx, outcome);
    if (outcome == SST_OUTCOME_NO_METHOD && (tx->flags & TX_UPDATE)) {
        sst_set_update(s, UPDATE_REFUSED); /* EC-55: until a new Allow lists it */
    }
    if (outcome == SST_OUTCOME_GLARE) {
        SST_COUNT(s, glare);
    } else if (outcome == SST_OUTCOME_INTERVAL) {
        SST_COUNT(s, received_422);
    } else if (outcome == SST_OUTCOME_DIALOG && sst_tx_is_refresh(tx)) {
        sst_session_note_violations(s, SST_VIOLATION_BIT(SST_VIOLATION_DIALOG_LOST));
    }
    if (outcome == SST_OUTCOME_TRANSPORT) {
        return; /* shows nothing about the peer */
    }
    if (sst_tx_is_refresh(tx)) {
        s->flags &= ~F_PROBE; /* EC-123: it was answered */
        if (!sst_is_overtaken(s, tx)) {
            s->flags |= F_LIFE;
        }
    }
}

static enum sst_end_reason end_reason(const struct sst_refusal *refusal)
{
    if (refusal->response == NULL) {
        return SST_END_REFRESH_TIMEOUT;
    }
    return refusal->response->status == 408 ? SST_END_REFRESH_408 : SST_END_REFRESH_481;
}

void sst_session_refused(struct sst_session *s, struct sst_tx *tx,
                         const struct sst_refusal *refusal, uint64_t now,
                         struct sst_verdict *verdict)
{
    const struct sst_msg *response = refusal->response;
    struct meaning meaning = meaning_of(refusal->outcome);
    if (meaning.then == THEN_END) {
        sst_session_count_failure(s, tx, refusal->outcome);
        sst_session_lost(s, tx, end_reason(refusal), now, verdict);
        return;
    }
    learn(s, tx, refusal->outcome);
    sst_hold_bye(s, sst_session_hang_up(s), now); /* EC-120: it was pending when the BYE was due */
    if (sst_is_needed(s, tx)) {
        strike(s, tx, meaning.strike, refusal->open);
    }
    switch (meaning.then) {
    case THEN_END:
        break;
    case THEN_LATER:
        later(s, tx, response, now, verdict);
        break;
    case THEN_NEXT:
        next_way(s, tx, response, now, verdict);
        break;
    case THEN_GLARE:
        refused_glare(s, tx, now, verdict);
        break;
    case THEN_INTERVAL:
        interval(s, tx, response, now, verdict);
        break;
    case THEN_AUTH:
        auth(s, tx, response, now, verdict);
        break;
    case THEN_EXTENSION:
        extension(s, tx, response, now, verdict);
        break;
    }
}
