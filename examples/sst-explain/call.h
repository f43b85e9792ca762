/* SPDX-License-Identifier: MIT */
/*
 * A call in the making: a watch for each dialog on each hop, and what the outputs will show. A
 * message that an element received and forwarded is on two hops.
 */
#ifndef SST_EXPLAIN_CALL_H
#define SST_EXPLAIN_CALL_H

#include <uthash.h>

#include "account.h"
#include "view.h"

/* More than these are ignored: no real call has as many. */
#define HOPS_MAX 16
#define DIALOGS_MAX 16
#define PASSED_MAX 4

/* A dialog on a hop, identified by the callee's tag. */
struct dialog {
    char *tag;        /* empty until a response has one */
    bool established; /* a 2xx to its INVITE was seen */
    bool used;        /* and a request within it, usually the ACK; a BYE alone does not count */
    bool over;
    struct sst_watch watch;
    struct course course;
};

/* An INVITE or UPDATE in transit, to compare with what an element made of it. */
struct passed {
    bool used;
    bool by_caller;
    uint32_t cseq;
    struct sst_msg request;
    struct sst_msg response;
    bool answered;
    struct sst_relay relay; /* at the element that it came from */
};

struct hop {
    struct hop *next;
    /* The caller's side and the callee's; with ports only if both have the same host. A call that
     * returns between the same two ends is on another hop. */
    struct end end[2];
    unsigned port;          /* of the callee's end, where the INVITE went; 0 if not seen */
    char *tag;              /* the caller's */
    struct sst_watch asked; /* after the initial INVITE: the start of each fork */
    unsigned dialog_count;
    struct dialog *dialog;
    unsigned passed_next;
    struct passed passed[PASSED_MAX];
    uint64_t proxy;    /* findings about the element at its callee's end */
    uint64_t found[2]; /* findings about what the caller's side sent, and the callee's */
};

struct call {
    UT_hash_handle hh;
    char *key; /* the Call-ID */
    struct call *prev;
    struct call *next; /* in the list of ended calls */
    bool over;
    uint64_t over_ms;
    uint64_t last_ms;
    unsigned hop_count;
    struct hop *hops; /* in the order of their first messages */
    struct end column[COLUMNS_MAX];
    bool keeps_rows;
    struct account *account;
};

/* The clock of a capture: its beginning, and how much faster than real time it runs. */
struct call_clock {
    uint64_t start_us;
    double speed;
};

uint64_t call_clock_ms(const struct call_clock *clock, uint64_t at_us);
double call_clock_s(const struct call_clock *clock, uint64_t ms);

struct call *call_new(const struct view *view, const struct packet *packet,
                      const struct call_clock *clock, bool keeps_rows);

void call_take(struct call *call, const struct view *view, const struct packet *packet,
               const struct call_clock *clock, uint32_t absolute_min);

/* Something is missing between the ends of this packet; ignored once the call has ended. */
void call_lose(struct call *call, const struct packet *gap);

/* Completes call->account as of this time. */
void call_judge(struct call *call, const struct call_clock *clock, uint64_t now_ms);

void call_free(struct call *call);

#endif
