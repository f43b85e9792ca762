/* SPDX-License-Identifier: MIT */
/* Event delivery. */
#ifndef SST_EVENT_H
#define SST_EVENT_H

#include "session/time.h"

/* Reports pending events through the policy's callback, as the last act of a public function. */
void sst_session_deliver(struct sst_session *s, uint64_t now_ms);

#endif
