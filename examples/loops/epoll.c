/* SPDX-License-Identifier: MIT */
/*
 * libsst on epoll with a timerfd. With an argument the peer refreshes, without one this side does.
 */
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "stack.h"

static bool over;

/* libsst wants something done, or has something to report. */
static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct call *call = (struct call *)session;

    (void)user;
    if (event->type == SST_EVENT_REFRESH) {
        call_refresh(call, event);
    } else if (event->type == SST_EVENT_ENDED) {
        call_say("ended:", sst_end_reason_name(event->reason));
        call_bye(call);
        over = true;
    } else {
        call_say(sst_event_name(event->type), sst_side_name(event->side));
    }
    return SST_CALLBACK_DONE;
}

/* Sets the timer to the deadline, which any call to libsst may have moved: do this after each. A
 * host without a faster clock could use the deadline itself, with TFD_TIMER_ABSTIME. */
static void arm(int timer, const struct call *call)
{
    uint64_t deadline_ms = sst_session_deadline(&call->session);
    struct itimerspec when = {{0, 0}, {0, 0}}; /* off */

    if (deadline_ms != SST_NEVER) {
        uint64_t wait = wait_ms(deadline_ms);

        when.it_value.tv_sec = (time_t)(wait / 1000);
        /* 1 ns more, since all zero turns the timer off, while an overdue deadline must fire at
         * once. */
        when.it_value.tv_nsec = (long)(wait % 1000) * 1000000 + 1;
    }
    timerfd_settime(timer, 0, &when, NULL);
}

static void turn(int poller, int timer, struct call *call)
{
    struct epoll_event ready[2];
    uint64_t expirations;

    arm(timer, call);
    epoll_wait(poller, ready, 2, -1);
    /* Messages first, whichever of the two woke us: after a stall the peer's refresh waits in the
     * socket, and the BYE must not overtake it. */
    while (call_receive(call)) {
    }
    while (read(timer, &expirations, sizeof expirations) > 0) {
    }
    sst_session_advance(&call->session, clock_ms());
}

static bool watch(int poller, int source)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = source};

    return epoll_ctl(poller, EPOLL_CTL_ADD, source, &wanted) == 0;
}

int main(int argc, char **argv)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    struct call call = {.socket = -1};
    struct sst_policy policy;

    (void)argv;
    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 90;
    policy.on_event = on_event;
    if (!call_begin(&call, &policy, argc > 1) || !watch(poller, call.socket) ||
        !watch(poller, timer)) {
        return 1;
    }
    while (!over) {
        turn(poller, timer, &call);
    }
    call_free(&call);
    close(timer);
    close(poller);
    return 0;
}
