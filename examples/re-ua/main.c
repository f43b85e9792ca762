/* SPDX-License-Identifier: MIT */
/* re-ua: one call on libre, with its session timer by libsst. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ua.h"

#include "answer.h"
#include "call.h"
#include "log.h"
#include "refresh.h"
#include "text.h"
#include "timer.h"

static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
    char byte = (char)number;

    if (write(signal_pipe[1], &byte, 1) < 0) {
        _exit(1);
    }
}

/* Runs in libre's loop, so that no signal is missed between two turns. */
static void on_signal_byte(int flags, void *arg)
{
    struct ua *ua = arg;
    char byte;

    (void)flags;
    if (read(signal_pipe[0], &byte, 1) < 0) {
        return;
    }
    if (ua->call.sess != NULL && !ua->call.over) {
        call_hang_up(ua, STATUS_GOOD, NULL);
    } else if (!ua->goodbye) {
        re_cancel();
    }
}

static bool catch_signals(struct ua *ua)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe(signal_pipe) != 0 || fd_listen(signal_pipe[0], FD_READ, on_signal_byte, ua) != 0) {
        perror(PROGRAM ": pipe");
        return false;
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return true;
}

/* Nothing holds the stack any more since sip_close(). */
static void on_exit(void *arg)
{
    (void)arg;
    re_cancel();
}

static bool open_stack(struct ua *ua)
{
    const struct endpoint *bind = &ua->options.bind;
    struct sa local;

    if (sa_set_str(&local, bind->host, bind->port >= 0 ? (uint16_t)bind->port : SIP_PORT) != 0) {
        fprintf(stderr, PROGRAM ": %s: not a numeric address\n", bind->host);
        return false;
    }
    /* Our listeners come before those of sipsess, which take every INVITE and every 2xx. */
    if (sip_alloc(&ua->sip, NULL, 32, 32, 32, NULL, on_exit, ua) != 0 ||
        sip_transp_add(ua->sip, SIP_TRANSP_UDP, &local) != 0 ||
        sip_transp_laddr(ua->sip, &ua->local, SIP_TRANSP_UDP, &local) != 0 ||
        sip_listen(&ua->requests, ua->sip, true, answer_request, ua) != 0 ||
        sip_listen(&ua->responses, ua->sip, false, refresh_ack_again, ua) != 0 ||
        sipsess_listen(&ua->sessions, ua->sip, 32, call_receive, ua) != 0) {
        fprintf(stderr, PROGRAM ": libre cannot listen on %s\n", bind->host);
        return false;
    }
    sip_set_trace_handler(ua->sip, log_datagram);
    return true;
}

/* Either the user part alone, to which libre adds the local address, or the address given. */
static bool choose_contact(struct ua *ua)
{
    const struct endpoint *contact = &ua->options.contact;
    struct sa address;

    if (contact->host == NULL) {
        return str_dup(&ua->contact, "re-ua") == 0;
    }
    if (sa_set_str(&address, contact->host,
                   contact->port >= 0 ? (uint16_t)contact->port : SIP_PORT) != 0) {
        fprintf(stderr, PROGRAM ": %s: not a numeric address\n", contact->host);
        return false;
    }
    return re_sdprintf(&ua->contact, "sip:re-ua@%J", &address) == 0;
}

static bool run(struct ua *ua)
{
    log_listening(ua);
    if (ua->options.target != NULL && !call_place(ua)) {
        fprintf(stderr, PROGRAM ": cannot call %s\n", ua->options.target);
        return false;
    }
    return re_main(NULL) == 0;
}

static void close_all(struct ua *ua)
{
    call_free(ua);
    if (ua->sip != NULL) {
        sip_close(ua->sip, false);
        sip_close(ua->sip, true);
    }
    mem_deref(ua->sessions);
    mem_deref(ua->requests);
    mem_deref(ua->responses);
    mem_deref(ua->udp);
    mem_deref(ua->sip);
    mem_deref(ua->contact);
    timer_close(ua);
    if (signal_pipe[0] >= 0) {
        fd_close(signal_pipe[0]);
    }
    log_free();
    options_free(&ua->options);
}

int main(int argc, char **argv)
{
    static struct ua ua = {.timer = -1};
    enum status status = STATUS_USAGE;

    if (options_read(&ua.options, argc, argv) && libre_init() == 0) {
        clock_start(&ua.clock, ua.options.speed);
        if (open_stack(&ua) && choose_contact(&ua) && timer_open(&ua) && catch_signals(&ua) &&
            run(&ua)) {
            status = ua.status;
        }
        close_all(&ua);
        libre_close();
    } else {
        options_free(&ua.options);
    }
    return (int)status;
}
