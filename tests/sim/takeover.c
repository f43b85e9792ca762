/* SPDX-License-Identifier: MIT */
/*
 * Hosts that keep their sessions in a store and die at any moment. Another host takes over the call
 * from the last image in the store, with a clock of its own (EC-131). Nobody may notice: the call
 * continues, and if the peer is dead too, it still ends.
 */
#include "sim.h"

#include <string.h>

/* A write reaches the store this long after it was sent, unless its host dies first. */
#define WRITE_MS 50u
/* How far apart the two hosts' clocks may be in the worst case. */
#define CLOCKS_MS 10000u
/* How many CSeq numbers a host reserves at a time. */
#define CSEQ_BLOCK 1000u

static struct stored *newest(struct agent *a)
{
    return &a->stored[(a->writes - 1u) % STORED_MAX];
}

/* After any action of the host, the image in the store is out of date. */
void write_image(struct world *w, struct agent *a)
{
    uint64_t fingerprint = sst_session_fingerprint(&a->session);
    if (!has(w, HABIT_DIES) || a->phase != PHASE_UP ||
        (a->writes != 0 && newest(a)->fingerprint == fingerprint)) {
        return;
    }
    a->writes++;
    struct stored *stored = newest(a);
    stored->fingerprint = fingerprint;
    stored->at = w->now;
    ignored(
        sst_session_save(&a->session, clock_of(w, a), stored->image, sizeof stored->image, NULL));
}

/* A re-INVITE that was answered with a 1xx is not retransmitted. It waits for a dead host, and the
 * peer's session ends with it unless UPDATE gets around it (EC-38). */
static bool keeps_the_peer_waiting(const struct agent *a)
{
    for (unsigned i = 0; i < SERVERS; i++) {
        const struct server *s = &a->servers[i];
        if (s->rang && (s->open || s->await_ack)) {
            return true;
        }
    }
    return false;
}

void die(struct world *w, struct agent *a)
{
    if (a->phase != PHASE_UP || a->kind != KIND_LIBRARY || a->writes == 0 || has_ended(a)) {
        return;
    }
    if (keeps_the_peer_waiting(a)) {
        afflict(w, CAUSE_LATE);
    }
    log_line(w, "%c: dies", 'A' + a->index);
    forget_transactions(a);
    a->phase = PHASE_DEAD;
    a->died_at = w->now;
    uint64_t lease = 1000u + pick(w, 5000);
    schedule(w, w->now + lease, TIMED_BACK, a->index, 0, 0, BACK_ELSEWHERE);
}

/* The newest image that reached the store; one more may have reached it, or not. */
static const struct stored *found(struct world *w, struct agent *a)
{
    uint32_t lost = 0;
    while (lost + 1u < a->writes && lost + 1u < STORED_MAX &&
           a->stored[(a->writes - 1u - lost) % STORED_MAX].at + WRITE_MS > a->died_at &&
           pick(w, 2) == 1) {
        lost++;
    }
    a->writes -= lost;
    return newest(a);
}

void take_over(struct world *w, struct agent *a)
{
    const struct stored *stored = found(w, a);
    struct sst_restore how = {
        .image = stored->image, .length = sizeof stored->image, .flags = SST_RESTORE_TAKEOVER};
    how.elapsed_ms = w->now - stored->at + pick(w, CLOCKS_MS);
    how.spread_ms = pick(w, 2) == 0 ? 0 : pick(w, 100000);
    a->phase = PHASE_UP;
    a->restored = true;
    a->learned = 0; /* the image may be older */
    a->taken_at = w->now;
    a->clock = draw(w) - w->now;
    a->cseq += CSEQ_BLOCK;
    log_line(w, "%c: is taken over, from the image of %.3f, spread %.1f s", 'A' + a->index,
             (double)stored->at / 1000.0, (double)how.spread_ms / 1000.0);
    if (sst_session_restore(&a->session, a->policy, &how, clock_of(w, a)) != SST_OK) {
        fail(w, "an image is not restored", "%c", 'A' + a->index);
        return;
    }
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    a->interval = info.interval;
    judge(w, a, MAY_RESTORE);
    a->committed_at = clock_of(w, a);
    a->has_begun = false; /* by another host, and another clock */
    a->attempting = false;
    a->wake_at = SST_NEVER;
    settle(w, a);
    poll_now(w, a);
}

/* EC-131: the interval starts at the takeover, so a dead peer is noticed within one interval. */
void judge_taker(struct world *w, const struct agent *a)
{
    if (a->taken_at == 0 || !a->restored || a->phase != PHASE_OVER || w->dead_at == 0 ||
        !a->timed || a->own_benefit) {
        return;
    }
    uint64_t from = a->taken_at > w->dead_at ? a->taken_at : w->dead_at;
    uint64_t run = (uint64_t)(a->interval < 90u ? 90u : a->interval) * 1000u;
    if (a->last_end > from + run + CLOCKS_MS) {
        fail(w, "EC-131: a dead peer is noticed within an interval of the take-over", "%llu ms",
             (unsigned long long)(a->last_end - from));
    }
}
