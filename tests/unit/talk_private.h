/* SPDX-License-Identifier: MIT */
/* What the two halves of the talk share. */
#ifndef TALK_PRIVATE_H
#define TALK_PRIVATE_H

#include "talk.h"

/* sst_policy.on_event of every talk. */
int talk_on_event(void *user, struct sst_session *session, const struct sst_event *event);
/* All of them so far. */
unsigned events_told(const struct talk *t);
/* A time on the host's clock as seconds of the talk, without trailing zeros. */
void talk_time(const struct talk *t, uint64_t ms, char *buffer, size_t size);

#endif
