/* SPDX-License-Identifier: MIT */
/* What happens to a session when a local request is not answered, or the dialog is gone. */
#ifndef SST_LOST_H
#define SST_LOST_H

#include "session/commit.h"

/* Another 2xx has extended the session since this request was sent. */
static inline bool sst_is_overtaken(const struct sst_session *s, const struct sst_tx *tx)
{
    return tx->generation != s->generation;
}

/* Whether another refresh must replace the failed one; EC-119. A 2xx that has overtaken it does not
 * count if the request may not have been the peer's; EC-115. */
static inline bool sst_is_needed(const struct sst_session *s, const struct sst_tx *tx)
{
    bool overtaken = sst_is_overtaken(s, tx) && !(s->flags & F_UNSEEN);
    return sst_tx_is_refresh(tx) && sst_may_refresh(s) && !overtaken;
}

/* Verdicts: the request failed; or the session asks for a refresh again, if it still can. */
void sst_verdict_failed(struct sst_verdict *verdict);
void sst_verdict_wait(const struct sst_session *s, struct sst_verdict *verdict);

/* The request timed out, or was answered with 408 or 481. As a rule this ends the session. */
void sst_session_lost(struct sst_session *s, const struct sst_tx *tx, enum sst_end_reason reason,
                      uint64_t now, struct sst_verdict *verdict);

#endif
