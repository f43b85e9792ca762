/* SPDX-License-Identifier: MIT */
/* The state of the proxy. libosip2 parses, but its transactions are not used: as in RFC 3261,
 * they end with the first 2xx to an INVITE and forget it, while a proxy must forward every 2xx
 * of a fork and recognise a retransmission of the INVITE that comes after it (RFC 6026). So a
 * context is a server transaction with everything that became of its request (RFC 3261 §16), and
 * a branch is one of its client transactions. */
#ifndef SST_PROXY_PROXY_H
#define SST_PROXY_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include <sst/osip.h>

#include "agenda.h"
#include "clock.h"
#include "log.h"
#include "net.h"
#include "seen.h"
#include "settings.h"
#include "table.h"

/* RFC 3261 §17: in real time. */
#define T1_MS 500
#define T2_MS 4000
#define T4_MS 5000
#define TRANSACTION_MS (64 * T1_MS)
#define TIMER_C_MS 181000 /* §16.6: larger than 3 minutes */

/* The next time for something, and the interval after that. */
struct repeat {
    uint64_t due_ms;
    uint64_t span_ms;
};

enum branch_state {
    BRANCH_CALLING,    /* no response yet */
    BRANCH_PROCEEDING, /* a provisional one */
    BRANCH_COMPLETED,  /* a final one; retransmissions of it are absorbed */
    BRANCH_ACCEPTED,   /* a 2xx to INVITE; every 2xx is forwarded (RFC 6026 §7.2) */
    BRANCH_DONE
};

/* More than a fork has targets. Any further 2xx does not answer a call of ours. */
#define SUCCESSES_MAX 64

/* The 2xx of a branch with one To tag, and how its retransmissions are changed. */
struct success {
    struct success *next;
    char *tag;
    struct sst_proxy_tx tx;
};

struct branch {
    struct branch *next; /* of the context */
    struct context *context;
    struct node node;        /* in proxy.branches */
    osip_message_t *request; /* as sent */
    char *host;
    int port;
    enum branch_state state;
    bool cancel; /* cancel it as soon as possible */
    bool cancel_sent;
    bool unreachable;   /* so its end counts as a 503 */
    bool timer_c_fired; /* so its 487 counts as a 408 */
    struct repeat again;
    uint64_t end_ms;        /* timers B, C, D, F, K, M: the state says which one */
    struct sst_proxy_tx tx; /* what libsst remembers of the request */
    struct success *successes;
    unsigned success_count;
    osip_message_t *final; /* its response of 300 to 699, without our Via */
};

struct context {
    struct proxy *proxy;
    struct node node; /* in proxy.contexts */
    struct node call; /* in proxy.calls */
    struct due due;   /* in proxy.agenda; in the past if something may have changed in this turn */
    char *key;        /* the same for all retransmissions of the request */
    osip_message_t *request; /* as received, except for a corrected topmost Via */
    char *tag;               /* in To of our own responses */
    struct branch *branches; /* including those of CANCEL requests */
    int status;              /* of the last response sent, 0: none */
    osip_message_t *last;    /* that response, if retransmissions of the request get it again */
    struct repeat again;     /* timer G */
    uint64_t end_ms;         /* timers H, I, J, L; CLOCK_NEVER before the final response */
};

struct proxy {
    struct settings settings;
    struct sst_counters counters;
    struct clock clock;
    struct log log;
    struct net net;
    unsigned secret;           /* in To tags of stateless responses */
    char *shown;               /* HOST:PORT, for Via and Record-Route */
    struct table contexts;     /* by key, which all retransmissions of a request share */
    struct table calls;        /* the same contexts, by Call-ID */
    struct table branches;     /* by the branch of our Via */
    struct agenda agenda;      /* of the contexts, in real time */
    struct table dialogs;      /* those with a session timer, by Call-ID and tags */
    struct agenda expirations; /* theirs, on libsst's clock */
};

#endif
