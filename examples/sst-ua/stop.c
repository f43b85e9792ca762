/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <stdlib.h>

#include "farewell.h"
#include "schedule.h"
#include "text.h"

/* How many calls are hung up per second. */
#define STOP_A_SECOND 1000

/* How many BYEs may wait for a response at once. Each second that has passed adds to that, in
 * case the peer does not respond. */
#define STOP_AT_ONCE 256
#define STOP_MORE_A_SECOND 125

/* A call that must wait for its turn is tried again after this time. */
#define STOP_AGAIN_MS 100

void stop_begin(struct ua *ua)
{
    struct call **calls;
    size_t count;
    size_t up = 0;

    if (ua->stopping) {
        return;
    }
    ua->stopping = true;
    ua->stopped_ms = clock_real_ms(&ua->clock);
    ua->over_ms = ua->stopped_ms;
    /* Hanging up moves a call in the agenda, so work on a copy. */
    count = ua->agenda.count;
    calls = memory((count + 1) * sizeof(struct call *));
    for (size_t i = 0; i < count; i++) {
        calls[i] = ua->agenda.heap[i]->owner;
    }
    for (size_t i = 0; i < count; i++) {
        if (calls[i]->state == CALL_UP && !ua->mute) {
            schedule_in(calls[i], TIMER_HANGUP, up++ * UINT64_C(1000) / STOP_A_SECOND);
        } else {
            farewell(calls[i], CALL_GOOD, NULL);
        }
    }
    free(calls);
}

void stop_hang_up(struct call *call)
{
    const struct ua *ua = call->ua;
    uint64_t stopping_ms = clock_real_ms(&ua->clock) - ua->stopped_ms;

    if (!ua->stopping) {
        farewell_hang_up(call);
    } else if (ua->goodbyes < STOP_AT_ONCE + stopping_ms * STOP_MORE_A_SECOND / 1000) {
        farewell(call, CALL_GOOD, NULL); /* does not wait for the ACK */
    } else {
        schedule_in(call, TIMER_HANGUP, STOP_AGAIN_MS);
    }
}
