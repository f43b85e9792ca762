/* SPDX-License-Identifier: MIT */
/* Does what is due. */
#ifndef SST_TIME_H
#define SST_TIME_H

#include "session/commit.h"

/* Does what is due now according to due, without reporting it. @return whether there is something
 * to report */
bool sst_session_do(struct sst_session *s, const struct sst_due *due, uint64_t now_ms);
/* Calls sst_session_due(), then sst_session_do(). */
bool sst_session_step(struct sst_session *s, uint64_t now_ms);

#endif
