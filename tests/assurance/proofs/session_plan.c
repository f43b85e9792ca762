/* SPDX-License-Identifier: MIT */
/* When the next refresh is planned: within what RFC 4028 §10 leaves. */
#include "spec_plan.h"

/*@ requires RUNNABLE(s);
    assigns s->named_s;
    ensures kept: at > LAST_ATTEMPT(s) && at < LAST_SEND(s) ==>
        s->named_s == (EXPIRATION(s) - at) / 1000;
    ensures not_needed: at <= LAST_ATTEMPT(s) || at >= LAST_SEND(s) ==>
        s->named_s == \old(s->named_s); */
static void remember_named(struct sst_session *s, uint64_t at);

/*@ requires READABLE(s);
    assigns s->ladder;
    ensures nothing_pending: \result ==> !FLAG(s, F_ANY_UPDATE) ||
        !FLAG(s, F_LOCAL_REQUEST | F_PEER_REQUEST) && now >= ACKED(s);
    ensures none: !\result ==> s->ladder == \old(s->ladder); */
static bool take_untried(struct sst_session *s, uint64_t now);

/*@ requires READABLE(s) && RUNNABLE(s) && SOUND_TIMER(s);
    assigns s->ladder, s->named_s;
    ensures in_time: \result == SST_NEVER || now <= \result < LAST_SEND(s);
    ensures too_late: now >= LAST_SEND(s) ==> \result == SST_NEVER;
    ensures not_before_named: \result == SST_NEVER || \result == now ||
        \result >= \min(EXPIRATION(s) - 1000 * \old(s->named_s), LAST_SEND(s) - 1); */
static uint64_t last_resort(struct sst_session *s, uint64_t now);

/* EC-114 */
/*@ requires READABLE(s);
    assigns s->ladder;
    ensures once: \old((s->ladder & LADDER_SECOND) != 0) ==>
        !\result && s->ladder == \old(s->ladder); */
static bool second_round(struct sst_session *s);

#include "../../../src/session/plan.c"
