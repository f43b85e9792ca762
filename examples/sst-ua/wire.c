/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "raw.h"
#include "text.h"

enum wire_sent wire_send(struct ua *ua, osip_message_t *sip, const char *host, int port)
{
    struct net_address to;
    enum resolved resolved;
    char *bytes;
    size_t length;
    bool sent;

    if (ua->mute) {
        return WIRE_SENT;
    }
    resolved = host == NULL ? RESOLVE_FAILED
                            : net_resolve(&ua->net, host, port, clock_real_ms(&ua->clock), &to);
    if (resolved == RESOLVE_PENDING) {
        return WIRE_WAITS;
    }
    if (resolved == RESOLVE_FAILED) {
        log_note(&ua->log, NULL, "%s: no address found", host != NULL ? host : "no host");
        return WIRE_FAILED;
    }
    if (!message_print(sip, &bytes, &length)) {
        return WIRE_FAILED;
    }
    sent = net_send(&ua->net, &to, bytes, length);
    if (sent) {
        log_message(&ua->log, LOG_SENT, sip, bytes, length);
    } else {
        log_note(&ua->log, NULL, "%s port %d: could not send", host, port);
    }
    osip_free(bytes);
    return sent ? WIRE_SENT : WIRE_FAILED;
}

void wire_send_again(struct ua *ua, osip_message_t *response)
{
    char *host;
    int port;

    osip_response_get_destination(response, &host, &port);
    wire_send(ua, response, host, port);
    osip_free(host);
}

/*
 * received and the value of rport are ours to set (RFC 3261 §18.2.1, RFC 3581 §4): what came along
 * would lead the response astray. Where rport is asked for, received goes with it, also where
 * libosip2 would leave it out.
 */
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

/* What libosip2's osip_parse() would make, of a message that is parsed already. */
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

/* Says and logs what came, whatever became of it. */
static void refuse(struct ua *ua, const struct net_datagram *datagram,
                   const struct raw_message *raw, int status, const char *more)
{
    const char *phrase = osip_message_get_reason(status);
    struct net_address to = datagram->from;
    int port = datagram->port;
    char *text = raw_refusal(raw, datagram->host, datagram->port, status,
                             phrase != NULL ? phrase : "Refused", more, ua->secret, &port);

    if (text != NULL && !ua->mute) {
        address_set_port(&to, port);
        (void)net_send(&ua->net, &to, text, strlen(text));
        log_refused(&ua->log, status, datagram->host, datagram->port);
    }
    free(text);
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
