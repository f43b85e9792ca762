/* SPDX-License-Identifier: MIT */
/* From a URI to addresses (RFC 3263): NAPTR and SRV if neither a port nor the transport is
 * given, then all addresses, in the order to try them in. */
#ifndef SST_UA_PATH_H
#define SST_UA_PATH_H

#include "resolver.h"
#include "transport.h"

/* What a URI, or the command line, says about where to send. */
struct hop {
    char *host;               /* NULL: nowhere */
    int port;                 /* 0: not given; negative: invalid */
    enum transport transport; /* TRANSPORT_NONE: not given */
    bool secure;              /* a sips: URI, so TLS or nothing */
};

void hop_free(struct hop *hop);
struct hop hop_copy(const struct hop *hop);

/* The port, or the default one if none is given. */
int hop_port(const struct hop *hop);

struct target {
    enum transport transport;
    struct net_address address;
};

#define PATH_TARGETS 8

struct path {
    struct hop hop;
    struct target targets[PATH_TARGETS];
    size_t count;    /* 0: not known yet */
    size_t at;       /* the one that is in use */
    uint32_t stream; /* the connection in use; 0: none */
    bool sent;       /* on it, since it was opened */
    bool resent;     /* on a new connection, after the old one broke */
    bool failed;     /* the target in use has failed */
};

/* Takes over the hop. */
struct path path_of(struct hop hop);
void path_free(struct path *path);
struct path path_copy(const struct path *path);

/* Finds the targets, unless they are known. preferred is the transport where none is given. */
enum resolved path_locate(struct path *path, struct resolver *resolver, enum transport preferred,
                          uint64_t now_ms);

/* The target in use; before it is known, one without an address and with the likely transport. */
struct target path_target(const struct path *path, enum transport preferred);

/* Puts TCP to the same address before a first UDP target, unless UDP was asked for. */
void path_try_tcp(struct path *path, enum transport preferred);

/* Whether there is a further target, and moving on to it. */
bool path_has_next(const struct path *path);
void path_go_on(struct path *path);

#endif
