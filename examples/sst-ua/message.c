/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "random.h"
#include "text.h"

#define PRODUCT PROGRAM "/" SST_VERSION_STRING

static bool is_number(const char *text)
{
    char *rest;

    if (text == NULL || *text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    /* RFC 3261 §8.1.1.5: a CSeq number is less than 2^31. */
    return strtoul(text, &rest, 10) < 0x80000000ul && *rest == '\0' && errno == 0;
}

static bool has_via(osip_message_t *sip)
{
    osip_via_t *via = osip_list_get(&sip->vias, 0);

    return via != NULL && via->host != NULL;
}

bool message_is_complete(osip_message_t *sip)
{
    if (sip->call_id == NULL || sip->call_id->number == NULL || sip->cseq == NULL ||
        sip->cseq->method == NULL || !is_number(sip->cseq->number) || sip->from == NULL ||
        sip->from->url == NULL || sip->to == NULL || sip->to->url == NULL || !has_via(sip)) {
        return false;
    }
    if (MSG_IS_RESPONSE(sip)) {
        /* §8.1.3.3: a response with more than one Via is not ours. */
        return sip->status_code >= 100 && sip->status_code < 700 && osip_list_size(&sip->vias) == 1;
    }
    return sip->sip_method != NULL && strcmp(sip->sip_method, sip->cseq->method) == 0 &&
           sip->req_uri != NULL;
}

const char *message_tag(osip_from_t *from)
{
    osip_generic_param_t *tag = NULL;

    if (from == NULL || osip_from_get_tag(from, &tag) != 0 || tag == NULL) {
        return NULL;
    }
    return tag->gvalue;
}

const char *message_from_tag(osip_message_t *sip)
{
    const char *tag = message_tag(sip->from);

    return tag != NULL ? tag : "";
}

const char *message_via_branch(osip_via_t *via)
{
    osip_generic_param_t *branch = NULL;

    if (via == NULL || osip_via_param_get_byname(via, "branch", &branch) != 0 || branch == NULL) {
        return NULL;
    }
    return branch->gvalue;
}

const char *message_branch(osip_message_t *sip)
{
    return message_via_branch(osip_list_get(&sip->vias, 0));
}

bool message_same_sender(const osip_via_t *a, const osip_via_t *b)
{
    /* No port and 5060 are not the same here: a copy has what its original had. */
    return a != NULL && b != NULL && a->host != NULL && b->host != NULL &&
           osip_strcasecmp(a->host, b->host) == 0 &&
           (a->port == NULL ? b->port == NULL : text_same(a->port, b->port));
}

char *message_call_id(osip_message_t *sip)
{
    if (sip->call_id->host == NULL) {
        return text_copy(sip->call_id->number);
    }
    return text_print("%s@%s", sip->call_id->number, sip->call_id->host);
}

uint32_t message_cseq(osip_message_t *sip)
{
    return (uint32_t)strtoul(sip->cseq->number, NULL, 10);
}

const char *message_sdp(osip_message_t *sip, bool *other)
{
    osip_body_t *body = osip_list_get(&sip->bodies, 0);
    osip_content_type_t *type = sip->content_type;

    *other = false;
    if (body == NULL || body->body == NULL || body->length == 0) {
        return NULL;
    }
    if (type != NULL && type->type != NULL && type->subtype != NULL &&
        osip_strcasecmp(type->type, "application") == 0 &&
        osip_strcasecmp(type->subtype, "sdp") == 0) {
        return body->body;
    }
    *other = true;
    return NULL;
}

osip_message_t *message_request(const char *method, const osip_uri_t *uri, const char *call_id,
                                uint32_t cseq)
{
    osip_message_t *request;
    osip_uri_t *copy;
    char *text = text_print("%lu %s", (unsigned long)cseq, method);

    osip_message_init(&request);
    osip_message_set_method(request, osip_strdup(method));
    osip_message_set_version(request, osip_strdup("SIP/2.0"));
    osip_uri_clone(uri, &copy);
    osip_message_set_uri(request, copy);
    osip_message_set_call_id(request, call_id);
    osip_message_set_cseq(request, text);
    osip_message_set_max_forwards(request, "70");
    message_add(request, "User-Agent", PRODUCT);
    free(text);
    return request;
}

void message_add_via(osip_message_t *request, const char *host, int port)
{
    char *shown = message_host(host);
    char token[RANDOM_TOKEN_SIZE];
    char *via;

    random_token(token);
    via = text_print("SIP/2.0/UDP %s:%d;branch=z9hG4bK%s;rport", shown, port, token);
    osip_message_set_via(request, via);
    free(via);
    free(shown);
}

static void copy_vias(osip_message_t *from, osip_message_t *to)
{
    osip_via_t *copy;

    for (int i = 0; i < osip_list_size(&from->vias); i++) {
        if (osip_via_clone(osip_list_get(&from->vias, i), &copy) == 0) {
            osip_list_add(&to->vias, copy, -1);
        }
    }
}

static void copy_record_routes(osip_message_t *from, osip_message_t *to)
{
    osip_record_route_t *copy;

    for (int i = 0; i < osip_list_size(&from->record_routes); i++) {
        if (osip_record_route_clone(osip_list_get(&from->record_routes, i), &copy) == 0) {
            osip_list_add(&to->record_routes, copy, -1);
        }
    }
}

osip_message_t *message_response(osip_message_t *request, int status, const char *to_tag)
{
    const char *phrase = osip_message_get_reason(status);
    osip_message_t *response;

    osip_message_init(&response);
    osip_message_set_version(response, osip_strdup("SIP/2.0"));
    osip_message_set_status_code(response, status);
    osip_message_set_reason_phrase(response, osip_strdup(phrase != NULL ? phrase : "Unknown"));
    copy_vias(request, response);
    osip_from_clone(request->from, &response->from);
    osip_to_clone(request->to, &response->to);
    if (to_tag != NULL && message_tag(response->to) == NULL) {
        osip_to_set_tag(response->to, osip_strdup(to_tag));
    }
    osip_call_id_clone(request->call_id, &response->call_id);
    osip_cseq_clone(request->cseq, &response->cseq);
    /* RFC 3261 §12.1.1: the responses that make a dialog show the way back to the caller. */
    if (status > 100 && status < 300) {
        copy_record_routes(request, response);
    }
    message_add(response, "Server", PRODUCT);
    return response;
}

void message_add(osip_message_t *sip, const char *name, const char *value)
{
    osip_message_set_header(sip, name, value);
}

void message_add_contact(osip_message_t *sip, const char *scheme, const char *user,
                         const char *host, int port)
{
    char *shown = message_host(host);
    char *contact = text_print("<%s:%s@%s:%d>", scheme, user, shown, port);

    osip_message_set_contact(sip, contact);
    free(contact);
    free(shown);
}

void message_add_allow(osip_message_t *sip, bool update)
{
    /* A list of one element for libosip2, so that it stays one line. */
    osip_message_set_allow(sip, update ? "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"
                                       : "INVITE, ACK, CANCEL, BYE, OPTIONS");
}

void message_add_sdp(osip_message_t *sip, const char *sdp)
{
    osip_message_set_content_type(sip, "application/sdp");
    osip_message_set_body(sip, sdp, strlen(sdp));
}

char *message_host(const char *host)
{
    return strchr(host, ':') != NULL ? text_print("[%s]", host) : text_copy(host);
}

void message_destination(osip_uri_t *uri, const char **host, int *port)
{
    osip_uri_param_t *maddr = NULL;

    *host = uri->host;
    if (osip_uri_uparam_get_byname(uri, "maddr", &maddr) == 0 && maddr != NULL &&
        maddr->gvalue != NULL) {
        *host = maddr->gvalue;
    }
    *port = uri->port != NULL ? endpoint_port(uri->port) : 5060;
    if (*port < 0) {
        *host = NULL;
    }
}
