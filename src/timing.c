/* SPDX-License-Identifier: MIT */
#include "timing.h"

#include <sst/rules.h>

uint64_t sst_half_ms(uint32_t interval_s)
{
    return (uint64_t)interval_s * 500u;
}

uint32_t sst_guard_ms(uint32_t interval_s)
{
    /* 96 s is where a third of the interval reaches 32 s. Below, the product fits 32 bits, which
     * spares small machines a division of 64. */
    if (interval_s >= 96u) {
        return 32000u;
    }
    return interval_s * 1000u / 3u;
}

uint64_t sst_add_ms(uint64_t a, uint64_t b)
{
    if (a >= SST_NEVER - 1u || b >= SST_NEVER - 1u - a) {
        return SST_NEVER - 1u;
    }
    return a + b;
}

uint64_t sst_time_in(uint64_t now_ms)
{
    return sst_add_ms(now_ms, SST_TIME_BIAS);
}

uint64_t sst_time_out(uint64_t time)
{
    if (time == SST_NEVER) {
        return SST_NEVER;
    }
    return time <= SST_TIME_BIAS ? 0 : time - SST_TIME_BIAS;
}

uint32_t sst_margin_ms(uint32_t interval_s)
{
    return interval_s >= 8u ? 1000u : interval_s * 125u;
}
