/* SPDX-License-Identifier: MIT */
/* A session's beginning, fork, end, and what can be seen of it from outside. */
#include "session/commit.h"

int sst_session_init(struct sst_session *s, const struct sst_policy *policy, enum sst_party party)
{
    if (s == NULL || (party != SST_CALLER && party != SST_CALLEE)) {
        return SST_ERR_ARGUMENT;
    }
    int result = sst_policy_check(policy, NULL);
    if (result != SST_OK) {
        return result;
    }
    memset(s, 0, sizeof *s);
    s->policy = policy;
    s->refresh_ms = SST_NEVER;
    s->flags = party == SST_CALLER ? F_CALLER : 0;
    return SST_OK;
}

int sst_session_set_policy(struct sst_session *s, const struct sst_policy *policy)
{
    if (s == NULL) {
        return SST_ERR_ARGUMENT;
    }
    int result = sst_policy_check(policy, NULL);
    if (result == SST_OK) {
        s->policy = policy;
    }
    return result;
}

int sst_session_fork(struct sst_session *child, struct sst_tx *child_tx,
                     const struct sst_session *parent, const struct sst_tx *tx)
{
    if (child == NULL || child_tx == NULL || parent == NULL || parent->policy == NULL ||
        tx == NULL || child == parent || child_tx == tx) {
        return SST_ERR_ARGUMENT;
    }
    if (!sst_tx_is_local(tx) || !(tx->flags & TX_INITIAL)) {
        return SST_ERR_STATE;
    }
    memset(child, 0, sizeof *child);
    child->policy = parent->policy;
    child->refresh_ms = SST_NEVER;
    child->flags = parent->flags & F_CALLER;
    sst_set_phase(child, PHASE_EARLY);
    sst_set_open(child, LOCAL_INVITE_AT, OPEN_PLAIN); /* its offers are judged once confirmed */
    *child_tx = *tx;
    sst_tx_set_state(child_tx, TX_LOCAL_OPEN);
    child_tx->generation = 0;
    return SST_OK;
}

int sst_session_end(struct sst_session *s, uint64_t now_ms)
{
    (void)now_ms;
    if (s == NULL || s->policy == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (sst_phase(s) != PHASE_ENDED) {
        sst_session_finish(s, SST_END_NONE);
    }
    s->events = 0;
    s->violations = 0;
    return SST_OK;
}

void sst_session_inspect(const struct sst_session *s, struct sst_session_info *info)
{
    if (s == NULL || s->policy == NULL || info == NULL) {
        return;
    }
    struct sst_due due;
    (void)sst_session_due(s, &due);
    memset(info, 0, sizeof *info);
    info->interval = s->interval;
    info->min_se = s->min_se;
    info->side = sst_session_side(s);
    info->own_benefit = sst_runs(s) == RUNS_OWN;
    info->established = sst_phase(s) == PHASE_CONFIRMED;
    info->ended = sst_phase(s) == PHASE_ENDED;
    info->peer_supports = s->flags & F_PEER_SUPPORTS;
    info->reason = (enum sst_end_reason)s->reason;
    info->start_ms = SST_NEVER;
    info->refresh_ms = SST_NEVER;
    info->expires_ms = SST_NEVER;
    info->end_ms = sst_time_out(due.end);
    if (due.end != SST_NEVER) {
        info->start_ms = sst_time_out(s->start_ms);
        info->refresh_ms = sst_time_out(s->refresh_ms);
        info->expires_ms = sst_time_out(sst_session_expiration(s));
    }
}

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
