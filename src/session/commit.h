/* SPDX-License-Identifier: MIT */
/* The one place that starts and ends intervals. */
#ifndef SST_COMMIT_H
#define SST_COMMIT_H

#include "session/plan.h"

/* A 2xx, and what it leads to. */
struct sst_commit {
    struct sst_timer timer; /* what it agrees on */
    uint64_t sent;          /* when the local request was sent that it answers, SST_NEVER for none
                               or unknown; EC-132 */
    uint32_t told;      /* the interval of a 2xx by this side, 0 for none or a 2xx from the peer */
    uint8_t generation; /* of the session when its transaction began */
    bool answers;       /* it is the peer's, to a request of this side */
    bool establishes;   /* it answers the initial INVITE */
    bool keeps_plan;    /* the local refresh must not move later; EC-115 */
    bool overruled;     /* the peer took the role; EC-124 */
};

/* EC-44: at a 2xx by a clock that was set back to before the interval's start, where it stood still
 * for the session, all times move back to it. @return now on the session's clock */
uint64_t sst_session_restate(struct sst_session *s, uint64_t now_ms);
/* The timer becomes what the 2xx says, and the interval starts anew. */
void sst_session_commit(struct sst_session *s, const struct sst_commit *commit, uint64_t now);
/* The same timer, a new interval, without a message: what runs for one's own benefit; EC-18. */
void sst_session_renew(struct sst_session *s, uint64_t now);
/* The interval starts now, and this side refreshes once, at once: a take-over; EC-131. */
void sst_session_take_over(struct sst_session *s, uint64_t now);
/* The timer is turned off without a message: a living peer refused all refreshes; EC-110. */
void sst_session_turn_off(struct sst_session *s, enum sst_end_reason reason);
/* The session ends, for a reason of the library or, with SST_END_NONE, of the host. */
void sst_session_finish(struct sst_session *s, enum sst_end_reason reason);
/* Pending transactions are gone without a trace: after a restart. */
void sst_session_forget_transactions(struct sst_session *s, uint64_t now);
/* An awaited ACK came: the watching side counts from it; EC-30. */
void sst_session_acknowledged(struct sst_session *s, bool starts, uint64_t now);
/* What the 2xx to the peer's INVITE that was just committed waits for; EC-121. */
void sst_session_await_ack(struct sst_session *s, bool with_answer);

/* A moment of the interval as a fraction of it, rounded down, and back; EC-132. */
uint8_t sst_session_fraction(const struct sst_session *s, uint64_t now);
uint64_t sst_session_moment(const struct sst_session *s, uint8_t fraction);

#endif
