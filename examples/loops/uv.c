/* SPDX-License-Identifier: MIT */
/* libsst on libuv. With an argument the peer refreshes, without one this side does. */
#include <uv.h>

#include "stack.h"

/* What this host keeps with each call: its session, its socket and one timer. */
struct leg {
    struct call call; /* first, so that a session's address is its leg's */
    uv_poll_t source;
    uv_timer_t timer;
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
        /* uv_run() returns once there are no handles. A host could free the leg when they are
         * closed. */
        uv_close((uv_handle_t *)&leg->source, NULL);
        uv_close((uv_handle_t *)&leg->timer, NULL);
    } else {
        call_say(sst_event_name(event->type), sst_side_name(event->side));
    }
    return SST_CALLBACK_DONE;
}

static void on_timer(uv_timer_t *timer);

/* Sets the timer to the deadline, which any call to libsst may have moved: do this after each. */
static void arm(struct leg *leg)
{
    uint64_t deadline_ms = sst_session_deadline(&leg->call.session);

    if (deadline_ms == SST_NEVER) {
        uv_timer_stop(&leg->timer);
        return;
    }
    /* libuv counts from the start of its turn; without this the timer would fire early. */
    uv_update_time(leg->timer.loop);
    uv_timer_start(&leg->timer, on_timer, wait_ms(deadline_ms), 0);
}

static void read_messages(struct leg *leg)
{
    while (call_receive(&leg->call)) {
    }
}

static void on_readable(uv_poll_t *source, int status, int events)
{
    struct leg *leg = source->data;

    (void)status;
    (void)events;
    read_messages(leg);
    arm(leg);
}

static void on_timer(uv_timer_t *timer)
{
    struct leg *leg = timer->data;

    /* libuv runs timers before sockets. After a stall the peer's refresh waits in the socket, and
     * the BYE must not overtake it. */
    read_messages(leg);
    sst_session_advance(&leg->call.session, clock_ms());
    arm(leg); /* starts nothing if the session has ended */
}

int main(int argc, char **argv)
{
    struct leg leg = {.call = {.socket = -1}};
    struct sst_policy policy;
    uv_loop_t loop;

    (void)argv;
    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 90;
    policy.on_event = on_event;
    if (uv_loop_init(&loop) != 0 || !call_begin(&leg.call, &policy, argc > 1) ||
        uv_poll_init(&loop, &leg.source, leg.call.socket) != 0 ||
        uv_timer_init(&loop, &leg.timer) != 0) {
        return 1;
    }
    leg.source.data = &leg;
    leg.timer.data = &leg;
    uv_poll_start(&leg.source, UV_READABLE, on_readable);
    arm(&leg);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    call_free(&leg.call);
    return 0;
}
