/* SPDX-License-Identifier: MIT */
/* Peers without the library, each with one habit seen in a real stack. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

static void put_interval(struct packet *packet, uint32_t interval, const char *refresher)
{
    char value[SST_VALUE_SIZE];
    snprintf(value, sizeof value, "%u;refresher=%s", interval, refresher);
    put_header(packet, "Session-Expires", value);
}

/* RFC 4028 §10, counted by this side alone. */
static void count_on(struct world *w, struct agent *a)
{
    struct foreign *f = &a->foreign;
    uint64_t run = (uint64_t)f->interval * 1000u;
    uint64_t guard = run / 3u < 32000u ? run / 3u : 32000u;
    f->token++;
    if (f->refreshes) {
        schedule(w, w->now + run / 2u, TIMED_FOREIGN, a->index, 0, f->token, 0);
    } else if (f->watches) {
        schedule(w, w->now + run - guard, TIMED_FOREIGN, a->index, 0, f->token, 0);
    }
}

void foreign_due(struct world *w, struct agent *a, uint32_t token)
{
    struct foreign *f = &a->foreign;
    if (token != f->token || !is_up(w, a)) {
        return;
    }
    if (f->refreshes) {
        bool update = w->side[1 - a->index].update_known;
        bool free = update || may_invite(a);
        enum sst_method method = update ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
        if (!free || !start_client(w, a, method, true, !update)) {
            schedule(w, w->now + 1000u, TIMED_FOREIGN, a->index, 0, token, 0);
        }
        return;
    }
    if (!f->watches) {
        return;
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        if (a->servers[i].open) { /* it knows that the other side is alive */
            schedule(w, w->now + 1000u, TIMED_FOREIGN, a->index, 0, token, 0);
            return;
        }
    }
    if (w->causes == 0 && w->network != 3) { /* it counts from a 2xx that may have been lost */
        fail(w, "the peer counts on a refresh, and hangs up", "%u s", f->interval);
    }
    hang_up(w, a);
}

void foreign_request(struct world *w, struct agent *a, struct packet *packet)
{
    put_header(packet, "Supported", "timer");
    if (has(w, HABIT_SMALL) && a->phase == PHASE_UP && a->foreign.interval != 0) {
        put_interval(packet, a->foreign.interval, "uac");
        a->foreign.refreshes = true;
    }
}

/* What was asked for, or 1800 s. */
static uint32_t asked_for(const struct server *s)
{
    return s->asked >= 90u ? s->asked : 1800u;
}

static uint32_t small_interval(struct world *w)
{
    uint32_t least = w->side[0].policy->min_se;
    static const uint32_t small[] = {60, 64, 89};
    unsigned which = pick(w, 4);
    return which < 3 ? small[which] : least - 1u - pick(w, least / 4u);
}

static void agreed(struct world *w, struct agent *a, struct server *s, uint32_t interval,
                   const char *refresher)
{
    a->foreign.interval = interval;
    put_interval(&s->response, interval, refresher);
    put_header(&s->response, "Require", "timer");
    (void)w;
}

/* Now and then sends a 2xx without Session-Expires, and still counts on the timer. */
static void forgetful(struct world *w, struct agent *a, struct server *s, bool initial)
{
    struct foreign *f = &a->foreign;
    f->watches = true;
    f->forgot = !initial && !f->forgot && pick(w, 3) == 1;
    if (f->forgot && w->side[0].policy->dropped == SST_DROPPED_OFF) {
        afflict(w, CAUSE_POLICY); /* EC-116: §7.2 taken literally, as the owner wants it */
    }
    if (!f->forgot) {
        agreed(w, a, s, asked_for(s), "uac");
    }
    count_on(w, a);
}

/* EC-124: one rescue is due to a role that was taken. A peer that keeps the role afterwards is the
 * refresher by the request's own word, and does not refresh. */
static void taker(struct world *w, struct agent *a, struct server *s, bool initial)
{
    bool rescued = s->asked_role == SST_REFRESHER_UAS;
    bool named = s->asked_role == SST_REFRESHER_UAC; /* else it was free to choose */
    bool takes = !initial && (named || (rescued && pick(w, 2) == 1));
    if (rescued && takes) {
        afflict(w, CAUSE_ROGUE);
    }
    agreed(w, a, s, asked_for(s), takes ? "uas" : "uac");
}

/* EC-116: if an agreed timer runs and its owner wants §7.2 taken literally, a 2xx without
 * Session-Expires turns it off. */
static void disowned(struct world *w)
{
    struct sst_session_info info;
    struct agent *caller = &w->side[0];
    sst_session_inspect(&caller->session, &info);
    if (info.side != SST_SIDE_NONE && !info.own_benefit &&
        caller->policy->dropped == SST_DROPPED_OFF) {
        caller->owes_notice = false;
    }
}

/* The header fields of a 2xx. */
void foreign_answer(struct world *w, struct agent *a, struct server *s, bool initial)
{
    struct foreign *f = &a->foreign;
    f->answers++;
    if (has(w, HABIT_LISTS)) {
        disowned(w);
        if (!initial && pick(w, 2) == 1) {
            put_header(&s->response, "Supported", "timer");
        }
        return;
    }
    put_header(&s->response, "Supported", "timer");
    if (s->asked == 0 && !has(w, HABIT_ZERO)) {
        return;
    }
    bool uac = s->asked_role == SST_REFRESHER_UAC;
    if (has(w, HABIT_FORGETS)) {
        forgetful(w, a, s, initial);
    } else if (has(w, HABIT_TAKER)) {
        taker(w, a, s, initial);
    } else if (has(w, HABIT_SMALL)) {
        f->refreshes = true;
        agreed(w, a, s, f->interval != 0 ? f->interval : small_interval(w), "uas");
        count_on(w, a);
    } else if (has(w, HABIT_ZERO)) {
        agreed(w, a, s, pick(w, 2), "uac");
    } else if (has(w, HABIT_LAZY)) {
        bool mine = initial || !uac;
        agreed(w, a, s, asked_for(s), mine ? "uas" : "uac");
        if (mine && !w->side[0].policy->rescue) {
            afflict(w, CAUSE_ROGUE); /* it promises what it does not do */
        }
    } else { /* as it should be, once asked */
        agreed(w, a, s, asked_for(s), uac ? "uac" : "uas");
    }
}

/* EC-136: one retransmission of a 2xx differs from the first. */
void foreign_copy(struct world *w, struct agent *a, struct packet *packet)
{
    (void)a;
    if (has(w, HABIT_FORGETS) && packet->status >= 200 && packet->status < 300 && pick(w, 2) == 1) {
        const struct sst_policy *p = w->side[0].policy;
        bool first = !w->side[0].established; /* EC-18: the copy may arrive first */
        if (p->dropped == SST_DROPPED_OFF || (first && p->own_benefit == SST_OWN_BENEFIT_NO)) {
            afflict(w, CAUSE_POLICY); /* EC-116 */
        }
        remove_header(packet, "Session-Expires");
        remove_header(packet, "Require");
    }
}

/* The final response to the peer's own request. */
void foreign_response(struct world *w, struct agent *a, const struct packet *packet)
{
    if (!w->planned || !is_up(w, a)) {
        return; /* in a dialog it is a refresh, whatever else it is */
    }
    if (packet->status == 422 && has(w, HABIT_SMALL)) {
        fail(w, "EC-134: a peer that follows no 422 is lost", "%u s", a->foreign.interval);
        return;
    }
    if (packet->status < 300) {
        const char *value = get_header(packet, "Session-Expires");
        if (value != NULL) {
            a->foreign.interval = (uint32_t)strtoul(value, NULL, 10);
        }
        count_on(w, a);
    } else if (a->foreign.refreshes) {
        schedule(w, w->now + 2000u, TIMED_FOREIGN, a->index, 0, a->foreign.token, 0);
    }
}
