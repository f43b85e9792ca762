/* SPDX-License-Identifier: MIT */
/*
 * The order of a queue, and what a session knows of its place in it.
 *
 * Keys are lazy. A refresh moves a deadline later nearly always, long before it comes, so the key
 * is left as it was: it may be earlier than the deadline, never later. When it comes up, the
 * session is looked at and gets its true deadline as a key.
 *
 * So all that a refresh asks of the queue is whether the key is still early enough. For that the
 * slot, in another line of memory, need not be read: the session knows its key, coarsely. Time is
 * cut into steps of 2^14 ms, a key is rounded up to an odd step, and the session keeps its lowest
 * 8 bits, which therefore are not 0. No key that a session knows is later than the queue's latest,
 * so the step meant is the last one up to there that ends in these bits. It is exact for keys of
 * the 70 minutes before the latest. An older one is taken for later than it is: then the slot is
 * looked at, and nothing is wrong.
 */
#ifndef SST_QUEUE_HEAP_H
#define SST_QUEUE_HEAP_H

#include "queue/key.h"
#include "session/event.h"

#include <sst/queue.h>

#define STEP_SHIFT 14

/* A session whose events are being delivered by a run, which may be within another run. */
struct sst_queue_visit {
    struct sst_session *session; /* NULL once it was taken out: it may be freed memory */
    struct sst_queue_visit *outer;
};

/* A session in no queue has the index 0, which becomes the largest. */
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

/* A step that its key is not after, by what the session knows. */
static inline uint64_t sst_heap_known_step(const struct sst_queue *queue,
                                           const struct sst_session *session)
{
    return queue->latest - (uint8_t)(queue->latest - session->queue_key);
}

/* Whether a session that is due at this time, or later, is known to have an earlier key. */
static inline bool sst_heap_is_early(const struct sst_queue *queue,
                                     const struct sst_session *session, uint64_t time)
{
    return session->queue_key != 0 && session->queue_index - 1u < queue->count &&
           sst_heap_step(time) > sst_heap_known_step(queue, session);
}

/* ---- heap.c ---- */

/* For a session in the queue. */
void sst_heap_take_out(struct sst_queue *queue, struct sst_session *session);
/* Takes the first slot out and leaves its session alone, which is not in this place. */
void sst_heap_drop_top(struct sst_queue *queue);
/* Gives a session in the queue another key, earlier or later, or takes it out. */
void sst_heap_move(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms);
/* Puts a session in, moves it if its key would be too late, or takes it out, as sst_queue_update()
 * says. The time is that of sst_session_key(). */
int sst_heap_update(struct sst_queue *queue, struct sst_session *session, uint64_t time);

#endif
