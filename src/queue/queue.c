/* SPDX-License-Identifier: MIT */
/*
 * The queue: adding, removing and running sessions. heap.h explains the order, and why a refresh
 * costs next to nothing.
 */
#include "queue/heap.h"

#define CAPACITY_MAX (UINT32_MAX - 1u)

/* A session can be due for REFRESH, OVERDUE, BLOCKED and ENDED at one moment, and its key can be
 * too early. If it is due more often, the rest waits for the next call. */
#define LOOKS_EACH 5u

/* Makes the session's true deadline its key. */
static void settle(struct sst_queue *queue, struct sst_session *session)
{
    sst_heap_move(queue, session, sst_session_deadline(session));
}

static bool is_due(const struct sst_queue *queue, uint64_t now_ms)
{
    return queue->count > 0 && queue->slots[0].key_ms <= now_ms;
}

/* Drops the first slot if it and its session do not point at each other: the session was
 * reinitialised while it was in the queue, or its memory was reused. If the session has another
 * place, its key there can be wrong and is corrected. @return whether the slot was dropped */
static bool drop_stale(struct sst_queue *queue)
{
    struct sst_session *session = queue->slots[0].session;

    if (session->queue_index == 1) {
        return false;
    }
    sst_heap_drop_top(queue);
    if (sst_heap_contains(queue, session)) {
        settle(queue, session);
    }
    return true;
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
    queue->latest = 0;
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
    if (queue == NULL || session == NULL) {
        return SST_ERR_ARGUMENT;
    }
    uint64_t time = sst_session_key(session);
    return sst_heap_is_early(queue, session, time) ? SST_OK : sst_heap_update(queue, session, time);
}

void sst_queue_remove(struct sst_queue *queue, struct sst_session *session)
{
    if (queue != NULL && session != NULL && sst_heap_contains(queue, session)) {
        sst_heap_take_out(queue, session);
    }
}

uint64_t sst_queue_deadline(const struct sst_queue *queue)
{
    return queue == NULL || queue->count == 0 ? SST_NEVER : queue->slots[0].key_ms;
}

/* Delivers the events of a session. The host can do anything with session and queue then, so
 * afterwards the session is touched only if it was not taken out meanwhile: its memory may be
 * freed. */
static void deliver(struct sst_queue *queue, struct sst_session *session, uint64_t now_ms)
{
    struct sst_queue_visit visit = {session, queue->visits};

    if (sst_phase(session) == PHASE_ENDED) {
        sst_heap_take_out(queue, session);
        visit.session = NULL;
    }
    queue->visits = &visit;
    sst_session_deliver(session, now_ms);
    queue->visits = visit.outer;
    if (visit.session != NULL) {
        sst_heap_move(queue, session, sst_heap_key(session, sst_session_key(session)));
    }
}

/* Does what is due of the first session, or corrects its key. @return whether there is something to
 * report */
static bool do_first(struct sst_queue *queue, struct sst_session *session, uint64_t now_ms)
{
    struct sst_due due;

    if (sst_events_wait(session)) {
        return true; /* what else is due can be done when they are reported */
    }
    uint64_t deadline_ms = sst_session_due(session, &due);
    if (deadline_ms > queue->slots[0].key_ms) {
        /* Correct the key first, so that sessions come in the order of their deadlines. */
        sst_heap_move(queue, session, deadline_ms);
        return false;
    }
    if (!sst_session_do(session, &due, now_ms)) {
        settle(queue, session);
        return false;
    }
    return true;
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
        if (drop_stale(queue) || !do_first(queue, session, now_ms)) {
            continue;
        }
        if (session->policy->on_event == NULL) {
            settle(queue, session);
            break;
        }
        deliver(queue, session, now_ms);
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

        if (drop_stale(queue)) {
            continue;
        }
        bool is_early = sst_session_deadline(session) > queue->slots[0].key_ms;
        bool told = !is_early && sst_session_next_event(session, now_ms, event);

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
        if (slot->session->queue_key != 0 && sst_heap_known_step(queue, slot->session) <
                                                 sst_heap_key_step(sst_time_in(slot->key_ms))) {
            return "a session takes its key for earlier than it is";
        }
    }
    return NULL;
}
