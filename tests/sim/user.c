/* SPDX-License-Identifier: MIT */
/* What people do in a call, and what happens to hosts. */
#include "sim.h"

#include <string.h>

/* RFC 3261 §14.1: no INVITE while one is pending in either direction, nor before its ACK. */
bool may_invite(const struct agent *a)
{
    if (a->invite.open || a->update.open) {
        return false;
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        const struct server *s = &a->servers[i];
        if (s->open || (s->await_ack && s->response.status < 300)) {
            return false;
        }
    }
    return true;
}

static bool may_offer(const struct agent *a)
{
    return !(a->invite.open && a->invite.offer) && may_invite(a);
}

static void spurious_poll(struct world *w, struct agent *a)
{
    uint64_t now = clock_of(w, a);
    if (a->kind != KIND_LIBRARY || sst_session_deadline(&a->session) <= now) {
        return;
    }
    struct sst_session before;
    struct sst_event event;
    bool told = false;
    memcpy(&before, &a->session, sizeof before);
    if (a->style == STYLE_PULL) {
        told = sst_session_next_event(&a->session, now, &event);
    } else {
        sst_session_advance(&a->session, now);
    }
    if (told || memcmp(&before, &a->session, sizeof before) != 0 || a->inbox_count != 0) {
        fail(w, "I9: a poll before the deadline does something", "%c", 'A' + a->index);
    }
}

static void send_info(struct world *w, struct agent *a)
{
    bool wild = a->kind == KIND_ROGUE && pick(w, 4) == 1;
    uint32_t cseq = wild ? UINT32_C(0x80000000) + draw(w) / 2u : ++a->cseq; /* EC-133 */
    send_other(w, a, SST_METHOD_OTHER, cseq);
}

void do_act(struct world *w, struct agent *a, enum act act)
{
    bool done = false;
    if (act == ACT_EARLY_UPDATE) {
        done = a->phase == PHASE_EARLY && a->update_known && a->kind != KIND_FOREIGN &&
               w->side[1 - a->index].phase == PHASE_EARLY &&
               start_client(w, a, SST_METHOD_UPDATE, false, false);
        w->counts->act[act] += done;
        return;
    }
    if (act > ACT_COUNT) {
        do_habit(w, a, act);
        return;
    }
    if (act == ACT_POLICY) {
        w->counts->act[act] += change_policy(w, a);
        return;
    }
    if (!is_up(w, a)) {
        if (act == ACT_HANG_UP && a->phase != PHASE_OVER && w->tries++ < 80u) {
            schedule(w, w->now + 60000u, TIMED_ACT, 1u - a->index, 0, 0, ACT_HANG_UP);
        }
        return;
    }
    switch (act) {
    case ACT_HOLD_INVITE:
        done = may_invite(a) && start_client(w, a, SST_METHOD_INVITE, false, true);
        break;
    case ACT_PLAIN_INVITE:
        done = may_invite(a) && start_client(w, a, SST_METHOD_INVITE, false, false);
        break;
    case ACT_HOLD_UPDATE:
        done = may_offer(a) && start_client(w, a, SST_METHOD_UPDATE, false, true);
        break;
    case ACT_PLAIN_UPDATE:
        done = start_client(w, a, SST_METHOD_UPDATE, false, false);
        break;
    case ACT_INFO:
        send_info(w, a);
        done = true;
        break;
    case ACT_CANCEL:
        cancel(w, a);
        break;
    case ACT_HANG_UP:
        afflict(w, CAUSE_GONE);
        hang_up(w, a);
        done = true;
        break;
    case ACT_SPURIOUS_POLL:
        spurious_poll(w, a);
        done = true;
        break;
    case ACT_EARLY_UPDATE:
    case ACT_POLICY:
    case ACT_COUNT:
    case ACT_PING:
    case ACT_ALLOW:
    case ACT_CSEQ:
    case ACT_RASH:
    case ACT_EARLY_INVITE:
    case ACT_UPDATE_BESIDE:
    case ACT_DIE:
        break;
    }
    w->counts->act[act] += done;
}

void forget_transactions(struct agent *a)
{
    memset(&a->invite.tx, 0, sizeof a->invite.tx);
    memset(&a->update.tx, 0, sizeof a->update.tx);
    a->invite.open = false;
    a->update.open = false;
    a->invite.token++;
    a->update.token++;
    for (unsigned i = 0; i < SERVERS; i++) {
        uint32_t token = a->servers[i].token + 1u;
        memset(&a->servers[i], 0, sizeof a->servers[i]);
        a->servers[i].token = token;
    }
    a->inbox_count = 0;
    a->pull_at = SST_NEVER;
    a->waits_since = SST_NEVER;
    a->pull_token++;
}

/* Another machine takes over, with another clock, and nobody should notice. */
static void fail_over(struct world *w, struct agent *a)
{
    struct sst_session_info before;
    struct sst_session_info after;
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t now = clock_of(w, a);
    sst_session_inspect(&a->session, &before);
    ignored(sst_session_save(&a->session, now, image, sizeof image, NULL));
    uint64_t other = draw(w);
    a->clock = other - w->now;
    memset(&a->session, 0xA5, sizeof a->session);
    const struct sst_restore how = {
        .image = image, .length = sizeof image, .flags = SST_RESTORE_TRANSACTIONS};
    if (sst_session_restore(&a->session, a->policy, &how, other) != SST_OK) {
        fail(w, "an image is not restored", "%c", 'A' + a->index);
        return;
    }
    sst_session_inspect(&a->session, &after);
    bool behind = before.start_ms != SST_NEVER && before.start_ms > now; /* EC-44 */
    a->committed_at = behind ? other : a->committed_at + (other - now);
    a->begun_at += other - now;
    if (before.side != after.side || before.interval != after.interval ||
        (!behind && before.expires_ms != SST_NEVER && before.expires_ms > now &&
         before.expires_ms - now != after.expires_ms - other)) {
        fail(w, "FB-49: a restored session is another", "%u, %u", before.interval, after.interval);
    }
    judge(w, a, MAY_RESTORE);
    a->wake_at = SST_NEVER;
    settle(w, a);
}

static void go_down(struct world *w, struct agent *a, bool old_image)
{
    if (a->phase != PHASE_UP || a->kind != KIND_LIBRARY) {
        return;
    }
    afflict(w, CAUSE_RESTART);
    if (!old_image || a->image_at == 0) {
        ignored(sst_session_save(&a->session, clock_of(w, a), a->image, sizeof a->image, NULL));
        a->image_at = w->now;
    }
    forget_transactions(a);
    a->phase = PHASE_DEAD;
    uint64_t back = w->now + 50u + pick(w, 60000);
    schedule(w, back, TIMED_BACK, a->index, 0, 0, pick(w, 2));
}

void come_back(struct world *w, struct agent *a, unsigned detail)
{
    if (detail == BACK_ELSEWHERE) {
        take_over(w, a);
        return;
    }
    afflict(w, CAUSE_RESTART);
    a->phase = PHASE_UP;
    a->restored = true;
    a->learned = 0; /* the image may be older */
    a->clock = draw(w) - w->now;
    struct sst_restore how = {.image = a->image, .length = sizeof a->image};
    how.elapsed_ms = detail == BACK_AGE_KNOWN ? w->now - a->image_at : 0;
    how.spread_ms = pick(w, 2) == 0 ? 0 : 5000u;
    if (sst_session_restore(&a->session, a->policy, &how, clock_of(w, a)) != SST_OK) {
        fail(w, "an image is not restored", "%c", 'A' + a->index);
        return;
    }
    judge(w, a, MAY_RESTORE);
    struct sst_session_info info;
    sst_session_inspect(&a->session, &info);
    a->interval = info.interval; /* which may differ in an old image */
    a->committed_at = clock_of(w, a);
    a->wake_at = SST_NEVER;
    settle(w, a);
    poll_now(w, a);
}

static void sleep_for(struct world *w, struct agent *a)
{
    uint32_t ms = pick(w, 2) == 0 ? pick(w, 60000) : pick(w, 4000000);
    uint64_t before = w->cause_at[CAUSE_SLEEP];
    afflict(w, CAUSE_SLEEP);
    a->away_until = w->now + ms;
    w->cause_at[CAUSE_SLEEP] = before > a->away_until ? before : a->away_until + 1u;
}

static void crash(struct world *w, struct agent *a)
{
    afflict(w, CAUSE_DEAD);
    w->dead_at = w->now;
    forget_transactions(a);
    a->phase = PHASE_DEAD;
}

void do_fault(struct world *w, struct agent *a, enum fault fault)
{
    if (!is_up(w, a)) {
        return;
    }
    bool library = a->kind == KIND_LIBRARY;
    w->counts->fault[fault] += library || fault == FAULT_CRASH || fault == FAULT_PARTITION;
    log_line(w, "%c: %s", 'A' + a->index, fault_name(fault));
    if (fault == FAULT_PARTITION) {
        w->partition_until = w->now + pick(w, 60000);
    } else if (fault == FAULT_CRASH) {
        crash(w, a);
    } else if (!library) {
        return;
    } else if (fault == FAULT_RESTART || fault == FAULT_OLD_IMAGE) {
        go_down(w, a, fault == FAULT_OLD_IMAGE);
    } else if (fault == FAULT_FAILOVER) {
        fail_over(w, a);
    } else if (fault == FAULT_SLEEP) {
        sleep_for(w, a);
    } else if (fault == FAULT_CLOCK_AHEAD || fault == FAULT_CLOCK_BACK) {
        uint32_t ms = pick(w, 3) == 0 ? pick(w, 5000) : pick(w, 2000000);
        uint64_t now = clock_of(w, a);
        uint64_t back = ms < now ? ms : now; /* no clock goes below zero */
        a->clock += fault == FAULT_CLOCK_AHEAD ? ms : UINT64_C(0) - back;
        afflict(w, CAUSE_CLOCK);
        a->wake_at = SST_NEVER;
        settle(w, a);
    }
}

/* Header fields of a side that breaks the rules. */
void rogue_headers(struct world *w, struct packet *packet)
{
    static const char *const intervals[] = {"90;refresher=uac",
                                            "1800;refresher=uas",
                                            "120",
                                            "0",
                                            "1;refresher=uac",
                                            "60;refresher=uas",
                                            "abc",
                                            "4294967296;refresher=uac",
                                            "90;refresher=foo",
                                            "300;refresher=uas;refresher=x"};
    static const char *const minimums[] = {"3600", "30", "none"};
    static const char *const waits[] = {"0", "5 (busy)", "soon"};
    if (pick(w, 3) == 0) {
        return;
    }
    w->counts->fault[FAULT_ROGUE_MESSAGE]++;
    afflict(w, CAUSE_ROGUE);
    if (pick(w, 2) == 1) {
        put_header(packet, "Supported", "100rel, timer");
    }
    if (pick(w, 2) == 1) {
        put_header(packet, "Session-Expires", intervals[pick(w, 10)]);
    }
    if (pick(w, 4) == 1) {
        add_header(packet, "x", "200;refresher=uac");
    }
    if (pick(w, 4) == 1) {
        put_header(packet, "Min-SE", minimums[pick(w, 3)]);
    }
    if (pick(w, 8) == 1) {
        add_header(packet, "Min-SE", minimums[pick(w, 3)]);
    }
    if (pick(w, 4) == 1) {
        put_header(packet, "Require", "timer");
    }
    if (packet->status >= 300 && pick(w, 2) == 1) {
        put_header(packet, "Retry-After", waits[pick(w, 3)]);
    }
}
