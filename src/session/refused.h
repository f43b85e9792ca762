/* SPDX-License-Identifier: MIT */
/* What becomes of a session when a local INVITE or UPDATE of it is refused. */
#ifndef SST_REFUSED_H
#define SST_REFUSED_H

#include "session/lost.h"

/* A pending request that is not pending any more: what it was, and what came instead of a 2xx. */
struct sst_refusal {
    enum sst_outcome outcome;
    enum sst_open open;             /* as the session had it until now */
    const struct sst_msg *response; /* NULL where the transport failed */
};

/* The request of tx failed. Where the verdict asks for a retry, tx waits for it. */
void sst_session_refused(struct sst_session *s, struct sst_tx *tx,
                         const struct sst_refusal *refusal, uint64_t now,
                         struct sst_verdict *verdict);

#endif
