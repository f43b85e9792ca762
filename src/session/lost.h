/* SPDX-License-Identifier: MIT */
/* What becomes of a session when a local request is not answered, or the dialog is gone. */
#ifndef SST_LOST_H
#define SST_LOST_H

#include "session/commit.h"

/* Another 2xx has extended the session since this request was sent. */
static inline bool sst_is_overtaken(const struct sst_session *s, const struct sst_tx *tx)
{
    return tx->generation != s->generation;
}

/* Whether the refresh that failed must be made up for by another one; EC-119. So it is where what
 * has overtaken it may have been another's than the peer's; EC-115. */
static inline bool sst_is_needed(const struct sst_session *s, const struct sst_tx *tx)
{
    bool overtaken = sst_is_overtaken(s, tx) && !(s->flags & F_UNSEEN);
    return sst_tx_is_refresh(tx) && sst_may_refresh(s) && !overtaken;
}

/* Verdicts: over; or the session asks for a refresh again, if it still can. */
void sst_verdict_failed(struct sst_verdict *verdict);
void sst_verdict_wait(const struct sst_session *s, struct sst_verdict *verdict);

/* It timed out, or was answered with 408 or 481, which ends the session as a rule. */
void sst_session_lost(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict);

#endif
