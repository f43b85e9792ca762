/* SPDX-License-Identifier: MIT */
/* The address that the nodes share moves between their machines; the operator moves it, not the
 * store. A node that loses it is no longer the one that the peers reach. A node that takes over
 * before the address arrives can send nothing until then. */
#define _DEFAULT_SOURCE /* getifaddrs() */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/types.h>

#include "takeover_state.h"
#include "tries.h"

/* How soon we notice that the address has arrived. */
#define AWAITED_MS 100

static bool is_of_interface(const struct net_address *address, const struct sockaddr *other)
{
    struct net_address found = {0};

    if (other == NULL || other->sa_family != address->storage.ss_family) {
        return false; /* an interface may have none */
    }
    found.length =
        other->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    memcpy(&found.storage, other, found.length);
    return address_same(&found, address);
}

/* Binding would not show it: if net.ipv4.ip_nonlocal_bind is set, as VRRP requires, bind()
 * always succeeds. */
static bool is_here(const struct net_address *address)
{
    struct ifaddrs *all;
    bool here = false;

    if (getifaddrs(&all) != 0) {
        return true; /* as far as we can tell */
    }
    for (const struct ifaddrs *at = all; at != NULL && !here; at = at->ifa_next) {
        here = is_of_interface(address, at->ifa_addr);
    }
    freeifaddrs(all);
    return here;
}

static void look(struct takeover *t)
{
    bool here;

    if (t->ua->net.any || t->lease.lost) {
        return;
    }
    here = is_here(&t->address);
    if (t->here && !here) {
        log_store(&t->ua->log, LOG_STORE_ADDRESS_GONE, 0);
        takeover_fall_silent(t);
    }
    t->here = here;
}

void takeover_address_begin(struct takeover *t)
{
    const struct net *net = &t->ua->net;

    t->here =
        net->any || !address_read(&t->address, net->family, net->host) || is_here(&t->address);
}

uint64_t takeover_address_due_ms(const struct takeover *t)
{
    return t->looked_ms + (t->lacked ? AWAITED_MS : t->lease.length_ms / 3);
}

void takeover_address_work(struct takeover *t, uint64_t now_ms)
{
    if (now_ms >= takeover_address_due_ms(t)) {
        t->looked_ms = now_ms;
        look(t);
    }
    if (t->lacked && t->here) {
        t->lacked = false;
        log_store(&t->ua->log, LOG_STORE_ADDRESS_CAME, 0);
        tries_came(t->ua);
    }
}

bool takeover_lacks_address(struct ua *ua)
{
    struct takeover *t = ua->takeover;
    bool awaited;

    if (t == NULL || t->lacked) {
        return t != NULL;
    }
    awaited = !t->here;
    look(t);
    if (awaited) { /* also if it came after the datagram was lost */
        t->lacked = true;
        log_store(&ua->log, LOG_STORE_ADDRESS_AWAITED, 0);
    }
    return t->lacked || t->lease.lost;
}
