/* SPDX-License-Identifier: MIT */
/* The ways that messages go, and their names in Via, URIs and options. */
#ifndef SST_UA_TRANSPORT_H
#define SST_UA_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

enum transport { TRANSPORT_NONE, TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };

/* "udp", as URIs and options have it, and "UDP", as Via has it; in any case of letters. */
const char *transport_name(enum transport transport);
const char *transport_via(enum transport transport);

/* TRANSPORT_NONE for NULL and for names that are not known. */
enum transport transport_read(const char *name);

/* Whether it loses nothing (RFC 3261 §17): messages come one after the other in a stream. */
bool transport_is_stream(enum transport transport);

/* The port where none is given (RFC 3261 §19.1.2). */
int transport_port(enum transport transport);

#endif
