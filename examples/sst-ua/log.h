/* SPDX-License-Identifier: MIT */
/*
 * What happens, on standard output: as a ladder that a person reads, or as JSON, one object a line.
 * Each datagram in or out and each decision of the library is one line.
 */
#ifndef SST_UA_LOG_H
#define SST_UA_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include <sst/osip.h>

#include "clock.h"
#include "seen.h"

enum log_direction { LOG_SENT, LOG_RECEIVED };

struct log {
    bool json;
    bool color; /* of the ladder */
    const struct clock *clock;
    struct seen sent;
    struct seen received;
};

void log_listening(const struct log *log, const char *host, int port);

/* What --store leads to. */
enum log_store {
    LOG_STORE_REACHED,         /* it can be reached */
    LOG_STORE_AWAY,            /* it cannot */
    LOG_STORE_FULL,            /* it has no memory left */
    LOG_STORE_ROOM,            /* it has again */
    LOG_STORE_STANDBY,         /* another node may own the calls */
    LOG_STORE_OWNER,           /* this node does; number: the epoch */
    LOG_STORE_TAKEN,           /* how many calls continue here */
    LOG_STORE_UNREAD,          /* how many records were not understood */
    LOG_STORE_LOST,            /* another node has the calls */
    LOG_STORE_ADDRESS_AWAITED, /* this machine does not have the nodes' address yet */
    LOG_STORE_ADDRESS_CAME,    /* it has */
    LOG_STORE_ADDRESS_GONE     /* it has no longer */
};

void log_store(const struct log *log, enum log_store what, unsigned long number);

/* A datagram, parsed; bytes are those of one that is sent. */
void log_message(struct log *log, enum log_direction direction, osip_message_t *sip,
                 const char *bytes, size_t length);

/* An event from libsst. */
void log_event(const struct log *log, const char *call_id, const struct sst_event *event);

/* Something else worth knowing, for people only; call_id may be NULL. */
#ifdef __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void log_note(const struct log *log, const char *call_id, const char *format, ...);

/* A request was refused without keeping anything of it. */
void log_refused(const struct log *log, int status, const char *host, int port);

/* A connection is of no use, for a reason. */
void log_connection(const struct log *log, const char *host, int port, const char *transport,
                    const char *problem);

/* What became of the registration, and a number that goes with it; key may be NULL. */
void log_registration(const struct log *log, const char *event, const char *key, unsigned value);

void log_open(struct log *log);
void log_free(struct log *log);

#endif
