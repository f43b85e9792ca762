/* SPDX-License-Identifier: MIT */
/*
 * What must hold for a session whatever is done to it: its own check, and what can be seen from
 * outside. For the targets that call functions of sst/session.h.
 */
#ifndef WATCH_H
#define WATCH_H

#include "fuzz.h"

struct watch {
    uint64_t expires_ms; /* as last seen; SST_NEVER without a timer */
    bool may_move;       /* a 2xx, its ACK or a restore: the expiration may change */
    bool ended;          /* ENDED was reported, or the host ended it */
};

/* A session that was begun or forked: nothing is known about it. */
void watch_begin(struct watch *watch);

/* After each call. */
void watch_check(struct watch *watch, const struct sst_session *session);

/* For each event, by callback or pulled. */
void watch_event(struct watch *watch, const struct sst_session *session,
                 const struct sst_event *event, uint64_t now_ms);

/* Pulls all events that are due at a time, with the checks. @return how many */
unsigned watch_pull(struct watch *watch, struct sst_session *session, uint64_t now_ms);

/* Nothing is due at now_ms any more: the session is not past its end, and its deadline is later
 * than now. */
void watch_quiet(const struct sst_session *session, uint64_t now_ms);

/* An image and back: nothing is lost. */
void watch_image(const struct sst_session *session, uint64_t now_ms);

#endif
