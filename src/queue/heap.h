/* SPDX-License-Identifier: MIT */
/*
 * The order of a queue, and what a session caches of its place in it.
 *
 * Keys are lazy. A refresh nearly always moves a deadline later, long before it is due, so the key
 * is left as it was: it can be earlier than the deadline, never later. When the key comes up, the
 * session is examined and its key becomes its true deadline.
 *
 * A refresh only has to know whether the key is still early enough. It need not read the slot for
 * that, which is in another cache line: the session caches its key, coarsely. Time is divided into
 * steps of 2^14 ms, a key is rounded up to an odd step, and the session keeps the step's lowest 8
 * bits, which are therefore not 0. No cached key is later than the queue's latest, so the step
 * meant is the last one up to there that ends in these bits. This is exact for keys of the 70
 * minutes before the latest. An older key looks later than it is: then the slot is read, which is
 * slower and still correct.
 */
#ifndef SST_QUEUE_HEAP_H
#define SST_QUEUE_HEAP_H

#include "queue/key.h"
#include "session/event.h"

#include <sst/queue.h>

#define STEP_SHIFT 14

/* A session whose events a run is delivering. Runs can nest. */
struct sst_queue_visit {
    struct sst_session *session; /* NULL once it was taken out: its memory may be freed */
    struct sst_queue_visit *outer;
};

/* A session in no queue has index 0, which wraps to the largest number. */
static inline bool sst_heap_contains(const struct sst_queue *queue,
                                     const struct sst_session *session)
{
    uint32_t index = session->queue_index - 1u;

    return index < queue->count && queue->slots[index].session == session;
}

/* The step of a time, and of a key at that time. Times are the session's. */
static inline uint64_t sst_heap_step(uint64_t time)
{
    return time >> STEP_SHIFT;
}

static inline uint64_t sst_heap_key_step(uint64_t time)
{
    return sst_heap_step(time) | 1u;
}

/* The step of the cached key: the real key is not after it. */
static inline uint64_t sst_heap_known_step(const struct sst_queue *queue,
                                           const struct sst_session *session)
{
    return queue->latest - (uint8_t)(queue->latest - session->queue_key);
}

/* Whether the cached key shows that the key is early enough for a deadline at this time or
 * later. */
static inline bool sst_heap_is_early(const struct sst_queue *queue,
                                     const struct sst_session *session, uint64_t time)
{
    return session->queue_key != 0 && session->queue_index - 1u < queue->count &&
           sst_heap_step(time) > sst_heap_known_step(queue, session);
}

/* The key for a session whose sst_session_key() is time. */
static inline uint64_t sst_heap_key(const struct sst_session *session, uint64_t time)
{
    return time != 0 ? sst_time_out(time) : sst_session_deadline(session);
}

/* ---- heap.c ---- */

/* For a session in the queue. */
void sst_heap_take_out(struct sst_queue *queue, struct sst_session *session);
/* Removes the first slot without touching its session, which has another place or none. */
void sst_heap_drop_top(struct sst_queue *queue);
/* Changes the key of a session in the queue, to earlier or later, or takes the session out. */
void sst_heap_move(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms);
/* Puts a session in, moves it if its key would be too late, or takes it out, like
 * sst_queue_update(). The time is what sst_session_key() returned. */
int sst_heap_update(struct sst_queue *queue, struct sst_session *session, uint64_t time);

#endif
