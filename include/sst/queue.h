/* SPDX-License-Identifier: MIT */
/**
 * @file sst/queue.h
 * The deadlines of many sessions in one place, for hosts without timers of their own.
 *
 * The memory is the caller's. A session is in at most one queue. A host that uses a queue calls
 * sst_queue_update() after each call that may have moved a session's deadline, and
 * sst_queue_remove() before a session's memory goes away; sst_queue_run() does both by itself for
 * the sessions that it runs. One queue belongs to one thread at a time.
 *
 * Remove a session before it is begun anew and before its memory goes away. What is left in the
 * queue otherwise is found when its turn comes, as place and session do not point at each other,
 * and dropped; sst_queue_check() finds it at once. Memory that was freed cannot be looked at:
 * nothing finds that.
 *
 * @code
 * sst_queue_init(&queue, slots, sizeof slots / sizeof slots[0]);
 * sst_queue_update(&queue, &session);
 * while (sst_queue_deadline(&queue) <= now_ms) {
 *     sst_queue_run(&queue, now_ms, 100);
 * }
 * @endcode
 *
 * Arguments that mean the same in all functions:
 * - queue: started with sst_queue_init()
 * - session: started; in this queue or in none
 * - slots, capacity: memory for the queue, and for how many sessions it is
 * - now_ms: the present time, as in sst/types.h
 * - event: filled in
 * - max: any number; a session may count more than once
 */
#ifndef SST_QUEUE_H
#define SST_QUEUE_H

#include <sst/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One place in a queue. Private. */
struct sst_queue_slot {
    uint64_t key_ms;             /**< not later than the session's deadline */
    struct sst_session *session; /**< in this place */
};

struct sst_queue_visit; /* private */

/** A queue. Private but for what the functions tell. Do not copy it while it runs. */
struct sst_queue {
    struct sst_queue_slot *slots;   /**< borrowed */
    size_t capacity;                /**< of slots */
    size_t count;                   /**< of sessions in it */
    struct sst_queue_visit *visits; /**< the sessions whose events are being delivered */
    uint64_t latest;                /**< no key that a session knows is later */
};

/**
 * Starts an empty queue. No cleanup needed.
 * @param slots  room for as many sessions as are to be in the queue at once; borrowed; may be NULL
 *               where capacity is 0. Memory aligned to 64 bytes makes large queues faster.
 * @param capacity  at most 2^32-2
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE
 */
SST_API SST_MUST_USE int sst_queue_init(struct sst_queue *queue, struct sst_queue_slot *slots,
                                        size_t capacity);

/**
 * Moves the queue into other memory, larger or smaller: copies the slots there from the old memory,
 * which is not used from here on and may then be freed. So not after a realloc(), which has freed
 * it already. The two may overlap or begin at the same address.
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE; SST_ERR_SPACE where the sessions in the queue do
 *         not fit, nothing then being changed
 */
SST_API SST_MUST_USE int sst_queue_resize(struct sst_queue *queue, struct sst_queue_slot *slots,
                                          size_t capacity);

/**
 * Puts a session into the queue, moves it, or takes it out where it has no deadline, all according
 * to sst_session_deadline(). Almost no cost if the deadline only moved later.
 * @return SST_OK; SST_ERR_SPACE where a new one finds the queue full; SST_ERR_STATE where the
 *         session is in another queue, which need not be noticed where its deadline moved later
 *         (SST_OK then; nothing is done in either case); SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_queue_update(struct sst_queue *queue, struct sst_session *session);

/** Takes a session out; one that is in no queue is fine, one in another queue stays there. */
SST_API void sst_queue_remove(struct sst_queue *queue, struct sst_session *session);

/**
 * @return a time up to which nothing is due: run the queue then. Never later than the earliest
 *         deadline, often earlier; SST_NEVER for an empty queue.
 */
SST_API uint64_t sst_queue_deadline(const struct sst_queue *queue);

/**
 * Advances the sessions that are due by now_ms, the earliest first, each as sst_session_advance()
 * does, and at most max of them, so that the time of a call is bounded. Events may call any
 * function, on this queue too (but for sst_queue_init()), and may free their session with
 * SST_CALLBACK_GONE (it is out of the queue then: an ENDED one is taken out before its event; for
 * others call sst_queue_remove()).
 *
 * A session whose policy has no on_event is advanced, its events then wait, and the run ends there:
 * what is due stays due until the events are pulled. Use sst_queue_next_event() alone for a queue
 * with such sessions in it; it serves the others as well.
 * @return how many were looked at; max means that there may be more. Where it is less, something
 *         may still be due only where events wait to be pulled, or where a session is due again and
 *         again at the same time; sst_queue_deadline() then says so.
 */
SST_API size_t sst_queue_run(struct sst_queue *queue, uint64_t now_ms, size_t max);

/**
 * Takes out the next event of any session that is due, with its session: the pull form of
 * sst_queue_run(), which does not call policy->on_event. Call it until it returns NULL. A session
 * is out of the queue when its ENDED comes.
 * @return NULL where there is none, or on a NULL argument
 */
SST_API struct sst_session *sst_queue_next_event(struct sst_queue *queue, uint64_t now_ms,
                                                 struct sst_event *event);

/** @return NULL if the queue is in order, else a static text that says what is not. For tests. */
SST_API const char *sst_queue_check(const struct sst_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
