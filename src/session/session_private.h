/* SPDX-License-Identifier: MIT */
/*
 * Inside a session. All times here are the session's (sst_time_in()); intervals are in seconds, waits
 * in milliseconds.
 *
 * How the files share the work: session_due.c works out what is due when (pure), session_time.c
 * does it; session_commit.c is the one place that changes the timer; session_refresh.c decides what
 * a refused refresh leads to, session_lost.c what an unanswered one does; session_uac.c and
 * session_uas.c know messages; session_event.c tells the host.
 */
#ifndef SST_SESSION_PRIVATE_H
#define SST_SESSION_PRIVATE_H

#include "codec/mem.h"
#include "rules/rules_private.h"
#include "rules/timing.h"

#include <sst/session.h>

/* sst_session.flags */
#define F_ESTABLISHED (UINT32_C(1) << 0)        /* the initial INVITE got its 2xx */
#define F_ENDED (UINT32_C(1) << 1)
#define F_CALLER (UINT32_C(1) << 2)             /* owns the Call-ID */
#define F_OWN_BENEFIT (UINT32_C(1) << 3)
#define F_PEER_SUPPORTS (UINT32_C(1) << 4)      /* a message of the peer's showed it */
#define F_LOCAL (UINT32_C(1) << 5)              /* this side refreshes */
#define F_REMOTE (UINT32_C(1) << 6)             /* the peer refreshes; neither: no timer */
#define F_UPDATE_ALLOWED (UINT32_C(1) << 7)     /* the peer's newest Allow lists UPDATE */
#define F_UPDATE_REFUSED (UINT32_C(1) << 8)     /* it answered 405 or 501 since */
#define F_HEALED (UINT32_C(1) << 9)             /* an interval below 90 s is run as 90; EC-08 */
#define F_OWN_INVITE (UINT32_C(1) << 10)        /* open transactions of this dialog ... */
#define F_OWN_UPDATE (UINT32_C(1) << 11)
#define F_OWN_INVITE_OFFER (UINT32_C(1) << 12)  /* ... and whether they carry an offer */
#define F_OWN_UPDATE_OFFER (UINT32_C(1) << 13)
#define F_PEER_INVITE (UINT32_C(1) << 14)
#define F_PEER_UPDATE (UINT32_C(1) << 15)
#define F_PEER_INVITE_OFFER (UINT32_C(1) << 16)
#define F_PEER_UPDATE_OFFER (UINT32_C(1) << 17)
#define F_AWAIT_ACK (UINT32_C(1) << 18)         /* for an own 2xx to INVITE */
#define F_AWAIT_ANSWER (UINT32_C(1) << 19)      /* that 2xx has an offer */
#define F_REFRESH_INVITE (UINT32_C(1) << 20)    /* the open own one is a refresh */
#define F_REFRESH_UPDATE (UINT32_C(1) << 21)
#define F_OVERDUE_TOLD (UINT32_C(1) << 22)
#define F_BLOCKED_TOLD (UINT32_C(1) << 23)
#define F_REFUSED_TOLD (UINT32_C(1) << 24)
#define F_HELD (UINT32_C(1) << 25)              /* the BYE waits until the expiration; EC-36 */
#define F_NO_REQUIRE (UINT32_C(1) << 26)        /* a 420 refused it; EC-58 */
#define F_WITHOUT_SE (UINT32_C(1) << 27)        /* for the retry of one request; EC-101 */
#define F_REFRESH_FAILED (UINT32_C(1) << 28)    /* one was answered with a failure since the last 2xx */
#define F_ASKED (UINT32_C(1) << 29)             /* the host was asked to refresh and has not begun */
#define F_RESCUED (UINT32_C(1) << 30)           /* the watcher had its one refresh; EC-103 */
#define F_PROVISIONAL (UINT32_C(1) << 31)       /* the own INVITE got a 1xx; EC-38 */

#define F_SIDE (F_LOCAL | F_REMOTE)
#define F_OWN_OFFER (F_OWN_INVITE_OFFER | F_OWN_UPDATE_OFFER)
#define F_REFRESH_OPEN (F_REFRESH_INVITE | F_REFRESH_UPDATE)
/* All that a transaction under way leaves in the flags. */
#define F_TRANSACTIONS                                                                             \
    (F_OWN_INVITE | F_OWN_UPDATE | F_OWN_OFFER | F_PEER_INVITE | F_PEER_UPDATE |                   \
     F_PEER_INVITE_OFFER | F_PEER_UPDATE_OFFER | F_AWAIT_ACK | F_AWAIT_ANSWER | F_REFRESH_OPEN |   \
     F_PROVISIONAL)
/* What belongs to one interval and is forgotten when the next one begins. */
#define F_INTERVAL                                                                                 \
    (F_OVERDUE_TOLD | F_BLOCKED_TOLD | F_REFUSED_TOLD | F_HELD | F_REFRESH_FAILED | F_ASKED |      \
     F_RESCUED)

/* sst_session.ladder: what was refused for good since the last 2xx; the count of timeouts. */
#define LADDER_UPDATE 1u
#define LADDER_INVITE_OFFER 2u
#define LADDER_INVITE_PLAIN 4u
#define LADDER_OFFER 8u           /* the offer was refused: without one it may work */
#define LADDER_TIMEOUT_SHIFT 4    /* two bits */

/* sst_session.attempts: back-off step in the low half, credentials tried in the high half.
 * sst_session.rounds: 422 followed in the low half, 491 met in the high half. */
#define LOW_HALF 0x0Fu
#define HIGH_STEP 0x10u

/* sst_tx.flags */
#define TX_OPEN 0x0001u
#define TX_ANSWERED 0x0002u /* an own 2xx to INVITE that waits for its ACK */
#define TX_PEER 0x0004u
#define TX_UPDATE 0x0008u   /* else INVITE */
#define TX_REFRESH 0x0010u
#define TX_OFFER 0x0020u
#define TX_INITIAL 0x0040u
#define TX_HAS_SE 0x0080u
#define TX_WISH 0x0100u     /* own: Session-Expires because this side wants a timer */
#define TX_SUPPORTS 0x0200u /* peer's */
#define TX_REFRESHER_SHIFT 10
#define TX_REFRESHER (3u << TX_REFRESHER_SHIFT)
#define TX_REQUIRED 0x1000u /* own: it had Require: timer */
#define TX_EVER 0x2000u     /* it was used: tells a fork's parent from a zeroed one */
#define TX_REFUSED 0x4000u  /* peer's: on advice; interval is the status, min_se its number */
#define TX_TIMED 0x8000u    /* own: it had Supported: timer */

/* How the host may refresh now. */
enum sst_way {
    SST_WAY_UPDATE,
    SST_WAY_INVITE_OFFER,
    SST_WAY_INVITE_PLAIN,
    SST_WAY_BLOCKED, /* there is one, but a transaction stands in its way */
    SST_WAY_NONE     /* all were refused */
};

/* ---- session_due.c: pure ---- */

/* The interval as it is run: at least the absolute minimum where the peer's was below it. */
uint32_t sst_session_run_s(const struct sst_session *s);
uint64_t sst_session_expiration(const struct sst_session *s);
/* When the side that does not refresh gives up, by RFC 4028 §10, on whichever side it is. */
uint64_t sst_session_giving_up(const struct sst_session *s);
/* Nothing is sent at or after this moment. */
uint64_t sst_session_last_send(const struct sst_session *s);
/* Nothing is planned after this moment. */
uint64_t sst_session_last_attempt(const struct sst_session *s);
/* How to refresh at a moment. */
enum sst_way sst_session_way(const struct sst_session *s, uint64_t at);

/* What a session waits for; SST_NEVER where it does not. */
struct sst_due {
    uint64_t end;
    uint64_t refresh;
    uint64_t blocked;
    uint64_t overdue;
};
/* @return the first of them, as sst_session_deadline() does */
uint64_t sst_session_due(const struct sst_session *s, struct sst_due *due);

/* States in which something else may be due than what a running timer says. */
#define F_UNUSUAL                                                                                  \
    (F_ENDED | F_OWN_INVITE | F_OWN_UPDATE | F_PEER_INVITE | F_PEER_UPDATE | F_OVERDUE_TOLD | F_HELD)

/*
 * A time that is not later than the deadline, and nearly always the same, in few steps and the same
 * ones for either side: what a queue sorts by. While a timer runs and nothing else goes on, whoever
 * waits for the peer is due at OVERDUE, midway between half of the interval and the BYE, whoever
 * refreshes at the refresh (if it can be sent then), and both at the BYE. 0 in all other states.
 */
static inline uint64_t sst_session_key(const struct sst_session *s)
{
    uint64_t half = (uint64_t)s->interval * 500u;
    uint32_t state = s->flags & (F_ESTABLISHED | F_UNUSUAL | F_SIDE);
    if ((state != (F_ESTABLISHED | F_LOCAL) && state != (F_ESTABLISHED | F_REMOTE)) ||
        s->events != 0 || s->guard_ms > half || s->start_ms >= SST_TIME_BIAS * 2u) {
        return 0;
    }
    uint64_t rest = half - s->guard_ms;
    uint64_t first = s->start_ms + half + ((s->flags & F_REMOTE) ? rest / 2u : rest);
    if (s->refresh_ms < first) {
        first = s->refresh_ms;
    }
    return first <= s->start_ms ? 0 : first;
}

/* ---- session_time.c ---- */

/* now_ms on the session's clock, not before the interval's start. */
uint64_t sst_session_now(const struct sst_session *s, uint64_t now_ms);
/* Does what of this is due, without telling. @return whether there is something to tell */
bool sst_session_do(struct sst_session *s, const struct sst_due *due, uint64_t now_ms);
/* The same for what sst_session_due() says. */
bool sst_session_step(struct sst_session *s, uint64_t now_ms);
/* Plans the next own refresh, within the budget. */
void sst_session_plan(struct sst_session *s, uint64_t at, uint64_t now);
/* The next wait of the doubling back-off: 2, 4, ... 120 s. */
uint32_t sst_session_backoff_ms(const struct sst_session *s);
void sst_session_backoff_next(struct sst_session *s);
/* The session ends, for a reason of the library's. */
void sst_session_finish(struct sst_session *s, enum sst_end_reason reason, uint64_t now);

/* ---- session_commit.c ---- */

/* Circumstances of an own request to come, for sst_uac_ask(). */
unsigned sst_session_ask_flags(const struct sst_session *s);
/* The dialog as the rules need it. */
void sst_session_dialog(const struct sst_session *s, struct sst_dialog *dialog);
enum sst_side sst_session_side(const struct sst_session *s);
/* A 2xx: the timer becomes what it says, and the interval starts anew. */
void sst_session_commit(struct sst_session *s, const struct sst_outcome_timer *timer,
                        uint8_t generation, bool establishes, uint64_t now);
/* The timer goes off without a message: a living peer refused all refreshes. */
void sst_session_turn_off(struct sst_session *s, enum sst_end_reason reason);
/* Open transactions are gone without a trace: after a restart. */
void sst_session_forget_transactions(struct sst_session *s, uint64_t now);

/* ---- session_refresh.c ---- */

/* An own INVITE or UPDATE of an established dialog failed with this class. */
void sst_session_refused(struct sst_session *s, const struct sst_tx *tx,
                         const struct sst_msg *response, enum sst_failure_class class_,
                         uint64_t now, struct sst_verdict *verdict);
/* Verdicts: over; or the session asks for a refresh again, if it still can. */
void sst_verdict_failed(struct sst_verdict *verdict);
void sst_verdict_wait(const struct sst_session *s, struct sst_verdict *verdict);
/* A refresh comes again after a while; the response may be NULL. */
void sst_session_later(struct sst_session *s, const struct sst_tx *tx,
                       const struct sst_msg *response, uint64_t now, struct sst_verdict *verdict);
/* A request is over: what was counted and left out for it does not bind the next. */
void sst_session_request_over(struct sst_session *s);

/* ---- session_uac.c ---- */

/* A refresh that was begun (F_REFRESH_OPEN, 0 for none) will not be sent: it is due as before. */
void sst_session_abandon(struct sst_session *s, uint32_t opened);

/* ---- session_lost.c ---- */

/* It timed out, or was answered with 408 or 481, which ends the session as a rule. */
void sst_session_lost(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict);
/* It was never sent, or the transport failed. */
void sst_session_unsent(struct sst_session *s, const struct sst_tx *tx, uint64_t now,
                        struct sst_verdict *verdict);
void sst_session_count_failure(const struct sst_session *s, const struct sst_tx *tx,
                               enum sst_failure_kind kind);

/* ---- session_event.c ---- */

void sst_session_note(struct sst_session *s, enum sst_event_type type);
/* Not to be told any more. */
void sst_session_drop(struct sst_session *s, enum sst_event_type type);
void sst_session_note_violations(struct sst_session *s, uint32_t violations);
/* Tells the host through its policy's callback, as the last act of a public function. */
void sst_session_deliver(struct sst_session *s, uint64_t now_ms);
/* A number from 0 to limit, from the policy's random source; the middle without one. */
uint32_t sst_session_random(const struct sst_session *s, uint32_t limit);

/* What Allow, Supported and Min-SE of a message tell of the peer. */
void sst_session_learn(struct sst_session *s, const struct sst_msg *msg);

#define SST_COUNT(s, field)                                                                        \
    do {                                                                                           \
        if ((s)->policy->counters != NULL) {                                                       \
            (s)->policy->counters->field++;                                                        \
        }                                                                                          \
    } while (0)

/* Whether the extension was switched off since this own request offered it. */
static inline bool sst_tx_is_switched_off(const struct sst_session *s, const struct sst_tx *tx)
{
    return s->policy->mode == SST_MODE_OFF && (tx->flags & TX_TIMED);
}

static inline enum sst_method sst_tx_method(const struct sst_tx *tx)
{
    return (tx->flags & TX_UPDATE) ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
}

#endif
