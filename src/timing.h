/* SPDX-License-Identifier: MIT */
/*
 * Time inside a session. A session that is restored may have begun before the zero of the clock that
 * it goes on with, so inside, times are the host's plus a bias that no clock in milliseconds comes
 * near; they are turned at the edge of the public functions and nowhere else.
 */
#ifndef SST_TIMING_H
#define SST_TIMING_H

#include <sst/types.h>

#define SST_TIME_BIAS (UINT64_C(1) << 62)

/* 64*T1: how long a transaction takes that nobody answers (RFC 3261 §17.1), and how long the ACK
 * for a 2xx may take (RFC 3261 §13.3.1.4). */
#define SST_TRANSACTION_MS 32000u

/* From the host's clock to a session's. */
uint64_t sst_time_in(uint64_t now_ms);

/* And back; what lies before the clock's zero is its zero. */
uint64_t sst_time_out(uint64_t time);

/* How long before an expiration nothing is sent any more: 1 s, an eighth of intervals below 8 s,
 * which only tests have. */
uint32_t sst_margin_ms(uint32_t interval_s);

#endif
