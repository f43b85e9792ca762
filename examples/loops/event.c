/* SPDX-License-Identifier: MIT */
/* libsst on libevent. With an argument the peer refreshes, without one this side does. */
#include <event2/event.h>
#include <sys/time.h>

#include "stack.h"

/* What this host keeps with each call: its session, its socket and one timer. */
struct leg {
    struct call call; /* first, so that a session's address is its leg's */
    struct event *source;
    struct event *timer;
};

/* libsst wants something done, or has something to report. */
static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct leg *leg = (struct leg *)session;

    (void)user;
    if (event->type == SST_EVENT_REFRESH) {
        call_refresh(&leg->call, event);
    } else if (event->type == SST_EVENT_ENDED) {
        call_say("ended:", sst_end_reason_name(event->reason));
        call_bye(&leg->call);
        event_del(leg->source); /* without events event_base_dispatch() returns */
    } else {
        call_say(sst_event_name(event->type), sst_side_name(event->side));
    }
    return SST_CALLBACK_DONE;
}

/* Sets the timer to the deadline, which any call to libsst may have moved: do this after each. */
static void arm(struct leg *leg)
{
    uint64_t deadline_ms = sst_session_deadline(&leg->call.session);
    struct timeval when;
    uint64_t wait;

    if (deadline_ms == SST_NEVER) {
        evtimer_del(leg->timer);
        return;
    }
    /* libevent counts from the start of its turn, so this may fire early by the time spent in
     * the turn so far. Then nothing is due, and the timer is set again. */
    wait = wait_ms(deadline_ms);
    when.tv_sec = (time_t)(wait / 1000);
    when.tv_usec = (suseconds_t)(wait % 1000) * 1000;
    evtimer_add(leg->timer, &when);
}

static void read_messages(struct leg *leg)
{
    while (call_receive(&leg->call)) {
    }
}

static void on_readable(evutil_socket_t socket, short what, void *arg)
{
    struct leg *leg = arg;

    (void)socket;
    (void)what;
    read_messages(leg);
    arm(leg);
}

static void on_timer(evutil_socket_t none, short what, void *arg)
{
    struct leg *leg = arg;

    (void)none;
    (void)what;
    /* After a stall the peer's refresh waits in the socket, and the BYE must not overtake it. */
    read_messages(leg);
    sst_session_advance(&leg->call.session, clock_ms());
    arm(leg); /* starts nothing if the session has ended */
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct leg leg = {.call = {.socket = -1}};
    struct sst_policy policy;

    (void)argv;
    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 90;
    policy.on_event = on_event;
    if (base == NULL || !call_begin(&leg.call, &policy, argc > 1)) {
        return 1;
    }
    leg.source = event_new(base, leg.call.socket, EV_READ | EV_PERSIST, on_readable, &leg);
    leg.timer = evtimer_new(base, on_timer, &leg);
    if (leg.source == NULL || leg.timer == NULL) {
        return 1;
    }
    event_add(leg.source, NULL);
    arm(&leg);
    event_base_dispatch(base);
    event_free(leg.source);
    event_free(leg.timer);
    event_base_free(base);
    call_free(&leg.call);
    return 0;
}
