/* SPDX-License-Identifier: MIT */
/* Does what session/due.c says is due. */
#include "session/time.h"

/* EC-18: whether nothing left this host that could have been answered. A refresh whose transport
 * failed counts as sent; one reported as not sent does not (sst_untry()). */
static bool is_unsent(const struct sst_session *s)
{
    /* After EC-115 the ladder may be from an earlier interval, in which the peer was alive. */
    return !(s->ladder & LADDER_TRIED) || (s->flags & F_UNSEEN);
}

/* Why nothing extended the session, for the side that had to refresh. */
static enum sst_end_reason unrefreshed(const struct sst_session *s)
{
    if (s->flags & F_LOCAL_REQUEST) {
        return SST_END_REFRESH_UNANSWERED; /* EC-37 */
    }
    if (s->flags & F_LIFE) {
        return SST_END_REFRESH_REFUSED;
    }
    /* EC-50, EC-118: a request timed out, and the next attempt was not sent. If the peer showed no
     * life, nothing but a timeout rules out UPDATE for the interval. */
    bool lost = sst_attempts(s, TIMEOUTS_AT) != 0 || sst_update_way(s) == UPDATE_GONE;
    return lost ? SST_END_REFRESH_TIMEOUT : SST_END_REFRESH_NOT_SENT;
}

static void expire(struct sst_session *s, uint64_t now)
{
    enum sst_end_reason reason = unrefreshed(s);
    switch (sst_runs(s)) {
    case RUNS_NONE:
        return;
    case RUNS_REMOTE:
        sst_session_finish(s, SST_END_NOT_REFRESHED);
        return;
    case RUNS_OWN:
        /* EC-18: nobody else watches. Only silence ends it: any response shows that the peer is
         * alive. */
        if ((s->flags & F_LIFE) || (reason == SST_END_REFRESH_NOT_SENT && is_unsent(s))) {
            sst_session_renew(s, now);
            return;
        }
        break;
    case RUNS_LOCAL:
        if (reason == SST_END_REFRESH_REFUSED && s->policy->refused == SST_REFUSED_KEEP) {
            sst_session_turn_off(s, reason); /* EC-110 */
            return;
        }
        break;
    }
    sst_session_finish(s, reason);
}

static void overdue(struct sst_session *s, uint64_t now)
{
    s->flags |= F_OVERDUE_TOLD;
    SST_COUNT(s, overdue);
    sst_session_note(s, SST_EVENT_OVERDUE);
    if (s->policy->rescue || (s->flags & F_OVERRULED)) {
        s->flags |= F_EXTRA;        /* EC-103, EC-124 */
        sst_plan_late(s, now, now); /* our guard may be shorter than the peer's */
    }
}

bool sst_session_do(struct sst_session *s, const struct sst_due *due, uint64_t now_ms)
{
    uint64_t now = sst_session_now(s, now_ms);
    bool refresh = now >= due->refresh;
    if (refresh && now >= sst_session_last_send(s)) {
        sst_plan_nothing(s); /* nothing is sent in the last second; OVERDUE or the end may be due */
        refresh = false;
    }
    /* One step does one thing, and the end wins over a refresh (EC-37, EC-45). */
    if (now >= due->end) {
        expire(s, now);
    } else if (refresh) {
        sst_refresh_asked(s, now);
    } else if (now >= due->blocked) {
        s->flags |= F_BLOCKED_TOLD;
        SST_COUNT(s, blocked);
        sst_session_note(s, SST_EVENT_BLOCKED);
    } else if (now >= due->refused) {
        sst_refresh_refused(s, 0, now); /* an Allow without UPDATE took the last way; EC-55 */
    } else if (now >= due->overdue) {
        overdue(s, now);
    }
    return s->events != 0;
}

bool sst_session_step(struct sst_session *s, uint64_t now_ms)
{
    struct sst_due due;
    (void)sst_session_due(s, &due);
    return sst_session_do(s, &due, now_ms);
}
