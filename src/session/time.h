/* SPDX-License-Identifier: MIT */
/* Time passes. */
#ifndef SST_TIME_H
#define SST_TIME_H

#include "session/commit.h"

/* Does what of this is due, without reporting. @return whether there is something to report */
bool sst_session_do(struct sst_session *s, const struct sst_due *due, uint64_t now_ms);
/* The same for what sst_session_due() says. */
bool sst_session_step(struct sst_session *s, uint64_t now_ms);

#endif
