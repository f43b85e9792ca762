/* SPDX-License-Identifier: MIT */
/*
 * The simulation: one call between two user agents, in virtual time, every choice from one seed.
 *
 * choice.c draws, world.c sets up a call and runs it, timeline.c keeps what is to come, network.c
 * and proxy.c carry messages, client.c and server.c are SIP transactions, host.c and pull.c are
 * what a host does with the library, policy.c is what its owner wants, user.c what people and
 * faults do, oracle.c and property.c judge, count.c counts, shrink.c shortens a failure, main.c is
 * the program. habit.c, between.c and foreign.c are the habits of hosts, of what lies between them,
 * and of peers without the library; each can be switched off (habit.h).
 */
#ifndef SIM_H
#define SIM_H

#include "count.h"
#include "habit.h"

#include <stdio.h>

#define SIDES 2
#define PROXIES_MAX 3
#define SERVERS 6
#define STORED_MAX 8u
#define MEMORIES 32 /* transactions that a proxy remembers */
#define EVENTS_MAX 512
#define PACKETS_MAX 192
#define CHOICES_MAX 16384
#define T1 500u
#define T2 4000u
#define TIMER_B 32000u

enum kind { KIND_LIBRARY, KIND_PLAIN, KIND_ROGUE, KIND_FOREIGN };
enum style { STYLE_PULL, STYLE_PUSH, STYLE_REENTRANT };
enum phase { PHASE_IDLE, PHASE_EARLY, PHASE_UP, PHASE_OVER, PHASE_DEAD };

struct packet {
    struct sst_headers headers;
    uint32_t cseq;
    uint16_t status; /* 0: a request */
    uint8_t method;
    uint8_t from;
    int8_t at; /* 0: the caller, last: the callee; between them proxies */
    bool offer;
    bool tagged; /* a request with a To tag */
    bool allow;
    bool allow_update;
    bool answers; /* a reliable 1xx that answers the offer */
    bool sure;    /* must not be lost any more */
    bool used;
};

struct client {
    struct sst_tx tx;
    struct packet packet;
    uint32_t cseq;
    uint32_t token; /* timers of an earlier request have another */
    uint32_t wait;  /* ms until the next retransmission */
    uint32_t commits;
    uint8_t retries;
    bool open, proceeding, refresh, offer, initial, cancelled;
    bool timed;    /* the extension was on when it was sent */
    bool answered; /* its offer was answered in a reliable 1xx */
    bool late;     /* sent after the expiration, by a host that did not poll */
    uint64_t sent_at;
};

struct server {
    struct sst_tx tx;
    struct packet response;
    uint64_t since;
    uint32_t cseq;
    uint32_t token;
    uint32_t wait;
    uint32_t commits;
    uint16_t planned; /* the status to come */
    uint8_t method;
    bool used, open, await_ack;
    bool rang;                     /* had a 1xx */
    bool asks;                     /* the request had Supported: timer and Session-Expires */
    uint32_t most;                 /* so the 2xx may have no more than this; 0: any */
    bool offer;                    /* the request had one ... */
    bool answered;                 /* ... which was answered in a reliable 1xx */
    bool gave;                     /* its 2xx has an offer */
    bool supports;                 /* the request had Supported: timer */
    uint32_t asked;                /* what its Session-Expires said, 0: none */
    enum sst_refresher asked_role; /* ... */
};

/* An image in a store. */
struct stored {
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t fingerprint;
    uint64_t at; /* when it was written */
};

struct agent {
    struct world *world;
    struct sst_policy policies[2];
    struct sst_policy *policy; /* one of the two */
    struct sst_session session;
    struct client invite, update, bye;
    struct server servers[SERVERS];
    struct sst_event inbox[16]; /* reported by the library, not handled yet */
    unsigned inbox_count;
    uint8_t index;
    enum kind kind;
    enum style style;
    enum phase phase;
    bool update_known, says_allow, tells_cseq, tells_ack, tells_copies;
    bool slow;       /* polls late */
    bool lazy;       /* pulls late, if it pulls */
    bool looks_late; /* and so late that something may interfere */
    uint8_t put_off; /* how often in a row */
    uint32_t pull_token;
    uint64_t pull_at;     /* SST_NEVER: no pull is planned */
    uint64_t waits_since; /* since when an event waits to be pulled; SST_NEVER: none does */
    bool ended;           /* SST_EVENT_ENDED came */
    bool silent;          /* the host ended it */
    bool inside;          /* a call into the library is in progress */
    uint64_t away_until;  /* asleep, or restarting */
    uint64_t wake_at;
    uint32_t wake_token;
    uint64_t clock; /* the host's clock is the world's plus this, modulo 2^64 */
    uint32_t cseq;
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t image_at;                /* world time; 0: there is none */
    struct stored stored[STORED_MAX]; /* the last ones; the newest is at writes - 1 */
    uint32_t writes;
    uint64_t died_at;
    uint64_t taken_at; /* last takeover by another host; 0: never */
    /* what the oracle knows */
    uint64_t expires;
    uint64_t committed_at; /* on the host's clock */
    uint64_t last_end;     /* world time of the end */
    uint32_t interval;
    uint32_t learned;       /* largest Min-SE of the dialog */
    uint32_t learned_early; /* ... of the Call-ID */
    uint32_t commits;
    uint32_t asked;    /* refreshes requested since the last 2xx */
    uint64_t asked_at; /* of the last refresh requested, on the host's clock */
    uint64_t least;    /* by the policy of the last 2xx: no refresh before this, in ms */
    bool plain_end;    /* by that policy: hangs up as in RFC 4028 §10 */
    bool had_most;     /* one of its policies had a max_session_expires */
    enum sst_method asked_method;
    bool restored, refused_peer;
    bool refused_late; /* one of its requests was rejected after its BYE was due; EC-120 */
    bool established;
    bool timed;       /* a timer ran when the call ended ... */
    bool own_benefit; /* ... for its own benefit */
    bool gave;        /* the library waits for the ACK that answers an offer ... */
    uint64_t gave_at; /* ... which was in the 2xx of this moment */
    /* habits */
    uint32_t ping_cseq; /* of the last request in its name that it knows nothing of */
    unsigned unsent;    /* refreshes not sent in this interval */
    unsigned early;     /* 408 responses to its refreshes since the last 2xx to one */
    bool owes_notice;   /* its policy obliges it to notice a dead peer, with or without agreement */
    bool sent_since;    /* a refresh since the last 2xx */
    bool last_was_refresh; /* the last 2xx answered its own refresh, and nothing overlapped */
    bool lives;            /* a response other than 100 and 2xx came since the last 2xx */
    bool attempting;       /* a refresh was requested, and has no 2xx yet */
    bool probes;           /* EC-123: a request that was overtaken got no response, and no later
                              request has been answered */
    bool has_begun;        /* a refresh, at ... */
    uint64_t begun_at;     /* ... by the host's clock: the first attempt of the last one */
    uint32_t floor;        /* the smallest refresh_floor since then, in s */
    struct foreign foreign;
};

enum proxy_kind { PROXY_LIBRARY, PROXY_BLIND, PROXY_STRIPS };

struct proxy_memory {
    struct sst_proxy_tx tx;
    uint32_t cseq;
    uint8_t method;
    uint8_t from;
    bool used;
};

struct proxy {
    enum proxy_kind kind;
    struct sst_proxy_policy policy;
    struct proxy_memory memory[MEMORIES];
    unsigned next;
    unsigned strips;
    struct sst_proxy_dialog dialog;
};

/* A response made up by something between the two hosts. */
struct held {
    struct packet packet;
    bool used;
};

struct timed {
    uint64_t at;
    uint32_t order;
    uint32_t token;
    uint8_t type;
    uint8_t side;
    uint8_t slot;
    uint8_t detail;
};

enum timed_type {
    TIMED_PACKET,
    TIMED_CLIENT_COPY,
    TIMED_CLIENT_OUT,
    TIMED_SERVER_COPY,
    TIMED_SERVER_ANSWER,
    TIMED_WAKE,
    TIMED_ACT,
    TIMED_FAULT,
    TIMED_BACK,
    TIMED_RETRY,
    TIMED_PULL,
    TIMED_HELD,
    TIMED_FOREIGN,
    TIMED_ACK
};

/* How a host comes back; TIMED_BACK. */
enum back { BACK_AGE_KNOWN, BACK_AGE_UNKNOWN, BACK_ELSEWHERE };

struct choices {
    uint64_t state;
    uint32_t *list; /* recorded, or to be followed; NULL: neither */
    size_t count;
    size_t next;
    bool follow;
};

struct world {
    struct choices choices;
    struct counts *counts;
    uint64_t now;
    uint64_t end_at; /* nobody starts anything after this */
    uint64_t partition_until;
    uint64_t dead_at;
    const char *failure;
    char detail[160];
    struct agent side[SIDES];
    struct proxy proxy[PROXIES_MAX];
    unsigned proxies;
    uint64_t cause_at[CAUSE_COUNT]; /* last time; 0: never */
    unsigned causes;
    unsigned flying;
    unsigned allowed; /* habits, by the command line */
    unsigned habits;  /* of this world */
    struct rule rules[RULES_MAX];
    struct held held[HELD_MAX];
    uint32_t refused_cseq[SIDES][2]; /* the last request that was rejected on the way */
    uint32_t passed_cseq[SIDES][2];  /* ... that was let through */
    unsigned ping_by;                /* in whose name the pings are sent, and how many are left */
    unsigned pings;
    uint32_t ping_every;
    bool overtaken;   /* the last 408 was to a refresh that something had overtaken */
    unsigned network; /* 0 perfect, 1 delivers, 2 harsh, 3 loses a third */
    uint8_t lost[SIDES][SST_METHOD_BYE + 1][2];
    unsigned tries; /* attempts to hang up */
    bool fair, planned, overlapped, verbose;
    bool fickle;   /* owners change their minds while something is pending */
    bool declines; /* a policy of this call turns the extension off, or accepts no timer later */
    uint32_t order;
    unsigned count;
    struct timed events[EVENTS_MAX];
    struct packet packets[PACKETS_MAX];
};

/* Nothing depends on what the library returns here. */
static inline void ignored(int result)
{
    (void)result;
}

/* choice.c: 0 is always the harmless choice */
uint64_t next_random(uint64_t *state);
unsigned pick(struct world *w, unsigned n);
bool chance(struct world *w, unsigned per_mille);
uint32_t draw(struct world *w);

/* timeline.c */
void schedule(struct world *w, uint64_t at, enum timed_type type, unsigned side, unsigned slot,
              uint32_t token, unsigned detail);
bool next_timed(struct world *w, struct timed *timed);

/* network.c */
void send_packet(struct world *w, const struct packet *packet);
void carry(struct world *w, unsigned slot);
const char *get_header(const struct packet *packet, const char *name);
void put_header(struct packet *packet, const char *name, const char *value);
void add_header(struct packet *packet, const char *name, const char *value);
void remove_header(struct packet *packet, const char *name);
void view(struct sst_msg *msg, const struct packet *packet);
void log_line(struct world *w, const char *format, ...);
void log_packet(struct world *w, const struct packet *packet, const char *what);

/* proxy.c */
void make_proxy(struct world *w, struct proxy *proxy);
bool pass_proxy(struct world *w, struct proxy *proxy, struct packet *packet);

/* client.c */
bool start_client(struct world *w, struct agent *a, enum sst_method method, bool refresh,
                  bool offer);
void client_copy(struct world *w, struct agent *a, unsigned slot, uint32_t token);
void client_out(struct world *w, struct agent *a, unsigned slot, uint32_t token);
void client_response(struct world *w, struct agent *a, const struct packet *packet);
struct client *client_of_method(struct agent *a, enum sst_method method);
void client_retry(struct world *w, struct agent *a, unsigned slot, uint32_t token);
void cancel(struct world *w, struct agent *a);
void send_other(struct world *w, struct agent *a, enum sst_method method, uint32_t cseq);
void hang_up(struct world *w, struct agent *a);

/* server.c */
void server_request(struct world *w, struct agent *a, const struct packet *packet);
void server_answer(struct world *w, struct agent *a, unsigned slot, uint32_t token,
                   unsigned status);
void server_copy(struct world *w, struct agent *a, unsigned slot, uint32_t token);

/* host.c */
uint64_t clock_of(const struct world *w, const struct agent *a);
int on_event(void *user, struct sst_session *session, const struct sst_event *event);
uint32_t on_random(void *user);
void handle(struct world *w, struct agent *a, const struct sst_event *event);
void say_not_sent(struct world *w, struct agent *a, struct sst_tx *tx, uint64_t retry);
void settle(struct world *w, struct agent *a); /* after each call into the library */
void tell_what_waits(struct world *w, struct agent *a);
void wake(struct world *w, struct agent *a, uint32_t token);
void poll_now(struct world *w, struct agent *a);
bool is_up(const struct world *w, const struct agent *a);
bool has_ended(const struct agent *a); /* the library ended it; the host may not know yet */
bool may_invite(const struct agent *a);
void stop(struct world *w, struct agent *a);
void afflict(struct world *w, enum cause cause);

/* pull.c */
void pull(struct world *w, struct agent *a);
void plan_pull(struct world *w, struct agent *a);
uint32_t look_late(struct world *w, struct agent *a);
void late_pull(struct world *w, struct agent *a, uint32_t token);

/* policy.c */
void first_policy(struct world *w, struct agent *a);
bool change_policy(struct world *w, struct agent *a);

/* user.c */
void plan_call(struct world *w);
void do_act(struct world *w, struct agent *a, enum act act);
void do_fault(struct world *w, struct agent *a, enum fault fault);
void come_back(struct world *w, struct agent *a, unsigned detail);
void rogue_headers(struct world *w, struct packet *packet);
void forget_transactions(struct agent *a);

/* takeover.c */
void write_image(struct world *w, struct agent *a);
void die(struct world *w, struct agent *a);
void take_over(struct world *w, struct agent *a);
void judge_taker(struct world *w, const struct agent *a);

/* world.c */
void run_world(struct world *w);
void make_agent(struct world *w, struct agent *a);

/* oracle.c */
struct commit {
    struct sst_policy by; /* as it was before the call, whose events may set another */
    uint32_t commits;     /* when the transaction began */
    bool sent;            /* otherwise received */
    bool timed;           /* the extension was on when the request was sent or received */
    bool late;            /* received: the request was sent after the expiration */
    uint64_t sent_at;     /* ... when it was sent */
    uint64_t planned; /* sent, and the request asked for nothing: the refresh that was planned */
};
enum may { MAY_NOTHING = 0, MAY_COMMIT = 1, MAY_ACK = 2, MAY_TIME = 4, MAY_RESTORE = 8 };
void fail(struct world *w, const char *what, const char *format, ...);
void judge(struct world *w, struct agent *a, unsigned may);
void judge_event(struct world *w, struct agent *a, const struct sst_event *event);
void judge_request(struct world *w, struct agent *a, const struct packet *packet);
void note_commit(struct world *w, struct agent *a, const struct packet *packet,
                 const struct commit *commit);

/* oracle_world.c */
void judge_world(struct world *w);
void judge_end(struct world *w);

/* property.c */
void property_ended(struct world *w, struct agent *a, const struct sst_event *event);
const char *property_name_of_end(const struct world *w);
void property_refused(struct world *w, struct agent *a, const struct server *s,
                      const struct packet *packet, unsigned status);
void property_rate(struct world *w, struct agent *a);
bool property_owes_notice(const struct world *w, const struct agent *a);
void property_commit(struct agent *a, const struct sst_policy *policy, bool refresh, bool keeps);

/* habit.c */
bool has(const struct world *w, enum habit habit);
void choose_habits(struct world *w);
void habits_of_agent(struct world *w, struct agent *a);
void habits_of_policy(struct world *w, struct agent *a, struct sst_policy *p);
void wide_policy(struct world *w, struct sst_policy *p);
void plan_habits(struct world *w, uint64_t run, uint64_t guard);
bool habit_unsent(struct world *w, struct agent *a, const struct sst_event *event);
uint32_t habit_answer_delay(struct world *w, struct agent *a, const struct server *s);
void do_habit(struct world *w, struct agent *a, enum act act);
bool wants_late_ack(struct world *w, struct agent *a);
void late_ack(struct world *w, struct agent *a, unsigned slot, uint32_t token);
void answer_in_1xx(struct world *w, struct agent *a, struct server *s);

/* between.c */
bool intercepted(struct world *w, struct agent *a, const struct packet *packet);
void release_held(struct world *w, unsigned slot);
void make_rules(struct world *w, uint64_t run, uint64_t guard);

/* foreign.c */
void foreign_request(struct world *w, struct agent *a, struct packet *packet);
void foreign_answer(struct world *w, struct agent *a, struct server *s, bool initial);
void foreign_response(struct world *w, struct agent *a, const struct packet *packet);
void foreign_copy(struct world *w, struct agent *a, struct packet *packet);
void foreign_due(struct world *w, struct agent *a, uint32_t token);

/* shrink.c */
size_t shrink(struct world *w, uint32_t *list, size_t count, const char *failure);
void run_list(struct world *w, uint32_t *list, size_t count, struct counts *counts);
void run_seed(struct world *w, uint64_t seed, struct counts *counts, uint32_t *list);

#endif
