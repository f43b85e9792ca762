/* SPDX-License-Identifier: MIT */
/* Calls: one struct call per dialog, from its INVITE until no more retransmissions can arrive. */
#ifndef SST_UA_CALL_H
#define SST_UA_CALL_H

#include "auth.h"
#include "random.h"
#include "sdp.h"
#include "ua.h"

#include <osip2/osip_dialog.h>

/* Exit statuses of a call. */
enum call_status {
    CALL_GOOD = 0,
    CALL_NOT_ESTABLISHED = 2,
    CALL_PEER_SILENT = 3,   /* libsst ended it: the peer's refresh never came */
    CALL_REFRESH_FAILED = 4 /* libsst ended it: our refresh failed */
};

enum call_state {
    CALL_INVITING, /* our INVITE without a 2xx */
    CALL_RINGING,  /* the peer's INVITE, not answered yet */
    CALL_UP,       /* the 2xx was sent or received */
    CALL_LEAVING   /* only retransmissions are still handled */
};

/* What a call waits for; see schedule.h. */
enum call_timer {
    TIMER_RING, /* to answer */
    TIMER_HOLD, /* to put the peer on hold, or to try that again */
    TIMER_HANGUP,
    TIMER_2XX,    /* to send the 2xx again */
    TIMER_ACK,    /* to give up waiting for the ACK */
    TIMER_CANCEL, /* to give up waiting for the final response to the cancelled INVITE */
    TIMER_FREE,
    TIMER_COUNT
};

/* What our request is for. */
enum request_kind {
    REQUEST_INITIAL,
    REQUEST_REFRESH,
    REQUEST_HOLD,
    REQUEST_BYE,
    REQUEST_CANCEL,
    REQUEST_REGISTER /* of no call; see registration.h */
};

/* Our request, over all of its transactions: a retry belongs to the same request. */
struct request {
    struct request *next; /* of the call */
    struct call *call;
    enum request_kind kind;
    enum sst_method method;
    struct sst_tx tx;
    struct sdp_draft offer; /* no content: no offer */
    char *reason;           /* of a BYE, or NULL */
    uint32_t cseq;
    unsigned asked_by_peer; /* how often it asked for credentials */
    unsigned asked_by_proxy;
    bool provisional;                /* a 1xx came */
    osip_transaction_t *transaction; /* NULL: not yet, or no longer */
};

/* The peer's INVITE: until it is answered, and then until its ACK. */
struct incoming {
    osip_transaction_t *transaction; /* NULL: answered, or there is none */
    osip_message_t *request;         /* of the transaction */
    uint32_t stream;                 /* the connection it came on; 0: UDP */
    uint32_t cseq;
    struct sst_tx tx;
    struct sdp_draft answer;
    osip_message_t *response; /* the 2xx, while it waits for its ACK */
    uint64_t interval_ms;     /* between its retransmissions */
};

/* A session, and the way back to its call. */
struct call_session {
    struct sst_session session;
    struct call *call;
};

/* What the store has of a call; see takeover.h. */
struct kept {
    struct call *next_touched;
    struct call *next_held;
    uint64_t hash;     /* of the last record written; 0: none */
    uint32_t cseq_end; /* local CSeq numbers up to this one are reserved */
    bool stored;
    bool touched;
    bool held; /* its end is deferred: with ... */
    enum call_status status;
    const char *reason;
};

struct call {
    struct ua *ua;
    struct node node; /* in ua->calls */
    uint64_t due_ms[TIMER_COUNT];
    struct due next_due;

    enum call_state state;
    bool caller;
    bool counted; /* counted against --calls */
    bool over;    /* it has its exit status */
    bool cancelling;

    char *call_id;
    char local_tag[RANDOM_TOKEN_SIZE];
    char *early_tag;       /* of the first fork that responded */
    char *remote_tag;      /* NULL: none yet */
    osip_dialog_t *dialog; /* NULL: none yet */
    uint32_t local_cseq;
    uint32_t remote_cseq;
    uint32_t invite_cseq; /* of our initial INVITE that was sent last */

    /* The second is used if the first belongs to a fork that was not the first to answer. */
    struct call_session sessions[2];
    struct sst_session *session;
    uint32_t told_interval; /* of the timer, as last logged */
    enum sst_side told_side;

    struct sdp sdp;
    struct auth auth;
    struct request *requests;
    struct incoming incoming;
    osip_via_t *invite_via; /* of the last INVITE received; with tag and CSeq it identifies */
    uint32_t invite_number; /* retransmissions, and its CANCEL */
    osip_message_t *ack;    /* our last ACK, to answer retransmissions of its 2xx, */
    struct path ack_path;   /* and where it goes, */
    bool ack_waits;         /* its name is still being looked up */
    bool half_open;         /* we accepted the peer's INVITE and no ACK came yet */
    size_t holds;           /* how many of --hold-at have begun */
    uint64_t answered_ms;
    struct kept kept;
};

/* A new call in the table, with its session begun; copies the Call-ID. */
struct call *call_new(struct ua *ua, const char *call_id, bool caller);

/* Frees a call and everything it owns. */
void call_free(struct call *call);

/* The next call with this Call-ID after another call; after NULL, the first. */
struct call *call_next(struct ua *ua, const char *call_id, const struct call *after);

/* The dialog of a message from the peer. A call without a remote tag matches any. */
struct call *call_find(struct ua *ua, const char *call_id, const char *local_tag,
                       const char *remote_tag);

/* Sets a call's exit status, unless it has one. */
void call_over(struct call *call, enum call_status status);

/* Starts nothing more in the dialog; its memory is freed after a while. */
void call_leave(struct call *call);

/* Waits this long for retransmissions of what the peer sent last. */
void call_linger(struct call *call, uint64_t wait_ms);

/* The 2xx was sent or came: the times of --hold-at and the like run from here. */
void call_answered(struct call *call);

/* Continues the call of another host, which has been up for this long. */
void call_resumed(struct call *call, uint64_t up_ms);

/* A new request of ours in a call; call_request_done() ends it. */
struct request *call_request(struct call *call, enum request_kind kind, enum sst_method method);
void call_request_done(struct request *request);

/* Our INVITE without a final response, NULL if there is none. */
struct request *call_open_invite(const struct call *call);

/* Removes an accepted call from those for which only an INVITE has been seen. */
void call_closed(struct call *call);

/* Frees what remains after the ACK for the INVITE we received. */
void call_incoming_done(struct call *call);

#endif
