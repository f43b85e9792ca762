/* SPDX-License-Identifier: MIT */
/* sst-proxy: a small SIP proxy over UDP that shows libsst's proxy rules at work on libosip2. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "branch.h"
#include "context.h"
#include "dialog.h"
#include "message.h"
#include "metrics.h"
#include "out.h"
#include "random.h"
#include "raw.h"
#include "request.h"
#include "response.h"
#include "sip.h"
#include "text.h"

/* How many datagrams are read from the socket in one turn, and how long they are handled before
 * timers are checked: responses and requests within dialogs, and requests of strangers. */
#define DATAGRAMS_A_TURN 1024
#define CALLS_TURN_MS 100
#define STRANGERS_TURN_MS 5

/* How many transactions may exist when a request comes from outside of a dialog, and from within.
 * Each is kept for 32 s after its end, in about 9 kB: 500 new calls a second, in 300 MB at most. */
#define CONTEXTS_MAX 16000
#define CONTEXTS_OF_DIALOGS_MAX 32000

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
    sigaction(SIGUSR1, &action, NULL);
    return true;
}

static void refuse(struct proxy *proxy, const struct net_datagram *datagram,
                   const struct raw_message *raw, int status, const char *more)
{
    const char *phrase = osip_message_get_reason(status);
    struct net_address to = datagram->from;
    int port = datagram->port;
    char *text = raw_refusal(raw, datagram->host, datagram->port, status,
                             phrase != NULL ? phrase : "Refused", more, proxy->secret, &port);

    if (text != NULL) {
        address_set_port(&to, port);
        (void)net_send(&proxy->net, &to, text, strlen(text));
        log_refused(&proxy->log, status, datagram->host, datagram->port);
    }
    free(text);
}

/* Whether there is room for what a request needs; retransmissions, ACK and CANCEL need none. */
static bool has_room(struct proxy *proxy, osip_message_t *sip)
{
    size_t limit = message_tag(sip->to) != NULL ? CONTEXTS_OF_DIALOGS_MAX : CONTEXTS_MAX;

    return proxy->contexts.count < limit || MSG_IS_RESPONSE(sip) || MSG_IS_ACK(sip) ||
           MSG_IS_CANCEL(sip) || request_is_copy(proxy, sip);
}

static void take_datagram(struct proxy *proxy, const struct net_datagram *datagram)
{
    struct raw_message raw;
    osip_message_t *sip;
    int status;

    /* Keep-alives are empty lines (RFC 5626 §4.4.1). */
    if (!raw_split(&raw, datagram->bytes, datagram->length)) {
        return;
    }
    status = raw_check(&raw);
    sip = status == 0 ? message_parse(&raw) : NULL;
    if (sip == NULL) {
        log_note(&proxy->log, NULL, "%lu bytes from %s port %d make no SIP message",
                 (unsigned long)datagram->length, datagram->host, datagram->port);
        refuse(proxy, datagram, &raw, status != 0 ? status : 400, "");
        return;
    }
    log_message(&proxy->log, LOG_RECEIVED, sip, NULL, 0);
    if (!has_room(proxy, sip)) {
        refuse(proxy, datagram, &raw, 503, "Retry-After: 10\r\n");
        osip_message_free(sip);
    } else if (MSG_IS_REQUEST(sip)) {
        request_receive(proxy, sip, datagram->host, datagram->port);
    } else {
        response_receive(proxy, sip);
    }
}

static bool deal_with(struct proxy *proxy, struct net_datagram *datagram)
{
    if (datagram == NULL) {
        return false;
    }
    take_datagram(proxy, datagram);
    free(datagram);
    return true;
}

static void read_socket(struct proxy *proxy)
{
    uint64_t start_ms = clock_real_ms(&proxy->clock);

    net_take_in(&proxy->net, DATAGRAMS_A_TURN);
    while (clock_real_ms(&proxy->clock) < start_ms + CALLS_TURN_MS &&
           deal_with(proxy, net_receive(&proxy->net))) {
    }
    start_ms = clock_real_ms(&proxy->clock);
    while (clock_real_ms(&proxy->clock) < start_ms + STRANGERS_TURN_MS &&
           deal_with(proxy, net_receive_stranger(&proxy->net))) {
    }
}

/* Whether a datagram has the Call-ID of a current request. */
static bool is_of_context(struct proxy *proxy, const struct raw_message *raw)
{
    struct raw_field field;
    char *call_id;
    bool known;

    if (!raw_find(raw, "Call-ID", 'i', &field)) {
        return false;
    }
    call_id = text_copy_part(field.value.at, field.value.length);
    known = context_has_call(proxy, call_id);
    free(call_id);
    return known;
}

/* What would hurt a call if it were lost or overtaken: responses, requests within dialogs, and
 * retransmissions and CANCELs of current requests. */
static bool is_known(void *user, const char *bytes)
{
    struct raw_message raw;
    struct raw_field field;

    return raw_split(&raw, bytes, strlen(bytes)) &&
           (raw_is_response(&raw) || (raw_find(&raw, "To", 't', &field) && raw_has_tag(&field)) ||
            is_of_context(user, &raw));
}

static void on_resolved(void *user, const char *host)
{
    branches_resolved(user, host);
}

static void on_unreachable(void *user, const struct net_address *to)
{
    branches_unreachable(user, to);
}

static int waiting_time(const struct proxy *proxy)
{
    uint64_t now_ms = clock_real_ms(&proxy->clock);
    uint64_t due_ms = contexts_due_ms(proxy);
    uint64_t expires_ms = dialogs_due_ms(proxy);

    due_ms = expires_ms < due_ms ? expires_ms : due_ms;
    if (due_ms <= now_ms || proxy->net.known.count > 0 || proxy->net.strangers.count > 0) {
        return 0;
    }
    /* At most a minute: waking up early does no harm. */
    return resolver_wait_ms(&proxy->net.resolver,
                            due_ms - now_ms < 60000 ? (int)(due_ms - now_ms) : 60000);
}

static void write_metrics(struct proxy *proxy)
{
    if (proxy->settings.metrics != NULL) {
        metrics_write(proxy->settings.metrics, &proxy->counters);
    }
}

/* Whether a signal asks the program to end; SIGUSR1 asks for the counters. */
static bool is_over(struct proxy *proxy, const struct pollfd *source)
{
    char number;

    if (source->revents == 0 || read(signal_pipe[0], &number, 1) != 1) {
        return false;
    }
    if (number == SIGUSR1) {
        write_metrics(proxy);
    }
    return number != SIGUSR1;
}

static void run(struct proxy *proxy)
{
    struct pollfd sources[3 + RESOLVER_SOCKETS] = {{.fd = signal_pipe[0], .events = POLLIN}};

    while (!is_over(proxy, &sources[0])) {
        sources[1] = (struct pollfd){.fd = out_waits() ? STDOUT_FILENO : -1, .events = POLLOUT};
        poll(sources, (nfds_t)(2 + net_watch(&proxy->net, sources + 2)), waiting_time(proxy));
        out_work();
        read_socket(proxy);
        net_work(&proxy->net, clock_real_ms(&proxy->clock));
        contexts_work(proxy);
        dialogs_expire(proxy);
    }
}

static bool open_all(struct proxy *proxy)
{
    char *host;

    clock_start(&proxy->clock, proxy->settings.speed);
    proxy->log = (struct log){
        .json = proxy->settings.json, .color = proxy->settings.color, .clock = &proxy->clock};
    /* Otherwise libosip2 complains on standard output, between the lines of the log. */
    osip_trace_initialize(TRACE_LEVEL0, stderr);
    log_open(&proxy->log);
    proxy->secret = random_number(NULL);
    if (parser_init() != 0 || !catch_signals() ||
        !net_open(&proxy->net, proxy->settings.bind.host, proxy->settings.bind.port,
                  proxy->settings.dns)) {
        return false;
    }
    if (proxy->net.any) {
        /* Via and Record-Route must contain an address that reaches this proxy. */
        fprintf(stderr, "sst-proxy: --bind %s: not an address that others can reach\n",
                proxy->settings.bind.host);
        return false;
    }
    proxy->settings.policy.counters = &proxy->counters;
    proxy->net.user = proxy;
    proxy->net.is_known = is_known;
    proxy->net.on_unreachable = on_unreachable;
    proxy->net.resolver.user = proxy;
    proxy->net.resolver.done = on_resolved;
    host = message_host(proxy->net.host);
    proxy->shown = text_print("%s:%d", host, proxy->net.port);
    free(host);
    log_listening(&proxy->log, proxy->net.host, proxy->net.port);
    return true;
}

static void close_all(struct proxy *proxy)
{
    contexts_free(proxy);
    dialogs_free(proxy);
    net_close(&proxy->net);
    log_free(&proxy->log);
    settings_free(&proxy->settings);
    free(proxy->shown);
}

int main(int argc, char **argv)
{
    static struct proxy proxy;
    int status = 1;

    proxy.net.socket = -1;
    if (settings_read(&proxy.settings, argc, argv) && open_all(&proxy)) {
        run(&proxy);
        write_metrics(&proxy);
        status = 0;
    }
    close_all(&proxy);
    return status;
}
