/* SPDX-License-Identifier: MIT */
/*
 * Judges. What must hold comes from RFC 4028 and from the messages themselves; the library is only
 * asked what it believes (sst_session_inspect()). I1 to I10 are the project's invariants.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void fail(struct world *w, const char *what, const char *format, ...)
{
    if (w->failure != NULL) {
        return;
    }
    va_list args;
    w->failure = what;
    va_start(args, format);
    vsnprintf(w->detail, sizeof w->detail, format, args);
    va_end(args);
    log_line(w, "FAILED: %s (%s)", what, w->detail);
}

static uint64_t run_ms(uint32_t interval)
{
    return (uint64_t)(interval < 90u ? 90u : interval) * 1000u;
}

/* RFC 4028 §10 */
static uint64_t guard_ms(uint32_t interval)
{
    uint64_t third = run_ms(interval) / 3u;
    return third < 32000u ? third : 32000u;
}

/* EC-132: the plan counts from when the request was sent, which is known to 1/256 of the interval
 * that ran then. EC-115: the earlier plan stays if the request asked for nothing. The floor is
 * judged separately: property_rate(). */
static uint64_t earlier_by_rule(const struct agent *a, const struct commit *commit, uint64_t least,
                                uint64_t before_ms)
{
    if (!commit->sent && (commit->late || (a->world->causes & 1u << CAUSE_CLOCK) != 0)) {
        return 0; /* it was sent when the clock said so, and no later than the expiration */
    }
    uint64_t early = commit->sent ? 0 : a->world->now - commit->sent_at + before_ms / 255u + 1u;
    least = least > early ? least - early : 0;
    if (commit->sent && commit->planned != SST_NEVER) {
        uint64_t start = a->committed_at;
        uint64_t left = commit->planned > start ? commit->planned - start : 0;
        least = left < least ? left : least;
    }
    return least;
}

/* A policy set later moves nothing in this interval. */
static void note_policy(struct agent *a, const struct commit *commit, uint64_t before_ms)
{
    const struct sst_policy *p = &commit->by;
    uint64_t least = (uint64_t)a->interval * 10u * (p->refresh_percent - p->jitter_percent);
    uint64_t most = (uint64_t)p->max_refresh * 1000u;
    uint64_t floor = (uint64_t)p->refresh_floor * 1000u;
    /* Jitter is also subtracted from what max_refresh leaves. */
    uint64_t jitter = most != 0 && p->jitter_percent != 0 ? run_ms(a->interval) / 10u : 0;
    least = most != 0 && least > most ? most : least;
    least = least < floor ? floor : least;
    least = least > jitter ? least - jitter : 0;
    a->least = earlier_by_rule(a, commit, least, before_ms);
    a->plain_end =
        a->interval >= 90u && p->guard == SST_GUARD_RFC && p->expire_at == SST_EXPIRE_AT_EXPIRATION;
}

/* A 2xx was sent or received: what it says is now in force. */
void note_commit(struct world *w, struct agent *a, const struct packet *packet,
                 const struct commit *commit)
{
    struct sst_session_info info;
    bool overlap = commit->commits != a->commits && a->established;
    a->commits++;
    if (a->phase == PHASE_OVER && !a->ended) {
        return;
    }
    sst_session_inspect(&a->session, &info);
    if (info.ended) {
        return; /* the host may not have pulled that yet */
    }
    if (!info.established) {
        w->overlapped = true; /* EC-20: agreed on early, and again by the INVITE */
        if (w->side[1 - a->index].established) {
            afflict(w, CAUSE_EARLY); /* the two sides see the two 2xx in different orders */
        }
        return;
    }
    a->established = true;
    a->committed_at = clock_of(w, a); /* EC-44: also after the clock was set back */
    a->asked = 0;
    a->asked_at = 0;
    a->restored = false;
    a->refused_peer = false;
    a->refused_late = false;
    a->expires = info.expires_ms;
    uint64_t before_ms = run_ms(a->interval);
    const char *value = get_header(packet, "Session-Expires");
    a->interval = info.interval;
    note_policy(a, commit, before_ms);
    if (info.refresh_ms != SST_NEVER) {
        log_line(w, "%c: refresh after %.3f s", 'A' + a->index,
                 ((double)info.refresh_ms - (double)a->committed_at) / 1000.0);
    }
    w->overlapped = w->overlapped || overlap;
    w->counts->scene[SCENE_OVERLAP] += overlap;
    w->counts->scene[SCENE_TIMER] += info.side != SST_SIDE_NONE;
    w->counts->scene[SCENE_NO_TIMER] += info.side == SST_SIDE_NONE;
    w->counts->scene[SCENE_OWN_BENEFIT] += info.own_benefit;
    if (overlap || !commit->timed || w->side[0].kind == KIND_ROGUE ||
        w->side[1].kind == KIND_ROGUE || w->side[0].kind == KIND_FOREIGN ||
        w->side[1].kind == KIND_FOREIGN) {
        return; /* EC-21 and EC-08 have rules of their own */
    }
    if (value == NULL) {
        if (info.side != SST_SIDE_NONE && !info.own_benefit) {
            fail(w, "§7.2: a timer runs although the 2xx has none", "%u", info.interval);
        }
        return;
    }
    uint32_t interval = (uint32_t)strtoul(value, NULL, 10);
    bool uac = strstr(value, "refresher=uac") != NULL;
    enum sst_side side = uac != commit->sent ? SST_SIDE_LOCAL : SST_SIDE_REMOTE;
    if (info.interval != interval || info.side != side) {
        fail(w, "§7.2, §9: interval and refresher are those of the 2xx", "%s, not %u %s", value,
             info.interval, sst_side_name(info.side));
    } else if (info.expires_ms != a->committed_at + run_ms(interval)) {
        fail(w, "§7.2: the interval starts with the 2xx", "ends at %llu",
             (unsigned long long)info.expires_ms);
    }
}

static void judge_expires(struct world *w, struct agent *a, const struct sst_session_info *info,
                          unsigned may)
{
    if (info->expires_ms == a->expires) {
        return;
    }
    bool off = info->expires_ms == SST_NEVER;
    bool allowed = (may & (MAY_COMMIT | MAY_RESTORE)) || info->ended;
    /* EC-110, EC-18: turned off, or a new interval for its own benefit, at the expiration. */
    allowed = allowed || ((off || info->own_benefit) && (may & MAY_TIME));
    if ((may & MAY_ACK) && !info->ended) {
        allowed = info->side == SST_SIDE_REMOTE && info->expires_ms > a->expires &&
                  info->expires_ms <= a->expires + TIMER_B; /* EC-30 */
    }
    if (!allowed) {
        fail(w, "I3: the expiration moves without a 2xx", "from %llu to %llu",
             (unsigned long long)a->expires, (unsigned long long)info->expires_ms);
    }
    bool by_itself = (may & MAY_TIME) != 0 && info->own_benefit;
    if ((off || by_itself) && !info->ended) {
        a->commits++; /* EC-110, EC-18: what overlaps with it is merged as with a 2xx */
        a->asked = 0;
    }
    a->expires = info->expires_ms;
}

static void judge_timer(struct world *w, struct agent *a, const struct sst_session_info *info)
{
    uint64_t deadline = sst_session_deadline(&a->session);
    if (info->end_ms == SST_NEVER || deadline > info->end_ms) {
        fail(w, "the timer is lost: nothing would end the session", "%u", info->interval);
    }
    /* EC-36, EC-120: a request that is pending, or was when the BYE was due, holds the BYE */
    bool answering = a->refused_peer || a->refused_late || a->invite.open || a->update.open;
    for (unsigned i = 0; i < SERVERS; i++) {
        answering = answering || a->servers[i].open;
    }
    uint64_t guard = info->side == SST_SIDE_REMOTE ? guard_ms(info->interval) : 0;
    if (a->plain_end && !a->restored && !answering && info->end_ms + guard != info->expires_ms) {
        fail(w, "§10: who hangs up when", "%llu before the expiration",
             (unsigned long long)(info->expires_ms - info->end_ms));
    }
}

void judge(struct world *w, struct agent *a, unsigned may)
{
    struct sst_session_info info;
    if (a->kind != KIND_LIBRARY || a->inside || w->failure != NULL || a->phase == PHASE_DEAD) {
        return;
    }
    const char *wrong = sst_session_check(&a->session);
    if (wrong != NULL) {
        fail(w, wrong, "by sst_session_check()");
    }
    sst_session_inspect(&a->session, &info);
    judge_expires(w, a, &info, may);
    if (info.ended) {
        bool told = a->ended || a->silent; /* else the end is still to come */
        if (sst_session_deadline(&a->session) != SST_NEVER && a->style != STYLE_PULL && told) {
            fail(w, "I1: something is still due after the end", "%c", 'A' + a->index);
        }
        return;
    }
    if (info.established && info.side != SST_SIDE_NONE) {
        judge_timer(w, a, &info);
    }
}

/* Which of the things that went wrong explains an ending. */
static bool explain(struct world *w, uint32_t interval)
{
    uint64_t window = 3u * run_ms(interval) + 100000u;
    for (unsigned c = 0; c < CAUSE_COUNT; c++) {
        bool lasting = (1u << c & (1u << CAUSE_HEADERS | 1u << CAUSE_ROGUE | 1u << CAUSE_DEAD |
                                   1u << CAUSE_GONE | 1u << CAUSE_LATE)) != 0;
        if (w->cause_at[c] != 0 && (lasting || w->cause_at[c] + window >= w->now)) {
            w->counts->explained[c]++;
            return true;
        }
    }
    return false;
}

static void judge_ended(struct world *w, struct agent *a, const struct sst_event *event)
{
    if (a->ended || a->silent) {
        fail(w, "I1: a second end", "%s", sst_end_reason_name(event->reason));
    }
    property_ended(w, a, event);
    if (!has(w, HABIT_LOSS) && !explain(w, event->interval)) {
        fail(w, property_name_of_end(w), "%s, %u then %u s", sst_end_reason_name(event->reason),
             (unsigned)w->rules[0].status, (unsigned)w->rules[0].retry_after);
    }
}

/* §11.1: nobody is made to refresh more often than the policy allows. */
static void judge_rate(struct world *w, struct agent *a, const struct sst_event *event)
{
    property_rate(w, a);
    bool first = a->asked++ == 0 && !a->restored && event->side == SST_SIDE_LOCAL;
    /* The clock may have wrapped around. */
    uint64_t elapsed = clock_of(w, a) - a->committed_at;
    /* It was due when it was recorded; the clock went back before it was pulled. */
    bool back = a->lazy && (w->causes & 1u << CAUSE_CLOCK) != 0;
    if (first && !back && elapsed < a->least) {
        fail(w, "§11.1: a refresh is asked for too early", "%llu ms after the 2xx",
             (unsigned long long)elapsed);
    }
    /* EC-111: an untried method is tried at once if nothing else would be planned. */
    if (a->asked_at == clock_of(w, a) && a->asked_method == event->method) {
        fail(w, "I9: one refresh is requested twice", "%u in this interval", a->asked);
    }
    a->asked_at = clock_of(w, a);
    a->asked_method = event->method;
    if (a->asked > 60u + event->interval / 120u) {
        fail(w, "I10: refreshes without bound", "%u in one interval", a->asked);
    }
}

static void judge_refresh(struct world *w, struct agent *a, const struct sst_event *event)
{
    uint64_t last = event->expires_ms - 1000u;
    if (a->ended || a->silent) {
        fail(w, "I1: a refresh after the end", "%c", 'A' + a->index);
    } else if (clock_of(w, a) >= last || event->not_after_ms != last) {
        fail(w, "I2: a refresh in the last second", "expires at %llu",
             (unsigned long long)event->expires_ms);
    }
    w->counts->scene[SCENE_RESCUED] += event->side == SST_SIDE_REMOTE;
    judge_rate(w, a, event);
}

void judge_event(struct world *w, struct agent *a, const struct sst_event *event)
{
    if (event->type == SST_EVENT_ENDED) {
        judge_ended(w, a, event);
    } else if (event->type == SST_EVENT_REFRESH) {
        judge_refresh(w, a, event);
    } else if (a->ended) {
        fail(w, "I1: an event after the end", "%s", sst_event_name(event->type));
    }
}

/* I7, and RFC 4028 §7.1, §7.4. */
void judge_request(struct world *w, struct agent *a, const struct packet *packet)
{
    if (a->policy->mode == SST_MODE_OFF) {
        if (packet->headers.count != 0) {
            fail(w, "FB-12: the extension is off and advertised", "%s",
                 packet->headers.item[0].name);
        }
        return;
    }
    const char *expires = get_header(packet, "Session-Expires");
    const char *min_se = get_header(packet, "Min-SE");
    uint32_t least = min_se != NULL ? (uint32_t)strtoul(min_se, NULL, 10) : 90u;
    if (get_header(packet, "Supported") == NULL) {
        fail(w, "§7.1: Supported: timer in each request", "CSeq %u", packet->cseq);
    }
    if (a->phase == PHASE_UP && least < a->learned) {
        fail(w, "§7.4: Min-SE was received and is not repeated", "%u", a->learned);
    }
    if (expires != NULL && strtoul(expires, NULL, 10) < (least < 90u ? 90u : least)) {
        fail(w, "I7: Session-Expires below Min-SE", "%s", expires);
    }
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    const char *present = info.side == SST_SIDE_LOCAL ? "refresher=uac" : "refresher=uas";
    if (a->phase == PHASE_UP && info.side != SST_SIDE_NONE && expires != NULL &&
        strstr(expires, present) == NULL) {
        fail(w, "§7.4: a request names who refreshes now", "%s", expires);
    }
    if (a->phase == PHASE_UP && a->expires != SST_NEVER && expires == NULL && !a->had_most) {
        fail(w, "EC-10: a request leaves the timer out", "CSeq %u", packet->cseq);
    }
}
