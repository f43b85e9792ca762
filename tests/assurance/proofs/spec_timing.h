/* SPDX-License-Identifier: MIT */
/* What src/rules/timing.c and src/rules/timing.h guarantee: exact results, in integers that have no
 * largest one. */
#ifndef SPEC_TIMING_H
#define SPEC_TIMING_H

#include "spec_rules.h"

#include "../../../src/rules/timing.h"

#include <sst/rules.h>

/* The largest time that is still a time: sums saturate there. */
#define LAST_MS (SST_NEVER - 1)

/*@ logic integer half_ms(integer interval_s) = 500 * interval_s;

    // RFC 4028 §10: the smaller of 32 s and a third of the interval.
    logic integer guard_ms(integer interval_s) = \min(32000, 1000 * interval_s / 3);

    logic integer margin_ms(integer interval_s) = \min(1000, 125 * interval_s);

    logic integer sum_ms(integer a, integer b) = \min(a + b, LAST_MS);

    logic integer time_out(integer time) =
        time == SST_NEVER ? SST_NEVER : \max(0, time - SST_TIME_BIAS);
*/

/*@ assigns \nothing;
    ensures exact: \result == half_ms(interval_s); */
uint64_t sst_half_ms(uint32_t interval_s);

/*@ assigns \nothing;
    ensures exact: \result == half_ms(interval_s); */
static inline uint64_t sst_half_of_ms(uint32_t interval_s);

/*@ assigns \nothing;
    ensures exact: \result == guard_ms(interval_s);
    ensures below_half: interval_s > 0 ==> \result < half_ms(interval_s); */
uint32_t sst_guard_ms(uint32_t interval_s);

/*@ assigns \nothing;
    ensures exact: \result == sum_ms(a, b);
    ensures a_time: \result < SST_NEVER; */
uint64_t sst_add_ms(uint64_t a, uint64_t b);

/*@ assigns \nothing;
    ensures exact: \result == sum_ms(a, b);
    ensures a_time: \result < SST_NEVER; */
static inline uint64_t sst_sum_ms(uint64_t a, uint64_t b);

/*@ assigns \nothing;
    ensures exact: \result == sum_ms(now_ms, SST_TIME_BIAS);
    ensures biased: \result >= SST_TIME_BIAS; */
static inline uint64_t sst_time_in(uint64_t now_ms);

/*@ assigns \nothing;
    ensures exact: \result == time_out(time);
    ensures never: time == SST_NEVER <==> \result == SST_NEVER; */
static inline uint64_t sst_time_out(uint64_t time);

/*@ assigns \nothing;
    ensures exact: \result == margin_ms(interval_s); */
static inline uint32_t sst_margin_ms(uint32_t interval_s);

#endif
