/* SPDX-License-Identifier: MIT */
/**
 * @file sst/counters.h
 * Counters a host can show. They lie where the host says (sst_policy.counters), since the library
 * has no state of its own; one set for each thread, or for each policy, as the host likes.
 *
 * Arguments:
 * - kind: the number to be named; any value is allowed
 */
#ifndef SST_COUNTERS_H
#define SST_COUNTERS_H

#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How refreshes fail, for counting. */
enum sst_failure_kind {
    SST_FAILURE_TIMEOUT = 0,   /**< the transaction timed out */
    SST_FAILURE_GONE = 1,      /**< 408 or 481 */
    SST_FAILURE_TRANSIENT = 2, /**< will be tried again: 500, 503, 480 and the like */
    SST_FAILURE_METHOD = 3,    /**< refused for good by this method */
    SST_FAILURE_GLARE = 4,     /**< 491 */
    SST_FAILURE_INTERVAL = 5,  /**< 422 */
    SST_FAILURE_AUTH = 6,      /**< 401, 407 */
    SST_FAILURE_EXTENSION = 7, /**< 420, 421 */
    SST_FAILURE_TRANSPORT = 8, /**< the transport failed, or the host could not send */
    SST_FAILURE_DIALOG = 9     /**< a code of RFC 5057 that ends dialogs, but for 408 and 481 */
};
/** How many kinds enum sst_failure_kind has. */
#define SST_FAILURE_COUNT 10

/** @return the name of a kind, as `timeout`; "unknown" for any other number. */
SST_API const char *sst_failure_kind_name(enum sst_failure_kind kind);

/** Room for the reasons of enum sst_end_reason (sst/session.h). */
#define SST_END_COUNT 8

/** Places of the arrays below. More than there are kinds, so that kinds can be added. */
#define SST_FAILURE_ROOM 16
#define SST_END_ROOM 16       /**< as SST_FAILURE_ROOM */
#define SST_VIOLATION_ROOM 32 /**< as SST_FAILURE_ROOM; a set of violations has as many bits */

/** All counters start at 0 and only grow; the host zeroes them. */
struct sst_counters {
    uint64_t negotiated;          /**< timers that came on */
    uint64_t turned_off;          /**< timers that went off, the dialog living on */
    uint64_t refreshes_due;       /**< times that the host was asked to refresh */
    uint64_t refreshes_sent;      /**< refreshes that the host began */
    uint64_t refreshes_answered;  /**< own INVITE or UPDATE with a 2xx that extends the timer */
    uint64_t refreshes_received;  /**< 2xx sent that extends the timer */
    uint64_t refreshes_failed[SST_FAILURE_ROOM]; /**< by enum sst_failure_kind */
    uint64_t rejected_422;        /**< 422 advised */
    uint64_t received_422;        /**< 422 received, for any own request */
    uint64_t glare;               /**< 491 received, for any own request */
    uint64_t rejected_491;        /**< 491 advised */
    uint64_t overdue;             /**< times that the peer's refresh was overdue */
    uint64_t blocked;             /**< times that a due refresh was blocked */
    uint64_t ended[SST_END_ROOM];            /**< by enum sst_end_reason */
    uint64_t violations[SST_VIOLATION_ROOM]; /**< by enum sst_violation */
    uint64_t reserved[8];                    /**< 0; later versions take counters from it */
};

#ifdef __cplusplus
}
#endif

#endif
