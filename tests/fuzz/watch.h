/* SPDX-License-Identifier: MIT */
/*
 * What holds for a session whatever is done to it: its own check, and what can be seen from outside
 * of it. For the targets that call functions of sst/session.h.
 */
#ifndef WATCH_H
#define WATCH_H

#include "fuzz.h"

struct watch {
    uint64_t expires_ms; /* as it was last seen; SST_NEVER without timer */
    bool may_move;       /* a 2xx, its ACK or a restore: the expiration may be another */
    bool ended;          /* ENDED was told, or the host ended it */
};

/* A session that was begun or forked: nothing is known of it. */
void watch_begin(struct watch *watch);

/* After each call. */
void watch_check(struct watch *watch, const struct sst_session *session);

/* For each event, told or pulled. */
void watch_event(struct watch *watch, const struct sst_session *session,
                 const struct sst_event *event, uint64_t now_ms);

/* Pulls all events there are at a time, with the checks. @return how many */
unsigned watch_pull(struct watch *watch, struct sst_session *session, uint64_t now_ms);

/* Nothing is due at now_ms any more: so the session is not past its end, and asks to be looked at
 * later than now. */
void watch_quiet(const struct sst_session *session, uint64_t now_ms);

/* An image and back: nothing is lost. */
void watch_image(const struct sst_session *session, uint64_t now_ms);

#endif
