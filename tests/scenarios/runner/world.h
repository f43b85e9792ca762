/* SPDX-License-Identifier: MIT */
/* A scenario being played: hosts with one libsst session each, messages in transit, a clock that
 * only moves when a line or a deadline says so, and the ladder of what happened. */
#ifndef WORLD_H
#define WORLD_H

#include "capture.h"
#include "ladder.h"
#include "settings.h"
#include "story.h"

#include <sst/sst.h>

#define MAX_HOSTS 24
#define MAX_SLOTS 8
#define MAX_TOLD 32
#define MAX_FLIGHTS 32
#define MAX_SENT 32
#define MAX_FIELDS (MAX_HEADERS + SST_HEADERS_MAX)

/* How libsst is driven. Each scenario is played in all of these ways, with the same result. */
enum way {
    WAY_CALLED, /* events by callback, each session advanced at its deadline */
    WAY_QUEUED, /* the same from a queue */
    WAY_PULLED, /* events are pulled, and time is also polled at odd moments */
    WAY_SAVED,  /* like CALLED, and after each call saved and restored on another clock */
    WAY_COUNT
};

/* A message as it travels. */
struct message {
    unsigned status;
    char method[16];
    uint32_t cseq;
    bool offer;
    bool copy;
    unsigned field_count;
    struct field field[MAX_FIELDS];
};

/* One transaction of a host. */
struct slot {
    struct sst_tx tx;
    bool used;
    bool own;
    bool done;  /* its final response has arrived */
    bool again; /* local: the verdict was to send it again */
    bool refresh;
    unsigned refusal; /* the peer's: the status that libsst advises, 0 for none */
    struct sst_headers refusal_headers;
    struct message request; /* as sent or received */
    /* For a proxy. */
    struct sst_proxy_tx proxy_tx;
    struct sst_proxy_edit edit;
    struct message response; /* to forward */
};

/* A report of libsst that no line has mentioned yet. */
struct told {
    uint64_t at_ms;
    char text[64];
    uint64_t until_ms; /* refreshed: the new expiration */
    uint64_t since_ms; /* ended: how old the last 2xx is */
};

struct world;

/* A libsst host with one dialog; or a proxy, or the dialog of a fork. */
struct host {
    struct world *world;
    const struct party *party;
    char name[NAME_ROOM];

    struct sst_session *session; /* NULL before it began, and after it was freed */
    bool gone;
    struct settings settings[2]; /* a policy does not change while a session uses it */
    unsigned current;
    struct sst_counters counters;
    struct sst_queue queue;
    struct sst_queue_slot queue_slot;

    uint64_t clock_ms; /* how far its clock is ahead of the scenario's */
    bool went_back;    /* no longer saved: an image cannot hold a time before its start */
    bool asleep;
    uint64_t wake_ms;
    uint8_t image[SST_IMAGE_SIZE];
    size_t image_length; /* to restore when it wakes up; else 0 */
    uint64_t elapsed_ms;
    uint64_t spread_ms;
    bool keeps_transactions;
    bool takes_over;

    bool down;  /* it cannot send, and reports that in each refresh event */
    bool asked; /* a refresh event came and nothing was sent yet */
    struct sst_event event;
    enum sst_event_type deed_at; /* the event from within which it ends or frees its session */
    bool deed_frees;

    uint32_t own_cseq;
    uint32_t peer_cseq;
    struct slot slot[MAX_SLOTS];
    unsigned next_slot;

    unsigned told_count;
    struct told told[MAX_TOLD];

    /* A proxy's dialog. */
    struct sst_proxy_dialog kept;
    struct sst_proxy_tx answered;   /* by the last 2xx with its To tag ... */
    const struct slot *answered_of; /* ... to the request here, with this CSeq */
    uint32_t answered_cseq;
};

struct flight {
    bool used;
    uint64_t at_ms;
    char from[NAME_ROOM];
    char to[NAME_ROOM];
    struct message message;
};

struct sent {
    char from[NAME_ROOM];
    char to[NAME_ROOM];
    struct message message;
};

struct world {
    const struct story *story;
    enum way way;
    struct ladder ladder;
    struct capture *capture; /* messages are written to it; NULL for none */
    const struct line *line; /* being played */
    uint64_t shift_ms;
    uint64_t now_ms;
    bool failed;
    uint32_t dice;
    unsigned host_count;
    struct host host[MAX_HOSTS];
    struct flight flight[MAX_FLIGHTS];
    struct sent last[MAX_SENT]; /* the newest messages, to send copies of */
    unsigned last_next;
};

/* ---- report.c ---- */

/* Something differs from the scenario: prints it and the ladder. @return false */
bool fail(struct world *world, const char *expected, const char *came);

/* ---- host.c ---- */

struct host *host_find(struct world *world, const char *name);
/* A new host of a party; forks have another name. NULL if there are too many. */
struct host *host_add(struct world *world, const struct party *party, const char *name);
/* Starts its session if it has none yet. @param caller  whether it sends the initial INVITE */
bool host_begin(struct host *host, bool caller);
void host_free(struct host *host);
uint64_t host_now(const struct host *host);
/* A time on its clock as one of the scenario's; SST_NEVER stays SST_NEVER. */
uint64_t host_time(const struct host *host, uint64_t time_ms);
/* Must follow each call of libsst: pulls events, checks invariants. */
bool host_after(struct host *host);
/* Makes the current settings its session's policy. */
bool host_use_settings(struct host *host, bool first);
bool host_idle(const struct host *host);
void tell(struct host *host, const char *text, const struct sst_event *event);
/* Reports what a verdict says beyond events. @param now_ms  on its clock, at the call that
 * returned it */
void tell_verdict(struct host *host, const struct sst_verdict *verdict, uint64_t now_ms);

/* ---- slots.c ---- */

struct slot *slot_new(struct host *host);
/* The newest of this kind; cseq 0 for any. */
struct slot *slot_find(struct host *host, bool own, const char *method, uint32_t cseq, bool open);
bool is_refresh_method(const char *method);
enum sst_method method_of(const char *method);
const char *field_get(const struct message *message, const char *name);
/* Converts a message to libsst's view of it. */
void message_view(const struct message *message, struct sst_msg *msg);
/* The header fields of a line, and everything else it says about the message. */
void message_of_line(const struct line *line, struct message *message);
/* Whether these are the same header fields, in any order. */
bool same_fields(const struct field *a, unsigned a_count, const struct field *b, unsigned b_count);
/* Whether only libsst writes this header field. */
bool is_timer_field(const char *name);
/* All of them in one text, for people. */
void print_fields(const struct field *fields, unsigned count, char *buffer, size_t size);

/* ---- send.c, receive.c, forward.c ---- */

bool send_library(struct host *host, struct message *message);
bool receive_library(struct host *host, const struct message *message);
bool receive_proxy(struct host *host, const struct message *message);
bool send_proxy(struct host *host, struct message *message);
/* The state of a proxy's dialog expires. */
void expire_proxy(struct host *host);

/* ---- deliver.c ---- */

/* Sends a message for a line. */
bool play_message(struct world *world);
bool deliver(struct world *world, const char *from, const char *to, const struct message *message);

/* ---- clock.c ---- */

/* Lets time pass: deadlines, messages that arrive, hosts that wake up. */
bool run_to(struct world *world, uint64_t until_ms);
bool nothing_untold(struct world *world);

/* ---- happen.c, look.c, expect.c ---- */

bool play_happening(struct host *host);
bool play_state(struct host *host);
bool play_counts(struct host *host);
bool play_telling(struct host *host);
/* Saving and restoring; restart.c. */
bool restart_save(struct host *host);
bool restart_restore(struct host *host);
/* Both at once, with all its transactions. */
bool restart_at_once(struct host *host);

/* ---- play.c ---- */

/* Plays a story in one of the ways. @param show  print the ladder in any case. @param capture
 * where each message is written; NULL for nowhere */
bool play(const struct story *story, enum way way, bool show, struct capture *capture);

#endif
