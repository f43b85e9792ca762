/* SPDX-License-Identifier: MIT */
/* sst-ua: a small SIP user agent over UDP, TCP and TLS that shows libsst at work on libosip2. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "callee.h"
#include "client.h"
#include "farewell.h"
#include "metrics.h"
#include "network.h"
#include "out.h"
#include "random.h"
#include "registration.h"
#include "schedule.h"
#include "signals.h"
#include "stop.h"
#include "takeover.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"

/* How many calls are placed in one turn. */
#define CALLS_A_TURN 32

/* How many timers of calls are handled in one turn. */
#define TIMERS_A_TURN 4096

/* The program ends at most this long after the last call was over. */
#define LINGER_MAX_MS 5500

static void run_timer(struct call *call, enum call_timer timer)
{
    switch (timer) {
    case TIMER_RING:
        callee_answer(call);
        break;
    case TIMER_HOLD:
        client_hold(call);
        break;
    case TIMER_HANGUP:
        stop_hang_up(call);
        break;
    case TIMER_2XX:
        callee_answer_again(call);
        break;
    case TIMER_ACK:
        farewell_no_ack(call);
        break;
    case TIMER_CANCEL:
        farewell_cancelled(call);
        break;
    case TIMER_FREE:
        call_free(call);
        break;
    case TIMER_COUNT:
        break;
    }
}

static void fall_silent(struct ua *ua)
{
    log_note(&ua->log, NULL, "silent from here on");
    ua->mute = true;
    /* Nothing will ever end a call without a session timer, so there is nothing to wait for. */
    for (size_t i = 0; i < ua->agenda.count; i++) {
        struct call *call = ua->agenda.heap[i]->owner;

        if (sst_session_deadline(call->session) == SST_NEVER &&
            call->due_ms[TIMER_HANGUP] == CLOCK_NEVER) {
            call_over(call, CALL_GOOD);
        }
    }
}

static void run_timers(struct ua *ua)
{
    uint64_t now_ms = clock_real_ms(&ua->clock);
    enum call_timer timer;
    struct call *call;

    for (int i = 0; i < TIMERS_A_TURN; i++) {
        call = schedule_take_due(ua, now_ms, &timer);
        if (call == NULL) {
            break;
        }
        run_timer(call, timer);
    }
    if (now_ms >= ua->mute_ms && !ua->mute) {
        fall_silent(ua);
    }
}

/* Whether the last call is over, and nothing is left to do or to wait for. */
static bool is_done(const struct ua *ua)
{
    uint64_t now_ms = clock_real_ms(&ua->clock);
    bool last = ua->over == ua->begun &&
                (ua->stopping || (ua->options.calls != 0 && ua->begun >= ua->options.calls));

    if (ua->mute && ua->over == ua->begun) {
        return true;
    }
    if ((last || ua->stopping) && now_ms >= ua->over_ms + LINGER_MAX_MS) {
        return true;
    }
    return last && ua->goodbyes == 0 && (ua->stopping || now_ms >= ua->linger_ms);
}

/* A time that only matters to is_done(): once past, it no longer counts. */
static uint64_t if_ahead(uint64_t time_ms, uint64_t now_ms)
{
    return time_ms > now_ms ? time_ms : CLOCK_NEVER;
}

/* How long to wait for a datagram, as a timeout for poll(). */
static int waiting_time(const struct ua *ua)
{
    uint64_t now_ms = clock_real_ms(&ua->clock);
    uint64_t due_ms = clock_earlier(schedule_due_ms(ua), timer_due_ms(ua));

    due_ms = clock_earlier(due_ms, transactions_due_ms(ua));
    due_ms = clock_earlier(due_ms, registration_due_ms(ua));
    due_ms = clock_earlier(due_ms, takeover_due_ms(ua));
    due_ms = clock_earlier(due_ms, ua->mute ? CLOCK_NEVER : ua->mute_ms);
    due_ms = clock_earlier(due_ms, if_ahead(ua->over_ms + LINGER_MAX_MS, now_ms));
    due_ms = clock_earlier(due_ms, if_ahead(ua->linger_ms, now_ms));
    if (due_ms <= now_ms) {
        return 0;
    }
    /* At most a minute: waking up early does no harm. */
    return network_wait_ms(ua, now_ms, (int)clock_earlier(due_ms - now_ms, 60000));
}

static bool has_calls_to_place(const struct ua *ua)
{
    return !ua->options.answering && !ua->stopping && ua->begun < ua->options.calls &&
           registration_is_good(ua);
}

/* Not all at once: responses to the first ones would have to wait. */
static bool place_calls(struct ua *ua)
{
    for (int i = 0; i < CALLS_A_TURN && has_calls_to_place(ua); i++) {
        if (!client_call(ua)) {
            fprintf(stderr, "sst-ua: cannot call %s\n", ua->options.target);
            return false;
        }
    }
    return true;
}

/* Waits until there is something to do; returns what signals asked for. */
static bool wait_for_work(struct ua *ua, short *store_events)
{
    struct pollfd sources[3 + NETWORK_SOCKETS] = {
        signals_watch(), {.fd = -1, .events = POLLOUT}, takeover_watch(ua)};
    size_t count = 3;

    if (out_waits()) {
        sources[1].fd = STDOUT_FILENO;
    }
    if (!ua->mute) {
        count += network_watch(ua, sources + count);
    }
    poll(sources, (nfds_t)count, has_calls_to_place(ua) ? 0 : waiting_time(ua));
    *store_events = sources[2].revents;
    return sources[0].revents != 0;
}

static void write_metrics(struct ua *ua)
{
    if (ua->options.metrics != NULL) {
        metrics_write(ua->options.metrics, &ua->counters);
    }
}

static void heed_signal(struct ua *ua)
{
    switch (signals_take()) {
    case SIGNAL_COUNTERS:
        write_metrics(ua);
        break;
    case SIGNAL_END:
        stop_begin(ua);
        break;
    case SIGNAL_NONE:
        break;
    }
}

static bool run(struct ua *ua)
{
    while (!is_done(ua) || !(ua->mute || registration_end(ua))) {
        bool signalled;
        short store_events;

        if (!place_calls(ua)) {
            return false;
        }
        signalled = wait_for_work(ua, &store_events);
        out_work();
        if (!takeover_work(ua, store_events)) {
            return true;
        }
        network_read(ua);
        if (signalled) {
            heed_signal(ua);
        }
        net_work(&ua->net, clock_real_ms(&ua->clock));
        transactions_work(ua);
        run_timers(ua);
        timer_work(ua);
        takeover_write(ua);
        registration_work(ua);
        transactions_work(ua);
    }
    return true;
}

static bool open_all(struct ua *ua)
{
    ua->mute_ms = CLOCK_NEVER;
    clock_start(&ua->clock, ua->options.speed);
    ua->log =
        (struct log){.json = ua->options.json, .color = ua->options.color, .clock = &ua->clock};
    log_open(&ua->log);
    ua->secret = random_number(NULL);
    timer_open(ua);
    ua->net.shared = ua->options.store != NULL;
    if (!takeover_begin(ua)) {
        return false;
    }
    if (!network_open(ua) || !signals_catch()) {
        return false;
    }
    if (!transactions_open(ua)) {
        fputs("sst-ua: libosip2 cannot be started\n", stderr);
        return false;
    }
    log_listening(&ua->log, ua->net.host, ua->net.port);
    takeover_restore(ua);
    if (!registration_open(ua)) {
        fprintf(stderr, "sst-ua: %s: cannot register with this address\n", ua->options.from);
        return false;
    }
    return true;
}

static void close_all(struct ua *ua)
{
    while (ua->agenda.count > 0) {
        call_free(agenda_first(&ua->agenda));
    }
    takeover_end(ua);
    registration_close(ua);
    transactions_close(ua);
    timer_close(ua);
    network_close(ua);
    log_free(&ua->log);
    options_free(&ua->options);
    agenda_free(&ua->agenda);
}

int main(int argc, char **argv)
{
    static struct ua ua;
    int status = 1;

    if (!options_read(&ua.options, argc, argv)) {
        options_free(&ua.options);
        return 1;
    }
    ua.net.socket = -1;
    ua.streams.listener = -1;
    if (open_all(&ua) && network_check_destination(&ua) && run(&ua)) {
        write_metrics(&ua);
        status = ua.status;
    }
    close_all(&ua);
    return status;
}
