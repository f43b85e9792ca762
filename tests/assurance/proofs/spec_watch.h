/* SPDX-License-Identifier: MIT */
/* What the observer's arithmetic guarantees, and what its transactions are. */
#ifndef SPEC_WATCH_H
#define SPEC_WATCH_H

#include "spec_timing.h"

#include "../../../src/watch/state.h"

/*@ // A deadline of an interval: the guard before its end (RFC 4028 §10), and its end.
    logic integer hangup_ms(integer start, integer interval_s) =
        sum_ms(start, 1000 * interval_s - guard_ms(interval_s));

    logic integer expiry_ms(integer start, integer interval_s) = sum_ms(start, 1000 * interval_s);

    // Within the slack; sums end at the largest time.
    predicate near(integer at, integer limit, integer slack) =
        sum_ms(at, slack) >= limit && at <= sum_ms(limit, slack);

    predicate is_end(integer end) = end == CALLER || end == CALLEE;
*/

/*@ requires is_end(end);
    assigns \nothing;
    ensures is_end(\result) && \result != end; */
static inline unsigned sst_watch_other(unsigned end);

/*@ requires is_end(end);
    assigns \nothing;
    ensures end == CALLER ==> \result == SST_WHO_CALLER;
    ensures end == CALLEE ==> \result == SST_WHO_CALLEE; */
static inline enum sst_watch_who sst_watch_who_is(unsigned end);

/*@ assigns \nothing;
    ensures exact: \result == (from < to ? \min(to - from, UINT32_MAX) : 0); */
static inline uint32_t sst_watch_since(uint64_t from, uint64_t to);

/*@ assigns \nothing;
    ensures exact: \result == \max(a, b); */
static inline uint64_t sst_max_ms(uint64_t a, uint64_t b);

/*@ assigns \nothing;
    ensures whole: interval_s == 0 || interval_s >= 20 ==> \result == 2000;
    ensures part: 0 < interval_s < 20 ==> \result == 100 * interval_s; */
static inline uint32_t sst_watch_slack(uint32_t interval_s);

/*@ requires \valid_read(w);
    assigns \nothing;
    ensures \result <==> (w->flags & W_RUNS) != 0; */
static inline bool sst_watch_runs(const struct sst_watch *w);

/*@ requires \valid_read(w);
    assigns \nothing;
    ensures is_end(\result); */
static inline unsigned sst_watch_refresher(const struct sst_watch *w);

/*@ requires \valid_read(w) && i < SST_WATCH_TX_MAX;
    assigns \nothing;
    ensures \result <= 3; */
static inline unsigned sst_watch_copies(const struct sst_watch *w, unsigned i);

/*@ requires \valid_read(w) && i < SST_WATCH_TX_MAX;
    assigns \nothing; */
static inline bool sst_watch_in_vain(const struct sst_watch *w, unsigned i, unsigned copies);

/*@ requires \valid_read(w) && i < SST_WATCH_TX_MAX;
    assigns \nothing;
    ensures is_end(\result); */
static inline unsigned sst_watch_tx_by(const struct sst_watch *w, unsigned i);

/*@ requires \valid_read(w) && i < SST_WATCH_TX_MAX;
    assigns \nothing; */
static inline uint32_t sst_watch_age(const struct sst_watch *w, unsigned i, uint64_t now);

#endif
