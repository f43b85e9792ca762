/* SPDX-License-Identifier: MIT */
/*
 * What the proxy knows. libosip2 parses, its transactions are not used: by RFC 3261 they end with
 * the first 2xx to an INVITE and forget it, while a proxy has to forward every 2xx of a fork and to
 * know a copy of the INVITE that comes after it (RFC 6026). So a context is a server transaction
 * with all that became of its request (RFC 3261 §16), and a branch is one of its client
 * transactions.
 */
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

/* A moment for something, and how long after it the next one is. */
struct repeat {
    uint64_t due_ms;
    uint64_t span_ms;
};

enum branch_state {
    BRANCH_CALLING,    /* no response yet */
    BRANCH_PROCEEDING, /* a provisional one */
    BRANCH_COMPLETED,  /* a final one; copies of it are absorbed */
    BRANCH_ACCEPTED,   /* a 2xx to INVITE; each that comes is forwarded (RFC 6026 §7.2) */
    BRANCH_DONE
};

/* More than a fork has targets. What comes beyond is no answer to a call of ours. */
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
    osip_message_t *request; /* as it was sent */
    char *host;
    int port;
    enum branch_state state;
    bool cancel; /* is to be cancelled */
    bool cancel_sent;
    bool unreachable;   /* so its end means a 503 */
    bool timer_c_fired; /* so its 487 means a 408 */
    struct repeat again;
    uint64_t end_ms;        /* timers B, C, D, F, K, M: the state says which */
    struct sst_proxy_tx tx; /* what libsst remembers of the request */
    struct success *successes;
    unsigned success_count;
    osip_message_t *final; /* its response of 300 to 699, without our Via */
};

struct context {
    struct proxy *proxy;
    struct node node;        /* in proxy.contexts */
    struct node call;        /* in proxy.calls */
    struct due due;          /* in proxy.agenda; past for whatever may have changed in this turn */
    char *key;               /* what copies of the request have in common */
    osip_message_t *request; /* as it came, its topmost Via mended */
    char *tag;               /* in To of responses of our own */
    struct branch *branches; /* those of CANCEL requests among them */
    int status;              /* of the last response that was sent, 0 for none */
    osip_message_t *last;    /* that response, where copies of the request get it again */
    struct repeat again;     /* timer G */
    uint64_t end_ms;         /* timers H, I, J, L; CLOCK_NEVER before the final response */
};

struct proxy {
    struct settings settings;
    struct sst_counters counters;
    struct clock clock;
    struct log log;
    struct net net;
    unsigned secret;           /* in To tags of responses without any state */
    char *shown;               /* HOST:PORT, for Via and Record-Route */
    struct table contexts;     /* by what copies of the request have in common */
    struct table calls;        /* the same contexts, by Call-ID */
    struct table branches;     /* by the branch of our Via */
    struct agenda agenda;      /* of the contexts, in real time */
    struct table dialogs;      /* those with a session timer, by Call-ID and tags */
    struct agenda expirations; /* theirs, on the library's clock */
};

#endif
