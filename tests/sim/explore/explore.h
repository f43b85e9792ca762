/* SPDX-License-Identifier: MIT */
/*
 * Systematic exploration of a session: every sequence of calls up to a depth, over a small set of
 * inputs and times. States that differ only in when they are reached count as one state.
 *
 * inputs.c: the calls; check.c: what must hold after each; states.c: the states seen; main.c: the
 * search.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <sst/sst.h>

enum place { OWN_INVITE, OWN_UPDATE, PEER_INVITE, PEER_UPDATE, PLACES };

#define DEPTH_MAX 40

/* What the host does with the next REFRESH. */
enum trust {
    TRUST_LATER,  /* nothing, from inside the event */
    TRUST_SENDS,  /* begins it, and returns true, which is read as done */
    TRUST_UNDOES, /* begins it, and reports with its tx that it was not sent */
    TRUST_REFUSES /* reports that it cannot begin it now */
};

/* The owner's policies: the first; the same, with pulled events; off; and a different one. */
enum { POLICY_FIRST, POLICY_PULLED, POLICY_OFF, POLICY_OTHER, POLICIES };

/* One node of the search. */
struct state {
    struct sst_session session;
    struct sst_tx tx[PLACES];
    uint64_t policy;  /* index into the search's policies */
    uint64_t gave_at; /* when a 2xx had an offer; 0: never, or acknowledged */
    uint64_t answer;  /* enum trust */
    uint64_t now;
    uint8_t path[DEPTH_MAX]; /* the inputs that led here */
    uint8_t depth;
};

/* What the calls of one step reported. */
struct told {
    unsigned count[SST_EVENT_ENDED + 1];
    bool after_end;
    bool late_refresh;
    bool own_beside_peers; /* an INVITE was allowed while the peer's is unanswered */
    unsigned advised;      /* the status advised for a request from the peer */
    bool offered;          /* ... which had an offer */
    bool invited;          /* ... which was an INVITE */
    bool heard;            /* there was one, and it was no retransmission */
    bool ignored;          /* the response to an open transaction */
};

struct search {
    struct sst_policy policies[POLICIES];
    bool changes; /* the policy may change, and events may be pulled */
    bool habits;  /* inputs that not every host uses, and the property that holds for them */
    enum trust answer;
    struct told told;
    uint64_t now; /* of the current step */
    uint64_t steps;
    uint64_t told_in_all[SST_EVENT_ENDED + 1];
    uint64_t results[16];
    const char *failure;
};

/* inputs.c */
unsigned input_count(void);
const char *input_name(unsigned input);
/* What the input may do to the expiration. */
enum may { MAY_NOTHING = 0, MAY_COMMIT = 1, MAY_ACK = 2, MAY_TIME = 4, MAY_RESTORE = 8 };
unsigned input_may(unsigned input);
/* Applies the input. False if it makes no sense here. */
bool do_input(struct search *search, struct state *state, unsigned input);
int on_event(void *user, struct sst_session *session, const struct sst_event *event);

/* check.c: NULL, or which part of the property fails: see tests/sim/property.c */
const char *check_property(const struct search *search, const struct state *before);

/* check.c: NULL, or what fails */
const char *check_step(struct search *search, const struct state *before, const struct state *after,
                       unsigned input);

/* states.c */
bool seen_create(size_t slots);
void seen_clear(void);
bool seen_before(const struct state *state); /* and records it */
void normalize(const struct state *state, struct state *out);

#endif
