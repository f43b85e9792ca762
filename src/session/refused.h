/* SPDX-License-Identifier: MIT */
/* What happens to a session when a local INVITE or UPDATE in it is rejected. */
#ifndef SST_REFUSED_H
#define SST_REFUSED_H

#include "session/lost.h"

/* A request that has just failed: what it was, and what came instead of a 2xx. */
struct sst_refusal {
    enum sst_outcome outcome;
    enum sst_open open;             /* as recorded in the session until now */
    const struct sst_msg *response; /* NULL: it timed out, or the transport failed */
};

/* The request of tx failed. If the verdict asks for a retry, tx waits for it. */
void sst_session_refused(struct sst_session *s, struct sst_tx *tx,
                         const struct sst_refusal *refusal, uint64_t now,
                         struct sst_verdict *verdict);

#endif
