/* SPDX-License-Identifier: MIT */
/* sst-proxy: a small SIP proxy over UDP that shows libsst's proxy rules at work on libosip2. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "dialog.h"
#include "message.h"
#include "request.h"
#include "response.h"
#include "sip.h"
#include "text.h"

#define DATAGRAM_SIZE 65536

/* So many datagrams are read before timers are looked at. */
#define DATAGRAMS_A_TURN 1024

static int signal_pipe[2];

static void on_signal(int number)
{
    char byte = (char)number;

    if (write(signal_pipe[1], &byte, 1) < 0) {
        _exit(0);
    }
}

static bool catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe(signal_pipe) != 0) {
        perror("sst-proxy: pipe");
        return false;
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return true;
}

static void take_datagram(struct proxy *proxy, const char *bytes, size_t length, const char *host,
                          int port)
{
    osip_message_t *sip = sip_parse(bytes, length);

    if (sip == NULL) {
        /* Keep-alives are empty lines (RFC 5626 §4.4.1). */
        if (strspn(bytes, "\r\n") < length) {
            log_note(&proxy->log, NULL, "%lu bytes from %s port %d make no SIP message",
                     (unsigned long)length, host, port);
        }
        return;
    }
    log_message(&proxy->log, LOG_RECEIVED, sip, NULL, 0);
    if (MSG_IS_REQUEST(sip)) {
        request_receive(proxy, sip, host, port);
    } else {
        response_receive(proxy, sip);
    }
}

static void read_socket(struct proxy *proxy)
{
    static char bytes[DATAGRAM_SIZE + 1];
    char host[UDP_HOST_SIZE];
    int port;

    for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
        long length = udp_receive(&proxy->udp, bytes, DATAGRAM_SIZE, host, &port);

        if (length < 0) {
            break;
        }
        bytes[length] = '\0';
        take_datagram(proxy, bytes, (size_t)length, host, port);
    }
}

static int waiting_time(const struct proxy *proxy)
{
    uint64_t now_ms = clock_real_ms(&proxy->clock);
    uint64_t due_ms = contexts_due_ms(proxy);
    uint64_t expires_ms = dialogs_due_ms(proxy);

    due_ms = expires_ms < due_ms ? expires_ms : due_ms;
    if (due_ms <= now_ms) {
        return 0;
    }
    /* Not more than a minute, which never hurts. */
    return due_ms - now_ms < 60000 ? (int)(due_ms - now_ms) : 60000;
}

static void run(struct proxy *proxy)
{
    struct pollfd sources[2] = {{.fd = signal_pipe[0], .events = POLLIN},
                                {.fd = proxy->udp.socket, .events = POLLIN}};

    while (sources[0].revents == 0) {
        sources[1].revents = 0;
        poll(sources, 2, waiting_time(proxy));
        read_socket(proxy);
        contexts_work(proxy);
        dialogs_expire(proxy);
    }
}

static bool open_all(struct proxy *proxy)
{
    char *host;

    clock_start(&proxy->clock, proxy->settings.speed);
    proxy->log = (struct log){.json = proxy->settings.json,
                              .color = proxy->settings.color,
                              .clock = &proxy->clock};
    /* Else libosip2 complains on standard output, between the lines of the log. */
    osip_trace_initialize(TRACE_LEVEL0, stderr);
    if (parser_init() != 0 || !catch_signals() ||
        !udp_open(&proxy->udp, proxy->settings.bind.host, proxy->settings.bind.port)) {
        return false;
    }
    host = message_host(proxy->udp.host);
    proxy->shown = text_print("%s:%d", host, proxy->udp.port);
    free(host);
    log_listening(&proxy->log, proxy->udp.host, proxy->udp.port);
    return true;
}

static void close_all(struct proxy *proxy)
{
    contexts_free(proxy);
    dialogs_free(proxy);
    udp_close(&proxy->udp);
    log_free(&proxy->log);
    settings_free(&proxy->settings);
    free(proxy->shown);
}

int main(int argc, char **argv)
{
    static struct proxy proxy;
    int status = 1;

    proxy.udp.socket = -1;
    if (settings_read(&proxy.settings, argc, argv) && open_all(&proxy)) {
        run(&proxy);
        status = 0;
    }
    close_all(&proxy);
    return status;
}
