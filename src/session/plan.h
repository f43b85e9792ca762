/* SPDX-License-Identifier: MIT */
/* When this side refreshes next, and by which way. Only plan.c and commit.c write the timer of a
 * session, once session.c or image.c has made it. */
#ifndef SST_PLAN_H
#define SST_PLAN_H

#include "session/due.h"

/* Plans a refresh for this moment. If that is after the last attempt, it is planned for the last
 * attempt; once that has passed, nothing is planned. */
void sst_plan_at(struct sst_session *s, uint64_t at, uint64_t now);
/* The same for a refresh that was rejected for now. If nothing can be planned, two chances are
 * left: a way not tried yet, then the moment that a Retry-After named; EC-111, EC-112. */
void sst_plan_again(struct sst_session *s, uint64_t at, bool is_named, uint64_t now);
/* Like sst_plan_at(), but once the last attempt has passed it still plans the refresh, which was
 * blocked or slept through; EC-39. */
void sst_plan_late(struct sst_session *s, uint64_t at, uint64_t now);
/* Plans it for now, even after the last attempt; nothing once nothing is sent any more. */
void sst_plan_now(struct sst_session *s, uint64_t now);
void sst_plan_nothing(struct sst_session *s);

/* EC-115: shortens a wait if the peer may still count by the previous interval. The limit is half
 * the time between half the interval and the last attempt, so that another attempt fits. */
uint64_t sst_wait_unseen(const struct sst_session *s, uint64_t wait_ms);

/* The present wait of the doubling back-off, 2, 4, ... 120 s; and one step further. */
uint32_t sst_backoff_ms(const struct sst_session *s);
void sst_backoff_next(struct sst_session *s);
/* Counts one more: a 491 wait (RFC 3261 §14.1), a timeout or a back-off step. */
void sst_count_attempt(struct sst_session *s, unsigned at);

/* Rules out the method of this request: for this round, or for this interval. */
void sst_strike_method(struct sst_session *s, const struct sst_tx *tx, bool for_good);
/* The offer was rejected: next UPDATE, then INVITE without an offer; EC-56. */
void sst_strike_offer(struct sst_session *s);
/* The next attempt uses the other method, if that is free then; EC-111. */
void sst_prefer_other(struct sst_session *s, const struct sst_tx *tx);

/* A refresh is requested; it was begun with tx; it was not sent after all. */
void sst_refresh_asked(struct sst_session *s, uint64_t now);
void sst_refresh_begun(struct sst_session *s, const struct sst_tx *tx);
void sst_refresh_not_sent(struct sst_session *s, uint64_t retry_ms, uint64_t now);
/* The way of this refresh was not tried after all. */
void sst_untry(struct sst_session *s, const struct sst_tx *tx);
/* EC-114: no way is left. Reports it once, then plans the second round, if there is one, after at
 * least least_ms. */
void sst_refresh_refused(struct sst_session *s, uint64_t least_ms, uint64_t now);
/* EC-36, EC-120: holds the BYE until the expiration, if now is not before from. */
void sst_hold_bye(struct sst_session *s, uint64_t from, uint64_t now);

#endif
