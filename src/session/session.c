/* SPDX-License-Identifier: MIT */
/* Starts, forks, ends and inspects a session. */
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
    if (!sst_tx_is_local(tx) || !sst_tx_is_initial(tx)) {
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
