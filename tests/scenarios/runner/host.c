/* SPDX-License-Identifier: MIT */
/* A host of libsst: one session, its policy, its clock, and what the session reports. */
#include "world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Library hosts' clocks start far from zero, so that they can go back. */
#define CLOCK_START_MS UINT64_C(1000000000)

struct host *host_find(struct world *world, const char *name)
{
    for (unsigned i = 0; i < world->host_count; i++) {
        if (strcmp(world->host[i].name, name) == 0) {
            return &world->host[i];
        }
    }
    return NULL;
}

uint64_t host_now(const struct host *host)
{
    return host->world->now_ms + host->clock_ms;
}

uint64_t host_time(const struct host *host, uint64_t time_ms)
{
    if (time_ms == SST_NEVER) {
        return SST_NEVER;
    }
    return time_ms < host->clock_ms ? 0 : time_ms - host->clock_ms;
}

static uint32_t random_number(void *user)
{
    const struct host *host = user;
    return luck_number(host->settings[host->current].luck);
}

/* ---- Reports ---- */

void tell(struct host *host, const char *text, const struct sst_event *event)
{
    struct world *world = host->world;
    char note[128];
    ladder_mark(&world->ladder, world->now_ms, host->name, '*', text);
    if (host->told_count == MAX_TOLD) {
        (void)snprintf(note, sizeof note, "%s tells more and more: %s", host->name, text);
        (void)fail(world, "an end of it", note);
        return;
    }
    struct told *told = &host->told[host->told_count];
    host->told_count++;
    memset(told, 0, sizeof *told);
    told->at_ms = world->now_ms;
    (void)copy_text(told->text, sizeof told->text, text);
    if (event != NULL) {
        told->until_ms = host_time(host, event->expires_ms);
        told->since_ms = event->since_ms;
    }
}

static void print_event(const struct sst_event *event, char *text, size_t size)
{
    const char *name = sst_event_name(event->type);
    const char *side = sst_side_name(event->side);
    const char *own = event->own_benefit ? " own" : "";
    switch (event->type) {
    case SST_EVENT_VIOLATION:
        (void)snprintf(text, size, "%s %s", name, sst_violation_name(event->violation));
        break;
    case SST_EVENT_NEGOTIATED:
        if (event->side == SST_SIDE_NONE) {
            (void)snprintf(text, size, "off%s", event->reason != SST_END_NONE ? " refused" : "");
            break;
        }
        (void)snprintf(text, size, "%s %" PRIu32 " %s%s", name, event->interval, side, own);
        break;
    case SST_EVENT_REFRESHED:
        (void)snprintf(text, size, "%s %" PRIu32 " %s%s", name, event->interval, side, own);
        break;
    case SST_EVENT_REFRESH:
        (void)snprintf(text, size, "%s %s%s", name, sst_method_name(event->method),
                       event->with_offer ? " offer" : "");
        break;
    case SST_EVENT_ENDED:
        (void)snprintf(text, size, "%s %s", name, sst_end_reason_name(event->reason));
        break;
    case SST_EVENT_NONE:
    case SST_EVENT_OVERDUE:
    case SST_EVENT_BLOCKED:
    case SST_EVENT_REFUSED:
        (void)snprintf(text, size, "%s", name);
        break;
    }
}

void tell_verdict(struct host *host, const struct sst_verdict *verdict, uint64_t now_ms)
{
    static const char *const names[] = {"", "retry", "auth", "wait", "failed", "ignore"};
    char text[64];
    if (verdict->action == SST_ACTION_WAIT) {
        char wait[32];
        print_seconds(wait, sizeof wait, verdict->when_ms - now_ms);
        (void)snprintf(text, sizeof text, "wait %s", wait);
        tell(host, text, NULL);
    } else if (names[verdict->action][0] != '\0') {
        tell(host, names[verdict->action], NULL);
    }
}

/* One leg of two has ended: the host hangs up the other one, from within the event. */
static void end_other_leg(struct host *host)
{
    struct host *other = host_find(host->world, host->party->other_leg);
    struct sst_session_info info;
    if (other == NULL || other->session == NULL) {
        return;
    }
    sst_session_inspect(other->session, &info);
    if (!info.ended) {
        (void)sst_session_end(other->session, host_now(other));
        tell(other, "hang-up", NULL);
    }
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct host *host = user;
    char text[64];
    print_event(event, text, sizeof text);
    tell(host, text, event);
    if (event->type == SST_EVENT_ENDED) {
        end_other_leg(host);
    }
    if (event->type == SST_EVENT_REFRESH) {
        host->asked = !host->down;
        host->event = *event;
        if (host->down &&
            sst_session_not_sent(session, NULL, SST_NEVER, host_now(host)) != SST_OK) {
            (void)fail(host->world, "a refresh that was asked for", "libsst knows none");
        }
    }
    if (host->deed_at != event->type) {
        return SST_CALLBACK_DONE;
    }
    host->deed_at = SST_EVENT_NONE;
    if (!host->deed_frees) {
        (void)sst_session_end(session, host_now(host));
        return SST_CALLBACK_DONE;
    }
    sst_queue_remove(&host->queue, session);
    free(session);
    host->session = NULL;
    host->gone = true;
    return SST_CALLBACK_GONE;
}

/* ---- Beginning and end ---- */

bool host_use_settings(struct host *host, bool first)
{
    struct settings *settings = &host->settings[host->current];
    struct sst_policy *policy = &settings->ua;
    policy->on_event = host->world->way == WAY_PULLED ? NULL : on_event;
    policy->random = settings->luck == LUCK_NONE ? NULL : random_number;
    policy->user = host;
    policy->counters = &host->counters;
    return first || sst_session_set_policy(host->session, policy) == SST_OK;
}

struct host *host_add(struct world *world, const struct party *party, const char *name)
{
    if (world->host_count == MAX_HOSTS) {
        return NULL;
    }
    struct host *host = &world->host[world->host_count];
    memset(host, 0, sizeof *host);
    host->world = world;
    host->party = party;
    host->clock_ms = party->kind == LIBRARY ? CLOCK_START_MS : 0;
    host->kept.expires_ms = SST_NEVER;
    (void)copy_text(host->name, sizeof host->name, name);
    if (settings_of(&host->settings[0], world->story, party) != SST_OK) {
        (void)fail(world, "a policy that libsst accepts", name);
        return NULL;
    }
    host->settings[0].proxy.counters = &host->counters;
    world->host_count++;
    (void)host_use_settings(host, true);
    if (sst_queue_init(&host->queue, &host->queue_slot, 1) != SST_OK) {
        (void)fail(world, "a queue that starts", name);
        return NULL;
    }
    return host;
}

bool host_begin(struct host *host, bool caller)
{
    if (host->session != NULL || host->gone) {
        return true;
    }
    host->session = malloc(sizeof *host->session);
    if (host->session == NULL) {
        return fail(host->world, "memory", "none");
    }
    if (sst_session_init(host->session, &host->settings[host->current].ua,
                         caller ? SST_CALLER : SST_CALLEE) != SST_OK) {
        return fail(host->world, "a session that starts", "sst_session_init() fails");
    }
    return true;
}

void host_free(struct host *host)
{
    if (host->session != NULL) {
        sst_queue_remove(&host->queue, host->session);
        free(host->session);
        host->session = NULL;
    }
}

bool host_after(struct host *host)
{
    struct sst_event event;
    /* When events are pulled, a deadline of 0 says that events are waiting. */
    while (host->world->way == WAY_PULLED && host->session != NULL &&
           sst_session_deadline(host->session) == 0 && !host->world->failed &&
           sst_session_next_event(host->session, host_now(host), &event)) {
        (void)on_event(host, host->session, &event);
    }
    if (host->session == NULL) {
        return !host->world->failed;
    }
    if (host->world->way == WAY_SAVED && host->image_length == 0 && !host->went_back &&
        !restart_at_once(host)) {
        return false;
    }
    const char *problem = sst_session_check(host->session);
    if (problem != NULL) {
        return fail(host->world, problem, "it does not: an invariant of the session is broken");
    }
    if (host->world->way == WAY_QUEUED) {
        if (sst_queue_update(&host->queue, host->session) != SST_OK) {
            return fail(host->world, "a queue with room", "sst_queue_update() fails");
        }
        problem = sst_queue_check(&host->queue);
        if (problem != NULL) {
            return fail(host->world, problem, "it does not: an invariant of the queue is broken");
        }
    }
    return !host->world->failed;
}

bool host_idle(const struct host *host)
{
    return host->session == NULL || host->asleep;
}
