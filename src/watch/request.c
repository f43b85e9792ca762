/* SPDX-License-Identifier: MIT */
/* Requests from either end. */
#include "watch/receive.h"

/* A storm is this many requests, each this soon after the last 2xx or rejection. */
#define STORM_REQUESTS M_QUICK_MAX
#define STORM_MS 5000u

/* RFC 3261 §17.1.1.1 */
#define T1_MS 500u

/* A gap in CSeq shows a request that is not in the capture. */
static void count_cseq(struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    uint32_t next = msg->cseq + 1u;
    if (w->cseq[by] != 0 && next > w->cseq[by] && next - w->cseq[by] > 1u) {
        w->flags |= W_LOST_REQUEST | W_GAP_CALLER << by;
    }
    w->cseq[by] = sst_max(w->cseq[by], next);
}

/* Scales a time of real calls: tests with intervals below 40 s run faster. */
static uint32_t scaled_ms(const struct sst_watch *w, uint32_t ms)
{
    return sst_watch_runs(w) && w->interval < 40u ? w->interval * ms / 40u : ms;
}

/* @return findings about the sender */
static uint64_t count_quick(struct sst_watch *w, unsigned by, uint64_t now)
{
    unsigned quick = w->marks >> M_QUICK_AT & M_QUICK_MAX;
    unsigned before = (w->marks & M_STORM_BY_CALLEE) ? CALLEE : CALLER;
    uint64_t last = sst_add_ms(w->start_ms, w->end_ms);
    if (w->marks & M_STORM) {
        return 0;
    }
    bool at_once = before == by && sst_watch_since(last, now) < scaled_ms(w, STORM_MS);
    quick = at_once ? quick + 1u : 0u;
    w->marks &= (uint16_t)~(M_QUICK_MAX << M_QUICK_AT | M_STORM_BY_CALLEE);
    w->marks |= (uint16_t)(quick << M_QUICK_AT | (by == CALLEE ? M_STORM_BY_CALLEE : 0u));
    if (quick < STORM_REQUESTS) {
        return 0;
    }
    w->marks |= M_STORM;
    return SST_FINDING_BIT(SST_FINDING_STORM);
}

/* Whether this is the refresh that is due, whatever else it does: it comes at its time, or does
 * nothing else. Without a timer in force, one side may run its own. */
static bool is_refresh(const struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                       uint64_t now)
{
    bool runs = sst_watch_runs(w);
    bool has_interval = msg->has & SST_MSG_SESSION_EXPIRES;
    uint64_t from =
        sst_add_ms(w->start_ms, (uint64_t)(runs ? w->interval : msg->session_expires) * 400u);
    bool plain = msg->method == SST_METHOD_UPDATE && !(msg->has & SST_MSG_OFFER);
    bool may = runs ? sst_watch_is_refresher(w, by) : has_interval && (w->flags & W_KNOWN);
    return may && (plain || now >= from);
}

/* A new INVITE or UPDATE. */
static uint64_t begin(struct sst_watch *w, const struct sst_msg *msg, unsigned by, unsigned flags,
                      uint64_t now)
{
    const uint64_t late = SST_FINDING_BIT(SST_FINDING_REFRESH_LATE);
    const uint64_t overlap = SST_FINDING_BIT(SST_FINDING_INVITE_OVERLAP);
    const uint64_t inverted = SST_FINDING_BIT(SST_FINDING_ROLE_INVERTED);
    uint64_t found = sst_watch_judge_request(w, msg, by, now);
    bool in_dialog = msg->has & SST_MSG_IN_DIALOG;
    if (w->flags & W_ESTABLISHED) {
        if (msg->has & SST_MSG_MIN_SE) {
            sst_watch_learn_min_se(w, sst_watch_other(by), msg->min_se);
        }
    } else if (!in_dialog && msg->method == SST_METHOD_INVITE) {
        w->flags |= W_BEGAN;
        w->start_ms = w->status != 0 ? w->start_ms : now;
    } else if (msg->method == SST_METHOD_INVITE || sst_watch_tx_open(w, CALLER) == T_NONE) {
        w->flags |= W_ESTABLISHED | W_UNSURE; /* the capture does not show its earlier state */
        w->start_ms = now;
    }
    if (w->status != 0) {
        w->flags |= W_RETRIED;
        found |= count_quick(w, by, now);
    } else if (w->flags & W_KNOWN) {
        found |= count_quick(w, by, now);
    }
    bool refresh = is_refresh(w, msg, by, now);
    unsigned i = sst_watch_tx_begin(w, by, msg, flags, now);
    w->tx_flags[i] |=
        (uint16_t)((refresh ? T_REFRESH : 0u) | ((found & late) ? T_LATE : 0u) |
                   ((found & inverted) ? T_INVERTED : 0u) | ((found & overlap) ? T_OVERLAP : 0u));
    return found;
}

/* A sender retransmits a request after T1, then after 2*T1 and 4*T1 more (RFC 3261 §17.1). Copies
 * that come sooner are duplicates in the capture, for example of a mirrored port. */
static bool is_retransmission(const struct sst_watch *w, unsigned i, uint64_t now)
{
    uint32_t t1 = scaled_ms(w, T1_MS);
    unsigned copies = sst_watch_copies(w, i);
    return sst_watch_age(w, i, now) >= (copies == 0 ? t1 / 5u : t1 << copies);
}

/* INVITE and UPDATE. */
static enum sst_watch_step refresh(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                   unsigned flags, uint64_t now, uint64_t found[2])
{
    unsigned i = sst_watch_tx_find(w, by, msg->method == SST_METHOD_UPDATE, msg->cseq);
    if (i != T_NONE || msg->cseq < w->cseq[by]) {
        if (i != T_NONE && (w->tx_flags[i] & T_OPEN) && is_retransmission(w, i, now)) {
            sst_watch_tx_copy(w, i);
        }
        return SST_STEP_COPY; /* one with a lower CSeq may be out of order */
    }
    count_cseq(w, msg, by);
    found[by] |= begin(w, msg, by, flags, now);
    return SST_STEP_REQUEST;
}

/* An ACK, from the sender of the INVITE. */
static enum sst_watch_step ack(struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    unsigned i = sst_watch_tx_find(w, by, false, msg->cseq);
    if (i == T_NONE) {
        if (msg->cseq >= w->cseq[by]) {
            w->flags |= W_LOST_REQUEST | W_UNSURE;
            w->cseq[by] = msg->cseq + 1u;
        }
        return SST_STEP_COPY;
    }
    bool answered = w->tx_flags[i] & T_ANSWERED;
    if (!answered) {
        w->flags |= W_LOST_RESPONSE | W_UNSURE; /* a final response was sent, unseen */
    }
    sst_watch_tx_end(w, i);
    return answered ? SST_STEP_ACKED : SST_STEP_NONE;
}

void sst_watch_end(struct sst_watch *w, unsigned by, unsigned flags, uint64_t now)
{
    uint64_t refused = sst_add_ms(w->start_ms, w->end_ms);
    if (w->status != 0 && sst_watch_since(refused, now) <= sst_watch_slack(w->interval)) {
        w->flags |= W_AT_ONCE;
    }
    w->flags |= W_ENDED | (by == CALLEE ? W_END_BY_CALLEE : 0u);
    w->flags |= (flags & SST_REASON_TIMER) ? W_REASON_TIMER : 0u;
    w->flags |= (flags & SST_REASON_OTHER) ? W_REASON_OTHER : 0u;
    w->end_ms = sst_watch_since(w->start_ms, now);
}

/* Every other request, BYE included. */
static enum sst_watch_step other(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                 unsigned flags, uint64_t now, uint64_t found[2])
{
    bool bye = msg->method == SST_METHOD_BYE;
    if (!bye && msg->cseq < w->cseq[by]) {
        return SST_STEP_COPY;
    }
    found[by] |= sst_watch_judge_request(w, msg, by, now);
    if (bye && msg->cseq < w->cseq[by]) {
        bool equal = msg->cseq + 1u == w->cseq[by];
        found[by] |= SST_FINDING_BIT(equal ? (unsigned)SST_FINDING_CSEQ_REUSED
                                           : (unsigned)SST_VIOLATION_CSEQ_LOW);
    }
    count_cseq(w, msg, by);
    if (!bye) {
        return SST_STEP_NONE;
    }
    sst_watch_end(w, by, flags, now);
    return SST_STEP_ENDED;
}

enum sst_watch_step sst_watch_request(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                      unsigned flags, uint64_t now, uint64_t found[2])
{
    switch ((enum sst_method)msg->method) {
    case SST_METHOD_INVITE:
    case SST_METHOD_UPDATE:
        return refresh(w, msg, by, flags, now, found);
    case SST_METHOD_ACK:
        return ack(w, msg, by);
    case SST_METHOD_CANCEL:
        sst_watch_tx_cancel(w, by, msg->cseq);
        return SST_STEP_NONE;
    case SST_METHOD_BYE:
    case SST_METHOD_OTHER:
        break;
    }
    return other(w, msg, by, flags, now, found);
}
