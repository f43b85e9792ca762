/* SPDX-License-Identifier: MIT */
#include "resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include <ares.h>

#include "question.h"
#include "text.h"

/* A name server that does not answer is asked twice; the first wait is this long. */
#define TRY_MS 2000
#define TRIES 2

static ares_channel channel_of(const struct resolver *resolver)
{
    return (ares_channel)resolver->channel;
}

bool resolver_open(struct resolver *resolver, int family, const char *servers)
{
    struct ares_options options = {.timeout = TRY_MS, .tries = TRIES};
    ares_channel channel;

    resolver->family = family;
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
        return false;
    }
    if (ares_init_options(&channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
        ARES_SUCCESS) {
        ares_library_cleanup();
        return false;
    }
    resolver->channel = channel;
    return servers == NULL || ares_set_servers_ports_csv(channel, servers) == ARES_SUCCESS;
}

void resolver_close(struct resolver *resolver)
{
    if (resolver->channel != NULL) {
        resolver->done = NULL;
        ares_destroy(channel_of(resolver));
        ares_library_cleanup();
        resolver->channel = NULL;
    }
    for (size_t i = 0; i < RESOLVER_NAMES; i++) {
        free(resolver->names[i].host);
        records_free(resolver->names[i].records);
        resolver->names[i].host = NULL;
        resolver->names[i].records = NULL;
    }
}

static struct resolver_name *known(struct resolver *resolver, enum resolver_kind kind,
                                   const char *host)
{
    for (size_t i = 0; i < RESOLVER_NAMES; i++) {
        if (resolver->names[i].host != NULL && resolver->names[i].kind == kind &&
            strcasecmp(resolver->names[i].host, host) == 0) {
            return &resolver->names[i];
        }
    }
    return NULL;
}

/* A slot for a new name: a free one, or the one whose name was not used for longest. */
static struct resolver_name *place(struct resolver *resolver)
{
    struct resolver_name *oldest = NULL;

    for (size_t i = 0; i < RESOLVER_NAMES; i++) {
        struct resolver_name *name = &resolver->names[i];

        if (name->host == NULL) {
            return name;
        }
        if (!name->pending && !name->news && (oldest == NULL || name->used_ms < oldest->used_ms)) {
            oldest = name;
        }
    }
    return oldest;
}

static struct resolver_name *begin(struct resolver *resolver, enum resolver_kind kind,
                                   const char *host)
{
    struct resolver_name *name = place(resolver);

    if (name != NULL) {
        free(name->host);
        records_free(name->records);
        *name = (struct resolver_name){.resolver = resolver, .kind = kind, .host = text_copy(host)};
    }
    return name;
}

/* The name, looked up if that is due; NULL if it cannot be. */
static struct resolver_name *look_up(struct resolver *resolver, enum resolver_kind kind,
                                     const char *host, uint64_t now_ms)
{
    struct resolver_name *name = known(resolver, kind, host);

    resolver->now_ms = now_ms;
    if (name == NULL && resolver->pending < RESOLVER_PENDING_MAX) {
        name = begin(resolver, kind, host);
    }
    /* Too many questions at once: strangers can trigger them. */
    if (name == NULL || resolver->channel == NULL) {
        return NULL;
    }
    name->used_ms = now_ms;
    if (now_ms >= name->until_ms && !name->pending && resolver->pending < RESOLVER_PENDING_MAX) {
        question_ask(name);
    }
    return name;
}

enum resolved resolver_find_all(struct resolver *resolver, const char *host, uint64_t now_ms,
                                struct net_address addresses[RESOLVER_ADDRESSES])
{
    struct resolver_name *name;

    memset(addresses, 0, RESOLVER_ADDRESSES * sizeof *addresses);
    if (address_read(addresses, resolver->family, host)) {
        return RESOLVED;
    }
    /* An address of the other family is not a name, so no name server is asked. */
    if (address_read(addresses, resolver->family == AF_INET6 ? AF_INET : AF_INET6, host)) {
        addresses->length = 0;
        return RESOLVE_FAILED;
    }
    name = look_up(resolver, RESOLVER_HOST, host, now_ms);
    if (name == NULL) {
        return RESOLVE_FAILED;
    }
    memcpy(addresses, name->addresses, sizeof name->addresses);
    if (addresses->length > 0) {
        return RESOLVED;
    }
    return name->pending ? RESOLVE_PENDING : RESOLVE_FAILED;
}

enum resolved resolver_find(struct resolver *resolver, const char *host, uint64_t now_ms,
                            struct net_address *address)
{
    struct net_address addresses[RESOLVER_ADDRESSES];
    enum resolved result = resolver_find_all(resolver, host, now_ms, addresses);

    *address = addresses[0];
    return result;
}

enum resolved resolver_records(struct resolver *resolver, enum resolver_kind kind, const char *host,
                               uint64_t now_ms, const struct records **records)
{
    struct resolver_name *name = look_up(resolver, kind, host, now_ms);

    *records = name != NULL ? name->records : NULL;
    if (*records != NULL) {
        return RESOLVED;
    }
    return name != NULL && name->pending ? RESOLVE_PENDING : RESOLVE_FAILED;
}

size_t resolver_watch(const struct resolver *resolver, struct pollfd *sockets)
{
    ares_socket_t descriptors[RESOLVER_SOCKETS];
    int wanted;
    size_t count = 0;

    if (resolver->channel == NULL || resolver->pending == 0) {
        return 0;
    }
    wanted = ares_getsock(channel_of(resolver), descriptors, RESOLVER_SOCKETS);
    for (int i = 0; i < RESOLVER_SOCKETS; i++) {
        short events =
            0; /* as ARES_GETSOCK_READABLE() and _WRITABLE(), which shift an int too far */

        events = (short)(events | ((unsigned)wanted >> i & 1 ? POLLIN : 0));
        events = (short)(events | ((unsigned)wanted >> (i + 16) & 1 ? POLLOUT : 0));
        if (events != 0) {
            sockets[count++] = (struct pollfd){.fd = descriptors[i], .events = events};
        }
    }
    return count;
}

int resolver_wait_ms(const struct resolver *resolver, int limit_ms)
{
    struct timeval limit = {.tv_sec = limit_ms / 1000, .tv_usec = limit_ms % 1000 * 1000L};
    struct timeval left;

    if (resolver->news) {
        return 0;
    }
    if (resolver->channel == NULL || resolver->pending == 0 ||
        ares_timeout(channel_of(resolver), &limit, &left) == NULL) {
        return limit_ms;
    }
    limit_ms = limit_ms < left.tv_sec * 1000 + left.tv_usec / 1000 + 1
                   ? limit_ms
                   : (int)(left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
    return limit_ms;
}

static void tell(struct resolver *resolver)
{
    if (!resolver->news) {
        return;
    }
    resolver->news = false;
    for (size_t i = 0; i < RESOLVER_NAMES; i++) {
        struct resolver_name *name = &resolver->names[i];

        if (name->news) {
            name->news = false;
            if (resolver->done != NULL) {
                resolver->done(resolver->user, name->host);
            }
        }
    }
}

void resolver_work(struct resolver *resolver, uint64_t now_ms)
{
    struct pollfd sockets[RESOLVER_SOCKETS];
    size_t count = resolver_watch(resolver, sockets);

    resolver->now_ms = now_ms;
    if (resolver->pending > 0) {
        poll(sockets, (nfds_t)count, 0);
        for (size_t i = 0; i < count; i++) {
            ares_process_fd(channel_of(resolver),
                            sockets[i].revents & ~POLLOUT ? sockets[i].fd : ARES_SOCKET_BAD,
                            sockets[i].revents & POLLOUT ? sockets[i].fd : ARES_SOCKET_BAD);
        }
        ares_process_fd(channel_of(resolver), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
    tell(resolver);
}

void resolver_wait(struct resolver *resolver, uint64_t now_ms)
{
    struct pollfd sockets[RESOLVER_SOCKETS];
    size_t count = resolver_watch(resolver, sockets);

    poll(sockets, (nfds_t)count, resolver_wait_ms(resolver, TRY_MS));
    resolver_work(resolver, now_ms);
}
