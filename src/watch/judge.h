/* SPDX-License-Identifier: MIT */
/* Judging the end of a dialog. */
#ifndef SST_WATCH_JUDGE_H
#define SST_WATCH_JUDGE_H

#include "watch/state.h"

/* The end to explain: what is known, and the result so far. */
struct sst_watch_case {
    const struct sst_watch *w;
    struct sst_watch_limits limits; /* if a timer runs or ran */
    uint64_t at;                    /* time of the BYE, else the end of the capture */
    unsigned by;                    /* who sent the BYE */
    struct sst_watch_result *result;
};

/* Gives the verdict. */
void sst_watch_conclude(struct sst_watch_case *c, enum sst_watch_verdict verdict,
                        enum sst_watch_who who);

/* Adds a finding that only the end shows. */
void sst_watch_blame(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding);
/* The same, and names it as a cause of the end. */
void sst_watch_accuse(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding);
/* The capture does not show what is needed for a verdict. */
void sst_watch_give_up(struct sst_watch_case *c, unsigned missing);

/* ---- refused.c: explanations by the outcome of requests. @return whether it explains the end
 * ---- */

bool sst_watch_explain_ack(struct sst_watch_case *c);
bool sst_watch_explain_unanswered(struct sst_watch_case *c);
bool sst_watch_explain_refused(struct sst_watch_case *c);
/* Whatever timer there was: a request was retransmitted without an answer for all of 64*T1. */
bool sst_watch_explain_alone(struct sst_watch_case *c);
/* The initial INVITE was rejected because of the timer. */
bool sst_watch_explain_setup(struct sst_watch_case *c);

/* ---- clock.c: explanations by the time of the BYE ---- */

/* Whether the BYE came when the timer in force calls for one, or its Reason names the timer. The
 * side that waits can be late; a BYE by the refresher at any other time can have any cause. */
bool sst_watch_is_for_timer(const struct sst_watch_case *c);
/* While a timer runs. */
void sst_watch_conclude_running(struct sst_watch_case *c);
/* The BYE came too early, or for a timer that does not exist. */
void sst_watch_conclude_early(struct sst_watch_case *c);
/* Nobody hung up in time. */
void sst_watch_conclude_kept(struct sst_watch_case *c);
/* The timer is not the cause: the Reason names another one, the BYE came right after a refresh, or
 * a user hung up. */
void sst_watch_conclude_by_user(struct sst_watch_case *c);

#endif
