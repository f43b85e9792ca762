/* SPDX-License-Identifier: MIT */
#include "timer.h"

#include <poll.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "call.h"
#include "log.h"
#include "refresh.h"
#include "text.h"

/* After this many messages, overdue work is done even if more messages are waiting. */
#define POSTPONED_MAX 10000

uint64_t timer_now(const struct ua *ua)
{
    return clock_library_ms(&ua->clock);
}

void timer_arm(struct ua *ua)
{
    struct itimerspec when = {{0, 0}, {0, 0}}; /* off */
    uint64_t due_ms = SST_NEVER;

    if (ua->call.begun) {
        due_ms = clock_real_of(&ua->clock, sst_session_deadline(&ua->call.session));
    }
    if (due_ms != SST_NEVER) {
        uint64_t now_ms = clock_real_ms(&ua->clock);
        uint64_t wait_ms = due_ms > now_ms ? due_ms - now_ms : 1; /* 0 would turn it off */

        when.it_value.tv_sec = (time_t)(wait_ms / 1000);
        when.it_value.tv_nsec = (long)(wait_ms % 1000) * 1000000;
    }
    timerfd_settime(ua->timer, 0, &when, NULL);
}

static bool has_messages(const struct ua *ua)
{
    struct pollfd source = {.fd = udp_sock_fd(ua->udp, sa_af(&ua->local)), .events = POLLIN};

    return ua->udp != NULL && poll(&source, 1, 0) > 0;
}

/* After a stall the peer's refresh waits in the socket, and the BYE must not overtake it. libre
 * reads one message a turn and has no function to read them all. So the timer is not cleared: it
 * fires again in the next turn. */
static void on_timer(int flags, void *arg)
{
    struct ua *ua = arg;
    uint64_t expirations;

    (void)flags;
    if (ua->postponed < POSTPONED_MAX && has_messages(ua)) {
        ua->postponed++;
        return;
    }
    ua->postponed = 0;
    if (read(ua->timer, &expirations, sizeof expirations) > 0 && ua->call.begun) {
        sst_session_advance(&ua->call.session, timer_now(ua));
    }
    timer_arm(ua);
}

/* The exit status. */
static enum status status_of(enum sst_end_reason reason)
{
    return reason == SST_END_NOT_REFRESHED ? STATUS_PEER_SILENT : STATUS_REFRESH_FAILED;
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct ua *ua = user;

    (void)session;
    log_event(ua, event);
    if (event->type == SST_EVENT_REFRESH) {
        refresh_send(ua, event->method, event->with_offer);
    } else if (event->type == SST_EVENT_ENDED) {
        call_hang_up(ua, status_of(event->reason), sst_bye_reason(event->reason));
    }
    return SST_CALLBACK_DONE;
}

static uint32_t random_number(void *unused)
{
    (void)unused;
    return rand_u32();
}

bool timer_open(struct ua *ua)
{
    struct sst_policy *policy = &ua->options.policy;

    policy->on_event = on_event;
    policy->random = random_number;
    policy->user = ua;
    /* libre's own timers use the wall clock, which may be set: fine for retransmissions, but not
     * for half an hour. */
    ua->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (ua->timer < 0 || fd_listen(ua->timer, FD_READ, on_timer, ua) != 0) {
        fputs(PROGRAM ": no timer\n", stderr);
        return false;
    }
    return true;
}

void timer_close(struct ua *ua)
{
    if (ua->timer >= 0) {
        fd_close(ua->timer);
        close(ua->timer);
    }
}
