/* SPDX-License-Identifier: MIT */
/*
 * A scenario as it is played: hosts with a session of libsst each, messages under way, a clock that
 * only moves where a line or a deadline says so, and the ladder of what happened.
 */
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

/* How libsst is driven. Each scenario is played in every one of them: they tell the same. */
enum way {
    WAY_CALLED, /* events by callback, each session advanced at its deadline */
    WAY_QUEUED, /* the same from a queue */
    WAY_PULLED, /* events are pulled, and time is polled at odd moments besides */
    WAY_SAVED,  /* called, and after each call saved and restored on another clock */
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
    bool done;  /* its final response was there */
    bool again; /* own: the verdict was to send it once more */
    bool refresh;
    unsigned refusal; /* peer's: what libsst says to answer, 0 for nothing */
    struct sst_headers refusal_headers;
    struct message request; /* as sent or received */
    /* A proxy's. */
    struct sst_proxy_tx proxy_tx;
    struct sst_proxy_edit edit;
    struct message response; /* that it forwards */
};

/* Something that libsst told, and no line has spoken of yet. */
struct told {
    uint64_t at_ms;
    char text[64];
    uint64_t until_ms; /* refreshed: the new expiration */
    uint64_t since_ms; /* ended: how old the last 2xx is */
};

struct world;

/* A library host, one dialog; or a proxy, or the dialog of a fork. */
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

    uint64_t clock_ms; /* what its clock is ahead of the scenario's */
    bool went_back;    /* it is not saved after that: an image has no time before its start */
    bool asleep;
    uint64_t wake_ms;
    uint8_t image[SST_IMAGE_SIZE];
    size_t image_length; /* it is to be restored when it wakes up; else 0 */
    uint64_t elapsed_ms;
    uint64_t spread_ms;
    bool keeps_transactions;
    bool takes_over;

    bool down;  /* it cannot send, and says so in each refresh event */
    bool asked; /* a refresh event has come and nothing was sent */
    struct sst_event event;
    enum sst_event_type deed_at; /* from within which event it ends or frees its session */
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
    struct capture *capture; /* that messages are written to; NULL for none */
    const struct line *line; /* that is being played */
    uint64_t shift_ms;
    uint64_t now_ms;
    bool failed;
    uint32_t dice;
    unsigned host_count;
    struct host host[MAX_HOSTS];
    struct flight flight[MAX_FLIGHTS];
    struct sent last[MAX_SENT]; /* the newest messages, for copies */
    unsigned last_next;
};

/* ---- report.c ---- */

/* Something is not as the scenario says: prints it and the ladder. @return false */
bool fail(struct world *world, const char *expected, const char *came);

/* ---- host.c ---- */

struct host *host_find(struct world *world, const char *name);
/* A new host of a party; for forks with another name. NULL where there are too many. */
struct host *host_add(struct world *world, const struct party *party, const char *name);
/* Starts its session if it has none yet. @param caller  it sends the initial INVITE */
bool host_begin(struct host *host, bool caller);
void host_free(struct host *host);
uint64_t host_now(const struct host *host);
/* A time of its clock as one of the scenario's; SST_NEVER stays that. */
uint64_t host_time(const struct host *host, uint64_t time_ms);
/* To be called after each call of the library's: pulls events, checks invariants. */
bool host_after(struct host *host);
/* Its session's policy becomes the current settings. */
bool host_use_settings(struct host *host, bool first);
bool host_idle(const struct host *host);
void tell(struct host *host, const char *text, const struct sst_event *event);
/* What a verdict says beyond events. @param now_ms  of its clock, at the call that gave it */
void tell_verdict(struct host *host, const struct sst_verdict *verdict, uint64_t now_ms);

/* ---- slots.c ---- */

struct slot *slot_new(struct host *host);
/* The newest of this kind; cseq 0 for any. */
struct slot *slot_find(struct host *host, bool own, const char *method, uint32_t cseq, bool open);
bool is_refresh_method(const char *method);
enum sst_method method_of(const char *method);
const char *field_get(const struct message *message, const char *name);
/* Makes the library's view of a message. */
void message_view(const struct message *message, struct sst_msg *msg);
/* The header fields of a line, and whatever else it says of the message. */
void message_of_line(const struct line *line, struct message *message);
/* Are these the same header fields? Order does not matter. */
bool same_fields(const struct field *a, unsigned a_count, const struct field *b, unsigned b_count);
/* Is this a header field that only libsst writes? */
bool is_timer_field(const char *name);
/* All of them in one text, for people. */
void print_fields(const struct field *fields, unsigned count, char *buffer, size_t size);

/* ---- send.c, receive.c, forward.c ---- */

bool send_library(struct host *host, struct message *message);
bool receive_library(struct host *host, const struct message *message);
bool receive_proxy(struct host *host, const struct message *message);
bool send_proxy(struct host *host, struct message *message);
/* A dialog's state of a proxy expires. */
void expire_proxy(struct host *host);

/* ---- deliver.c ---- */

/* A message that a line sends. */
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

/*
 * Plays a story in one of the ways. @param show  print the ladder in any case. @param capture where
 * each message is written to; NULL for nowhere
 */
bool play(const struct story *story, enum way way, bool show, struct capture *capture);

#endif
