/* SPDX-License-Identifier: MIT */
/*
 * A local INVITE or UPDATE in a dialog timed out, or was answered with 408 or 481. RFC 4028 §10
 * calls for a BYE then; there are a few exceptions.
 */
#include "session/lost.h"

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

/* EC-50: any request that carried the session timer, even if no timer runs. The one exception is an
 * UPDATE in a dialog without a timer: it would need a re-INVITE before the BYE, and nothing can ask
 * the host for one there. */
static bool counts(const struct sst_session *s, const struct sst_tx *tx)
{
    bool timed = tx->interval != 0 || sst_tx_is_refresh(tx);
    return timed && (sst_is_running(s) || !(tx->flags & TX_UPDATE));
}

/* EC-123: plans one refresh, unless a probe is already planned, which comes sooner, or pending. */
static void plan_probe(struct sst_session *s, uint64_t at, uint64_t now)
{
    if (!(s->flags & F_PROBE)) {
        s->flags |= F_PROBE;
        sst_plan_at(s, at, now);
    }
}

/* EC-123: whether tx is the probe that decides. An older probe does not decide if the peer has
 * answered another request since, and a third request was then lost. */
static bool is_probe(const struct sst_session *s, const struct sst_tx *tx)
{
    bool answered =
        sst_bits(tx->generation, ANSWERS_AT, 3u) != sst_bits(s->generation, ANSWERS_AT, 3u);
    return sst_tx_kind(tx) == TX_PROBE && (s->flags & F_PROBE) && !answered;
}

/* EC-123: the 2xx that overtook this request may have been a proxy's. One more refresh decides,
 * whatever overtakes that one. */
static bool may_probe(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict)
{
    if (!sst_is_overtaken(s, tx) || reason == SST_END_REFRESH_481 || is_probe(s, tx)) {
        return false;
    }
    sst_verdict_failed(verdict); /* a watcher keeps its watchdog */
    if (sst_is_watching(s) &&
        sst_bits(tx->flags, TX_REFRESHER_AT, 3u) == (uint32_t)SST_REFRESHER_UAC) {
        /* EC-21: a 2xx that named this side may have been sent and lost. */
        s->flags |= F_EXTRA;
    }
    if (sst_may_refresh(s)) {
        /* The overtaken request was sent before this interval began, so it is enough to count the
         * floor from the interval's start (EC-125). But an interval that the peer may not know of
         * ended no refresh: this is one more attempt of the same one (EC-115). */
        bool same = sst_tx_is_refresh(tx) && (s->flags & F_UNSEEN);
        uint64_t first = same ? now : sst_sum_ms(s->start_ms, sst_floor_ms(s));
        plan_probe(s, now < first ? first : now, now);
        if (sst_tx_is_refresh(tx)) {
            sst_verdict_wait(s, verdict);
        }
    }
    return true;
}

/* FB-77, EC-118: whether the policy allows another try, and there is time for it. */
static bool has_retry(const struct sst_session *s, const struct sst_tx *tx,
                      enum sst_end_reason reason, uint64_t now)
{
    return reason != SST_END_REFRESH_481 && sst_is_needed(s, tx) &&
           sst_attempts(s, TIMEOUTS_AT) < s->policy->timeout_retries &&
           now < sst_session_last_attempt(s);
}

/* EC-50: a peer that may simply not know UPDATE gets one re-INVITE before the BYE. */
static bool may_try_invite(struct sst_session *s, const struct sst_tx *tx,
                           enum sst_end_reason reason, uint64_t now)
{
    bool known = sst_update(s) == UPDATE_ALLOWED && sst_runs(s) != RUNS_OWN;
    if (!(tx->flags & TX_UPDATE) || known || sst_update_way(s) != UPDATE_FREE) {
        return false;
    }
    uint8_t before = s->ladder;
    sst_strike_method(s, tx, true);
    enum sst_way way = sst_session_way(s, now);
    if (way == WAY_BLOCKED && has_retry(s, tx, reason, now)) {
        s->ladder = before; /* the block may last: try UPDATE once more first */
        return false;
    }
    if (way == WAY_NONE || now >= sst_session_last_send(s)) {
        return false;
    }
    s->flags |= sst_is_watching(s) ? F_EXTRA : 0;
    sst_plan_late(s, now, now);
    return true;
}

/* A second chance, halfway through the time that is left; sooner if the peer may count by an
 * earlier interval, with less time left (EC-115). */
static bool may_retry(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now)
{
    if (!has_retry(s, tx, reason, now)) {
        return false;
    }
    sst_count_attempt(s, TIMEOUTS_AT);
    uint64_t wait = (sst_session_last_attempt(s) - now) / 2u;
    uint64_t soon = sst_backoff_ms(s);
    sst_plan_at(s, now + ((s->flags & F_UNSEEN) && soon < wait ? soon : wait), now);
    return true;
}

void sst_session_lost(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict)
{
    sst_verdict_failed(verdict);
    if (sst_phase(s) != PHASE_CONFIRMED || !counts(s, tx)) {
        return; /* up to the host */
    }
    if (sst_is_running(s)) {
        if (may_probe(s, tx, reason, now, verdict)) {
            return;
        }
        if (may_try_invite(s, tx, reason, now) || may_retry(s, tx, reason, now)) {
            if (sst_tx_is_refresh(tx)) {
                sst_verdict_wait(s, verdict); /* else: the failed request itself is not repeated */
            }
            return;
        }
    }
    sst_session_finish(s, reason); /* §10; reported by SST_EVENT_ENDED */
}
