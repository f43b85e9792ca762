/* SPDX-License-Identifier: MIT */
/* Queries of a session's state, and what is recorded in it besides the timer. */
#include "session/state.h"

_Static_assert(sizeof(struct sst_tx) == 16, "a transaction is 16 bytes");
_Static_assert(sizeof(void *) != 8 || sizeof(struct sst_session) == 64, "one cache line");
_Static_assert(SST_END_REFRESH_NOT_SENT + 1 == SST_END_COUNT, "a counter for each reason");
_Static_assert(SST_EVENT_ENDED <= 8, "a bit for each event");

uint64_t sst_session_now(const struct sst_session *s, uint64_t now_ms)
{
    uint64_t now = sst_time_in(now_ms);
    return now < s->start_ms ? s->start_ms : now;
}

enum sst_side sst_session_side(const struct sst_session *s)
{
    switch (sst_runs(s)) {
    case RUNS_NONE:
        break;
    case RUNS_LOCAL:
    case RUNS_OWN:
        return SST_SIDE_LOCAL;
    case RUNS_REMOTE:
        return SST_SIDE_REMOTE;
    }
    return SST_SIDE_NONE;
}

void sst_session_dialog(const struct sst_session *s, struct sst_dialog *dialog)
{
    dialog->interval = s->interval;
    dialog->min_se = s->min_se;
    dialog->side = sst_session_side(s);
    dialog->established = sst_phase(s) == PHASE_CONFIRMED;
    dialog->own_benefit = sst_runs(s) == RUNS_OWN;
    dialog->peer_supports = s->flags & F_PEER_SUPPORTS;
}

bool sst_session_is_open(const struct sst_session *s, const struct sst_tx *tx)
{
    enum sst_tx_state state = sst_tx_state(tx);
    bool local = state == TX_LOCAL_OPEN;
    if (!local && state != TX_PEER_OPEN) {
        return false;
    }
    return sst_open(s, sst_open_at(local, sst_tx_method(tx))) != OPEN_NONE;
}

uint32_t sst_session_random(const struct sst_session *s, uint32_t limit)
{
    if (s->policy->random == NULL) {
        return limit / 2u;
    }
    uint64_t number = s->policy->random(s->policy->user);
    return (uint32_t)((number * ((uint64_t)limit + 1u)) >> 32);
}

void sst_session_note(struct sst_session *s, enum sst_event_type type)
{
    s->events |= sst_event_bit(type);
}

void sst_session_drop(struct sst_session *s, enum sst_event_type type)
{
    s->events &= (uint8_t)~sst_event_bit(type);
}

void sst_session_note_violations(struct sst_session *s, uint32_t violations)
{
    if (s->policy->mode == SST_MODE_OFF) {
        /* Then the extension's header fields are unknown ones, and ignored. */
        violations &= SST_VIOLATION_BIT(SST_VIOLATION_TIMER_UNASKED) |
                      SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW) |
                      SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_RANGE);
    }
    if (violations == 0) {
        return;
    }
    s->violations |= violations;
    sst_session_note(s, SST_EVENT_VIOLATION);
    if (s->policy->counters == NULL) {
        return;
    }
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            s->policy->counters->violations[v]++;
        }
    }
}

void sst_session_learn(struct sst_session *s, const struct sst_msg *msg)
{
    /* A failure response may be a proxy's; a 100 always comes from the next hop. */
    bool speaks = msg->status == 0 || (msg->status > 100 && msg->status < 300);
    if (!speaks) {
        return;
    }
    if (msg->has & SST_MSG_SUPPORTED_TIMER) {
        s->flags |= F_PEER_SUPPORTS;
    }
    if (msg->has & SST_MSG_ALLOW) {
        /* §7.4, EC-55: the newest Allow counts. If it does not list UPDATE, a 405 or 501 still
         * stands. */
        if (msg->has & SST_MSG_ALLOW_UPDATE) {
            sst_set_update(s, UPDATE_ALLOWED);
        } else if (sst_update(s) != UPDATE_REFUSED) {
            sst_set_update(s, UPDATE_UNLISTED);
        }
    }
}

void sst_session_count_failure(const struct sst_session *s, const struct sst_tx *tx,
                               enum sst_outcome outcome)
{
    if (sst_tx_is_refresh(tx) && s->policy->counters != NULL) {
        s->policy->counters->refreshes_failed[outcome]++;
    }
}
