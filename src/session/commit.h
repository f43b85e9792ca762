/* SPDX-License-Identifier: MIT */
/* The one place that starts and ends intervals. */
#ifndef SST_COMMIT_H
#define SST_COMMIT_H

#include "session/plan.h"

/* A 2xx, and what it leads to. */
struct sst_commit {
    struct sst_timer timer; /* what it agrees on */
    uint64_t sent;          /* when the local request it answers was sent, or SST_NEVER; EC-132 */
    uint32_t told;          /* the interval in our 2xx; 0: none, or the peer's 2xx */
    uint8_t generation;     /* the session's when the transaction began */
    bool answers;           /* it is the peer's 2xx to a local request */
    bool establishes;       /* it answers the initial INVITE */
    bool keeps_plan;        /* the local refresh must not move later; EC-115 */
    bool overruled;         /* the peer took the role; EC-124 */
};

/* EC-44: while a clock that was set back is before the interval's start, session time stands still
 * there. A 2xx then moves all times back to the clock. @return now on the session's clock */
uint64_t sst_session_restate(struct sst_session *s, uint64_t now_ms);
/* Sets the timer as the 2xx says, and starts a new interval. */
void sst_session_commit(struct sst_session *s, const struct sst_commit *commit, uint64_t now);
/* Starts a new interval without a message, for a timer for this side's own benefit; EC-18. */
void sst_session_renew(struct sst_session *s, uint64_t now);
/* Take-over: the interval starts now, and this side refreshes once, immediately; EC-131. */
void sst_session_take_over(struct sst_session *s, uint64_t now);
/* Turns the timer off without a message: a living peer rejected all refreshes; EC-110. */
void sst_session_turn_off(struct sst_session *s, enum sst_end_reason reason);
/* Ends the session; SST_END_NONE if the host ended it. */
void sst_session_finish(struct sst_session *s, enum sst_end_reason reason);
/* Forgets pending transactions after a restart. */
void sst_session_forget_transactions(struct sst_session *s, uint64_t now);
/* An ACK has arrived: a watcher that waited for it counts from it; EC-30. */
void sst_session_acknowledged(struct sst_session *s, bool starts, uint64_t now);
/* Starts to wait for the ACK to our 2xx that was just committed; EC-121. */
void sst_session_await_ack(struct sst_session *s, bool with_answer);

/* A moment in the interval as a fraction of it in 1/256, rounded down, and back; EC-132. */
uint8_t sst_session_fraction(const struct sst_session *s, uint64_t now);
uint64_t sst_session_moment(const struct sst_session *s, uint8_t fraction);

#endif
