/* SPDX-License-Identifier: MIT */
/* A dialog as its end is judged. */
#ifndef SST_WATCH_JUDGE_H
#define SST_WATCH_JUDGE_H

#include "watch/state.h"

/* An end to be explained: what is known, and how far the explanation has come. */
struct sst_watch_case {
    const struct sst_watch *w;
    struct sst_watch_limits limits; /* where a timer runs or ran */
    uint64_t at;                    /* the BYE, else how far the capture goes */
    unsigned by;                    /* who sent the BYE */
    struct sst_watch_result *result;
};

/* Gives the verdict. */
void sst_watch_conclude(struct sst_watch_case *c, enum sst_watch_verdict verdict,
                        enum sst_watch_who who);

/* A finding that only the end shows. */
void sst_watch_blame(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding);
/* The same, and it is what the call ended for. */
void sst_watch_accuse(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding);
/* The capture does not show it. */
void sst_watch_give_up(struct sst_watch_case *c, unsigned missing);

/* ---- refused.c: explanations by what became of requests. @return whether it is one ---- */

bool sst_watch_explain_ack(struct sst_watch_case *c);
bool sst_watch_explain_unanswered(struct sst_watch_case *c);
bool sst_watch_explain_refused(struct sst_watch_case *c);
/* Whatever timer there was: a request that was retransmitted in vain for the whole of 64*T1. */
bool sst_watch_explain_alone(struct sst_watch_case *c);
/* The initial INVITE was refused for the sake of the timer. */
bool sst_watch_explain_setup(struct sst_watch_case *c);

/* ---- clock.c: explanations by the time of the BYE ---- */

/* Whether the BYE came when one is due for the timer in force, or says that it is for it. The side
 * that waits may be late; the refresher's own BYE at any other time is anybody's. */
bool sst_watch_is_for_timer(const struct sst_watch_case *c);
/* While a timer runs. */
void sst_watch_conclude_running(struct sst_watch_case *c);
/* Before its time, or for a timer that there is none of. */
void sst_watch_conclude_early(struct sst_watch_case *c);
/* Nobody hung up in time. */
void sst_watch_conclude_kept(struct sst_watch_case *c);
/* Nothing of the timer's: by its Reason, right after a refresh, or by the will of a user. */
void sst_watch_conclude_by_user(struct sst_watch_case *c);

#endif
