/* SPDX-License-Identifier: MIT */
/* The two clocks of sst-ua: real time, which SIP transactions use, and libsst's, which runs
 * --speed times faster. Both count from the start of the program. */
#ifndef SST_UA_CLOCK_H
#define SST_UA_CLOCK_H

#include <stdint.h>
#include <time.h>

/* A due time that never comes, on either clock. */
#define CLOCK_NEVER UINT64_MAX

struct clock {
    clockid_t id;
    struct timespec start;
    double speed;
};

/* The earlier of two due times. */
static inline uint64_t clock_earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void clock_start(struct clock *clock, double speed);

/* Milliseconds of real time since the start. */
uint64_t clock_real_ms(const struct clock *clock);

/* Milliseconds since the start on libsst's clock. */
uint64_t clock_library_ms(const struct clock *clock);

/* Seconds of real time since the start, for logs. */
double clock_real_s(const struct clock *clock);

/* The first real millisecond at which libsst's clock has reached library_ms. */
uint64_t clock_real_of(const struct clock *clock, uint64_t library_ms);

/* How many real milliseconds this many seconds of libsst's clock take. */
uint64_t clock_real_span(const struct clock *clock, double library_s);

#endif
