/* SPDX-License-Identifier: MIT */
/* A host of one dialog that does what bytes say; see session.c for their meaning. */
#ifndef CALLS_H
#define CALLS_H

#include "watch.h"

/* Transactions: own ones, and two of each kind for requests of the peer's that overlap. */
enum tx_place {
    OWN_INVITE,
    OWN_UPDATE,
    PEER_INVITE,
    PEER_UPDATE,
    PEER_INVITE_2,
    PEER_UPDATE_2,
    TX_COUNT
};

/* What a request of the peer's asks for. */
struct asked {
    uint32_t interval; /* Session-Expires, 0 for none */
    bool supported;    /* Supported: timer */
    bool open;         /* it is to be answered */
};

#define POLICIES 8

struct host {
    struct input input;
    struct sst_policy *policy; /* the one in use, in policies: those in use by outer calls stay */
    struct sst_policy policies[POLICIES];
    unsigned changes;
    struct sst_counters counters;
    struct sst_session *session; /* on the heap, so that its use after its end is seen; or NULL */
    struct sst_tx tx[TX_COUNT];
    struct watch watch;
    uint64_t now_ms;
    uint32_t own_cseq;
    uint32_t peer_cseq;
    struct asked asked[TX_COUNT];
    uint32_t drawn; /* the last random number */
    unsigned depth; /* of calls from within events */
    /* habits */
    bool mixed;     /* transactions were: nobody knows what is open */
    bool has_begun; /* the first attempt of the last refresh: */
    uint64_t begun_at;
    uint64_t begun_in; /* the interval by its start */
    uint32_t floor;
};

/* policy_bytes.c: a policy that sst_policy_check() accepts. */
void read_policy(struct input *input, struct sst_policy *policy);

/* habits.c; for the target session habits_off.c says that there are none. */
extern const bool fuzz_habits;
void widen_policy(struct input *input, struct sst_policy *policy);
void property_request(const struct host *host, enum tx_place place);
void property_event(struct host *host, const struct sst_event *event);

/* calls.c: one call, chosen and filled in by the next bytes. */
void one_call(struct host *host);
/* What was prepared with tx, or asked for, is not sent, and is to be asked for later. */
void not_sent(struct host *host, struct sst_tx *tx, bool later);

/* session.c: what holds after each call, and another policy. */
void after_call(struct host *host);
void change_policy(struct host *host);

/* messages.c: what arrives, and what goes out. */
void read_headers(struct input *input, struct sst_msg *msg);
unsigned read_status(uint8_t byte);
void check_request(const struct host *host, enum sst_method method,
                   const struct sst_headers *headers);
/* asked: by the request that is answered, NULL where that is none. */
void check_answer(const struct asked *asked, unsigned status, const struct sst_headers *headers);

#endif
