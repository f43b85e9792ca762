/* SPDX-License-Identifier: MIT */
/*
 * A host with one session, and a peer that the test plays: a test reads like the dialog.
 *
 *     struct talk *t = callee("mode=accept");
 *     expect(hears(t, INVITE, "Supported: timer | Session-Expires: 90"), "0");
 *     expect(answers(t, INVITE, 200), "Supported: timer | Session-Expires: 90;refresher=uac | ..");
 *     until(t, 90);
 *     expect(told(t), "0 negotiated 90 remote; 52.5 overdue; 60 ended not_refreshed");
 *
 * Header fields are one text, separated by " | ". Times are seconds since the talk began; events
 * are listed with their times, separated by "; ". Every step checks the session's invariants, and
 * those of the timer that a host can see: no event after the end, no refresh after the last moment,
 * an expiration that only a 2xx moves, nothing before the deadline.
 */
#ifndef TALK_H
#define TALK_H

#include "exact.h"
#include "session/event.h"
#include "session/refused.h"

#include <stdio.h>

#define INVITE SST_METHOD_INVITE
#define UPDATE SST_METHOD_UPDATE
#define OTHER SST_METHOD_OTHER

#define expect(got, want) ck_assert_str_eq((got), (want))

/* An assertion that costs nothing while it holds: libcheck's assertions each write to a file. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ck_abort_msg("%s", #condition);                                                        \
        }                                                                                          \
    } while (0)

/* Where the hosts' clocks stand when a talk begins: not at zero, where mistakes could hide. */
#define TALK_BEGIN_MS UINT64_C(7000000)

struct talk {
    struct sst_policy policy;
    struct sst_counters counters;
    struct sst_session *session; /* in a block of its own, so that its ends are guarded */
    struct sst_tx own[2];        /* INVITE and UPDATE */
    struct sst_tx peer[2];
    struct sst_tx second[2]; /* for a request that comes while that one is open */
    struct sst_tx *heard[2]; /* the last one of each method */
    uint64_t begin_ms;
    uint64_t now_ms;
    uint32_t own_cseq;
    uint32_t peer_cseq;
    uint32_t highest_cseq; /* of the peer's requests */
    bool pull;             /* events are pulled after each step; set before the first */
    bool hold_pull;        /* pending events are not pulled for now */
    /* What the host does on an event, and what it returns. */
    int (*on_event)(struct talk *t, const struct sst_event *event);
    void *on_event_user;
    struct sst_event refresh; /* the last REFRESH */
    unsigned refreshes;       /* how many were reported */
    unsigned count[9];        /* events by type */
    uint64_t ended_ms;        /* when ENDED was reported */
    uint64_t expires_ms;      /* as last seen */
    bool may_move;            /* the current step may move it */
    unsigned depth;           /* of events within events */
    bool gone;                /* the session's memory is gone */
    uint32_t learned_min_se;  /* of the dialog, as RFC 4028 §7.4 counts */
    uint64_t random;          /* state of the random source; 0: the policy has none */
    size_t used;
    char log[8192];
    char text[512]; /* what a step returned */
};

/* A host that calls, or is called. policy is a text of fields, such as "mode=request min_se=120".
 * */
struct talk *caller(const char *policy);
struct talk *callee(const char *policy);
/* The same without a message: the test sets up and tears down the sessions. */
struct talk *talk_new(const char *policy, bool is_caller);
void talk_set(struct talk *t, const char *policy);
void talk_use_random(struct talk *t, uint64_t seed);
void end_talk(struct talk *t);

/* ---- Local requests ---- */

/* A local request: what it carries. INVITE with an offer, UPDATE without. */
const char *asks(struct talk *t, enum sst_method method);
/* The same with flags of enum sst_request_flag, and without assertions: what the session returned.
 * */
int try_ask(struct talk *t, enum sst_method method, unsigned flags, struct sst_headers *headers);
/* Sends what the last REFRESH asked for: its method, "offer" or "plain", and what it carries. */
const char *refreshes(struct talk *t);
/* Sends the last refresh again, as the verdicts "retry" and "auth" ask for: what it carries. */
const char *again(struct talk *t);
/* The peer's response to the open request of this method: the verdict, or "ended". */
const char *gets(struct talk *t, enum sst_method method, unsigned status, const char *headers);
/* The transaction ends without a response. */
const char *loses(struct talk *t, enum sst_method method, enum sst_outcome how);

/* The request of this method is not sent after all, and the session says when to refresh: the name
 * of the result. */
const char *drops(struct talk *t, enum sst_method method);

/* ---- The peer's requests ---- */

/* A request from the peer, INVITE with an offer unless it says "plain", UPDATE with one if it says
 * "offer": the advice, "0" to go on, "copy", or the status and the header fields. */
const char *hears(struct talk *t, enum sst_method method, const char *headers);
/* A response to it: what it carries. Its events are reported at once, unless hold_pull is set. */
const char *answers(struct talk *t, enum sst_method method, unsigned status);
/* The ACK for the 2xx to its INVITE. */
void hears_ack(struct talk *t);
/* hears() and answers() with 200: what that carries. */
const char *serves(struct talk *t, enum sst_method method, const char *headers);

/* ---- Time and events ---- */

/* Lets time pass, and does what is due exactly when it is due. */
void until(struct talk *t, double seconds);
/* The clock leaps, and the host polls once. */
void leaps(struct talk *t, double seconds);
/* The host polls again at the same time. */
void looks(struct talk *t);
/* The events since the last call. */
const char *told(struct talk *t);
/* The deadline as text: seconds, or "never". */
const char *next(struct talk *t);
/* Forgets the events so far, and sets the zero of the talk's seconds to now. */
void from_here(struct talk *t);
/* Pulls pending events, if events are pulled. */
void talk_pull(struct talk *t);
/* Checks everything that always holds. */
void talk_check(struct talk *t);
/* What a host sees of the timer, for display and for assertions. */
struct sst_session_info info_of(const struct talk *t);

/* ---- Whole stretches ---- */

/* An initial INVITE from the peer, answered with 200 and acknowledged; the events are forgotten. */
struct talk *called(const char *policy, const char *headers);
/* A local initial INVITE, answered by the peer. */
struct talk *connected(const char *policy, const char *response);
/* Local refreshes, each at its time, each answered with these header fields after delay seconds. */
void cycles(struct talk *t, unsigned count, const char *response, double delay);
/* Refreshes from the peer, one every so many seconds. */
void refreshed_by_peer(struct talk *t, unsigned count, double every, const char *headers);

/* A message from a text of header fields. */
void msg_headers(struct sst_msg *msg, const char *headers);
/* Header fields as a text. */
const char *headers_text(const struct sst_headers *headers, char *buffer, size_t size);

#endif
