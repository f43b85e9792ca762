/* SPDX-License-Identifier: MIT */
/* A session's beginning, fork, end, and what can be seen of it from outside. */
#include "session/session_private.h"

_Static_assert(sizeof(struct sst_tx) == 16, "a transaction is 16 bytes");
_Static_assert(sizeof(void *) != 8 || sizeof(struct sst_session) == 64, "one cache line");
_Static_assert(SST_END_NOT_SENT + 1 == SST_END_COUNT, "a counter for each reason");

int sst_session_init(struct sst_session *s, const struct sst_policy *policy, bool is_caller)
{
    if (s == NULL) {
        return SST_ERR_ARGUMENT;
    }
    int result = sst_policy_check(policy, NULL);
    if (result != SST_OK) {
        return result;
    }
    memset(s, 0, sizeof *s);
    s->policy = policy;
    s->refresh_ms = SST_NEVER;
    s->flags = is_caller ? F_CALLER : 0;
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
    const unsigned initial = TX_EVER | TX_INITIAL;
    if ((tx->flags & (initial | TX_PEER | TX_UPDATE)) != initial) {
        return SST_ERR_STATE;
    }
    memset(child, 0, sizeof *child);
    child->policy = parent->policy;
    child->refresh_ms = SST_NEVER;
    child->flags = F_OWN_INVITE | (parent->flags & F_CALLER);
    if (tx->flags & TX_OFFER) {
        child->flags |= F_OWN_INVITE_OFFER;
    }
    *child_tx = *tx;
    child_tx->flags |= TX_OPEN;
    child_tx->generation = 0;
    return SST_OK;
}

int sst_session_end(struct sst_session *s, uint64_t now_ms)
{
    if (s == NULL || s->policy == NULL) {
        return SST_ERR_ARGUMENT;
    }
    if (!(s->flags & F_ENDED)) {
        s->flags = (s->flags & ~F_TRANSACTIONS) | F_ENDED;
        s->reason = SST_END_NONE;
        s->refresh_ms = sst_session_now(s, now_ms);
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
    info->own_benefit = s->flags & F_OWN_BENEFIT;
    info->established = s->flags & F_ESTABLISHED;
    info->ended = s->flags & F_ENDED;
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
    if (s->guard_ms > (uint64_t)sst_session_run_s(s) * 1000u) {
        return "the guard is not longer than the interval";
    }
    if ((s->flags & F_OWN_BENEFIT) && !(s->flags & F_LOCAL)) {
        return "a timer for the own benefit is refreshed by this side";
    }
    if (s->refresh_ms != SST_NEVER && s->refresh_ms < s->start_ms) {
        return "a refresh is not planned before the interval's start";
    }
    if ((s->flags & F_REMOTE) && s->refresh_ms != SST_NEVER &&
        !(s->flags & (F_RESCUED | F_OWN_INVITE | F_OWN_UPDATE)) && s->ladder == 0) {
        return "the side that watches plans no refresh of its own accord";
    }
    return NULL;
}

/* In any state. */
static const char *check_flags(const struct sst_session *s)
{
    if ((s->flags & F_SIDE) == F_SIDE) {
        return "only one side refreshes";
    }
    if ((s->flags & F_OWN_INVITE_OFFER) && !(s->flags & F_OWN_INVITE)) {
        return "an offer belongs to an open INVITE";
    }
    if ((s->flags & F_OWN_UPDATE_OFFER) && !(s->flags & F_OWN_UPDATE)) {
        return "an offer belongs to an open UPDATE";
    }
    if (((s->flags & F_REFRESH_INVITE) && !(s->flags & F_OWN_INVITE)) ||
        ((s->flags & F_REFRESH_UPDATE) && !(s->flags & F_OWN_UPDATE))) {
        return "a refresh is an open transaction";
    }
    if (((s->flags & F_PEER_INVITE_OFFER) && !(s->flags & F_PEER_INVITE)) ||
        ((s->flags & F_PEER_UPDATE_OFFER) && !(s->flags & F_PEER_UPDATE))) {
        return "an offer of the peer's belongs to an open transaction";
    }
    if ((s->flags & F_UPDATE_ALLOWED) && (s->flags & F_UPDATE_REFUSED)) {
        return "UPDATE is not allowed and refused at once";
    }
    if ((s->rounds & LOW_HALF) > SST_422_ROUNDS_MAX) {
        return "422 is followed a bounded number of times";
    }
    return NULL;
}

/* What is to be told. */
static const char *check_waiting(const struct sst_session *s, bool runs)
{
    if (!runs && (s->events & (1u << SST_EVENT_REFRESH))) {
        return "a refresh waits only while a timer runs";
    }
    bool ended = (s->flags & F_ENDED) && s->reason != SST_END_NONE;
    if (!ended && (s->events & (1u << SST_EVENT_ENDED))) {
        return "an end waits only where there was one, for a reason";
    }
    return NULL;
}

const char *sst_session_check(const struct sst_session *s)
{
    if (s == NULL || s->policy == NULL) {
        return "a session has a policy";
    }
    if (s->events & ~((2u << SST_EVENT_ENDED) - 2u)) {
        return "events are of a known type";
    }
    if (((s->events >> SST_EVENT_VIOLATION) & 1u) != (s->violations != 0 ? 1u : 0u)) {
        return "a violation waits exactly where one is to be told";
    }
    if (s->violations >> SST_VIOLATION_COUNT) {
        return "violations have a name";
    }
    if (s->reason >= SST_END_COUNT) {
        return "a reason has a name";
    }
    if ((s->flags & F_ENDED) && (s->flags & F_TRANSACTIONS)) {
        return "nothing is under way after the end";
    }
    const char *wrong = check_flags(s);
    bool runs = (s->flags & F_ESTABLISHED) && !(s->flags & F_ENDED) && (s->flags & F_SIDE);
    if (wrong == NULL) {
        wrong = check_waiting(s, runs);
    }
    if (wrong == NULL && runs) {
        wrong = check_running(s);
    }
    return wrong;
}
