/* SPDX-License-Identifier: MIT */
/*
 * Time inside a session. A session that is restored may have begun before the zero of the clock
 * that it goes on with, so inside, times are the host's plus a bias that no clock in milliseconds
 * comes near; they are turned at the edge of the public functions and nowhere else.
 */
#ifndef SST_TIMING_H
#define SST_TIMING_H

#include <sst/types.h>

#define SST_TIME_BIAS (UINT64_C(1) << 62)

/* 64*T1: how long a transaction takes that nobody answers (RFC 3261 §17.1), and how long the ACK
 * for a 2xx may take (RFC 3261 §13.3.1.4). */
#define SST_TRANSACTION_MS 32000u

/* The sum, saturated as sst_add_ms() says; here the compiler can put it into its callers. */
static inline uint64_t sst_sum_ms(uint64_t a, uint64_t b)
{
    return b < SST_NEVER - a ? a + b : SST_NEVER - 1u;
}

/* Half of an interval, as sst_half_ms() has it. */
static inline uint64_t sst_half_of_ms(uint32_t interval_s)
{
    return (uint64_t)interval_s * 500u;
}

/* From the host's clock to a session's. */
static inline uint64_t sst_time_in(uint64_t now_ms)
{
    return sst_sum_ms(now_ms, SST_TIME_BIAS);
}

/* And back; what lies before the clock's zero is its zero. */
static inline uint64_t sst_time_out(uint64_t time)
{
    if (time == SST_NEVER) {
        return SST_NEVER;
    }
    return time <= SST_TIME_BIAS ? 0 : time - SST_TIME_BIAS;
}

/* How long before an expiration nothing is sent any more: 1 s, an eighth of intervals below 8 s,
 * which only tests have. */
static inline uint32_t sst_margin_ms(uint32_t interval_s)
{
    return interval_s >= 8u ? 1000u : interval_s * 125u;
}

#endif
