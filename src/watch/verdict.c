/* SPDX-License-Identifier: MIT */
/* Recording the result of an explanation. */
#include "watch/judge.h"

void sst_watch_conclude(struct sst_watch_case *c, enum sst_watch_verdict verdict,
                        enum sst_watch_who who)
{
    c->result->verdict = verdict;
    c->result->who = who;
}

void sst_watch_blame(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding)
{
    uint64_t bit = SST_FINDING_BIT(finding);
    c->result->by_caller |= who == SST_WHO_CALLER ? bit : 0;
    c->result->by_callee |= who == SST_WHO_CALLEE ? bit : 0;
}

void sst_watch_accuse(struct sst_watch_case *c, enum sst_watch_who who, unsigned finding)
{
    sst_watch_blame(c, who, finding);
    c->result->causes |= SST_FINDING_BIT(finding);
}

void sst_watch_give_up(struct sst_watch_case *c, unsigned missing)
{
    c->result->missing |= missing;
    sst_watch_conclude(c, SST_WATCH_INCOMPLETE, SST_WHO_NONE);
}
