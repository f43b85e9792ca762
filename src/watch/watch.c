/* SPDX-License-Identifier: MIT */
/* The observer: takes the messages in their order. */
#include "watch/receive.h"

#include <sst/rules.h>

_Static_assert(sizeof(struct sst_watch) <= 100, "100 bytes for each dialog and hop");
_Static_assert((unsigned)SST_WHO_CALLER == SST_CALLER && (unsigned)SST_WHO_CALLEE == SST_CALLEE,
               "the two ends have one number");

void sst_watch_init(struct sst_watch *w, uint32_t absolute_min)
{
    *w = (struct sst_watch){0};
    w->absolute_min = (uint8_t)sst_max(1u, sst_min(absolute_min, SST_ABSOLUTE_MIN_S));
}

/* The initial INVITE. No later one can be pending before its ACK. */
static bool is_invite(const struct sst_watch *w, unsigned i)
{
    const unsigned used = T_OPEN | T_ANSWERED;
    return (w->tx_flags[i] & used) && !(w->tx_flags[i] & (T_UPDATE | T_BY_CALLEE));
}

void sst_watch_fork(struct sst_watch *child, const struct sst_watch *parent)
{
    const uint32_t shared =
        W_BEGAN | W_SAW_CALLER | W_SUPPORTS_CALLER | W_ALLOW_CALLER | W_UPDATE_CALLER;
    unsigned i = SST_WATCH_TX_MAX;
    while (i > 0 && !is_invite(parent, i - 1u)) {
        i--;
    }
    sst_watch_init(child, parent->absolute_min);
    child->flags = parent->flags & shared;
    if (i > 0) { /* else the first dialog has its ACK, and what was asked is forgotten */
        child->tx[0] = parent->tx[i - 1u];
        child->tx_flags[0] =
            (uint16_t)((parent->tx_flags[i - 1u] | T_OPEN) & ~(unsigned)T_ANSWERED);
        child->streams = parent->streams >> (i - 1u) & 1u;
        child->cseq[CALLER] = child->tx[0].cseq + 1u;
        child->start_ms = parent->start_ms;
    }
}

/* Notes what a message shows about its sender. A failure may be a proxy's, and 100 is the next
 * hop's. */
static void learn(struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    w->flags |= W_SAW_CALLER << by;
    if (msg->status == 100 || msg->status >= 300) {
        return;
    }
    if (msg->has & SST_MSG_SUPPORTED_TIMER) {
        w->flags |= W_SUPPORTS_CALLER << by;
    }
    if (msg->has & SST_MSG_ALLOW) {
        w->flags = (w->flags & ~(W_UPDATE_CALLER << by)) | W_ALLOW_CALLER << by;
        w->flags |= (msg->has & SST_MSG_ALLOW_UPDATE) ? W_UPDATE_CALLER << by : 0u;
    }
}

/* RFC 3261 §8.1.1.5: a CSeq is below 2^31. */
#define CSEQ_END (UINT32_C(1) << 31)

static enum sst_watch_step dispatch(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                    unsigned flags, uint64_t now, uint64_t found[2])
{
    if (msg->status != 0) {
        return sst_watch_response(w, msg, by, now, found);
    }
    if (msg->cseq >= CSEQ_END) {
        found[by] |= SST_FINDING_BIT(SST_VIOLATION_CSEQ_RANGE);
        return SST_STEP_NONE;
    }
    return sst_watch_request(w, msg, by, flags, now, found);
}

/* A message after a BYE changes nothing; a refresh that crosses it came too late. */
static enum sst_watch_step after_end(struct sst_watch *w, const struct sst_msg *msg, unsigned by)
{
    bool refreshes = msg->method == SST_METHOD_INVITE || msg->method == SST_METHOD_UPDATE;
    bool ended_by_other = ((w->flags & W_END_BY_CALLEE) != 0) != (by == CALLEE);
    w->flags |= W_SAW_CALLER << by;
    if (msg->status != 0 || !refreshes || msg->cseq < w->cseq[by]) {
        return SST_STEP_COPY;
    }
    if (ended_by_other && sst_watch_is_refresher(w, by)) {
        w->flags |= W_LATE;
    }
    return SST_STEP_NONE;
}

int sst_watch_message(struct sst_watch *w, const struct sst_msg *msg, enum sst_party from,
                      unsigned flags, uint64_t now_ms, struct sst_watch_seen *seen)
{
    const unsigned known = SST_REASON_TIMER | SST_REASON_OTHER | SST_OVER_STREAM;
    if (w == NULL || msg == NULL || (from != SST_CALLER && from != SST_CALLEE) ||
        (flags & ~known) != 0) {
        return SST_ERR_ARGUMENT;
    }
    unsigned by = from == SST_CALLER ? CALLER : CALLEE;
    uint64_t found[2] = {0, 0};
    enum sst_watch_step step = SST_STEP_NONE;
    if (!(msg->has & SST_MSG_CSEQ)) {
        w->flags |= W_SAW_CALLER << by; /* not SIP; nothing can be said about it */
    } else if (w->flags & W_ENDED) {
        step = after_end(w, msg, by);
    } else {
        uint64_t now = now_ms > w->start_ms ? now_ms : w->start_ms;
        learn(w, msg, by);
        step = dispatch(w, msg, by, flags, now, found);
    }
    if (seen != NULL) {
        seen->step = step;
        seen->by_caller = found[CALLER];
        seen->by_callee = found[CALLEE];
        sst_watch_inspect(w, &seen->timer);
    }
    return SST_OK;
}

void sst_watch_lost(struct sst_watch *w)
{
    w->flags |= W_LOST_REQUEST | W_LOST_RESPONSE | W_UNSURE;
}
