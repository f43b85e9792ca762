/* SPDX-License-Identifier: MIT */
/*
 * The queue is a heap in an array, a smaller key above a larger one. A node has four children, so
 * that a look at all of them costs one cache line: the children of slot i are the slots 4i to 4i+3
 * (but of slot 0 only 1 to 3), and its parent is slot i/4.
 *
 * Keys are lazy. A refresh moves a deadline later nearly always, long before it comes, so the key
 * is left as it was: it may be earlier than the deadline, never later. When it comes up, the
 * session is looked at and gets its true deadline as a key. So what a refresh costs here is to see
 * that the key is still good (sst_session_key()): the session and its slot are read, not written.
 */
#include <sst/queue.h>

#include "session_private.h"

#define CAPACITY_MAX (UINT32_MAX - 1u)

/* A session can be due for each of REFRESH, OVERDUE, BLOCKED and ENDED at one moment, and its key
 * can be too early. Whoever is due more often than that waits for the next call. */
#define LOOKS_EACH 5u

/* A session whose events are being delivered by a run, which may be within another run. */
struct sst_queue_visit {
    struct sst_session *session; /* NULL once it was taken out: it may be freed memory */
    struct sst_queue_visit *outer;
};

static inline void place(struct sst_queue_slot *slots, size_t index, struct sst_queue_slot slot)
{
    slots[index] = slot;
    slot.session->queue_index = (uint32_t)(index + 1);
}

/* Puts slot where it belongs, at index or above it. */
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

/* The child of index with the smallest key; slots + count where it has none. */
static inline struct sst_queue_slot *smallest_child(struct sst_queue_slot *slots, size_t count,
                                                    size_t index)
{
    size_t begin = index == 0 ? 1 : 4 * index;
    size_t end = 4 * index + 4;

    if (begin >= count) {
        return slots + count;
    }
    struct sst_queue_slot *best = slots + begin;
    if (end <= count) {
        struct sst_queue_slot *last = slots + end - 1;
        return smaller(smaller(best, last - 2), smaller(last - 1, last));
    }
    for (size_t i = begin + 1; i < count; i++) {
        best = smaller(best, slots + i);
    }
    return best;
}

/* Puts slot where it belongs, at index or below it. */
static void sift_down(struct sst_queue_slot *slots, size_t count, size_t index,
                      struct sst_queue_slot slot)
{
    struct sst_queue_slot *child = smallest_child(slots, count, index);

    while (child != slots + count && child->key_ms < slot.key_ms) {
        place(slots, index, *child);
        index = (size_t)(child - slots);
        child = smallest_child(slots, count, index);
    }
    place(slots, index, slot);
}

/* A session in no queue has the index 0, which becomes the largest. */
static inline bool contains(const struct sst_queue *queue, const struct sst_session *session)
{
    uint32_t index = session->queue_index - 1u;

    return index < queue->count && queue->slots[index].session == session;
}

static void take_out(struct sst_queue *queue, struct sst_session *session)
{
    size_t index = session->queue_index - 1u;
    struct sst_queue_slot last = queue->slots[--queue->count];

    session->queue_index = 0;
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

/* Gives a session in the queue another key, earlier or later, or takes it out. */
static void move(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms)
{
    size_t index = session->queue_index - 1u;
    struct sst_queue_slot slot = {key_ms, session};

    if (key_ms == SST_NEVER) {
        take_out(queue, session);
    } else if (key_ms < queue->slots[index].key_ms) {
        sift_up(queue->slots, index, slot);
    } else {
        sift_down(queue->slots, queue->count, index, slot);
    }
}

/* Gives it its true deadline as a key. */
static void settle(struct sst_queue *queue, struct sst_session *session)
{
    move(queue, session, sst_session_deadline(session));
}

static bool is_due(const struct sst_queue *queue, uint64_t now_ms)
{
    return queue->count > 0 && queue->slots[0].key_ms <= now_ms;
}

int sst_queue_init(struct sst_queue *queue, struct sst_queue_slot *slots, size_t capacity)
{
    if (queue == NULL || (slots == NULL && capacity > 0)) {
        return SST_ERR_ARGUMENT;
    }
    if (capacity > CAPACITY_MAX) {
        return SST_ERR_RANGE;
    }
    queue->slots = slots;
    queue->capacity = capacity;
    queue->count = 0;
    queue->visits = NULL;
    return SST_OK;
}

int sst_queue_resize(struct sst_queue *queue, struct sst_queue_slot *slots, size_t capacity)
{
    if (queue == NULL || (slots == NULL && capacity > 0)) {
        return SST_ERR_ARGUMENT;
    }
    if (capacity > CAPACITY_MAX) {
        return SST_ERR_RANGE;
    }
    if (capacity < queue->count) {
        return SST_ERR_SPACE;
    }
    if (queue->count > 0) {
        memmove(slots, queue->slots, queue->count * sizeof(*slots));
    }
    queue->slots = slots;
    queue->capacity = capacity;
    return SST_OK;
}

static int put_in(struct sst_queue *queue, struct sst_session *session, uint64_t key_ms)
{
    struct sst_queue_slot slot = {key_ms, session};

    if (session->queue_index != 0) {
        return SST_ERR_ARGUMENT;
    }
    if (key_ms == SST_NEVER) {
        return SST_OK;
    }
    if (queue->count == queue->capacity) {
        return SST_ERR_SPACE;
    }
    sift_up(queue->slots, queue->count++, slot);
    return SST_OK;
}

int sst_queue_update(struct sst_queue *queue, struct sst_session *session)
{
    if (queue == NULL || session == NULL) {
        return SST_ERR_ARGUMENT;
    }
    uint64_t key_ms = sst_session_key(session);
    if (!contains(queue, session)) {
        return put_in(queue, session, key_ms);
    }
    if (key_ms < queue->slots[session->queue_index - 1u].key_ms || key_ms == SST_NEVER) {
        move(queue, session, key_ms);
    }
    return SST_OK;
}

void sst_queue_remove(struct sst_queue *queue, struct sst_session *session)
{
    if (queue != NULL && session != NULL && contains(queue, session)) {
        take_out(queue, session);
    }
}

uint64_t sst_queue_deadline(const struct sst_queue *queue)
{
    return queue == NULL || queue->count == 0 ? SST_NEVER : queue->slots[0].key_ms;
}

/* Delivers the events of a session. They may do anything with session and queue, so afterwards the
 * session is touched only if it was never taken out meanwhile: its memory may be gone. */
static void deliver(struct sst_queue *queue, struct sst_session *session, uint64_t now_ms)
{
    struct sst_queue_visit visit = {session, queue->visits};

    if (session->flags & F_ENDED) {
        take_out(queue, session);
        visit.session = NULL;
    }
    queue->visits = &visit;
    sst_session_deliver(session, now_ms);
    queue->visits = visit.outer;
    if (visit.session != NULL) {
        settle(queue, visit.session);
    }
}

size_t sst_queue_run(struct sst_queue *queue, uint64_t now_ms, size_t max)
{
    size_t looked = 0;

    if (queue == NULL) {
        return 0;
    }
    if (max > queue->count * LOOKS_EACH) {
        max = queue->count * LOOKS_EACH;
    }
    while (looked < max && is_due(queue, now_ms)) {
        struct sst_session *session = queue->slots[0].session;
        struct sst_due due;
        uint64_t deadline_ms = sst_session_due(session, &due);

        looked++;
        if (deadline_ms > queue->slots[0].key_ms) {
            /* Corrected first, so that sessions come in the order of their deadlines. */
            move(queue, session, deadline_ms);
        } else if (!sst_session_do(session, &due, now_ms)) {
            settle(queue, session);
        } else if (session->policy->on_event != NULL) {
            deliver(queue, session, now_ms);
        } else {
            settle(queue, session);
            break;
        }
    }
    return looked;
}

struct sst_session *sst_queue_next_event(struct sst_queue *queue, uint64_t now_ms,
                                         struct sst_event *event)
{
    size_t looks;

    if (queue == NULL || event == NULL) {
        return NULL;
    }
    for (looks = queue->count * LOOKS_EACH; looks > 0 && is_due(queue, now_ms); looks--) {
        struct sst_session *session = queue->slots[0].session;
        bool is_stale = sst_session_deadline(session) > queue->slots[0].key_ms;
        bool told = !is_stale && sst_session_next_event(session, now_ms, event);

        settle(queue, session);
        if (told) {
            return session;
        }
    }
    return NULL;
}

const char *sst_queue_check(const struct sst_queue *queue)
{
    if (queue == NULL) {
        return "there is no queue";
    }
    if (queue->count > queue->capacity || queue->capacity > CAPACITY_MAX) {
        return "the queue holds more than it has room for";
    }
    for (size_t i = 0; i < queue->count; i++) {
        const struct sst_queue_slot *slot = &queue->slots[i];

        if (slot->session == NULL) {
            return "a slot is empty";
        }
        if (slot->session->queue_index != i + 1) {
            return "a session does not know its place";
        }
        if (slot->key_ms < queue->slots[i / 4].key_ms) {
            return "a key is smaller than the one above it";
        }
        if (slot->key_ms == SST_NEVER) {
            return "a session without a deadline is in the queue";
        }
        if (slot->key_ms > sst_session_deadline(slot->session)) {
            return "a key is later than its session's deadline";
        }
    }
    return NULL;
}
