/* SPDX-License-Identifier: MIT */
#include "rules/timing.h"

#include <sst/rules.h>

uint64_t sst_half_ms(uint32_t interval_s)
{
    return sst_half_of_ms(interval_s);
}

uint32_t sst_guard_ms(uint32_t interval_s)
{
    /* From 96 s on, a third of the interval is at least 32 s. Below that the product fits in 32
     * bits, so small machines need no 64-bit division. */
    if (interval_s >= 96u) {
        return 32000u;
    }
    return interval_s * 1000u / 3u;
}

uint64_t sst_add_ms(uint64_t a, uint64_t b)
{
    return sst_sum_ms(a, b);
}
