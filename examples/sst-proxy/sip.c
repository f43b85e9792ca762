/* SPDX-License-Identifier: MIT */
#include "sip.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "message.h"
#include "text.h"

#define COOKIE "z9hG4bK"

/* How many Via headers of one request are checked at most. */
#define VIAS_MAX 100

enum sip_sent sip_send(struct proxy *proxy, osip_message_t *sip, const char *host, int port)
{
    uint64_t now_ms = clock_real_ms(&proxy->clock);
    enum resolved resolved;
    struct net_address to;
    char *bytes;
    size_t length;
    bool sent;

    resolved = host == NULL ? RESOLVE_FAILED : net_resolve(&proxy->net, host, port, now_ms, &to);
    if (resolved == RESOLVE_PENDING) {
        return SIP_WAITS;
    }
    if (resolved == RESOLVE_FAILED || !message_print(sip, &bytes, &length)) {
        log_note(&proxy->log, NULL, "%s port %d: could not send", host != NULL ? host : "", port);
        return SIP_FAILED;
    }
    sent = net_send(&proxy->net, &to, bytes, length);
    if (sent) {
        log_message(&proxy->log, LOG_SENT, sip, bytes, length);
    } else {
        log_note(&proxy->log, NULL, "%s port %d: could not send", host, port);
    }
    osip_free(bytes);
    return sent ? SIP_SENT : SIP_FAILED;
}

void sip_send_response(struct proxy *proxy, osip_message_t *response)
{
    char *host = NULL;
    int port = 0;

    osip_response_get_destination(response, &host, &port);
    (void)sip_send(proxy, response, host, port);
    osip_free(host);
}

static void drop_param(osip_via_t *via, const char *name)
{
    for (int i = osip_list_size(&via->via_params) - 1; i >= 0; i--) {
        osip_generic_param_t *param = osip_list_get(&via->via_params, i);

        if (osip_strcasecmp(param->gname, name) == 0) {
            osip_list_remove(&via->via_params, i);
            osip_generic_param_free(param);
        }
    }
}

/* A value that the sender wrote there must not misdirect us. */
static void set_param(osip_via_t *via, const char *name, const char *value)
{
    drop_param(via, name);
    osip_generic_param_add(&via->via_params, osip_strdup(name), osip_strdup(value));
}

void sip_mend_via(osip_message_t *request, const char *host, int port)
{
    osip_via_t *via = osip_list_get(&request->vias, 0);
    osip_generic_param_t *rport;
    char text[12];

    drop_param(via, "received");
    if (osip_via_param_get_byname(via, "rport", &rport) == 0) {
        snprintf(text, sizeof text, "%d", port);
        set_param(via, "rport", text);
        set_param(via, "received", host);
    } else if (strcmp(via->host, host) != 0) {
        set_param(via, "received", host);
    }
}

char *sip_key(osip_message_t *request, const char *method)
{
    const osip_via_t *via = osip_list_get(&request->vias, 0);
    const char *branch = message_branch(request);
    char *call_id;
    char *uri;
    char *key;

    if (branch != NULL && strncmp(branch, COOKIE, strlen(COOKIE)) == 0) {
        return text_print("%s %s %s %s", branch, via->host, via->port != NULL ? via->port : "",
                          method);
    }
    /* From an RFC 2543 element: the To tag of its ACK for a failure differs from the INVITE's. */
    call_id = message_call_id(request);
    uri = NULL;
    (void)osip_uri_to_str(request->req_uri, &uri);
    key =
        text_print("%s %s %s %s %s %s %s", uri != NULL ? uri : "", message_from_tag(request),
                   call_id, request->cseq->number, via->host, branch != NULL ? branch : "", method);
    osip_free(uri);
    free(call_id);
    return key;
}

static bool is_own(const struct proxy *proxy, const char *host, const char *port)
{
    return host != NULL && osip_strcasecmp(host, proxy->net.host) == 0 &&
           (port != NULL ? endpoint_port(port) : 5060) == proxy->net.port;
}

bool sip_is_own_uri(const struct proxy *proxy, const osip_uri_t *uri)
{
    return uri != NULL && uri->scheme != NULL && osip_strncasecmp(uri->scheme, "sip", 3) == 0 &&
           is_own(proxy, uri->host, uri->port);
}

bool sip_is_own_via(const struct proxy *proxy, const osip_via_t *via)
{
    return via != NULL && is_own(proxy, via->host, via->port);
}

void sip_add_via(const struct proxy *proxy, osip_message_t *request, const char *token,
                 uint64_t loop)
{
    char *text =
        text_print("SIP/2.0/UDP %s;branch=" COOKIE "%s.%016" PRIx64, proxy->shown, token, loop);
    osip_via_t *via;

    /* osip_message_set_via() would append it to the others. */
    if (osip_via_init(&via) == 0) {
        if (osip_via_parse(via, text) == 0) {
            osip_list_add(&request->vias, via, 0);
        } else {
            osip_via_free(via);
        }
    }
    free(text);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    /* Includes the terminator, which separates the pieces. */
    return seen_hash(hash, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

uint64_t sip_loop_hash(osip_message_t *request)
{
    uint64_t hash = SEEN_HASH_START;
    char *call_id = message_call_id(request);
    char *text = NULL;

    hash = hash_text(hash, call_id);
    hash = hash_text(hash, message_from_tag(request));
    hash = hash_text(hash, message_tag(request->to));
    hash = hash_text(hash, request->cseq->number);
    hash = hash_text(hash, request->cseq->method);
    if (osip_uri_to_str(request->req_uri, &text) == 0) {
        hash = hash_text(hash, text);
        osip_free(text);
    }
    for (int i = 0; i < osip_list_size(&request->routes); i++) {
        if (osip_route_to_str(osip_list_get(&request->routes, i), &text) == 0) {
            hash = hash_text(hash, text);
            osip_free(text);
        }
    }
    free(call_id);
    return hash;
}

bool sip_has_looped(const struct proxy *proxy, osip_message_t *request)
{
    char hash[20];
    size_t hash_length =
        (size_t)snprintf(hash, sizeof hash, ".%016" PRIx64, sip_loop_hash(request));

    for (int i = 0; i < osip_list_size(&request->vias) && i < VIAS_MAX; i++) {
        osip_via_t *via = osip_list_get(&request->vias, i);
        osip_generic_param_t *branch;
        size_t length;

        if (!sip_is_own_via(proxy, via) || osip_via_param_get_byname(via, "branch", &branch) != 0 ||
            branch->gvalue == NULL) {
            continue;
        }
        length = strlen(branch->gvalue);
        if (length >= hash_length && strcmp(branch->gvalue + length - hash_length, hash) == 0) {
            return true;
        }
    }
    return false;
}

void sip_remove_top_via(osip_message_t *response)
{
    osip_via_t *via = osip_list_get(&response->vias, 0);

    osip_list_remove(&response->vias, 0);
    osip_via_free(via);
}

static osip_header_t *max_forwards(osip_message_t *request)
{
    osip_header_t *header;

    return osip_message_header_get_byname(request, "max-forwards", 0, &header) >= 0 ? header : NULL;
}

int sip_max_forwards(osip_message_t *request)
{
    const osip_header_t *header = max_forwards(request);
    char *rest;
    long value;

    if (header == NULL || header->hvalue == NULL) {
        return 70;
    }
    value = strtol(header->hvalue, &rest, 10);
    return rest != header->hvalue && *rest == '\0' && value >= 0 && value <= 255 ? (int)value : -1;
}

void sip_count_hop(osip_message_t *request)
{
    osip_header_t *header = max_forwards(request);
    char text[12];

    snprintf(text, sizeof text, "%d", header == NULL ? 70 : sip_max_forwards(request) - 1);
    if (header == NULL) {
        osip_message_set_header(request, "Max-Forwards", text);
    } else {
        osip_free(header->hvalue);
        header->hvalue = osip_strdup(text);
    }
}
