/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a session when an own INVITE or UPDATE of it gets no answer, or one that says that
 * the dialog is gone: RFC 4028 §10 has BYE for it, and a few ways around it.
 */
#include "session/session_private.h"

void sst_session_count_failure(const struct sst_session *s, const struct sst_tx *tx,
                               enum sst_failure_kind kind)
{
    if ((tx->flags & TX_REFRESH) && s->policy->counters != NULL) {
        s->policy->counters->refreshes_failed[kind]++;
    }
}

/* EC-50: a peer that may just not know UPDATE gets one re-INVITE before the BYE. */
static bool may_try_invite(struct sst_session *s, const struct sst_tx *tx, uint64_t now)
{
    bool known = (s->flags & F_UPDATE_ALLOWED) && !(s->flags & F_OWN_BENEFIT);
    if (!(tx->flags & TX_UPDATE) || known || (s->ladder & LADDER_UPDATE)) {
        return false;
    }
    s->ladder |= LADDER_UPDATE;
    s->refresh_ms = now;
    return sst_session_way(s, now) != SST_WAY_NONE && now < sst_session_last_send(s);
}

/* FB-77: a second chance after a timeout, where the owner wants it, halfway through what is left. */
static bool may_retry_timeout(struct sst_session *s, const struct sst_tx *tx,
                              enum sst_end_reason reason, uint64_t now)
{
    unsigned used = s->ladder >> LADDER_TIMEOUT_SHIFT;
    uint64_t last = sst_session_last_attempt(s);
    if (reason != SST_END_TIMEOUT || !(tx->flags & TX_REFRESH) || !(s->flags & F_LOCAL) ||
        used >= s->policy->timeout_retries || now >= last) {
        return false;
    }
    s->ladder = (uint8_t)(s->ladder + (1u << LADDER_TIMEOUT_SHIFT));
    sst_session_plan(s, now + (last - now) / 2u, now);
    return true;
}

/* EC-50: whatever carried the session timer, though none may run. The one exception is an UPDATE in a
 * dialog without: there nobody can ask for the re-INVITE that it is owed first. */
static bool counts(const struct sst_session *s, const struct sst_tx *tx)
{
    bool timed = tx->interval != 0 || (tx->flags & TX_REFRESH);
    return timed && ((s->flags & F_SIDE) || !(tx->flags & TX_UPDATE));
}

void sst_session_lost(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict)
{
    sst_session_request_over(s);
    if (!(s->flags & F_ESTABLISHED) || !counts(s, tx)) {
        sst_verdict_failed(verdict); /* the host's affair */
        return;
    }
    if (may_try_invite(s, tx, now)) {
        if (tx->flags & TX_REFRESH) {
            sst_verdict_wait(s, verdict);
        } else {
            sst_verdict_failed(verdict); /* a re-INVITE goes out, but not this request again */
        }
        return;
    }
    if (may_retry_timeout(s, tx, reason, now)) {
        sst_verdict_wait(s, verdict);
        return;
    }
    sst_session_finish(s, reason, now); /* §10 */
    verdict->action = SST_ACTION_END;
}

void sst_session_unsent(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                        struct sst_verdict *verdict)
{
    sst_session_request_over(s);
    sst_session_count_failure(s, tx, SST_FAILURE_TRANSPORT);
    sst_session_later(s, tx, NULL, now, verdict); /* EC-51: as a 503 */
}
