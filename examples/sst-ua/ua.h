/* SPDX-License-Identifier: MIT */
/* The user agent as a whole: what all calls share. */
#ifndef SST_UA_UA_H
#define SST_UA_UA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sst/osip.h>

#include "agenda.h"
#include "clock.h"
#include "log.h"
#include "address.h"
#include "net.h"
#include "options.h"
#include "path.h"
#include "streams.h"
#include "table.h"

struct call;
struct registration;
struct resting;
struct takeover;

/* RFC 3261 §17.1.1.1; libosip2 has the same. */
#define SIP_T1_MS 500
#define SIP_T2_MS 4000
#define SIP_64T1_MS 32000

/* An event from a callback of libosip2, to be handled once the callback has returned. */
struct stack_event {
    enum sst_osip_event what;
    osip_transaction_t *transaction;
    osip_message_t *message;
};

#define LOOKUP_BUCKETS 16384

struct stack {
    osip_t *osip;
    osip_transaction_t *buckets[LOOKUP_BUCKETS]; /* see lookup.h */
    struct resting *first_resting;               /* see resting.h */
    struct resting *last_resting;
    struct stack_event *events;
    size_t event_count;
    size_t event_room;
    osip_transaction_t **dead; /* ended, to be freed once nothing uses them any more */
    size_t dead_count;
    size_t dead_room;
    size_t strangers; /* server transactions of requests outside of calls */
    uint64_t due_ms;  /* real time at which to look at libosip2's timers */
    bool busy;        /* they may have changed since */
};

struct ua {
    struct options options;
    struct clock clock;
    struct log log;
    struct net net;
    struct streams streams;
    struct stack stack;

    struct registration *registration; /* NULL: none */
    struct table calls;                /* all calls, by Call-ID */
    struct agenda agenda;              /* all calls, by their next_due */
    struct sst_queue sessions;         /* libsst's deadlines */
    struct sst_counters counters;      /* libsst's counters, for all calls */
    struct takeover *takeover;         /* NULL: without --store */
    size_t half_open;                  /* calls that we accepted and that have no ACK yet */
    unsigned secret;                   /* in To tags of stateless responses */
    char local_host[NET_HOST_SIZE];    /* ours, as the last peer whose address is known sees it */

    unsigned long begun;    /* calls of --calls begun so far, */
    unsigned long over;     /* of them, how many have their exit status */
    unsigned long goodbyes; /* BYEs of ours without a final response */
    int status;             /* the highest so far */
    uint64_t stopped_ms;    /* when the signal came, in real time */
    uint64_t over_ms;       /* when the last call was over, in real time */
    uint64_t linger_ms;     /* until when retransmissions are expected, in real time */
    uint64_t mute_ms;       /* when to fall silent, in real time */
    bool mute;
    bool stopping; /* a signal came */
};

#endif
