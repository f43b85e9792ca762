/* SPDX-License-Identifier: MIT */
/* The invariants of a session. */
#include "session/due.h"

/* While a timer runs. */
static const char *check_running(const struct sst_session *s)
{
    if (s->start_ms < SST_TIME_BIAS / 2u) {
        return "a running interval has a start";
    }
    if (s->interval > UINT32_MAX - s->raised_s || sst_session_run_s(s) == 0) {
        return "an interval can be run";
    }
    if (s->guard_ms > sst_guard_ms(sst_session_run_s(s))) {
        return "the guard is no longer than RFC 4028 section 10 has it";
    }
    if (sst_runs(s) == RUNS_OWN && s->guard_ms != 0) {
        return "a timer for one's own benefit has no guard";
    }
    if (s->refresh_ms != SST_NEVER && s->refresh_ms < s->start_ms) {
        return "a refresh is not planned before the interval's start";
    }
    if (s->refresh_ms != SST_NEVER && !sst_may_refresh(s)) {
        return "a refresh is planned by the side that may refresh";
    }
    return NULL;
}

/* In any phase. */
static const char *check_parts(const struct sst_session *s)
{
    if ((s->flags & ~F_ALL) != 0) {
        return "each flag has a name";
    }
    if (s->reason >= SST_END_COUNT) {
        return "a reason has a name";
    }
    if (sst_update_way(s) != UPDATE_FREE && sst_update_way(s) < UPDATE_OUT) {
        return "a way of the ladder has a name";
    }
    if (s->ack_s > SST_TRANSACTION_MS / 1000u) {
        return "an ACK is awaited for 32 seconds";
    }
    if ((s->flags & F_AWAIT_ANSWER) && s->ack_s == 0) {
        return "an answer is awaited with its ACK";
    }
    if (s->next_cseq > UINT32_C(1) << 31) {
        return "a CSeq is below 2^31";
    }
    return NULL;
}

/* What is to be reported. */
static const char *check_events(const struct sst_session *s)
{
    bool violation = s->events & sst_event_bit(SST_EVENT_VIOLATION);
    if (violation != (s->violations != 0)) {
        return "a violation waits exactly where one is to be reported";
    }
    if (s->violations >> SST_VIOLATION_COUNT) {
        return "violations have a name";
    }
    if (!sst_may_refresh(s) && (s->events & sst_event_bit(SST_EVENT_REFRESH))) {
        return "a refresh waits only where this side may refresh";
    }
    bool ended = sst_phase(s) == PHASE_ENDED && s->reason != SST_END_NONE;
    if (!ended && (s->events & sst_event_bit(SST_EVENT_ENDED))) {
        return "an end waits only where there was one, for a reason";
    }
    return NULL;
}

const char *sst_session_check(const struct sst_session *s)
{
    if (s == NULL || s->policy == NULL) {
        return "a session has a policy";
    }
    if (sst_phase(s) == PHASE_ENDED && ((s->flags & F_TRANSACTIONS) || s->ack_s != 0)) {
        return "nothing is pending after the end";
    }
    const char *wrong = check_parts(s);
    if (wrong == NULL) {
        wrong = check_events(s);
    }
    if (wrong == NULL && sst_is_running(s)) {
        wrong = check_running(s);
    }
    return wrong;
}
