/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

bool wire_send(struct ua *ua, osip_message_t *sip, const char *host, int port)
{
    struct net_address to;
    char *bytes;
    size_t length;
    bool sent;

    if (ua->mute) {
        return true;
    }
    if (host == NULL || !net_resolve(&ua->net, host, port, clock_real_ms(&ua->clock), &to)) {
        log_note(&ua->log, NULL, "%s: no address found", host != NULL ? host : "no host");
        return false;
    }
    if (osip_message_to_str(sip, &bytes, &length) != 0) {
        return false;
    }
    sent = net_send(&ua->net, &to, bytes, length);
    if (sent) {
        log_message(&ua->log, LOG_SENT, sip, bytes, length);
    } else {
        log_note(&ua->log, NULL, "%s port %d: could not send", host, port);
    }
    osip_free(bytes);
    return sent;
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

osip_event_t *wire_read(struct ua *ua, const struct net_datagram *datagram)
{
    osip_event_t *event = osip_parse(datagram->bytes, datagram->length);

    if (event == NULL || !message_is_complete(event->sip)) {
        /* Keep-alives are empty lines (RFC 5626 §4.4.1). */
        if (strspn(datagram->bytes, "\r\n") < datagram->length) {
            log_note(&ua->log, NULL, "%lu bytes from %s port %d make no SIP message",
                     (unsigned long)datagram->length, datagram->host, datagram->port);
        }
        osip_event_free(event);
        return NULL;
    }
    log_message(&ua->log, LOG_RECEIVED, event->sip, NULL, 0);
    if (MSG_IS_REQUEST(event->sip)) {
        fix_via(event->sip, datagram->host, datagram->port);
    }
    return event;
}
