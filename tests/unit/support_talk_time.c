/* SPDX-License-Identifier: MIT */
/* A host with one session: time, events, and what always holds. See talk.h. */
#include "talk_private.h"

void talk_time(const struct talk *t, uint64_t ms, char *buffer, size_t size)
{
    bool before = ms < t->begin_ms;
    uint64_t since = before ? t->begin_ms - ms : ms - t->begin_ms;

    if (ms == SST_NEVER) {
        snprintf(buffer, size, "never");
        return;
    }
    int used =
        snprintf(buffer, size, "%s%llu", before ? "-" : "", (unsigned long long)(since / 1000u));
    unsigned rest = (unsigned)(since % 1000u);
    if (rest != 0) {
        used += snprintf(buffer + used, size - (size_t)used, ".%03u", rest);
        while (buffer[used - 1] == '0') {
            buffer[--used] = '\0';
        }
    }
}

struct sst_session_info info_of(const struct talk *t)
{
    struct sst_session_info info;

    memset(&info, 0xAA, sizeof info);
    sst_session_inspect(t->session, &info);
    return info;
}

static void detail(const struct sst_event *event, char *buffer, size_t size)
{
    const char *own = event->own_benefit ? " own" : "";

    buffer[0] = '\0';
    switch (event->type) {
    case SST_EVENT_VIOLATION:
        snprintf(buffer, size, " %s", sst_violation_name(event->violation));
        break;
    case SST_EVENT_NEGOTIATED:
        if (event->side == SST_SIDE_NONE) {
            must(event->interval == 0);
            snprintf(buffer, size, " off%s%s", event->reason == SST_END_NONE ? "" : " ",
                     event->reason == SST_END_NONE ? "" : sst_end_reason_name(event->reason));
            break;
        }
        /* fall through */
    case SST_EVENT_REFRESHED:
        snprintf(buffer, size, " %u %s%s", (unsigned)event->interval, sst_side_name(event->side),
                 own);
        break;
    case SST_EVENT_REFRESH:
        snprintf(buffer, size, " %s%s", sst_method_name(event->method),
                 event->method == UPDATE ? ""
                 : event->with_offer     ? " offer"
                                         : " plain");
        break;
    case SST_EVENT_ENDED:
        snprintf(buffer, size, " %s", sst_end_reason_name(event->reason));
        break;
    case SST_EVENT_NONE:
    case SST_EVENT_OVERDUE:
    case SST_EVENT_BLOCKED:
    case SST_EVENT_REFUSED:
        break;
    }
}

/* What an event says must be what the session shows. */
static void check_event(struct talk *t, const struct sst_event *event)
{
    struct sst_session_info info = info_of(t);

    must(event->type > SST_EVENT_NONE);
    must(event->type <= SST_EVENT_ENDED);
    must(event->interval == info.interval);
    must(event->side == info.side);
    must(event->own_benefit == info.own_benefit);
    must(t->count[SST_EVENT_ENDED] == 0); /* I1 */
    if (event->type == SST_EVENT_ENDED) {
        must(info.ended);
        must(event->reason != SST_END_NONE);
    } else if (!info.ended) { /* what led to the end is reported before it */
        must(event->expires_ms == info.expires_ms);
    }
    if (event->type == SST_EVENT_REFRESH) {
        /* I2: never in the last second before the expiration. */
        must(event->side != SST_SIDE_NONE);
        must(t->now_ms < event->not_after_ms);
        must(event->not_after_ms < info.expires_ms);
        must(event->method == INVITE || event->method == UPDATE);
        must(event->method == INVITE || !event->with_offer);
    } else {
        must(event->not_after_ms == SST_NEVER);
    }
}

static void record(struct talk *t, const struct sst_event *event)
{
    char when[32];
    char what[64];

    check_event(t, event);
    t->count[event->type]++;
    if (event->type == SST_EVENT_ENDED) {
        t->ended_ms = t->now_ms;
    }
    if (event->type == SST_EVENT_REFRESH) {
        t->refresh = *event;
        t->refreshes++;
    }
    talk_time(t, t->now_ms, when, sizeof when);
    detail(event, what, sizeof what);
    if (t->used > sizeof t->log - 128) {
        t->used = 0; /* long runs only count events */
    }
    t->used += (size_t)snprintf(t->log + t->used, sizeof t->log - t->used, "%s%s %s%s",
                                t->used > 0 ? "; " : "", when, sst_event_name(event->type), what);
}

int talk_on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct talk *t = user;

    must(session == t->session);
    record(t, event);
    if (t->on_event == NULL) {
        return SST_CALLBACK_DONE;
    }
    t->depth++;
    int answer = t->on_event(t, event);
    t->depth--;
    return answer;
}

void talk_pull(struct talk *t)
{
    struct sst_event event;

    if (t->gone || !t->pull || t->hold_pull) {
        return;
    }
    t->policy.on_event = NULL;
    for (unsigned i = 0; sst_session_next_event(t->session, t->now_ms, &event); i++) {
        must(i < 64);
        record(t, &event);
        if (t->on_event != NULL) {
            (void)t->on_event(t, &event);
        }
    }
    must(event.type == SST_EVENT_NONE);
}

void talk_check(struct talk *t)
{
    if (t->gone) {
        return;
    }
    const char *wrong = sst_session_check(t->session);
    if (wrong != NULL) {
        ck_abort_msg("%s", wrong);
    }

    struct sst_session_info info = info_of(t);
    bool on = info.side != SST_SIDE_NONE && info.established && !info.ended;
    must(on == (info.expires_ms != SST_NEVER));
    must(info.side != SST_SIDE_NONE || (info.interval == 0 && !info.own_benefit));
    /* I3: once there is an expiration, only a 2xx moves it; it may be given up altogether. */
    if (t->depth == 0 && info.expires_ms != t->expires_ms && info.expires_ms != SST_NEVER) {
        bool renewed = info.own_benefit && t->now_ms >= t->expires_ms; /* EC-18 */
        must(t->may_move || renewed);
    }
    if (t->depth == 0) {
        t->expires_ms = info.expires_ms;
        t->may_move = false;
    }

    uint64_t deadline = sst_session_deadline(t->session);
    if (on) {
        must(deadline <= info.end_ms);
        must(info.end_ms <= info.expires_ms);
    } else {
        must(deadline == (t->session->events != 0 ? 0 : SST_NEVER));
    }
    must(deadline == sst_session_deadline(t->session));
}

static void advance(struct talk *t)
{
    if (!t->pull) {
        must(sst_session_advance(t->session, t->now_ms) == SST_OK);
    }
    talk_pull(t);
    talk_check(t);
}

unsigned events_told(const struct talk *t)
{
    unsigned sum = 0;

    for (size_t i = 0; i < COUNT_OF(t->count); i++) {
        sum += t->count[i];
    }
    return sum;
}

void looks(struct talk *t)
{
    advance(t);
}

/* One millisecond before the deadline nothing is due; at the deadline something is, once. */
static void at_deadline(struct talk *t, uint64_t deadline)
{
    unsigned before = events_told(t);

    if (deadline > t->now_ms + 1u) {
        t->now_ms = deadline - 1u;
        advance(t);
        ck_assert_msg(events_told(t) == before, "an event before the deadline: %s", t->log);
    }
    t->now_ms = deadline > t->now_ms ? deadline : t->now_ms;
    advance(t);
    if (!t->gone) {
        bool moved = sst_session_deadline(t->session) > deadline;
        ck_assert_msg(moved || events_told(t) > before, "the deadline stands still: %s", t->log);
    }
}

void until(struct talk *t, double seconds)
{
    uint64_t end = t->begin_ms + (uint64_t)(seconds * 1000.0 + 0.5);

    must(end >= t->now_ms);
    for (unsigned steps = 0; !t->gone; steps++) {
        uint64_t deadline = sst_session_deadline(t->session);
        if (deadline > end) {
            break;
        }
        ck_assert_msg(steps < 10000, "a busy loop: %s", t->log);
        at_deadline(t, deadline);
    }
    t->now_ms = end;
    if (!t->gone) {
        unsigned before = events_told(t);
        advance(t);
        must(events_told(t) == before);
    }
}

void leaps(struct talk *t, double seconds)
{
    t->now_ms = t->begin_ms + (uint64_t)(seconds * 1000.0 + 0.5);
    advance(t);
}

const char *told(struct talk *t)
{
    static char copy[sizeof t->log];

    memcpy(copy, t->log, t->used);
    copy[t->used] = '\0';
    t->used = 0;
    return copy;
}

const char *next(struct talk *t)
{
    talk_time(t, sst_session_deadline(t->session), t->text, sizeof t->text);
    return t->text;
}

void from_here(struct talk *t)
{
    t->begin_ms = t->now_ms;
    t->used = 0;
}

struct talk *called(const char *policy, const char *headers)
{
    struct talk *t = callee(policy);

    serves(t, INVITE, headers);
    hears_ack(t);
    from_here(t);
    return t;
}

struct talk *connected(const char *policy, const char *response)
{
    struct talk *t = caller(policy);

    asks(t, INVITE);
    expect(gets(t, INVITE, 200, response), "refreshed");
    from_here(t);
    return t;
}

static double seconds_of(const struct talk *t)
{
    return (double)(t->now_ms - t->begin_ms) / 1000.0;
}

void cycles(struct talk *t, unsigned count, const char *response, double delay)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned before = t->refreshes;
        uint64_t due = info_of(t).refresh_ms;
        must(due != SST_NEVER);
        until(t, (double)(due - t->begin_ms) / 1000.0);
        must(t->refreshes == before + 1);
        enum sst_method method = t->refresh.method;
        refreshes(t);
        until(t, seconds_of(t) + delay);
        expect(gets(t, method, 200, response), "refreshed");
    }
}

void refreshed_by_peer(struct talk *t, unsigned count, double every, const char *headers)
{
    for (unsigned i = 0; i < count; i++) {
        until(t, seconds_of(t) + every);
        serves(t, UPDATE, headers);
    }
}
