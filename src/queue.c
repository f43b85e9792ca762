/* SPDX-License-Identifier: MIT */
/*
 * The queue is a heap in an array, a smaller key above a larger one. A node has four children, so
 * that a look at all of them costs one cache line: the children of slot i are the slots 4i to 4i+3
 * (but of slot 0 only 1 to 3), and its parent is slot i/4.
 *
 * Keys are lazy. A refresh moves a deadline later nearly always, long before it comes, so the key
 * is left as it was: it may be earlier than the deadline, never later. When it comes up, the
 * session is looked at and gets its true deadline as a key.
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

static void place(struct sst_queue *queue, size_t index, struct sst_queue_slot slot)
{
    queue->slots[index] = slot;
    slot.session->queue_index = (uint32_t)(index + 1);
}

/* Puts slot where it belongs, at index or above it. */
static void sift_up(struct sst_queue *queue, size_t index, struct sst_queue_slot slot)
{
    while (index > 0 && slot.key_ms < queue->slots[index / 4].key_ms) {
        place(queue, index, queue->slots[index / 4]);
        index /= 4;
    }
    place(queue, index, slot);
}

/* The child of index with the smallest key; count where it has none. */
static size_t smallest_child(const struct sst_queue *queue, size_t index)
{
    size_t end = 4 * index + 4;
    size_t best = index == 0 ? 1 : 4 * index;

    if (best >= queue->count) {
        return queue->count;
    }
    if (end > queue->count) {
        end = queue->count;
    }
    for (size_t i = best + 1; i < end; i++) {
        if (queue->slots[i].key_ms < queue->slots[best].key_ms) {
            best = i;
        }
    }
    return best;
}

/* Puts slot where it belongs, at index or below it. */
static void sift_down(struct sst_queue *queue, size_t index, struct sst_queue_slot slot)
{
    size_t child = smallest_child(queue, index);

    while (child < queue->count && queue->slots[child].key_ms < slot.key_ms) {
        place(queue, index, queue->slots[child]);
        index = child;
        child = smallest_child(queue, index);
    }
    place(queue, index, slot);
}

static bool contains(const struct sst_queue *queue, const struct sst_session *session)
{
    uint32_t index = session->queue_index;

    return index != 0 && index <= queue->count && queue->slots[index - 1].session == session;
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
        sift_up(queue, index, last);
    } else {
        sift_down(queue, index, last);
    }
}

/* Gives a session in the queue its true deadline as a key, earlier or later. */
static void settle(struct sst_queue *queue, struct sst_session *session)
{
    size_t index = session->queue_index - 1u;
    struct sst_queue_slot slot = {sst_session_deadline(session), session};

    if (slot.key_ms == SST_NEVER) {
        take_out(queue, session);
    } else if (slot.key_ms < queue->slots[index].key_ms) {
        sift_up(queue, index, slot);
    } else {
        sift_down(queue, index, slot);
    }
}

static bool is_due(const struct sst_queue *queue, uint64_t now_ms)
{
    return queue->count > 0 && queue->slots[0].key_ms <= now_ms;
}

/* Whether the first session has a deadline that its key does not know of yet. Then the key is
 * corrected first, so that sessions come in the order of their deadlines. */
static bool is_stale(const struct sst_queue *queue)
{
    return sst_session_deadline(queue->slots[0].session) > queue->slots[0].key_ms;
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

int sst_queue_update(struct sst_queue *queue, struct sst_session *session)
{
    struct sst_queue_slot slot;

    if (queue == NULL || session == NULL) {
        return SST_ERR_ARGUMENT;
    }
    slot.key_ms = sst_session_deadline(session);
    slot.session = session;
    if (session->queue_index == 0) {
        if (slot.key_ms == SST_NEVER) {
            return SST_OK;
        }
        if (queue->count == queue->capacity) {
            return SST_ERR_SPACE;
        }
        sift_up(queue, queue->count++, slot);
        return SST_OK;
    }
    if (!contains(queue, session)) {
        return SST_ERR_ARGUMENT;
    }
    if (slot.key_ms == SST_NEVER) {
        take_out(queue, session);
    } else if (slot.key_ms < queue->slots[session->queue_index - 1].key_ms) {
        sift_up(queue, session->queue_index - 1u, slot);
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

        looked++;
        if (is_stale(queue) || !sst_session_step(session, now_ms)) {
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
        bool told = !is_stale(queue) && sst_session_next_event(session, now_ms, event);

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
