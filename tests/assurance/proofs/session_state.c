/* SPDX-License-Identifier: MIT */
/* The parts of the state: each has as many values as its enumeration, and the query functions mean
 * what they say. */
#include "spec_session.h"

/* The compiler checks these; Frama-C 25 cannot read them. */
#define _Static_assert(...) struct sst_session

#include "../../../src/session/state.c"
