/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

/* The value of a URI parameter, NULL if there is none. */
static const char *parameter(osip_uri_t *uri, char *name)
{
    osip_uri_param_t *found = NULL;

    return osip_uri_uparam_get_byname(uri, name, &found) == 0 && found != NULL ? found->gvalue
                                                                               : NULL;
}

struct hop hop_of(osip_uri_t *uri)
{
    const char *maddr = parameter(uri, "maddr");
    const char *host = maddr != NULL ? maddr : uri->host;
    struct hop hop = {.transport = transport_read(parameter(uri, "transport")),
                      .secure = uri->scheme != NULL && osip_strcasecmp(uri->scheme, "sips") == 0};

    if (uri->port != NULL) {
        hop.port = endpoint_port(uri->port) > 0 ? endpoint_port(uri->port) : -1;
    }
    hop.host = text_copy(host != NULL ? host : "");
    return hop;
}

struct hop hop_back(osip_message_t *request)
{
    const osip_via_t *via = osip_list_get(&request->vias, 0);
    struct hop hop = {.transport = transport_read(via->protocol)};
    char *host;

    osip_response_get_destination(request, &host, &hop.port);
    hop.host = text_copy(host);
    osip_free(host);
    return hop;
}

/* The URI of --outbound, NULL if it is not a URI. */
static osip_uri_t *outbound_uri(const struct ua *ua)
{
    osip_uri_t *uri;

    if (ua->options.outbound_uri == NULL) {
        return NULL;
    }
    osip_uri_init(&uri);
    if (osip_uri_parse(uri, ua->options.outbound_uri) != 0) {
        osip_uri_free(uri);
        return NULL;
    }
    return uri;
}

struct hop hop_first(const struct ua *ua, osip_uri_t *uri)
{
    const struct endpoint *outbound = &ua->options.outbound;
    osip_uri_t *route = outbound_uri(ua);
    struct hop hop = {0};

    if (route != NULL) {
        hop = hop_of(route);
    } else if (outbound->host != NULL) {
        hop = (struct hop){.host = text_copy(outbound->host),
                           .port = outbound->port >= 0 ? outbound->port : 0};
    } else if (uri != NULL) {
        hop = hop_of(uri);
    }
    /* Everything after a sips: URI must use TLS (RFC 3261 §26.2.2). */
    hop.secure |= uri != NULL && uri->scheme != NULL && osip_strcasecmp(uri->scheme, "sips") == 0;
    osip_uri_free(route);
    return hop;
}

void hop_add_route(const struct ua *ua, osip_message_t *request)
{
    osip_uri_t *uri = outbound_uri(ua);
    osip_route_t *route;

    if (uri == NULL) {
        return;
    }
    if (osip_route_init(&route) != 0) {
        osip_uri_free(uri);
        return;
    }
    route->url = uri;
    if (osip_uri_uparam_get_byname(uri, "lr", &(osip_uri_param_t *){NULL}) != 0) {
        osip_uri_uparam_add(uri, osip_strdup("lr"), NULL);
    }
    osip_list_add(&request->routes, route, -1);
}

bool hop_same(const struct hop *a, const struct hop *b)
{
    return text_same(a->host, b->host) && hop_port(a) == hop_port(b);
}

enum resolved hop_locate(struct ua *ua, struct path *path)
{
    return path_locate(path, &ua->net.resolver, ua->options.transport, clock_real_ms(&ua->clock));
}

/* What is known about where a hop leads. */
static struct target target_of(struct ua *ua, const struct hop *hop)
{
    struct path path = path_of(hop_copy(hop));
    struct target target;

    if (ua->net.any || hop->port == 0) {
        (void)hop_locate(ua, &path);
    }
    target = path_target(&path, ua->options.transport);
    path_free(&path);
    return target;
}

/* Our host as others see it on the way to a target. */
static void local_host(struct ua *ua, const struct target *target, char host[NET_HOST_SIZE])
{
    bool known = ua->net.any && target->address.length > 0;

    if (!known && ua->net.any && ua->local_host[0] != '\0') {
        /* While a name is being looked up, use the interface that was right for the last one. */
        memcpy(host, ua->local_host, NET_HOST_SIZE);
        return;
    }
    net_local_host(&ua->net, known ? &target->address : NULL, host);
    if (known) {
        memcpy(ua->local_host, host, NET_HOST_SIZE);
    }
}

void hop_add_via(struct ua *ua, const struct hop *hop, osip_message_t *request)
{
    struct target target = target_of(ua, hop);
    char host[NET_HOST_SIZE];

    local_host(ua, &target, host);
    message_add_via(request, transport_via(target.transport), host, ua->net.port);
}

void hop_contact(struct ua *ua, const struct hop *hop, char host[NET_HOST_SIZE], int *port)
{
    const struct endpoint *contact = &ua->options.contact;
    struct target target = target_of(ua, hop);

    local_host(ua, &target, host);
    *port = ua->net.port;
    if (contact->host == NULL) {
        return;
    }
    snprintf(host, NET_HOST_SIZE, "%s", contact->host);
    if (contact->port >= 0) {
        *port = contact->port;
    }
}

char *hop_contact_uri(struct ua *ua, const struct hop *hop)
{
    enum transport transport = target_of(ua, hop).transport;
    bool secure = ua->options.contact_sips || hop->secure;
    char host[NET_HOST_SIZE];
    char *shown;
    char *uri;
    int port;

    /* Without a transport parameter others use UDP, so a UDP listener omits it. */
    if (transport == TRANSPORT_TCP && ua->options.transport != TRANSPORT_TCP) {
        transport = TRANSPORT_UDP;
    }
    hop_contact(ua, hop, host, &port);
    shown = message_host(host);
    uri = text_print("%s:%s@%s:%d%s%s", secure ? "sips" : "sip", ua->options.user, shown, port,
                     !secure && transport_is_stream(transport) ? ";transport=" : "",
                     !secure && transport_is_stream(transport) ? transport_name(transport) : "");
    free(shown);
    return uri;
}

void hop_add_contact(struct ua *ua, const struct hop *hop, osip_message_t *sip)
{
    char *uri = hop_contact_uri(ua, hop);
    char *contact = text_print("<%s>", uri);

    osip_message_set_contact(sip, contact);
    free(contact);
    free(uri);
}

char *hop_own_uri(struct ua *ua, const struct hop *hop)
{
    char host[NET_HOST_SIZE];
    char *shown;
    char *uri;
    int port;

    if (ua->options.from != NULL) {
        return text_copy(ua->options.from);
    }
    hop_contact(ua, hop, host, &port);
    shown = message_host(host);
    uri = text_print("sip:%s@%s", ua->options.user, shown);
    free(shown);
    return uri;
}
