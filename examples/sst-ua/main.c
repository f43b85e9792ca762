/* SPDX-License-Identifier: MIT */
/* sst-ua: a small SIP user agent over UDP that shows libsst at work on libosip2. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "callee.h"
#include "client.h"
#include "dialog.h"
#include "farewell.h"
#include "out.h"
#include "random.h"
#include "raw.h"
#include "requests.h"
#include "schedule.h"
#include "takeover.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"

/* So many datagrams are taken out of the socket in one turn, and so long they are dealt with before
 * timers are looked at: those of calls, and those of strangers. */
#define DATAGRAMS_A_TURN 1024
#define CALLS_TURN_MS 100
#define STRANGERS_TURN_MS 5

/* So many calls are placed in one turn. */
#define CALLS_A_TURN 32

/* So many timers of calls are looked at in one turn. */
#define TIMERS_A_TURN 4096

/* The end comes at most so long after the last call was over. */
#define LINGER_MAX_MS 5500

static volatile sig_atomic_t signals;
static int signal_pipe[2];

static void on_signal(int number)
{
    char byte = (char)number;

    signals++;
    /* The second one is for whoever does not want to wait. */
    if (signals > 1) {
        _exit(0);
    }
    if (write(signal_pipe[1], &byte, 1) < 0) {
        _exit(0);
    }
}

static bool catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe(signal_pipe) != 0) {
        perror("sst-ua: pipe");
        return false;
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return true;
}

static void stop(struct ua *ua)
{
    struct call **calls;
    size_t count;

    if (ua->stopping) {
        return;
    }
    ua->stopping = true;
    ua->over_ms = clock_real_ms(&ua->clock);
    /* Saying goodbye moves a call in the agenda, so they are taken from a copy of it. */
    count = ua->agenda.count;
    calls = memory((count + 1) * sizeof(struct call *));
    for (size_t i = 0; i < count; i++) {
        calls[i] = ua->agenda.heap[i]->owner;
    }
    for (size_t i = 0; i < count; i++) {
        farewell(calls[i], CALL_GOOD, NULL);
    }
    free(calls);
}

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
        farewell_hang_up(call);
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
    /* Nothing will ever end a call without a session timer: there is nothing to wait for. */
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

static bool deal_with(struct ua *ua, struct net_datagram *datagram)
{
    if (datagram == NULL) {
        return false;
    }
    transactions_receive(ua, datagram);
    free(datagram);
    return true;
}

/* Before any timer: a refresh that waits here must not be overtaken by the BYE. */
static void read_socket(struct ua *ua)
{
    uint64_t start_ms = clock_real_ms(&ua->clock);

    net_take_in(&ua->net, DATAGRAMS_A_TURN);
    while (!ua->mute && clock_real_ms(&ua->clock) < start_ms + CALLS_TURN_MS &&
           deal_with(ua, net_receive(&ua->net))) {
    }
    start_ms = clock_real_ms(&ua->clock);
    while (!ua->mute && clock_real_ms(&ua->clock) < start_ms + STRANGERS_TURN_MS &&
           deal_with(ua, net_receive_stranger(&ua->net))) {
    }
}

/* Whether a datagram has the Call-ID of a call, before it is worth parsing. */
static bool is_known(void *user, const char *bytes)
{
    struct ua *ua = user;
    struct raw_message raw;
    struct raw_field field;
    char *call_id;
    bool known;

    if (!raw_split(&raw, bytes, strlen(bytes)) || !raw_find(&raw, "Call-ID", 'i', &field)) {
        return false;
    }
    call_id = text_copy_part(field.value.at, field.value.length);
    known = call_next(ua, call_id, NULL) != NULL;
    free(call_id);
    return known;
}

static void on_resolved(void *user, const char *host)
{
    struct ua *ua = user;

    transactions_resolved(ua, host);
    for (size_t i = 0; i < ua->agenda.count; i++) {
        struct call *call = ua->agenda.heap[i]->owner;

        if (call->ack_waits && text_same(call->ack_hop.host, host)) {
            request_ack_again(call);
        }
    }
}

static void on_unreachable(void *user, const struct net_address *to)
{
    transactions_unreachable(user, to);
}

/* Whether the last call is over, and nothing is to be done or awaited any more. */
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

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A time at which only is_done() may come to another result: once it is past it matters no more. */
static uint64_t if_ahead(uint64_t time_ms, uint64_t now_ms)
{
    return time_ms > now_ms ? time_ms : CLOCK_NEVER;
}

/* How long to wait for a datagram, in the form that poll() wants. */
static int waiting_time(const struct ua *ua)
{
    uint64_t now_ms = clock_real_ms(&ua->clock);
    uint64_t due_ms = earlier(schedule_due_ms(ua), timer_due_ms(ua));

    due_ms = earlier(due_ms, transactions_due_ms(ua));
    due_ms = earlier(due_ms, takeover_due_ms(ua));
    due_ms = earlier(due_ms, ua->mute ? CLOCK_NEVER : ua->mute_ms);
    due_ms = earlier(due_ms, if_ahead(ua->over_ms + LINGER_MAX_MS, now_ms));
    due_ms = earlier(due_ms, if_ahead(ua->linger_ms, now_ms));
    if (due_ms <= now_ms || ua->net.known.count > 0 || ua->net.strangers.count > 0) {
        return 0;
    }
    /* Not more than a minute, which never hurts. */
    return resolver_wait_ms(&ua->net.resolver, (int)earlier(due_ms - now_ms, 60000));
}

static bool has_calls_to_place(const struct ua *ua)
{
    return !ua->options.answering && !ua->stopping && ua->begun < ua->options.calls;
}

/* Not all at once: the answers to the first ones would have to wait. */
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

/* Waits until there is something to do; what came of signals is returned. */
static bool wait_for_work(struct ua *ua, short *store_events)
{
    struct pollfd sources[4 + RESOLVER_SOCKETS] = {{.fd = signal_pipe[0], .events = POLLIN},
                                                   {.fd = -1, .events = POLLOUT},
                                                   takeover_watch(ua)};
    size_t count = 3;

    if (out_waits()) {
        sources[1].fd = STDOUT_FILENO;
    }
    if (!ua->mute) {
        count += net_watch(&ua->net, sources + count);
    }
    poll(sources, (nfds_t)count, has_calls_to_place(ua) ? 0 : waiting_time(ua));
    *store_events = sources[2].revents;
    return sources[0].revents != 0;
}

static bool run(struct ua *ua)
{
    char byte;

    while (!is_done(ua)) {
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
        read_socket(ua);
        if (signalled && read(signal_pipe[0], &byte, 1) == 1) {
            stop(ua);
        }
        net_work(&ua->net, clock_real_ms(&ua->clock));
        transactions_work(ua);
        run_timers(ua);
        timer_work(ua);
        takeover_write(ua);
        transactions_work(ua);
    }
    return true;
}

/* A destination without an address is a mistake of whoever called us, not of the network. */
static bool check_destination(struct ua *ua)
{
    struct net_address address;
    osip_uri_t *uri;
    struct hop hop;
    bool good;

    if (ua->options.answering) {
        return true;
    }
    osip_uri_init(&uri);
    good = osip_uri_parse(uri, ua->options.target) == 0 && uri->host != NULL;
    if (good) {
        hop = request_first_hop(ua, uri);
        good = hop.port > 0 && hop.host != NULL &&
               resolver_wait(&ua->net.resolver, hop.host, &address) == RESOLVED;
        if (!good && hop.port < 0) { /* none that there is: the URI's own words */
            fprintf(stderr, "sst-ua: %s port %s: no such address\n", uri->host, uri->port);
        } else if (!good) {
            fprintf(stderr, "sst-ua: %s port %d: no such address\n", hop.host, hop.port);
        }
        hop_free(&hop);
    } else {
        fprintf(stderr, "sst-ua: %s: not a SIP URI\n", ua->options.target);
    }
    osip_uri_free(uri);
    return good;
}

static bool open_all(struct ua *ua)
{
    ua->mute_ms = CLOCK_NEVER;
    clock_start(&ua->clock, ua->options.speed);
    ua->log = (struct log){
        .json = ua->options.json, .color = ua->options.color, .clock = &ua->clock};
    log_open(&ua->log);
    ua->secret = random_number(NULL);
    timer_open(ua);
    ua->net.shared = ua->options.store != NULL;
    if (!takeover_begin(ua)) {
        return false;
    }
    if (!net_open(&ua->net, ua->options.bind.host, ua->options.bind.port, ua->options.dns) ||
        !catch_signals()) {
        return false;
    }
    ua->net.user = ua;
    ua->net.is_known = is_known;
    ua->net.on_unreachable = on_unreachable;
    ua->net.resolver.user = ua;
    ua->net.resolver.done = on_resolved;
    if (!transactions_open(ua)) {
        fputs("sst-ua: libosip2 cannot be started\n", stderr);
        return false;
    }
    log_listening(&ua->log, ua->net.host, ua->net.port);
    takeover_restore(ua);
    return true;
}

static void close_all(struct ua *ua)
{
    while (ua->agenda.count > 0) {
        call_free(agenda_first(&ua->agenda));
    }
    takeover_end(ua);
    transactions_close(ua);
    timer_close(ua);
    net_close(&ua->net);
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
    if (open_all(&ua) && check_destination(&ua) && run(&ua)) {
        status = ua.status;
    }
    close_all(&ua);
    return status;
}
