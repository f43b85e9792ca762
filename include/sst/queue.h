/* SPDX-License-Identifier: MIT */
/**
 * @file sst/queue.h
 * The deadlines of many sessions in one place, so that one timer serves them all.
 *
 * You provide the memory. A session is in at most one queue. Call sst_queue_update() after each
 * call on a session, and sst_queue_remove() before you free it or start it anew; sst_queue_run()
 * does both for the sessions that it runs. Only one thread at a time may use a queue.
 *
 * If you forget to remove a session that you start anew, the queue notices when its turn comes, and
 * drops it; sst_queue_check() notices at once. Nothing notices a session that you freed.
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

/** A queue. Private. Do not copy it while it runs. */
struct sst_queue {
    struct sst_queue_slot *slots;   /**< borrowed */
    size_t capacity;                /**< of slots */
    size_t count;                   /**< of sessions in it */
    struct sst_queue_visit *visits; /**< the sessions whose events are being delivered */
    uint64_t latest;                /**< no key that a session knows is later */
};

/**
 * Starts an empty queue. No cleanup needed.
 * @param slots  room for all sessions in the queue; borrowed; may be NULL if capacity is 0. Memory
 *               aligned to 64 bytes makes large queues faster
 * @param capacity  at most 2^32-2
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE
 */
SST_API SST_MUST_USE int sst_queue_init(struct sst_queue *queue, struct sst_queue_slot *slots,
                                        size_t capacity);

/**
 * Moves the queue into other memory, larger or smaller. It copies the slots from the old memory,
 * which you may free afterwards: do not use realloc(), which frees it before. The two may overlap
 * or start at the same address.
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE; SST_ERR_SPACE if the sessions in the queue do
 *         not fit, which changes nothing
 */
SST_API SST_MUST_USE int sst_queue_resize(struct sst_queue *queue, struct sst_queue_slot *slots,
                                          size_t capacity);

/**
 * Puts a session into the queue, moves it, or takes it out if it has no deadline, by
 * sst_session_deadline(). Almost no cost if the deadline only moved later.
 * @return SST_OK; SST_ERR_SPACE if the queue is full; SST_ERR_STATE if the session is in another
 *         queue (SST_OK if its deadline moved later; nothing is done in either case);
 *         SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_queue_update(struct sst_queue *queue, struct sst_session *session);

/** Takes a session out; one that is in no queue is fine, one in another queue stays there. */
SST_API void sst_queue_remove(struct sst_queue *queue, struct sst_session *session);

/**
 * @return when to run the queue: never later than the earliest deadline, but often earlier;
 *         SST_NEVER for an empty queue
 */
SST_API uint64_t sst_queue_deadline(const struct sst_queue *queue);

/**
 * Calls sst_session_advance() for the sessions that are due by now_ms, the earliest first, and for
 * at most max of them, which bounds the time of a call. Event callbacks may call any function
 * except sst_queue_init(), on this queue too. They may free their session and return
 * SST_CALLBACK_GONE: for ENDED it is out of the queue already, otherwise call sst_queue_remove()
 * first.
 *
 * The run ends at a session whose policy has no on_event and which has events to pull: the others
 * stay due until you pull them. Use sst_queue_next_event() alone for a queue with such sessions; it
 * serves the others as well.
 * @return how many were looked at; max means that there may be more. If it is less, something may
 *         still be due only if events wait to be pulled, or a session is due again and again at the
 *         same time: see sst_queue_deadline()
 */
SST_API size_t sst_queue_run(struct sst_queue *queue, uint64_t now_ms, size_t max);

/**
 * Takes out the next event of any session that is due: sst_queue_run() for hosts without callbacks.
 * It does not call policy->on_event. Call it until it returns NULL. A session is out of the queue
 * when its ENDED comes.
 * @return the session of the event; NULL if there is none, or on a NULL argument
 */
SST_API struct sst_session *sst_queue_next_event(struct sst_queue *queue, uint64_t now_ms,
                                                 struct sst_event *event);

/** @return NULL if the queue is sound, else a static text that says what is wrong. For tests. */
SST_API const char *sst_queue_check(const struct sst_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
