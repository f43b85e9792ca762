/* SPDX-License-Identifier: MIT */
/* HOST:PORT, as on the command line. */
#ifndef SST_UA_ENDPOINT_H
#define SST_UA_ENDPOINT_H

#include <stdbool.h>

/* A host and a port as given; an IPv6 address without its brackets. */
struct endpoint {
    char *host; /* NULL: not given */
    int port;   /* -1: not given */
};

/* A port as text, digits only; -1 if it is not a port. */
int endpoint_port(const char *text);

/* Splits HOST, HOST:PORT or [HOST]:PORT. An IPv6 address without brackets has no port. */
bool endpoint_parse(struct endpoint *endpoint, const char *text);

#endif
