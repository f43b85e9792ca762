/* SPDX-License-Identifier: MIT */
/* Two hops of one call: messages that went in on one and did not come out on the other. */
#include <sst/watch.h>

/* Faults of a proxy that can confuse the ends about which of them refreshes. */
#define PROXY_TURNS                                                                                \
    (SST_FINDING_BIT(SST_FINDING_PROXY_REFRESHER) |                                                \
     SST_FINDING_BIT(SST_FINDING_PROXY_SE_REMOVED) | SST_FINDING_BIT(SST_FINDING_PROXY_TAGS) |     \
     SST_FINDING_BIT(SST_FINDING_PROXY_2XX_CHANGED) |                                              \
     SST_FINDING_BIT(SST_FINDING_PROXY_2XX_INSERTED) |                                             \
     SST_FINDING_BIT(SST_FINDING_PROXY_2XX_NOT_INSERTED))

static bool is_incomplete(const struct sst_watch_result *r)
{
    return r->verdict == SST_WATCH_INCOMPLETE;
}

static void incomplete(struct sst_watch_result *r, unsigned missing)
{
    r->verdict = SST_WATCH_INCOMPLETE;
    r->who = SST_WHO_NONE;
    r->causes = 0;
    r->missing |= missing;
}

/* Joins two complete hops. near is the hop next to the callee if it refreshes, else the one next to
 * the caller. */
static void join(const struct sst_watch_result *near_caller,
                 const struct sst_watch_result *near_callee, struct sst_watch_result *r)
{
    bool by_callee = near_caller->refresher == SST_WHO_CALLEE;
    const struct sst_watch_result *near = by_callee ? near_callee : near_caller;
    bool blames_over = near_caller->who == SST_WHO_CALLEE; /* the end beyond the proxy */
    bool blames_back = near_callee->who == SST_WHO_CALLER;
    if (blames_over && near_callee->who == SST_WHO_CALLEE) {
        *r = *near_callee; /* both hops blame it, and one is next to it */
    } else if (blames_back && near_caller->who == SST_WHO_CALLER) {
        *r = *near_caller;
    } else if (blames_over || blames_back) {
        /* The hop next to the blamed end does not confirm it. */
        bool both = blames_over && blames_back;
        const struct sst_watch_result *blaming = blames_over ? near_caller : near_callee;
        *r = both ? *near : *blaming;
        r->who = SST_WHO_PROXY;
    } else if (near_caller->who != SST_WHO_NONE) {
        *r = near_callee->who != SST_WHO_NONE ? *near : *near_caller;
    } else {
        bool says = near_callee->who != SST_WHO_NONE || near_callee->ended_by != SST_WHO_NONE;
        *r = says ? *near_callee : *near_caller;
    }
}

/* The proxy asked for a timer, did not insert it into the 2xx, forgot the call, and did not forward
 * a BYE. */
static bool is_forgotten(const struct sst_watch_result *near_caller,
                         const struct sst_watch_result *near_callee, uint64_t proxy)
{
    bool ended = near_caller->ended_by != SST_WHO_NONE;
    bool ended_there = near_callee->ended_by != SST_WHO_NONE;
    return (proxy & SST_FINDING_BIT(SST_FINDING_PROXY_2XX_NOT_INSERTED)) && ended != ended_there &&
           near_caller->refresher == SST_WHO_NONE;
}

/* The proxy sent a BYE to both sides. */
static void judge_bye(const struct sst_watch_result *near_caller,
                      const struct sst_watch_result *near_callee, struct sst_watch_result *r)
{
    if (near_caller->ended_by != SST_WHO_CALLEE || near_callee->ended_by != SST_WHO_CALLER) {
        return;
    }
    r->ended_by = SST_WHO_PROXY;
    r->causes |= SST_FINDING_BIT(SST_FINDING_PROXY_BYE);
    if (r->verdict == SST_WATCH_ENDED_NORMALLY || r->verdict == SST_WATCH_NO_TIMER ||
        r->verdict == SST_WATCH_ENDED_OTHERWISE) {
        r->verdict = SST_WATCH_ENDED_OTHERWISE;
        r->who = SST_WHO_PROXY;
    } else if (r->verdict == SST_WATCH_HUNG_UP_EARLY) {
        r->who = SST_WHO_PROXY;
    }
}

void sst_watch_across(const struct sst_watch_result *near_caller,
                      const struct sst_watch_result *near_callee, uint64_t proxy,
                      struct sst_watch_result *result)
{
    struct sst_watch_result r;
    bool turns = false;
    if (is_incomplete(near_caller) || is_incomplete(near_callee)) {
        const struct sst_watch_result *known =
            is_incomplete(near_caller) ? near_callee : near_caller;
        enum sst_watch_who beside = is_incomplete(near_caller) ? SST_WHO_CALLEE : SST_WHO_CALLER;
        r = *known;
        if (known->who != beside && known->who != SST_WHO_NONE) {
            incomplete(&r, near_caller->missing | near_callee->missing);
        }
    } else {
        join(near_caller, near_callee, &r);
        judge_bye(near_caller, near_callee, &r);
        if (is_forgotten(near_caller, near_callee, proxy)) {
            r.verdict = SST_WATCH_NOBODY_REFRESHES;
        }
        turns = r.verdict == SST_WATCH_NOBODY_REFRESHES || r.verdict == SST_WATCH_TIMER_LOST ||
                (r.verdict == SST_WATCH_NOT_REFRESHED &&
                 near_caller->refresher != near_callee->refresher);
    }
    if (turns && (proxy & PROXY_TURNS)) {
        r.who = SST_WHO_PROXY;
        r.causes = proxy & PROXY_TURNS;
    }
    r.by_caller = near_caller->by_caller;
    r.by_callee = near_callee->by_callee;
    *result = r;
}
