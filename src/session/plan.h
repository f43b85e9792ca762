/* SPDX-License-Identifier: MIT */
/* When this side refreshes next, and by which ways: with commit.h the only writer of the timer. */
#ifndef SST_PLAN_H
#define SST_PLAN_H

#include "session/due.h"

/* At this moment, if the plan allows it: a wait that would overrun ends at the last attempt, and
 * after that nothing more is planned. */
void sst_plan_at(struct sst_session *s, uint64_t at, uint64_t now);
/* The same for a refresh that was refused for now, with what RFC 4028 leaves when the plan is over:
 * a way that was not tried yet, then the moment that a Retry-After named; EC-111, EC-112. */
void sst_plan_again(struct sst_session *s, uint64_t at, bool is_named, uint64_t now);
/* At once or at that moment, however late: for what was blocked or slept through; EC-39. */
void sst_plan_late(struct sst_session *s, uint64_t at, uint64_t now);
void sst_plan_nothing(struct sst_session *s);

/* EC-115: a wait as the plan allows it where the peer may still count by the interval before: half
 * of what it has from its half to the last attempt, so that another attempt fits. */
uint64_t sst_wait_unseen(const struct sst_session *s, uint64_t wait_ms);

/* The next wait of the doubling back-off, 2, 4, ... 120 s, and its next step. */
uint32_t sst_backoff_ms(const struct sst_session *s);
void sst_backoff_next(struct sst_session *s);
/* One more wait of RFC 3261 §14.1, or timeout. */
void sst_count_attempt(struct sst_session *s, unsigned at);

/* The method of this request is not used any more: in this round, or in this interval. */
void sst_strike_method(struct sst_session *s, const struct sst_tx *tx, bool for_good);
/* An offer was refused: next UPDATE, then INVITE without one; EC-56. */
void sst_strike_offer(struct sst_session *s);
/* The next attempt goes the other way, if that is free then; EC-111. */
void sst_prefer_other(struct sst_session *s, const struct sst_tx *tx);

/* A refresh is asked for; it was begun with tx; it was not sent after all. */
void sst_refresh_asked(struct sst_session *s, uint64_t now);
void sst_refresh_begun(struct sst_session *s, const struct sst_tx *tx);
void sst_refresh_not_sent(struct sst_session *s, uint64_t retry_ms, uint64_t now);
/* The way of this refresh was not tried after all. */
void sst_untry(struct sst_session *s, const struct sst_tx *tx);
/* EC-114: no way is left. Reported once; then the second round, where there is one, after a wait of
 * at least so long. */
void sst_refresh_refused(struct sst_session *s, uint64_t least_ms, uint64_t now);
/* EC-36, EC-120: the BYE waits until the expiration, if this moment has come. */
void sst_hold_bye(struct sst_session *s, uint64_t from, uint64_t now);

#endif
