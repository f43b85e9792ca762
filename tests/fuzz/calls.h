/* SPDX-License-Identifier: MIT */
/* A host with one dialog, controlled by input bytes; session.c explains their meaning. */
#ifndef CALLS_H
#define CALLS_H

#include "watch.h"

/* Transactions: local ones, and two of each kind for overlapping requests from the peer. */
enum tx_place {
    OWN_INVITE,
    OWN_UPDATE,
    PEER_INVITE,
    PEER_UPDATE,
    PEER_INVITE_2,
    PEER_UPDATE_2,
    TX_COUNT
};

/* What a request from the peer asks for. */
struct asked {
    uint32_t interval; /* Session-Expires, 0 for none */
    bool supported;    /* Supported: timer */
    bool open;         /* it must be answered */
};

#define POLICIES 8

struct host {
    struct input input;
    struct sst_policy *policy; /* the one in use, in policies: those that outer calls use stay */
    struct sst_policy policies[POLICIES];
    unsigned changes;
    struct sst_counters counters;
    struct sst_session *session; /* on the heap, so that use after its end is detected; or NULL */
    struct sst_tx tx[TX_COUNT];
    struct watch watch;
    uint64_t now_ms;
    uint32_t own_cseq;
    uint32_t peer_cseq;
    struct asked asked[TX_COUNT];
    uint32_t drawn; /* the last random number */
    unsigned depth; /* of calls made during events */
    /* habits */
    bool mixed;     /* transactions were mixed up: nobody knows what is open */
    bool has_begun; /* the first attempt of the last refresh: */
    uint64_t begun_at;
    uint64_t begun_in; /* the interval, identified by its start */
    uint32_t floor;
};

/* policy_bytes.c: a policy that sst_policy_check() accepts. */
void read_policy(struct input *input, struct sst_policy *policy);

/* habits.c; for the target session, habits_off.c says that there are none. */
extern const bool fuzz_habits;
void widen_policy(struct input *input, struct sst_policy *policy);
void property_request(const struct host *host, enum tx_place place);
void property_event(struct host *host, const struct sst_event *event);

/* calls.c: one call, chosen and filled in by the next bytes. */
void one_call(struct host *host);
/* Reports that what was prepared with tx, or asked for, is not sent, and perhaps when to ask again.
 * */
void not_sent(struct host *host, struct sst_tx *tx, bool later);

/* session.c: what must hold after each call, and another policy. */
void after_call(struct host *host);
void change_policy(struct host *host);

/* messages.c: what arrives, and what is sent. */
void read_headers(struct input *input, struct sst_msg *msg);
unsigned read_status(uint8_t byte);
void check_request(const struct host *host, enum sst_method method,
                   const struct sst_headers *headers);
/* asked: by the request that is answered, NULL if that is none. */
void check_answer(const struct asked *asked, unsigned status, const struct sst_headers *headers);

#endif
