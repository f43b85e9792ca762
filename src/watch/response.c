/* SPDX-License-Identifier: MIT */
/* Responses from either end. */
#include "watch/receive.h"

/* A response whose request has ended, or is not in the capture. */
static enum sst_watch_step stray(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                 uint64_t now, uint64_t found[2])
{
    unsigned requester = sst_watch_other(by);
    bool refreshes = msg->method == SST_METHOD_INVITE || msg->method == SST_METHOD_UPDATE;
    if (msg->cseq < w->cseq[requester]) {
        return SST_STEP_COPY;
    }
    /* A fork whose INVITE has ended does not know its CSeq. */
    bool forked = w->cseq[requester] == 0 && requester == CALLER && (w->flags & W_BEGAN);
    w->flags |= forked ? 0u : W_LOST_REQUEST | W_GAP_CALLER << requester;
    w->cseq[requester] = msg->cseq < UINT32_MAX ? msg->cseq + 1u : msg->cseq;
    if (msg->method == SST_METHOD_BYE) {
        sst_watch_end(w, requester, 0, now);
        return SST_STEP_ENDED;
    }
    if (!refreshes || msg->status < 200 || msg->status > 299) {
        return refreshes && msg->status < 200 ? SST_STEP_PROVISIONAL : SST_STEP_NONE;
    }
    found[by] |= sst_watch_negotiate(w, msg, T_NONE, by, now);
    return SST_STEP_NEGOTIATED;
}

/* The first final response to a request that was seen. */
static enum sst_watch_step final(struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                                 unsigned by, uint64_t now, uint64_t found[2])
{
    if (msg->status > 299) {
        found[by] |= sst_watch_refuse(w, msg, i, now);
        sst_watch_tx_end(w, i);
        return SST_STEP_REFUSED;
    }
    found[by] |= sst_watch_negotiate(w, msg, i, by, now);
    if (msg->method == SST_METHOD_UPDATE) {
        sst_watch_tx_end(w, i);
        return SST_STEP_NEGOTIATED;
    }
    w->tx_flags[i] = (uint16_t)((w->tx_flags[i] & ~(unsigned)T_OPEN) | T_ANSWERED);
    w->tx[i].since_ms = (uint32_t)now;
    return SST_STEP_NEGOTIATED;
}

/* The response shows that a CANCEL was sent, even if it is not in the capture. */
static void note_cancel(struct sst_watch *w, const struct sst_msg *msg, unsigned requester)
{
    if (msg->method == SST_METHOD_CANCEL) {
        sst_watch_tx_cancel(w, requester, msg->cseq);
    }
}

enum sst_watch_step sst_watch_response(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                       uint64_t now, uint64_t found[2])
{
    bool refreshes = msg->method == SST_METHOD_INVITE || msg->method == SST_METHOD_UPDATE;
    unsigned i = T_NONE;
    note_cancel(w, msg, sst_watch_other(by));
    if (refreshes) {
        i = sst_watch_tx_find(w, sst_watch_other(by), msg->method == SST_METHOD_UPDATE, msg->cseq);
    }
    if (i != T_NONE && (w->tx_flags[i] & T_ANSWERED)) {
        return SST_STEP_COPY;
    }
    if (i == T_NONE) {
        enum sst_watch_step step = stray(w, msg, by, now, found);
        if (step != SST_STEP_COPY) {
            found[by] |= sst_watch_judge_response(w, msg);
        }
        return step;
    }
    found[by] |= sst_watch_judge_response(w, msg);
    if (msg->status < 200) {
        return SST_STEP_PROVISIONAL;
    }
    return final(w, msg, i, by, now, found);
}
