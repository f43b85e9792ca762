/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoint.h"
#include "random.h"
#include "raw.h"
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

/* Whether it has everything that RFC 3261 §8.1.1 and §20 require of each message. */
static bool is_complete(osip_message_t *sip)
{
    if (sip->call_id == NULL || sip->call_id->number == NULL || sip->cseq == NULL ||
        sip->cseq->method == NULL || !is_number(sip->cseq->number) || sip->from == NULL ||
        sip->from->url == NULL || sip->to == NULL || sip->to->url == NULL || !has_via(sip)) {
        return false;
    }
    if (MSG_IS_RESPONSE(sip)) {
        return sip->status_code >= 100 && sip->status_code < 700;
    }
    return sip->sip_method != NULL && strcmp(sip->sip_method, sip->cseq->method) == 0 &&
           sip->req_uri != NULL;
}

static char *put(char *end, const char *bytes, size_t length)
{
    memcpy(end, bytes, length);
    return end + length;
}

/* One line per field, each with a proper line end: libosip2 misreads bare line feeds and folded
 * lines. The length of the body is already known. */
static char *clean_head(const struct raw_message *raw, size_t *length)
{
    struct raw_field field = {{0}, {0}, {0}};
    size_t room = raw->head.length + 16;
    char *head;
    char *end;

    while (raw_next(raw, &field)) {
        room += 4;
    }
    head = end = memory(room);
    end = put(end, raw->start.at, raw->start.length);
    end = put(end, "\r\n", 2);
    memset(&field, 0, sizeof field);
    while (raw_next(raw, &field)) {
        if (raw_is(&field, "Content-Length", 'l')) {
            continue;
        }
        end = put(end, field.name.at, field.name.length);
        end = put(end, ": ", 2);
        for (size_t i = 0; i < field.value.length; i++) {
            char c = field.value.at[i];

            if (c == '\0' && i > 0 && field.value.at[i - 1] == '\\') {
                /* A NUL may appear escaped in a display name; libosip2 would stop there. */
                c = '?';
            } else if (c == '\r' || c == '\n') {
                c = ' ';
            }
            *end++ = c;
        }
        end = put(end, "\r\n", 2);
    }
    end = put(end, "\r\n", 2);
    *length = (size_t)(end - head);
    return head;
}

osip_message_t *message_parse(const struct raw_message *raw)
{
    osip_message_t *sip;
    size_t length;
    char *head;
    bool good;

    if (osip_message_init(&sip) != 0) {
        return NULL;
    }
    head = clean_head(raw, &length);
    good = memchr(head, '\0', length) == NULL && osip_message_parse(sip, head, length) == 0 &&
           is_complete(sip);
    free(head);
    if (good && raw->body.length > 0) {
        good = osip_message_set_body(sip, raw->body.at, raw->body.length) == 0;
    }
    if (!good) {
        osip_message_free(sip);
        return NULL;
    }
    return sip;
}

/* What libosip2 prints without a body, up to the value of the last field, Content-Length. */
static char *print_head(osip_message_t *sip, size_t *length)
{
    static const char end[] = "Content-Length: 0\r\n\r\n";
    size_t end_length = sizeof end - 1;
    char *head;

    osip_message_force_update(sip);
    if (osip_message_to_str(sip, &head, length) != 0) {
        return NULL;
    }
    if (*length < end_length || memcmp(head + *length - end_length, end, end_length) != 0) {
        osip_free(head);
        return NULL;
    }
    *length -= sizeof "0\r\n\r\n" - 1;
    return head;
}

bool message_print(osip_message_t *sip, char **bytes, size_t *length)
{
    osip_body_t *body = osip_list_get(&sip->bodies, 0);
    size_t body_length = body != NULL && body->body != NULL ? body->length : 0;
    char number[32];
    size_t number_length;
    size_t head_length;
    char *head;

    if (body != NULL) {
        osip_list_remove(&sip->bodies, 0);
    }
    head = print_head(sip, &head_length);
    if (body != NULL) {
        osip_list_add(&sip->bodies, body, 0);
    }
    if (head == NULL) {
        return false;
    }
    number_length = (size_t)snprintf(number, sizeof number, "%zu\r\n\r\n", body_length);
    *length = head_length + number_length + body_length;
    *bytes = osip_malloc(*length + 1);
    if (*bytes != NULL) {
        memcpy(*bytes, head, head_length);
        memcpy(*bytes + head_length, number, number_length);
        if (body_length > 0) {
            memcpy(*bytes + head_length + number_length, body->body, body_length);
        }
        (*bytes)[*length] = '\0';
    }
    osip_free(head);
    return *bytes != NULL;
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

bool message_has_cookie(osip_message_t *request)
{
    const char *branch = message_branch(request);

    return branch != NULL && osip_strncasecmp(branch, "z9hG4bK", 7) == 0;
}

bool message_has_sip_uri(osip_message_t *request)
{
    const char *scheme = request->req_uri->scheme;

    return scheme != NULL &&
           (osip_strcasecmp(scheme, "sip") == 0 || osip_strcasecmp(scheme, "sips") == 0);
}

static bool is_any_or(const char *text, const char *wanted)
{
    return text_same(text, "*") || (text != NULL && osip_strcasecmp(text, wanted) == 0);
}

bool message_accepts_sdp(osip_message_t *request)
{
    int count = osip_list_size(&request->accepts);

    for (int i = 0; i < count; i++) {
        osip_accept_t *accept = osip_list_get(&request->accepts, i);

        if (is_any_or(accept->type, "application") && is_any_or(accept->subtype, "sdp")) {
            return true;
        }
    }
    return count == 0;
}

bool message_same_sender(const osip_via_t *a, const osip_via_t *b)
{
    /* No port and port 5060 differ here: a retransmission repeats what the original had. */
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

void message_add_via(osip_message_t *request, const char *transport, const char *host, int port)
{
    char *shown = message_host(host);
    char token[RANDOM_TOKEN_SIZE];
    char *via;

    random_token(token);
    via = text_print("SIP/2.0/%s %s:%d;branch=z9hG4bK%s;rport", transport, shown, port, token);
    osip_message_set_via(request, via);
    free(via);
    free(shown);
}

void message_set_transport(osip_message_t *request, const char *transport)
{
    osip_via_t *via = osip_list_get(&request->vias, 0);

    osip_free(via->protocol);
    via->protocol = osip_strdup(transport);
    osip_message_force_update(request);
}

void message_renew_branch(osip_message_t *request)
{
    osip_via_t *via = osip_list_get(&request->vias, 0);
    osip_generic_param_t *branch = NULL;
    char token[RANDOM_TOKEN_SIZE];
    char *text;

    random_token(token);
    text = text_print("z9hG4bK%s", token);
    if (osip_via_param_get_byname(via, "branch", &branch) == 0 && branch != NULL) {
        osip_free(branch->gvalue);
        branch->gvalue = osip_strdup(text);
    }
    free(text);
    osip_message_force_update(request);
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
    /* RFC 3261 §12.1.1: responses that create a dialog copy the Record-Route. */
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

void message_add_allow(osip_message_t *sip, bool update)
{
    /* One list element for libosip2, so that it stays on one line. */
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
