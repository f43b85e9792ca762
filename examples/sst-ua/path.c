/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The state of the search for one path. */
struct search {
    struct path *path;
    struct resolver *resolver;
    uint64_t now_ms;
    bool pending;
};

void hop_free(struct hop *hop)
{
    free(hop->host);
    *hop = (struct hop){0};
}

struct hop hop_copy(const struct hop *hop)
{
    struct hop copy = *hop;

    copy.host = text_copy(hop->host);
    return copy;
}

int hop_port(const struct hop *hop)
{
    bool tls = hop->secure || hop->transport == TRANSPORT_TLS;

    return hop->port != 0 ? hop->port : transport_port(tls ? TRANSPORT_TLS : TRANSPORT_UDP);
}

struct path path_of(struct hop hop)
{
    return (struct path){.hop = hop};
}

void path_free(struct path *path)
{
    hop_free(&path->hop);
    *path = (struct path){0};
}

struct path path_copy(const struct path *path)
{
    struct path copy = *path;

    copy.hop = hop_copy(&path->hop);
    copy.stream = 0;
    copy.sent = false;
    copy.resent = false;
    copy.failed = false;
    return copy;
}

/* The transport, if the URI or the command line names it. */
static enum transport said(const struct hop *hop, enum transport preferred)
{
    if (hop->secure) {
        return TRANSPORT_TLS;
    }
    return hop->transport != TRANSPORT_NONE ? hop->transport : preferred;
}

static enum transport likely(const struct hop *hop, enum transport preferred)
{
    enum transport transport = said(hop, preferred);

    return transport != TRANSPORT_NONE ? transport : TRANSPORT_UDP;
}

struct target path_target(const struct path *path, enum transport preferred)
{
    if (path->count == 0) {
        return (struct target){.transport = likely(&path->hop, preferred)};
    }
    return path->targets[path->at];
}

void path_try_tcp(struct path *path, enum transport preferred)
{
    if (path->count == 0 || path->count == PATH_TARGETS || path->at > 0 ||
        path->targets[0].transport != TRANSPORT_UDP ||
        said(&path->hop, preferred) != TRANSPORT_NONE) {
        return;
    }
    memmove(&path->targets[1], &path->targets[0], path->count * sizeof path->targets[0]);
    path->targets[0].transport = TRANSPORT_TCP;
    path->count++;
}

bool path_has_next(const struct path *path)
{
    return path->at + 1 < path->count;
}

void path_go_on(struct path *path)
{
    path->at++;
    path->stream = 0;
    path->sent = false;
    path->resent = false;
    path->failed = false;
}

/* All addresses of a host. */
static void add_host(struct search *search, enum transport transport, const char *host, int port)
{
    struct net_address addresses[RESOLVER_ADDRESSES];
    struct path *path = search->path;
    enum resolved result = resolver_find_all(search->resolver, host, search->now_ms, addresses);

    search->pending |= result == RESOLVE_PENDING;
    for (size_t i = 0; i < RESOLVER_ADDRESSES && result == RESOLVED && addresses[i].length > 0 &&
                       path->count < PATH_TARGETS;
         i++) {
        address_set_port(&addresses[i], port);
        path->targets[path->count++] = (struct target){transport, addresses[i]};
    }
}

/* Records, owned by the caller; NULL if there are none. */
static struct records *find(struct search *search, enum resolver_kind kind, const char *name)
{
    const struct records *found;

    search->pending |=
        resolver_records(search->resolver, kind, name, search->now_ms, &found) == RESOLVE_PENDING;
    return found != NULL ? records_copy(found) : NULL;
}

/* All hosts of a service. */
static void add_service(struct search *search, enum transport transport, const char *name)
{
    struct records *records = find(search, RESOLVER_SRV, name);

    for (size_t i = 0; records != NULL && i < records->count; i++) {
        add_host(search, transport, records->at[i].name, records->at[i].port);
    }
    records_free(records);
}

/* SRV names such as _sip._udp.HOST. */
static void add_service_of(struct search *search, enum transport transport)
{
    static const char *const prefixes[] = {[TRANSPORT_UDP] = "_sip._udp.",
                                           [TRANSPORT_TCP] = "_sip._tcp.",
                                           [TRANSPORT_TLS] = "_sips._tcp."};
    char *name = text_print("%s%s", prefixes[transport], search->path->hop.host);

    add_service(search, transport, name);
    free(name);
}

/* RFC 3263 §4.1: the transport is the one the server prefers, among those we support. */
static void add_any(struct search *search)
{
    struct records *found = find(search, RESOLVER_NAPTR, search->path->hop.host);

    for (size_t i = 0; found != NULL && i < found->count; i++) {
        add_service(search, found->at[i].transport, found->at[i].name);
    }
    if (found == NULL && !search->pending) {
        for (enum transport t = TRANSPORT_UDP; t <= TRANSPORT_TLS && search->path->count == 0;
             t++) {
            add_service_of(search, t);
        }
    }
    records_free(found);
}

/* Numeric addresses are not looked up with SRV, nor are names without a dot: those are local. */
static bool is_domain(const char *host)
{
    struct net_address number;

    return strchr(host, '.') != NULL && !address_read(&number, AF_UNSPEC, host);
}

enum resolved path_locate(struct path *path, struct resolver *resolver, enum transport preferred,
                          uint64_t now_ms)
{
    struct search search = {path, resolver, now_ms, false};
    const struct hop *hop = &path->hop;
    enum transport transport = said(hop, preferred);

    if (path->count > 0) {
        return RESOLVED;
    }
    /* URIs and Vias can hold any number, which must not turn into another port. */
    if (hop->host == NULL || hop->host[0] == '\0' || hop->port < 0 || hop->port > 65535) {
        return RESOLVE_FAILED;
    }
    if (hop->port == 0 && is_domain(hop->host)) {
        if (transport != TRANSPORT_NONE) {
            add_service_of(&search, transport);
        } else {
            add_any(&search);
        }
    }
    if (path->count == 0 && !search.pending) {
        transport = likely(hop, preferred);
        add_host(&search, transport, hop->host,
                 hop->port > 0 ? hop->port : transport_port(transport));
    }
    if (search.pending) {
        path->count = 0; /* the order is known only once all records are */
        return RESOLVE_PENDING;
    }
    return path->count > 0 ? RESOLVED : RESOLVE_FAILED;
}
