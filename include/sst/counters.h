/* SPDX-License-Identifier: MIT */
/**
 * @file sst/counters.h
 * Counters to show. You provide the memory (sst_policy.counters), since libsst has no state of its
 * own: one set per thread or per policy, as you like.
 */
#ifndef SST_COUNTERS_H
#define SST_COUNTERS_H

#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Room for the reasons of enum sst_end_reason (sst/session.h). */
#define SST_END_COUNT 8

/** Places of the arrays below. More than there are kinds, so that kinds can be added. */
#define SST_OUTCOME_ROOM 16
#define SST_END_ROOM 16       /**< as SST_OUTCOME_ROOM */
#define SST_VIOLATION_ROOM 32 /**< as SST_OUTCOME_ROOM; a set of violations has as many bits */

/** All counters only grow. Zero them before use. */
struct sst_counters {
    uint64_t negotiated;         /**< timers that were turned on */
    uint64_t turned_off;         /**< timers turned off while the dialog continued */
    uint64_t refreshes_due;      /**< times that REFRESH was raised */
    uint64_t refreshes_sent;     /**< refreshes that were begun */
    uint64_t refreshes_answered; /**< local INVITE or UPDATE with a 2xx that extends the timer */
    uint64_t refreshes_received; /**< 2xx sent that extends the timer */
    uint64_t refreshes_failed[SST_OUTCOME_ROOM]; /**< by enum sst_outcome */
    uint64_t rejected_422;                       /**< 422 advised */
    uint64_t received_422;                       /**< 422 received, for any local request */
    uint64_t glare;                              /**< 491 received, for any local request */
    uint64_t rejected_491;                       /**< 491 advised */
    uint64_t overdue;                            /**< times that the peer's refresh was overdue */
    uint64_t blocked;                            /**< times that a due refresh was blocked */
    uint64_t ended[SST_END_ROOM];                /**< by enum sst_end_reason */
    uint64_t violations[SST_VIOLATION_ROOM];     /**< by enum sst_violation */
    uint64_t reserved[8];                        /**< 0; later versions take counters from it */
};

/** Enough room for sst_counters_print(), however large the counters are. */
#define SST_COUNTERS_TEXT_SIZE 8192

/**
 * Prints counters as OpenMetrics text, one family per counter, such as `sst_overdue_total`, with a
 * label for the outcome, reason or kind. Put it between your own metrics: the final line "# EOF" is
 * not part of it.
 * @param counters  read while it prints
 * @param buffer  NULL only with size 0
 * @param size  of buffer, in bytes; SST_COUNTERS_TEXT_SIZE is enough
 * @param need  set to the size of the text, terminator included; may be NULL
 * @return SST_OK; SST_ERR_SPACE: buffer holds an empty text; SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_counters_print(const struct sst_counters *counters, char *buffer,
                                            size_t size, size_t *need);

#ifdef __cplusplus
}
#endif

#endif
