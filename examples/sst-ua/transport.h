/* SPDX-License-Identifier: MIT */
/* The transports, and their names in Via, URIs and options. */
#ifndef SST_UA_TRANSPORT_H
#define SST_UA_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

enum transport { TRANSPORT_NONE, TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };

/* "udp", as in URIs and options, and "UDP", as in Via. Reading ignores case. */
const char *transport_name(enum transport transport);
const char *transport_via(enum transport transport);

/* TRANSPORT_NONE for NULL and for unknown names. */
enum transport transport_read(const char *name);

/* Whether it is reliable (RFC 3261 §17): messages arrive in order in a stream. */
bool transport_is_stream(enum transport transport);

/* The default port (RFC 3261 §19.1.2). */
int transport_port(enum transport transport);

#endif
