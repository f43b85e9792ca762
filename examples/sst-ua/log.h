/* SPDX-License-Identifier: MIT */
/* What happens, on standard output: as a ladder for people, or as JSON, one object a line. Each
 * datagram in or out and each decision of libsst is one line. */
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

/* What --store reports. */
enum log_store {
    LOG_STORE_REACHED,         /* it became reachable */
    LOG_STORE_AWAY,            /* it became unreachable */
    LOG_STORE_FULL,            /* it has no memory left */
    LOG_STORE_ROOM,            /* it has memory again */
    LOG_STORE_STANDBY,         /* another node may own the calls */
    LOG_STORE_OWNER,           /* this node owns the calls; number: the epoch */
    LOG_STORE_TAKEN,           /* number: calls continued here */
    LOG_STORE_UNREAD,          /* number: unreadable records */
    LOG_STORE_LOST,            /* another node has the calls */
    LOG_STORE_ADDRESS_AWAITED, /* the address has arrived */
    LOG_STORE_ADDRESS_CAME,    /* the address is gone */
    LOG_STORE_ADDRESS_GONE     /* it has no longer */
};

void log_store(const struct log *log, enum log_store what, unsigned long number);

/* A datagram, parsed; bytes are the text of a sent one. */
void log_message(struct log *log, enum log_direction direction, osip_message_t *sip,
                 const char *bytes, size_t length);

/* An event from libsst. */
void log_event(const struct log *log, const char *call_id, const struct sst_event *event);

/* Anything else worth knowing, for people only; call_id may be NULL. */
#ifdef __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void log_note(const struct log *log, const char *call_id, const char *format, ...);

/* A request was rejected without keeping any state. */
void log_refused(const struct log *log, int status, const char *host, int port);

/* A connection failed, with the reason. */
void log_connection(const struct log *log, const char *host, int port, const char *transport,
                    const char *problem);

/* What happened to the registration, with a number; key may be NULL. */
void log_registration(const struct log *log, const char *event, const char *key, unsigned value);

void log_open(struct log *log);
void log_free(struct log *log);

#endif
