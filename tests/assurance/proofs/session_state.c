/* SPDX-License-Identifier: MIT */
/* The parts of the state: each has as many values as its enumeration, and questions mean what they say. */
#include "spec_session.h"

/* The compiler has them; Frama-C 25 does not read them. */
#define _Static_assert(...) struct sst_session

#include "../../../src/session/state.c"
