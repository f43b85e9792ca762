/* SPDX-License-Identifier: MIT */
/*
 * A min-heap in an array. A node has four children, so that reading all of them costs one cache
 * line: the children of slot i are the slots 4i to 4i+3 (for slot 0 only 1 to 3), and its parent is
 * slot i/4.
 */
#include "queue/heap.h"

/* A key further than this beyond the start of its session's interval does not raise queue->latest,
 * and is not cached in the session. 8 bits can distinguish this much, and a few long intervals must
 * not spoil the cache for all others. */
#define AHEAD_MS (UINT64_C(250) << STEP_SHIFT)

static inline void place(struct sst_queue_slot *slots, size_t index, struct sst_queue_slot slot)
{
    slots[index] = slot;
    slot.session->queue_index = (uint32_t)(index + 1);
}

/* Puts slot in its place, at index or above it. */
static void sift_up(struct sst_queue_slot *slots, size_t index, struct sst_queue_slot slot)
{
    while (index > 0 && slot.key_ms < slots[index / 4].key_ms) {
        place(slots, index, slots[index / 4]);
        index /= 4;
    }
    place(slots, index, slot);
}

static inline struct sst_queue_slot *smaller(struct sst_queue_slot *a, struct sst_queue_slot *b)
{
    return b->key_ms < a->key_ms ? b : a;
}

/* The slot with the smallest key of the group that begins at begin, which is below count. */
static inline struct sst_queue_slot *smallest(struct sst_queue_slot *slots, size_t count,
                                              size_t begin)
{
    struct sst_queue_slot *best = slots + begin;

    if (begin + 4 <= count) {
        return smaller(smaller(best, best + 1), smaller(best + 2, best + 3));
    }
    for (size_t i = begin + 1; i < count; i++) {
        best = smaller(best, slots + i);
    }
    return best;
}

/* Puts slot in its place, at index or below it. */
static void sift_down(struct sst_queue_slot *slots, size_t count, size_t index,
                      struct sst_queue_slot slot)
{
    slots[index] = slot; /* slot 0 is in one group with its children */
    while (4 * index < count) {
        struct sst_queue_slot *child = smallest(slots, count, 4 * index);
        if (child->key_ms >= slot.key_ms) {
            break;
        }
        place(slots, index, *child);
        index = (size_t)(child - slots);
    }
    place(slots, index, slot);
}

void sst_heap_take_out(struct sst_queue *queue, struct sst_session *session)
{
    size_t index = session->queue_index - 1u;
    struct sst_queue_slot last = queue->slots[--queue->count];

    session->queue_index = 0;
    session->queue_key = 0;
    for (struct sst_queue_visit *visit = queue->visits; visit != NULL; visit = visit->outer) {
        if (visit->session == session) {
            visit->session = NULL;
        }
    }
    if (index == queue->count) {
        return;
    }
    if (last.key_ms < queue->slots[index / 4].key_ms) {
        sift_up(queue->slots, index, last);
    } else {
        sift_down(queue->slots, queue->count, index, last);
    }
}

void sst_heap_drop_top(struct sst_queue *queue)
{
    struct sst_queue_slot last = queue->slots[--queue->count];

    if (queue->count > 0) {
        sift_down(queue->slots, queue->count, 0, last);
    }
}

/* Caches the key in the session, or invalidates it. */
static inline void tell_key(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms)
{
    uint64_t time = sst_time_in(key_ms);
    uint64_t step = sst_heap_key_step(time);

    session->queue_key = (uint8_t)step;
    if (step > queue->latest) {
        if (time - session->start_ms < AHEAD_MS) {
            queue->latest = step;
        } else {
            session->queue_key = 0;
        }
    }
}

void sst_heap_move(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms)
{
    size_t index = session->queue_index - 1u;
    struct sst_queue_slot slot = {key_ms, session};

    if (key_ms == SST_NEVER) {
        sst_heap_take_out(queue, session);
        return;
    }
    tell_key(queue, session, key_ms);
    if (key_ms < queue->slots[index].key_ms) {
        sift_up(queue->slots, index, slot);
    } else {
        sift_down(queue->slots, queue->count, index, slot);
    }
}

/* A session without a deadline belongs in no queue. */
static int leave(struct sst_queue *queue, struct sst_session *session)
{
    if (sst_heap_contains(queue, session)) {
        sst_heap_take_out(queue, session);
    }
    return session->queue_index == 0 ? SST_OK : SST_ERR_STATE;
}

int sst_heap_update(struct sst_queue *queue, struct sst_session *session, uint64_t time)
{
    struct sst_queue_slot slot = {0, session};
    size_t index = queue->count;

    slot.key_ms = sst_heap_key(session, time);
    if (slot.key_ms == SST_NEVER) {
        return leave(queue, session);
    }
    if (session->queue_index != 0) {
        if (!sst_heap_contains(queue, session)) {
            return SST_ERR_STATE;
        }
        index = session->queue_index - 1u;
        if (slot.key_ms >= queue->slots[index].key_ms) {
            return SST_OK;
        }
    } else if (index == queue->capacity) {
        return SST_ERR_SPACE;
    } else {
        queue->count++;
    }
    tell_key(queue, session, slot.key_ms);
    sift_up(queue->slots, index, slot);
    return SST_OK;
}
