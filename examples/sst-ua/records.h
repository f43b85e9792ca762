/* SPDX-License-Identifier: MIT */
/* DNS records that say where to send: SRV (RFC 2782) and NAPTR (RFC 3403). */
#ifndef SST_UA_RECORDS_H
#define SST_UA_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport.h"

/* How many records of one answer are kept. */
#define RECORDS_MAX 16

struct record {
    unsigned first;           /* priority of SRV, order of NAPTR: lower ones first, */
    unsigned second;          /* weight of SRV, preference of NAPTR: see records_order_*() */
    char *name;               /* SRV: the host; NAPTR: the name to ask for SRV */
    int port;                 /* of SRV */
    enum transport transport; /* of NAPTR */
};

struct records {
    size_t count;
    struct record at[RECORDS_MAX];
};

/* Reads a name server's answer into the order of use; NULL if nothing in it is usable. */
struct records *records_of_srv(const unsigned char *answer, int length);
struct records *records_of_naptr(const unsigned char *answer, int length);

struct records *records_copy(const struct records *records);
void records_free(struct records *records);

/* RFC 2782: by priority, and at equal priority by a weighted draw. */
void records_order_srv(struct records *records, uint32_t (*random)(void *user), void *user);

/* RFC 3403 §4.1: by order, then by preference. */
void records_order_naptr(struct records *records);

/* The transport of a NAPTR service (RFC 3263 §4.1); TRANSPORT_NONE if we do not support it. */
enum transport records_service(const char *service);

#endif
