/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "hop.h"
#include "message.h"
#include "raw.h"
#include "takeover.h"
#include "text.h"

/* Over a stream, or as a datagram; *stream becomes the connection. */
static bool put(struct ua *ua, const struct target *to, const char *name, uint32_t *stream,
                const char *bytes, size_t length)
{
    struct stream *connection;

    if (!transport_is_stream(to->transport)) {
        return net_send(&ua->net, &to->address, bytes, length);
    }
    connection =
        streams_to(&ua->streams, to->transport, &to->address, name, clock_real_ms(&ua->clock));
    *stream = connection != NULL ? connection->id : 0;
    return connection != NULL && stream_send(connection, bytes, length);
}

/* Prints, sends and logs: on a connection if there is one, else to a target. */
static enum wire_sent send_to(struct ua *ua, osip_message_t *sip, const struct target *to,
                              const char *name, uint32_t *stream)
{
    struct stream *connection = to == NULL ? streams_find(&ua->streams, *stream) : NULL;
    char *bytes;
    size_t length;
    bool sent;
    bool lost;

    if (!message_print(sip, &bytes, &length)) {
        return WIRE_FAILED;
    }
    sent = connection != NULL ? stream_send(connection, bytes, length)
                              : to != NULL && put(ua, to, name, stream, bytes, length);
    lost = !sent && takeover_lacks_address(ua);
    if (sent) {
        log_message(&ua->log, LOG_SENT, sip, bytes, length);
    } else if (!lost) {
        log_note(&ua->log, NULL, "%s: could not send", name);
    }
    osip_free(bytes);
    return sent || lost ? WIRE_SENT : WIRE_FAILED;
}

/* Sends a request once the connection is open, and only once per connection. */
static enum wire_sent send_by_stream(struct ua *ua, osip_message_t *request, struct path *path,
                                     const struct target *to)
{
    struct stream *stream = streams_find(&ua->streams, path->stream);
    enum wire_sent sent;

    if (stream == NULL) {
        stream = streams_to(&ua->streams, to->transport, &to->address, path->hop.host,
                            clock_real_ms(&ua->clock));
        path->sent = false;
    }
    path->stream = stream != NULL ? stream->id : 0;
    if (stream != NULL && stream->state != STREAM_OPEN) {
        return WIRE_WAITS;
    }
    if (path->sent && !MSG_IS_ACK(request)) {
        return WIRE_SENT;
    }
    sent = stream != NULL ? send_to(ua, request, NULL, path->hop.host, &path->stream) : WIRE_FAILED;
    path->sent = sent == WIRE_SENT;
    return sent;
}

enum wire_sent wire_send(struct ua *ua, osip_message_t *request, struct path *path)
{
    struct target to;

    if (ua->mute) {
        return WIRE_SENT;
    }
    switch (hop_locate(ua, path)) {
    case RESOLVE_PENDING:
        return WIRE_WAITS;
    case RESOLVE_FAILED:
        log_note(&ua->log, NULL, "%s: no address found",
                 path->hop.host != NULL ? path->hop.host : "no host");
        return WIRE_FAILED;
    case RESOLVED:
        break;
    }
    to = path_target(path, TRANSPORT_NONE);
    if (path->failed) {
        return WIRE_FAILED;
    }
    message_set_transport(request, transport_via(to.transport));
    if (transport_is_stream(to.transport)) {
        return send_by_stream(ua, request, path, &to);
    }
    return send_to(ua, request, &to, path->hop.host, &path->stream);
}

/* Where a response goes without its connection. A request that came as a datagram gets a
 * datagram, whatever its Via says: nothing listens for a connection that never existed. */
static enum resolved find_back(struct ua *ua, osip_message_t *response, bool came_by_stream,
                               struct target *to)
{
    osip_via_t *via = osip_list_get(&response->vias, 0);
    enum resolved result;
    char *host;
    int port;

    to->transport = came_by_stream ? transport_read(via->protocol) : TRANSPORT_UDP;
    osip_response_get_destination(response, &host, &port);
    if (transport_is_stream(to->transport)) {
        /* RFC 3261 §18.2.2: not the source port, but the port that it listens on. */
        port = via->port != NULL ? endpoint_port(via->port) : transport_port(to->transport);
    }
    result = host == NULL
                 ? RESOLVE_FAILED
                 : net_resolve(&ua->net, host, port, clock_real_ms(&ua->clock), &to->address);
    if (result == RESOLVE_FAILED) {
        log_note(&ua->log, NULL, "%s: no address found", host != NULL ? host : "no host");
    }
    osip_free(host);
    return result;
}

enum wire_sent wire_answer(struct ua *ua, osip_message_t *response, uint32_t stream)
{
    const osip_via_t *via = osip_list_get(&response->vias, 0);
    struct target to = {0};
    enum resolved resolved;

    if (ua->mute) {
        return WIRE_SENT;
    }
    if (streams_find(&ua->streams, stream) != NULL) {
        return send_to(ua, response, NULL, via->host, &stream);
    }
    resolved = find_back(ua, response, stream != 0, &to);
    if (resolved == RESOLVED) {
        return send_to(ua, response, &to, via->host, &stream);
    }
    return resolved == RESOLVE_PENDING ? WIRE_WAITS : WIRE_FAILED;
}

/* We set received and the value of rport (RFC 3261 §18.2.1, RFC 3581 §4): values sent by the
 * peer would misdirect the response. If rport is requested, received is added too, even if
 * libosip2 would omit it. */
static void fix_via(osip_message_t *request, const char *host, int port)
{
    osip_via_t *via = osip_list_get(&request->vias, 0);
    bool asked = false;

    for (int i = osip_list_size(&via->via_params) - 1; i >= 0; i--) {
        osip_generic_param_t *param = osip_list_get(&via->via_params, i);

        if (osip_strcasecmp(param->gname, "received") == 0) {
            osip_list_remove(&via->via_params, i);
            osip_generic_param_free(param);
        } else if (osip_strcasecmp(param->gname, "rport") == 0) {
            osip_free(param->gvalue);
            param->gvalue = NULL;
            asked = true;
        }
    }
    osip_message_fix_last_via_header(request, host, port);
    if (asked && strcmp(via->host, host) == 0) {
        osip_via_set_received(via, osip_strdup(host));
    }
}

static type_t type_of(osip_message_t *sip)
{
    if (MSG_IS_REQUEST(sip)) {
        return MSG_IS_INVITE(sip) ? RCV_REQINVITE : MSG_IS_ACK(sip) ? RCV_REQACK : RCV_REQUEST;
    }
    return MSG_IS_STATUS_1XX(sip)   ? RCV_STATUS_1XX
           : MSG_IS_STATUS_2XX(sip) ? RCV_STATUS_2XX
                                    : RCV_STATUS_3456XX;
}

/* What libosip2's osip_parse() would make, for an already parsed message. */
static osip_event_t *event_of(osip_message_t *sip)
{
    osip_event_t *event = osip_malloc(sizeof *event);

    if (event == NULL) {
        osip_message_free(sip);
        return NULL;
    }
    memset(event, 0, sizeof *event);
    event->type = type_of(sip);
    event->sip = sip;
    return event;
}

/* Rejects a request the way it came, without keeping any state. */
static void refuse(struct ua *ua, const struct net_datagram *datagram,
                   const struct raw_message *raw, int status, const char *more)
{
    const char *phrase = osip_message_get_reason(status);
    struct stream *stream = streams_find(&ua->streams, datagram->stream);
    struct net_address to = datagram->from;
    int port = datagram->port;
    char *text = raw_refusal(raw, datagram->host, datagram->port, status,
                             phrase != NULL ? phrase : "Refused", more, ua->secret, &port);

    if (text != NULL && !ua->mute) {
        address_set_port(&to, port);
        if (stream != NULL) {
            (void)stream_send(stream, text, strlen(text));
        } else if (datagram->stream == 0) {
            (void)net_send(&ua->net, &to, text, strlen(text));
        }
        log_refused(&ua->log, status, datagram->host, datagram->port);
    }
    free(text);
}

void wire_refuse_piece(struct ua *ua, struct stream *stream, const struct framing_piece *piece)
{
    struct net_datagram from = {.from = stream->other, .port = stream->port, .stream = stream->id};
    struct raw_message raw;

    memcpy(from.host, stream->host, sizeof from.host);
    log_note(&ua->log, NULL, "%s port %d sends what makes no SIP message", stream->host,
             stream->port);
    if (piece->status != 0 && raw_split(&raw, piece->bytes, piece->length)) {
        refuse(ua, &from, &raw, piece->status, "");
    }
}

void wire_refuse(struct ua *ua, const struct net_datagram *datagram, int status, const char *more)
{
    struct raw_message raw;

    if (raw_split(&raw, datagram->bytes, datagram->length)) {
        refuse(ua, datagram, &raw, status, more);
    }
}

osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram)
{
    struct raw_message raw;
    osip_message_t *sip;
    int status;

    /* Keep-alives are empty lines (RFC 5626 §4.4.1). */
    if (!raw_split(&raw, datagram->bytes, datagram->length)) {
        return NULL;
    }
    status = raw_check(&raw);
    sip = status == 0 ? message_parse(&raw) : NULL;
    if (sip != NULL && MSG_IS_RESPONSE(sip) && osip_list_size(&sip->vias) != 1) {
        /* RFC 3261 §8.1.3.3: a response with more than one Via is not ours. */
        osip_message_free(sip);
        sip = NULL;
    }
    if (sip == NULL) {
        log_note(&ua->log, NULL, "%lu bytes from %s port %d make no SIP message",
                 (unsigned long)datagram->length, datagram->host, datagram->port);
        refuse(ua, datagram, &raw, status != 0 ? status : 400, "");
        return NULL;
    }
    log_message(&ua->log, LOG_RECEIVED, sip, NULL, 0);
    if (MSG_IS_REQUEST(sip)) {
        fix_via(sip, datagram->host, datagram->port);
    }
    return event_of(sip);
}
