/* SPDX-License-Identifier: MIT */
/* The records of name servers that say where to send to: SRV (RFC 2782) and NAPTR (RFC 3403). */
#ifndef SST_UA_RECORDS_H
#define SST_UA_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "transport.h"

/* So many of one answer are kept. */
#define RECORDS_MAX 16

struct record {
    unsigned first;           /* priority of SRV, order of NAPTR: the lower ones go first, */
    unsigned second;          /* weight of SRV, preference of NAPTR: see records_order_*() */
    char *name;               /* the host of SRV; where NAPTR says to ask for SRV */
    int port;                 /* of SRV */
    enum transport transport; /* of NAPTR */
};

struct records {
    size_t count;
    struct record at[RECORDS_MAX];
};

/* Reads a name server's answer, in the order of use; NULL where there is nothing of use in it. */
struct records *records_of_srv(const unsigned char *answer, int length);
struct records *records_of_naptr(const unsigned char *answer, int length);

struct records *records_copy(const struct records *records);
void records_free(struct records *records);

/* RFC 2782: by priority, and by weighted chance where that is the same. */
void records_order_srv(struct records *records, uint32_t (*random)(void *user), void *user);

/* RFC 3403 §4.1: by order, then by preference. */
void records_order_naptr(struct records *records);

/* The transport of a NAPTR service (RFC 3263 §4.1); TRANSPORT_NONE: none of ours. */
enum transport records_service(const char *service);

#endif
