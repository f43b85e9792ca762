/* SPDX-License-Identifier: MIT */
/* Bits of a session's flags, as the queue's tests combine them. */
#ifndef QUEUE_STATES_H
#define QUEUE_STATES_H

#include "session/state.h"

#define CONFIRMED ((uint32_t)PHASE_CONFIRMED << PHASE_AT)
#define LOCAL ((uint32_t)RUNS_LOCAL << RUNS_AT)
#define REMOTE ((uint32_t)RUNS_REMOTE << RUNS_AT)
#define ANY_SIDE (3u << RUNS_AT)
#define UPDATE_FINE ((uint32_t)UPDATE_ALLOWED << UPDATE_AT)

#endif
