/* SPDX-License-Identifier: MIT */
/*
 * Time inside a session is the host's time plus a bias. A restored session may have begun before
 * the zero of the clock that the host uses now; the bias keeps its times positive, and no clock in
 * milliseconds comes near it. Only the public functions convert, where they take or return a time.
 */
#ifndef SST_TIMING_H
#define SST_TIMING_H

#include <sst/types.h>

#define SST_TIME_BIAS (UINT64_C(1) << 62)

/* 64*T1: when an unanswered transaction times out (RFC 3261 §17.1), and how long to wait for the
 * ACK for a 2xx (RFC 3261 §13.3.1.4). */
#define SST_TRANSACTION_MS 32000u

/* sst_add_ms() inline, saturating in the same way. */
static inline uint64_t sst_sum_ms(uint64_t a, uint64_t b)
{
    return b < SST_NEVER - a ? a + b : SST_NEVER - 1u;
}

/* sst_half_ms() inline. */
static inline uint64_t sst_half_of_ms(uint32_t interval_s)
{
    return (uint64_t)interval_s * 500u;
}

/* From the host's clock to the session's. */
static inline uint64_t sst_time_in(uint64_t now_ms)
{
    return sst_sum_ms(now_ms, SST_TIME_BIAS);
}

/* From the session's clock to the host's. A time before that clock's zero becomes 0. */
static inline uint64_t sst_time_out(uint64_t time)
{
    if (time == SST_NEVER) {
        return SST_NEVER;
    }
    return time <= SST_TIME_BIAS ? 0 : time - SST_TIME_BIAS;
}

/* Nothing is sent in this last part of an interval: 1 s, or an eighth of an interval below 8 s,
 * which only tests have. */
static inline uint32_t sst_margin_ms(uint32_t interval_s)
{
    return interval_s >= 8u ? 1000u : interval_s * 125u;
}

#endif
