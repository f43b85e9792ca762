/* SPDX-License-Identifier: MIT */
/*
 * The state of a session, and how to read it. Times are on the session's clock (rules/timing.h);
 * intervals are in seconds, waits in milliseconds. A table in docs/design.md shows what sets and
 * what clears each piece.
 *
 * In this folder, session.c and image.c make a session. From then on only commit.c and plan.c write
 * the timer; state.c and due.c answer questions; time.c does what is due; event.c reports; lost.c
 * and refused.c decide what follows a failed request; uac.c and uas.c handle messages. Calls point
 * downwards, in the order of tests/tree/layers/layers.tsv.
 */
#ifndef SST_STATE_H
#define SST_STATE_H

#include "about/mem.h"
#include "rules/rules_private.h"
#include "rules/timing.h"

#include <sst/session.h>

/* ---- sst_session.flags: two bits for each of these enumerations ... ---- */

enum sst_phase {
    PHASE_IDLE,      /* no initial INVITE is pending, and none was accepted */
    PHASE_EARLY,     /* the initial INVITE is pending */
    PHASE_CONFIRMED, /* it was accepted */
    PHASE_ENDED
};

/* The timer, and who refreshes. */
enum sst_runs {
    RUNS_NONE,
    RUNS_LOCAL,  /* this side refreshes */
    RUNS_REMOTE, /* the peer refreshes, this side watches */
    RUNS_OWN     /* this side refreshes for its own benefit: nobody else watches */
};

/* A pending INVITE or UPDATE of either side, and its offer. */
enum sst_open {
    OPEN_NONE,
    OPEN_PLAIN,   /* without an offer */
    OPEN_OFFER,   /* with an offer that is not answered yet */
    OPEN_ANSWERED /* the offer was answered in a reliable 1xx; EC-122 */
};

/* Whether the peer is known to support UPDATE; EC-55. */
enum sst_update {
    UPDATE_UNKNOWN,
    UPDATE_ALLOWED,  /* the newest Allow lists it */
    UPDATE_UNLISTED, /* the newest Allow does not */
    UPDATE_REFUSED   /* rejected with 405 or 501 since */
};

#define PHASE_AT 0u
#define RUNS_AT 2u
#define LOCAL_INVITE_AT 4u
#define LOCAL_UPDATE_AT 6u
#define PEER_INVITE_AT 8u
#define PEER_UPDATE_AT 10u
#define UPDATE_AT 12u

#define F_LOCAL_REQUEST (15u << LOCAL_INVITE_AT)
#define F_PEER_REQUEST (15u << PEER_INVITE_AT)
#define F_ANY_UPDATE ((3u << LOCAL_UPDATE_AT) | (3u << PEER_UPDATE_AT))

/* ---- ... and one for each of these ---- */

#define F_CALLER (1u << 14)        /* owns the Call-ID */
#define F_PEER_SUPPORTS (1u << 15) /* a message from the peer showed support for timer */
#define F_AWAIT_ANSWER (1u << 16)  /* the ACK we wait for carries the answer to our offer */
#define F_LIFE (1u << 17)          /* a response in this interval showed that the peer is alive */
#define F_OVERDUE_TOLD (1u << 18)
#define F_BLOCKED_TOLD (1u << 19)
#define F_REFUSED_TOLD (1u << 20)
#define F_HELD (1u << 21)       /* the BYE waits until the expiration; EC-36, EC-120 */
#define F_NO_REQUIRE (1u << 22) /* rejected with a 420: leave it out; EC-58 */
#define F_ASKED (1u << 23)      /* we asked for a refresh or a retry that has not begun yet */
#define F_EXTRA (1u << 24)      /* one extra refresh, by a watcher or after a take-over; EC-131 */
#define F_PROBE (1u << 25)      /* one refresh checks whether the peer is alive; EC-123 */
#define F_OVERRULED (1u << 26)  /* the peer took the role that our request gave us; EC-124 */
#define F_UNSEEN (1u << 27)     /* the peer may not know of this interval's 2xx; EC-115 */

/* All flags in use. */
#define F_ALL ((F_UNSEEN << 1) - 1u)
/* Flags of one interval: cleared when the next one begins. */
#define F_INTERVAL                                                                                 \
    (F_LIFE | F_OVERDUE_TOLD | F_BLOCKED_TOLD | F_REFUSED_TOLD | F_HELD | F_ASKED | F_EXTRA |      \
     F_OVERRULED | F_UNSEEN)
/* Flags that pending transactions set. */
#define F_TRANSACTIONS (F_LOCAL_REQUEST | F_PEER_REQUEST | F_AWAIT_ANSWER)

/* ---- sst_session.ladder: the ways to refresh in this interval ---- */

enum sst_invite_way {
    INVITE_OFFER, /* with the unchanged offer */
    INVITE_PLAIN, /* without one: the offer was rejected */
    INVITE_OUT,   /* rejected: not in this round */
    INVITE_GONE   /* rejected: not in this interval */
};

enum sst_update_way { UPDATE_FREE = 0, UPDATE_OUT = 2, UPDATE_GONE = 3 };

#define LADDER_INVITE_AT 0u
#define LADDER_UPDATE_AT 2u
#define LADDER_INVITE_TRIED 0x10u
#define LADDER_UPDATE_TRIED 0x20u
#define LADDER_TRIED (LADDER_INVITE_TRIED | LADDER_UPDATE_TRIED)
#define LADDER_INVITE_FIRST 0x40u /* if both ways are free */
#define LADDER_SECOND 0x80u       /* the second round was used; EC-114 */

/* ---- sst_session.attempts ---- */

#define BACKOFF_AT 0u  /* three bits: steps of the doubling back-off */
#define GLARES_AT 3u   /* three bits: waits of RFC 3261 §14.1 */
#define TIMEOUTS_AT 6u /* two bits: timeouts that were followed by a retry */

/* ---- sst_session.generation: each transaction keeps a copy; both counts wrap around ---- */

#define COMMITS_AT 0u /* six bits: how often an interval began or the timer was turned off */
#define ANSWERS_AT 6u /* two bits: how often a 2xx to a local request was the cause */

/* ---- sst_tx.flags ---- */

enum sst_tx_state {
    TX_FREE,
    TX_LOCAL_OPEN,
    TX_LOCAL_RETRY, /* a verdict asked for a retry with this tx */
    TX_LOCAL_CLOSED,
    TX_PEER_OPEN,
    TX_PEER_ANSWERED, /* our 2xx to INVITE waits for its ACK */
    TX_PEER_CLOSED,
    TX_PEER_REFUSED /* rejected on our advice */
};

enum sst_tx_kind {
    TX_PLAIN,
    TX_INITIAL, /* the dialog's first INVITE */
    TX_REFRESH, /* what SST_EVENT_REFRESH asked for */
    TX_PROBE    /* a refresh that checks whether the peer is alive; EC-123 */
};

#define TX_STATE_AT 0u
#define TX_UPDATE 0x0008u    /* else INVITE */
#define TX_KIND_AT 4u        /* two bits: enum sst_tx_kind */
#define TX_REFRESHER_AT 6u   /* two bits: enum sst_refresher of the request */
#define TX_SUPPORTED 0x0100u /* the request had Supported: timer */
#define TX_ROUNDS_AT 9u      /* three bits: how many 422s were followed, or ... */
#define TX_WITHOUT_SE 7u     /* ... the last try, without Session-Expires; EC-101 */
#define TX_AUTH_AT 12u       /* two bits: tries with credentials */

/* ---- Access to the parts ---- */

static inline uint32_t sst_bits(uint32_t from, unsigned at, uint32_t mask)
{
    return (from >> at) & mask;
}

static inline uint32_t sst_with_bits(uint32_t from, unsigned at, uint32_t mask, uint32_t value)
{
    return (from & ~(mask << at)) | (value << at);
}

static inline enum sst_phase sst_phase(const struct sst_session *s)
{
    return (enum sst_phase)sst_bits(s->flags, PHASE_AT, 3u);
}

static inline void sst_set_phase(struct sst_session *s, enum sst_phase phase)
{
    s->flags = sst_with_bits(s->flags, PHASE_AT, 3u, (uint32_t)phase);
}

static inline enum sst_runs sst_runs(const struct sst_session *s)
{
    return (enum sst_runs)sst_bits(s->flags, RUNS_AT, 3u);
}

static inline void sst_set_runs(struct sst_session *s, enum sst_runs runs)
{
    s->flags = sst_with_bits(s->flags, RUNS_AT, 3u, (uint32_t)runs);
}

static inline enum sst_update sst_update(const struct sst_session *s)
{
    return (enum sst_update)sst_bits(s->flags, UPDATE_AT, 3u);
}

static inline void sst_set_update(struct sst_session *s, enum sst_update update)
{
    s->flags = sst_with_bits(s->flags, UPDATE_AT, 3u, (uint32_t)update);
}

static inline enum sst_open sst_open(const struct sst_session *s, unsigned at)
{
    return (enum sst_open)sst_bits(s->flags, at, 3u);
}

static inline void sst_set_open(struct sst_session *s, unsigned at, enum sst_open open)
{
    s->flags = sst_with_bits(s->flags, at, 3u, (uint32_t)open);
}

static inline enum sst_invite_way sst_invite_way(const struct sst_session *s)
{
    return (enum sst_invite_way)sst_bits(s->ladder, LADDER_INVITE_AT, 3u);
}

static inline enum sst_update_way sst_update_way(const struct sst_session *s)
{
    return (enum sst_update_way)sst_bits(s->ladder, LADDER_UPDATE_AT, 3u);
}

static inline void sst_set_ladder(struct sst_session *s, unsigned at, uint32_t way)
{
    s->ladder = (uint8_t)sst_with_bits(s->ladder, at, 3u, way);
}

static inline unsigned sst_attempts(const struct sst_session *s, unsigned at)
{
    return sst_bits(s->attempts, at, at == TIMEOUTS_AT ? 3u : 7u);
}

static inline enum sst_tx_state sst_tx_state(const struct sst_tx *tx)
{
    return (enum sst_tx_state)sst_bits(tx->flags, TX_STATE_AT, 7u);
}

static inline void sst_tx_set(struct sst_tx *tx, unsigned at, uint32_t mask, uint32_t value)
{
    tx->flags = (uint16_t)sst_with_bits(tx->flags, at, mask, value);
}

static inline void sst_tx_set_state(struct sst_tx *tx, enum sst_tx_state state)
{
    sst_tx_set(tx, TX_STATE_AT, 7u, (uint32_t)state);
}

static inline enum sst_tx_kind sst_tx_kind(const struct sst_tx *tx)
{
    return (enum sst_tx_kind)sst_bits(tx->flags, TX_KIND_AT, 3u);
}

static inline bool sst_tx_is_initial(const struct sst_tx *tx)
{
    return sst_tx_kind(tx) == TX_INITIAL;
}

static inline bool sst_tx_is_refresh(const struct sst_tx *tx)
{
    return sst_tx_kind(tx) >= TX_REFRESH;
}

static inline bool sst_tx_is_local(const struct sst_tx *tx)
{
    enum sst_tx_state state = sst_tx_state(tx);
    return state >= TX_LOCAL_OPEN && state <= TX_LOCAL_CLOSED;
}

static inline enum sst_method sst_tx_method(const struct sst_tx *tx)
{
    return (tx->flags & TX_UPDATE) ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
}

/* Which bits of the flags hold a pending request of this kind. */
static inline unsigned sst_open_at(bool local, enum sst_method method)
{
    unsigned invite = local ? LOCAL_INVITE_AT : PEER_INVITE_AT;
    unsigned update = local ? LOCAL_UPDATE_AT : PEER_UPDATE_AT;
    return method == SST_METHOD_UPDATE ? update : invite;
}

/* ---- Queries; state.c ---- */

/* now_ms on the session's clock, never before the interval's start; EC-44. */
uint64_t sst_session_now(const struct sst_session *s, uint64_t now_ms);
enum sst_side sst_session_side(const struct sst_session *s);
/* The dialog in the form that the rules need. */
void sst_session_dialog(const struct sst_session *s, struct sst_dialog *dialog);
/* Whether tx is pending in this session: not forgotten at a restart, not another session's. */
bool sst_session_is_open(const struct sst_session *s, const struct sst_tx *tx);
/* A random number from 0 to limit, from the policy's source; limit / 2 if it has none. */
uint32_t sst_session_random(const struct sst_session *s, uint32_t limit);

/* The dialog is confirmed, and its timer runs. */
static inline bool sst_is_running(const struct sst_session *s)
{
    return sst_phase(s) == PHASE_CONFIRMED && sst_runs(s) != RUNS_NONE;
}

static inline bool sst_is_watching(const struct sst_session *s)
{
    return sst_is_running(s) && sst_runs(s) == RUNS_REMOTE;
}

/* EC-119: the only place that decides whether this side may refresh now. */
static inline bool sst_may_refresh(const struct sst_session *s)
{
    return sst_is_running(s) && (sst_runs(s) != RUNS_REMOTE || (s->flags & F_EXTRA));
}

/* EC-125: the minimum time between two local refreshes. */
static inline uint64_t sst_floor_ms(const struct sst_session *s)
{
    return (uint64_t)s->policy->refresh_floor * 1000u;
}

/* When we stop waiting for an ACK; EC-121. The interval's start if we wait for none. */
static inline uint64_t sst_ack_until(const struct sst_session *s)
{
    return sst_sum_ms(s->start_ms, s->ack_s * UINT64_C(1000));
}

/* Whether a local request offered the extension and the policy has turned it off since. */
static inline bool sst_is_turned_off(const struct sst_session *s, const struct sst_tx *tx)
{
    return s->policy->mode == SST_MODE_OFF && (tx->flags & TX_SUPPORTED);
}

/* ---- Recording; state.c ---- */

void sst_session_note(struct sst_session *s, enum sst_event_type type);
/* Withdraws an event that was not reported yet. */
void sst_session_drop(struct sst_session *s, enum sst_event_type type);
void sst_session_note_violations(struct sst_session *s, uint32_t violations);
/* Records what Allow and Supported in a message show about the peer. */
void sst_session_learn(struct sst_session *s, const struct sst_msg *msg);
void sst_session_count_failure(const struct sst_session *s, const struct sst_tx *tx,
                               enum sst_outcome outcome);

#define SST_COUNT(s, field)                                                                        \
    do {                                                                                           \
        if ((s)->policy->counters != NULL) {                                                       \
            (s)->policy->counters->field++;                                                        \
        }                                                                                          \
    } while (0)

/* The bit of an event in sst_session.events. */
static inline uint8_t sst_event_bit(enum sst_event_type type)
{
    return (uint8_t)(1u << ((unsigned)type - 1u));
}

/* Whether events wait that are reported before anything else is done. The end may overtake a
 * REFRESH. */
static inline bool sst_events_wait(const struct sst_session *s)
{
    return (s->events & ~sst_event_bit(SST_EVENT_REFRESH)) != 0;
}

#endif
