/* SPDX-License-Identifier: MIT */
/*
 * Two hosts with a wire between them, on one virtual clock. They do what libsst says and nothing
 * else: send refreshes, answer at once, acknowledge, retry, hang up. A test sets the delays, loses
 * messages, holds calls, and checks what both were told.
 */
#ifndef PAIR_H
#define PAIR_H

#include "talk.h"

enum pair_kind { PAIR_REQUEST, PAIR_RESPONSE, PAIR_ACK, PAIR_BYE };

struct pair_message {
    uint64_t at_ms; /* when it arrives */
    int to;         /* 0: a, 1: b */
    enum pair_kind kind;
    enum sst_method method;
    unsigned status;
    uint32_t cseq;
    char headers[192];
};

#define PAIR_MESSAGES 64

struct pair {
    struct talk *side[2]; /* a calls b */
    uint64_t delay_ms[2]; /* of messages to each side */
    unsigned refuse[2]; /* the status with which each side rejects the other's requests, 0: none */
    bool dead[2];       /* sends nothing and reads nothing */
    /* Which messages are lost; may be NULL. */
    bool (*lost)(const struct pair *pair, const struct pair_message *message);
    uint64_t times_out[2][2]; /* of each side's INVITE and UPDATE, or SST_NEVER */
    unsigned refreshes[2];    /* sent by each side */
    unsigned glares;          /* 491 responses on the wire */
    bool byes[2];             /* who hung up */
    size_t count;
    struct pair_message wire[PAIR_MESSAGES];
};

/* The two, connected: a asked for the timer, b answered. */
struct pair *pair_new(const char *policy_a, const char *policy_b, uint64_t delay_ms);
void pair_end(struct pair *pair);
/* Lets time pass on both sides and the wire. */
void pair_until(struct pair *pair, double seconds);
/* One side sends a request for a hold, unless one is pending. */
void pair_request(struct pair *pair, int side, enum sst_method method);
/* Is nothing pending? */
bool pair_quiet(const struct pair *pair);

#endif
