/* SPDX-License-Identifier: MIT */
/* What is due when, computed from the state alone: RFC 4028 §7.2, §9, §10. */
#ifndef SST_DUE_H
#define SST_DUE_H

#include "session/state.h"

/* How the host may refresh at a moment. */
enum sst_way {
    WAY_UPDATE,
    WAY_INVITE_OFFER,
    WAY_INVITE_PLAIN,
    WAY_BLOCKED, /* there is one, but a transaction blocks it */
    WAY_NONE     /* all were rejected or are not allowed */
};

/* When each of these is due, or SST_NEVER. */
struct sst_due {
    uint64_t end;
    uint64_t refresh;
    uint64_t blocked;
    uint64_t refused;
    uint64_t overdue;
};

/* The interval as it is run, in seconds: as agreed, or longer. */
static inline uint32_t sst_session_run_s(const struct sst_session *s)
{
    return s->interval + s->raised_s;
}

uint64_t sst_session_expiration(const struct sst_session *s);
/* When this side hangs up if nothing is pending. */
uint64_t sst_session_hang_up(const struct sst_session *s);
/* When half the interval has passed. */
uint64_t sst_session_half(const struct sst_session *s);
/* Nothing is sent at or after this moment. */
uint64_t sst_session_last_send(const struct sst_session *s);
/* Nothing is planned after this moment: the watcher gives up a second later; §10. */
uint64_t sst_session_last_attempt(const struct sst_session *s);
/* Whether UPDATE may be used in this dialog and interval; §7.4, EC-55. */
bool sst_session_update_usable(const struct sst_session *s);
enum sst_way sst_session_way(const struct sst_session *s, uint64_t at);
/* @return the earliest of them on the host's clock, like sst_session_deadline() */
uint64_t sst_session_due(const struct sst_session *s, struct sst_due *due);

#endif
