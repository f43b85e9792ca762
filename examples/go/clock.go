// SPDX-License-Identifier: MIT

package sst

/*
#include <stdint.h>
#include <time.h>

// CLOCK_MONOTONIC stands still while a machine sleeps, and the peer's deadlines do not.
static int64_t clock_ns(void)
{
    struct timespec now;
#ifdef CLOCK_BOOTTIME
    clock_gettime(CLOCK_BOOTTIME, &now);
#else
    clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
*/
import "C"

import "time"

// Boot is the time since the machine started, including the time that it slept.
type Boot struct{}

// longest is how long a Go timer, which does not count sleep, is trusted.
const longest = 30 * time.Second

// Now is the time since the machine started.
func (Boot) Now() time.Duration { return time.Duration(C.clock_ns()) }

// After fires when d has passed, or earlier.
func (Boot) After(d time.Duration) <-chan time.Time {
	if d > longest {
		d = longest
	}
	return time.After(d)
}
