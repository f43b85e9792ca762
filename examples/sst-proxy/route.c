/* SPDX-License-Identifier: MIT */
#include "route.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "sip.h"
#include "text.h"

static void append_tag(char **list, const char *tag)
{
    char *longer = text_print("%s%s%s", *list != NULL ? *list : "", *list != NULL ? ", " : "", tag);

    free(*list);
    *list = longer;
}

/* The unsupported option tags of Proxy-Require, NULL if there are none. timer is supported. */
static char *unknown_extensions(osip_message_t *request)
{
    char *unknown = NULL;
    osip_list_iterator_t it;

    for (const osip_header_t *header = osip_list_get_first(&request->headers, &it);
         osip_list_iterator_has_elem(it); header = osip_list_get_next(&it)) {
        if (header->hvalue != NULL && osip_strcasecmp(header->hname, "proxy-require") == 0 &&
            osip_strcasecmp(header->hvalue, "timer") != 0) {
            append_tag(&unknown, header->hvalue);
        }
    }
    return unknown;
}

int route_check(struct proxy *proxy, osip_message_t *request, struct field *field)
{
    int hops_left = sip_max_forwards(request);

    field->name = NULL;
    field->value = NULL;
    if (!message_has_sip_uri(request) && (request->req_uri->scheme == NULL ||
                                          osip_strcasecmp(request->req_uri->scheme, "tel") != 0)) {
        return 416; /* §16.3 item 2 */
    }
    if (hops_left < 0) {
        return 400;
    }
    if (hops_left == 0) {
        return 483;
    }
    if (sip_has_looped(proxy, request)) {
        return 482;
    }
    field->value = unknown_extensions(request);
    if (field->value != NULL) {
        field->name = "Unsupported";
        return 420;
    }
    return 0;
}

static bool is_loose(osip_uri_t *uri)
{
    osip_uri_param_t *lr;

    return osip_uri_uparam_get_byname(uri, "lr", &lr) == 0;
}

static void set_uri(osip_message_t *request, const osip_uri_t *uri)
{
    osip_uri_t *copy;

    if (osip_uri_clone(uri, &copy) == 0) {
        osip_uri_free(request->req_uri);
        request->req_uri = copy;
    }
}

static void remove_route(osip_message_t *request, int position)
{
    osip_route_t *route = osip_list_get(&request->routes, position);

    osip_list_remove(&request->routes, position);
    osip_route_free(route);
}

void route_enter(const struct proxy *proxy, osip_message_t *request)
{
    int last = osip_list_size(&request->routes) - 1;
    const osip_route_t *first;

    /* A strict router before us put our Record-Route value into the Request-URI. */
    if (last >= 0 && sip_is_own_uri(proxy, request->req_uri) && is_loose(request->req_uri)) {
        set_uri(request, ((osip_route_t *)osip_list_get(&request->routes, last))->url);
        remove_route(request, last);
    }
    first = osip_list_get(&request->routes, 0);
    if (first != NULL && sip_is_own_uri(proxy, first->url)) {
        remove_route(request, 0);
    }
}

/* RFC 3263, but with address lookups only: UDP, and the port in the URI. */
static int hop_of_uri(osip_uri_t *uri, struct hops *hops)
{
    const char *host;

    if (uri == NULL || uri->scheme == NULL || osip_strcasecmp(uri->scheme, "sip") != 0 ||
        uri->host == NULL) {
        return 416;
    }
    message_destination(uri, &host, &hops->hop[0].port);
    if (host == NULL) {
        return 400;
    }
    hops->hop[0].host = text_copy(host);
    hops->count = 1;
    return 0;
}

int route_find(const struct proxy *proxy, osip_message_t *request, struct hops *hops)
{
    const struct settings *settings = &proxy->settings;
    const osip_route_t *first = osip_list_get(&request->routes, 0);

    memset(hops, 0, sizeof *hops);
    if (first != NULL) {
        return hop_of_uri(first->url, hops);
    }
    if (message_tag(request->to) == NULL && settings->target_count > 0) {
        for (size_t i = 0; i < settings->target_count; i++) {
            hops->hop[i].host = text_copy(settings->targets[i].host);
            hops->hop[i].port = settings->targets[i].port;
            hops->hop[i].is_target = true;
        }
        hops->count = settings->target_count;
        return 0;
    }
    /* Within a dialog the Request-URI is the other side's Contact. */
    return sip_is_own_uri(proxy, request->req_uri) ? 404 : hop_of_uri(request->req_uri, hops);
}

static void aim_at_target(osip_message_t *request, const struct hop *hop)
{
    osip_uri_t *uri = request->req_uri;
    char *port = text_print("%d", hop->port);

    osip_free(uri->host);
    osip_free(uri->port);
    uri->host = osip_strdup(hop->host);
    uri->port = osip_strdup(port);
    free(port);
}

/* The next hop is a strict router: it expects its own URI in the Request-URI (item 6). */
static void make_strict(osip_message_t *request)
{
    osip_route_t *first = osip_list_get(&request->routes, 0);
    osip_route_t *last;

    if (first == NULL || is_loose(first->url) || osip_route_init(&last) != 0) {
        return;
    }
    if (osip_uri_clone(request->req_uri, &last->url) != 0) {
        osip_route_free(last);
        return;
    }
    osip_list_add(&request->routes, last, -1);
    set_uri(request, first->url);
    remove_route(request, 0);
}

void route_leave(const struct proxy *proxy, osip_message_t *request, const struct hop *hop)
{
    sip_count_hop(request);
    if (hop->is_target && sip_is_own_uri(proxy, request->req_uri)) {
        /* Only if the caller addressed this proxy: it then means the target's address. */
        aim_at_target(request, hop);
    }
    make_strict(request);
}

void route_record(const struct proxy *proxy, osip_message_t *request)
{
    osip_record_route_t *record;
    char *text = text_print("<sip:%s;lr>", proxy->shown);

    if (osip_record_route_init(&record) == 0) {
        if (osip_record_route_parse(record, text) == 0) {
            osip_list_add(&request->record_routes, record, 0);
        } else {
            osip_record_route_free(record);
        }
    }
    free(text);
}

void hops_free(struct hops *hops)
{
    for (size_t i = 0; i < hops->count; i++) {
        free(hops->hop[i].host);
    }
    hops->count = 0;
}
