/* SPDX-License-Identifier: MIT */
/* libsst on plain poll(). With an argument the peer refreshes, without one this side does. */
#include <limits.h>
#include <poll.h>

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

/* How long poll() may wait. Ask again in each turn, since any call to libsst may move the
 * deadline. */
static int timeout(const struct call *call)
{
    uint64_t deadline_ms = sst_session_deadline(&call->session);
    uint64_t wait;

    if (deadline_ms == SST_NEVER) {
        return -1;
    }
    wait = wait_ms(deadline_ms);
    return wait < INT_MAX ? (int)wait : INT_MAX;
}

static void turn(struct call *call)
{
    struct pollfd source = {.fd = call->socket, .events = POLLIN};

    poll(&source, 1, timeout(call));
    /* Messages first: after a stall the peer's refresh waits here, and the BYE must not overtake
     * it. Do not rely on source.revents, which is older than the clock read below. */
    while (call_receive(call)) {
    }
    sst_session_advance(&call->session, clock_ms());
}

int main(int argc, char **argv)
{
    struct call call = {.socket = -1};
    struct sst_policy policy;

    (void)argv;
    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 90;
    policy.on_event = on_event;
    if (!call_begin(&call, &policy, argc > 1)) {
        return 1;
    }
    while (!over) {
        turn(&call);
    }
    call_free(&call);
    return 0;
}
