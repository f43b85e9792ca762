/* SPDX-License-Identifier: MIT */
/**
 * @file sst/queue.h
 * The deadlines of many sessions in one place, for hosts without timers of their own.
 *
 * The memory is the caller's. A session is in at most one queue. Whoever uses a queue calls
 * sst_queue_update() after each call that may have moved a session's deadline, and
 * sst_queue_remove() before a session's memory goes away; sst_queue_run() does both by itself for
 * the sessions that it runs. One queue belongs to one thread at a time.
 */
#ifndef SST_QUEUE_H
#define SST_QUEUE_H

#include <sst/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One place in a queue. Private. */
struct sst_queue_slot {
    uint64_t key_ms; /* not later than the session's deadline */
    struct sst_session *session;
};

/** A queue. Private but for what the functions tell. */
struct sst_queue {
    struct sst_queue_slot *slots;
    size_t capacity;
    size_t count;
};

/**
 * @param slots  room for as many sessions as are to be in the queue at once; borrowed
 * @param capacity  at most 2^32-2
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE
 */
SST_API int sst_queue_init(struct sst_queue *queue, struct sst_queue_slot *slots, size_t capacity);

/**
 * Moves the queue into larger (or smaller, but not too small) memory, as realloc() gives it: the
 * slots are copied there, the old ones are no longer used.
 * @return SST_OK, SST_ERR_ARGUMENT, SST_ERR_RANGE, SST_ERR_SPACE
 */
SST_API int sst_queue_resize(struct sst_queue *queue, struct sst_queue_slot *slots,
                             size_t capacity);

/**
 * Puts a session into the queue, moves it, or takes it out where it has no deadline, all according
 * to sst_session_deadline(). Next to free where the deadline moved later.
 * @return SST_OK; SST_ERR_SPACE where a new one finds the queue full; SST_ERR_ARGUMENT
 */
SST_API int sst_queue_update(struct sst_queue *queue, struct sst_session *session);

/** Takes a session out; one that is in no queue is fine. */
SST_API void sst_queue_remove(struct sst_queue *queue, struct sst_session *session);

/**
 * @return a time up to which nothing is due: run the queue then. Never later than the earliest
 *         deadline, often earlier; SST_NEVER for an empty queue.
 */
SST_API uint64_t sst_queue_deadline(const struct sst_queue *queue);

/**
 * Advances the sessions that are due by now_ms, the earliest first, each as sst_session_advance()
 * does, and at most max of them, so that the time of a call is bounded. Events may call any
 * function, on this queue too, and may free their session with SST_CALLBACK_GONE (it is out of the
 * queue then: an ENDED one is taken out before its event; for others call sst_queue_remove()).
 * @return how many were looked at; max means that there may be more
 */
SST_API size_t sst_queue_run(struct sst_queue *queue, uint64_t now_ms, size_t max);

/**
 * Pull form of sst_queue_run(): the next event of any session that is due, with its session.
 * @return NULL where there is none
 */
SST_API struct sst_session *sst_queue_next_event(struct sst_queue *queue, uint64_t now_ms,
                                                 struct sst_event *event);

/** @return NULL if the queue is in order, else a static text that says what is not. For tests. */
SST_API const char *sst_queue_check(const struct sst_queue *queue);

#ifdef __cplusplus
}
#endif

#endif
