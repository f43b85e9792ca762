/* SPDX-License-Identifier: MIT */
#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "hop.h"
#include "raw.h"
#include "registration.h"
#include "requests.h"
#include "text.h"
#include "transactions.h"
#include "tries.h"
#include "wire.h"

/* How many datagrams are read from the socket in one turn, and how long they are handled before
 * timers are checked: those of calls, and those of strangers. */
#define DATAGRAMS_A_TURN 1024
#define CALLS_TURN_MS 100
#define STRANGERS_TURN_MS 5

/* From this many waiting messages of strangers on, their connections wait too. */
#define CROWD 256

/* How often we try to find a free port. */
#define PORT_TRIES 20

static bool deal_with(struct ua *ua, struct net_datagram *datagram)
{
    if (datagram == NULL) {
        return false;
    }
    transactions_receive(ua, datagram);
    free(datagram);
    return true;
}

/* Before any timer: the BYE must not overtake a refresh that waits here. */
static void read_lines(struct ua *ua)
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

/* Whether a datagram has the Call-ID of a call. Checked before it is worth parsing. */
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

/* ACKs for 2xx have no transaction that would send them. */
static void send_waiting_acks(struct ua *ua)
{
    for (size_t i = 0; i < ua->agenda.count; i++) {
        struct call *call = ua->agenda.heap[i]->owner;

        if (call->ack_waits) {
            request_ack_again(call);
        }
    }
}

static void on_resolved(void *user, const char *host)
{
    (void)host;
    tries_resolved(user);
    send_waiting_acks(user);
}

static void on_opened(void *user, const struct stream *stream)
{
    tries_opened(user, stream);
    send_waiting_acks(user);
}

static void on_unreachable(void *user, const struct net_address *to)
{
    tries_unreachable(user, to);
}

static bool on_message(void *user, const struct stream *stream, const char *bytes, size_t length)
{
    struct ua *ua = user;

    return net_deliver(&ua->net, &stream->other, stream->id, bytes, length);
}

static void on_broken(void *user, struct stream *stream, const struct framing_piece *piece)
{
    wire_refuse_piece(user, stream, piece);
}

static void on_closed(void *user, const struct stream *stream)
{
    struct ua *ua = user;

    if (stream->problem != NULL) {
        log_connection(&ua->log, stream->host, stream->port, transport_name(stream->transport),
                       stream->problem);
    }
    tries_closed(ua, stream);
    registration_closed(ua, stream);
}

/* One port for datagrams and for connections. */
static bool open_sockets(struct ua *ua, bool quiet)
{
    const struct options *options = &ua->options;
    bool tls = options->transport == TRANSPORT_TLS;
    /* Connections do not move between nodes with the address. */
    enum transport listening = ua->net.shared || (tls && options->tls.certificate == NULL)
                                   ? TRANSPORT_NONE
                               : tls ? TRANSPORT_TLS
                                     : TRANSPORT_TCP;
    struct net_address address;

    if (!net_open(&ua->net, options->bind.host, options->bind.port, options->dns) ||
        !address_read(&address, ua->net.family, ua->net.host)) {
        return false;
    }
    address_set_port(&address, ua->net.port);
    return streams_open(&ua->streams, listening, &address, quiet);
}

bool network_open(struct ua *ua)
{
    int tries = ua->options.bind.port == 0 ? PORT_TRIES : 1;

    ua->streams.tls_settings = ua->options.tls;
    ua->streams.keep_alive_ms = ua->options.keep_alive * UINT64_C(1000);
    ua->streams.user = ua;
    ua->streams.on_message = on_message;
    ua->streams.on_broken = on_broken;
    ua->streams.on_opened = on_opened;
    ua->streams.on_closed = on_closed;
    if ((ua->options.transport == TRANSPORT_TLS || ua->options.tls.certificate != NULL ||
         ua->options.tls.insecure || ua->options.tls.ca_file != NULL) &&
        !tls_open(&ua->streams.tls, &ua->options.tls)) {
        return false;
    }
    /* A port that is free for UDP may be taken for TCP. */
    while (!open_sockets(ua, tries > 1)) {
        if (--tries == 0 || ua->net.socket < 0) {
            return false;
        }
        net_close(&ua->net);
    }
    ua->net.user = ua;
    ua->net.is_known = is_known;
    ua->net.on_unreachable = on_unreachable;
    ua->net.resolver.user = ua;
    ua->net.resolver.done = on_resolved;
    return true;
}

bool network_check_destination(struct ua *ua)
{
    enum resolved result = RESOLVE_PENDING;
    struct path path;
    osip_uri_t *uri;

    if (ua->options.answering) {
        return true;
    }
    osip_uri_init(&uri);
    if (osip_uri_parse(uri, ua->options.target) != 0 || uri->host == NULL) {
        fprintf(stderr, "sst-ua: %s: not a SIP URI\n", ua->options.target);
        osip_uri_free(uri);
        return false;
    }
    path = path_of(hop_first(ua, uri));
    while ((result = hop_locate(ua, &path)) == RESOLVE_PENDING) {
        resolver_wait(&ua->net.resolver, clock_real_ms(&ua->clock));
    }
    if (result != RESOLVED && path.hop.port < 0) { /* not a valid port: print the URI's text */
        fprintf(stderr, "sst-ua: %s port %s: no such address\n", uri->host, uri->port);
    } else if (result != RESOLVED) {
        fprintf(stderr, "sst-ua: %s port %d: no such address\n", path.hop.host,
                hop_port(&path.hop));
    }
    path_free(&path);
    osip_uri_free(uri);
    return result == RESOLVED;
}

size_t network_watch(struct ua *ua, struct pollfd *sockets)
{
    size_t count = net_watch(&ua->net, sockets);

    ua->streams.crowded = ua->net.strangers.count >= CROWD;
    return count + streams_watch(&ua->streams, sockets + count);
}

int network_wait_ms(const struct ua *ua, uint64_t now_ms, int limit_ms)
{
    if (ua->net.known.count > 0 || ua->net.strangers.count > 0) {
        return 0;
    }
    return streams_wait_ms(&ua->streams, now_ms, resolver_wait_ms(&ua->net.resolver, limit_ms));
}

void network_read(struct ua *ua)
{
    if (!ua->mute) {
        streams_work(&ua->streams, clock_real_ms(&ua->clock));
    }
    read_lines(ua);
}

void network_close(struct ua *ua)
{
    streams_close(&ua->streams);
    net_close(&ua->net);
}
