/* SPDX-License-Identifier: MIT */
#include "question.h"

#include <string.h>
#include <sys/select.h> /* c-ares before 1.19 needs it in its header */

#include <ares.h>
#include <arpa/nameser.h>

/* The lifetime that a name server gives is limited to this range. */
#define LIFE_MIN_MS 10000
#define LIFE_MAX_MS 3600000
#define FAILURE_LIFE_MS 30000

/* c-ares 1.18 does not report the lifetime of records. */
#define RECORDS_LIFE_MS 60000

static uint64_t life_of(int seconds)
{
    uint64_t life_ms = seconds > 0 ? (uint64_t)seconds * 1000 : 0;

    if (life_ms < LIFE_MIN_MS) {
        return LIFE_MIN_MS;
    }
    return life_ms < LIFE_MAX_MS ? life_ms : LIFE_MAX_MS;
}

/* Keeps the addresses of the family. Returns how long the first is valid, 0 if there is none. */
static uint64_t keep_addresses(struct resolver_name *name, const struct ares_addrinfo *found)
{
    uint64_t life_ms = 0;
    size_t count = 0;

    memset(name->addresses, 0, sizeof name->addresses);
    for (const struct ares_addrinfo_node *node = found->nodes;
         node != NULL && count < RESOLVER_ADDRESSES; node = node->ai_next) {
        if (node->ai_family == name->resolver->family &&
            node->ai_addrlen <= sizeof(struct sockaddr_storage)) {
            memcpy(&name->addresses[count].storage, node->ai_addr, node->ai_addrlen);
            name->addresses[count].length = node->ai_addrlen;
            life_ms = count == 0 ? life_of(node->ai_ttl) : life_ms;
            count++;
        }
    }
    return life_ms;
}

/* The question is over, with or without an answer. */
static void answered(struct resolver_name *name)
{
    name->pending = false;
    name->news = true;
    name->resolver->news = true;
    name->resolver->pending--;
    name->until_ms = name->resolver->now_ms + FAILURE_LIFE_MS;
}

static void on_addresses(void *user, int status, int timeouts, struct ares_addrinfo *found)
{
    struct resolver_name *name = user;
    uint64_t life_ms = 0;

    (void)timeouts;
    answered(name);
    if (status == ARES_SUCCESS && found != NULL) {
        life_ms = keep_addresses(name, found);
    }
    if (life_ms > 0) {
        name->until_ms = name->resolver->now_ms + life_ms;
    } else if (status == ARES_ENOTFOUND || status == ARES_ENODATA) {
        /* The name has no address any more. A silent server would not mean that. */
        memset(name->addresses, 0, sizeof name->addresses);
    }
    if (found != NULL) {
        ares_freeaddrinfo(found);
    }
}

static void on_records(void *user, int status, int timeouts, unsigned char *answer, int length)
{
    struct resolver_name *name = user;
    struct records *found = NULL;

    (void)timeouts;
    answered(name);
    if (status == ARES_SUCCESS) {
        found = name->kind == RESOLVER_SRV ? records_of_srv(answer, length)
                                           : records_of_naptr(answer, length);
    }
    if (found != NULL || status == ARES_ENOTFOUND || status == ARES_ENODATA) {
        records_free(name->records);
        name->records = found;
    }
    if (found != NULL) {
        name->until_ms = name->resolver->now_ms + RECORDS_LIFE_MS;
    }
}

void question_ask(struct resolver_name *name)
{
    struct resolver *resolver = name->resolver;
    struct ares_addrinfo_hints hints = {
        .ai_flags = ARES_AI_NOSORT, .ai_family = resolver->family, .ai_socktype = SOCK_DGRAM};

    name->pending = true;
    resolver->pending++;
    if (name->kind == RESOLVER_HOST) {
        ares_getaddrinfo((ares_channel)resolver->channel, name->host, NULL, &hints, on_addresses,
                         name);
    } else {
        ares_query((ares_channel)resolver->channel, name->host, ns_c_in,
                   name->kind == RESOLVER_SRV ? ns_t_srv : ns_t_naptr, on_records, name);
    }
}
