/* SPDX-License-Identifier: MIT */
/* The arithmetic of intervals, for all possible arguments. */
#include "spec_timing.h"

#include "../../../src/rules/timing.c"

/* What a host's clock shows comes out as it went in. */
/*@ requires now_ms < LAST_MS - SST_TIME_BIAS;
    assigns \nothing;
    ensures same: \result == now_ms; */
static uint64_t there_and_back(uint64_t now_ms)
{
    return sst_time_out(sst_time_in(now_ms));
}
