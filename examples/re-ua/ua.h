/* SPDX-License-Identifier: MIT */
/* re-ua: a small caller and callee on libre's sipsess and event loop, with libsst. It makes one
 * call and uses only the public interfaces of both libraries. */
#ifndef SST_RE_UA_H
#define SST_RE_UA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sst/sst.h>

#include <re.h>

#include "clock.h"
#include "options.h"

enum status {
    STATUS_GOOD = 0,
    STATUS_USAGE = 1,
    STATUS_NO_CALL = 2,       /* not established, or the ACK never came */
    STATUS_PEER_SILENT = 3,   /* the peer's refresh never came */
    STATUS_REFRESH_FAILED = 4 /* our refresh failed */
};

/* The ACK for our re-INVITE, sent again for each retransmitted 2xx (RFC 3261 §13.2.2.4). */
struct sent_ack {
    struct mbuf *bytes;
    struct sa destination;
    enum sip_transp transport;
    uint32_t cseq;
};

/* The 2xx to the peer's re-INVITE, retransmitted until its ACK (RFC 3261 §13.3.1.4). */
struct sent_2xx {
    struct mbuf *bytes;
    struct sip_msg *request;
    struct tmr timer;
    uint32_t wait_ms;
    uint32_t waited_ms;
};

struct call {
    struct sst_session session;
    bool begun;
    bool established;
    bool over;
    struct sipsess *sess; /* NULL before and after the call */
    char *call_id;
    struct sst_tx invite; /* our initial INVITE, or the peer's INVITEs */
    struct sst_tx update; /* the peer's */
    struct sst_tx own;    /* our pending refresh */
    struct sip_request *request;
    enum sst_method method;
    unsigned flags;
    struct sent_ack ack;
    struct sent_2xx answer;
    struct tmr hangup;
};

struct ua {
    struct options options;
    struct clock clock;
    struct sip *sip;
    struct sipsess_sock *sessions;
    struct sip_lsnr *requests;
    struct sip_lsnr *responses;
    struct udp_sock *udp; /* NULL before the first message */
    struct sa local;
    int timer;
    unsigned postponed;
    struct tmr linger;
    char *contact;
    struct call call;
    bool goodbye; /* our BYE is not answered yet */
    enum status status;
};

#endif
