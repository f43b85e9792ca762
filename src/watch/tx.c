/* SPDX-License-Identifier: MIT */
/* The transactions of a dialog that have not ended. */
#include "watch/state.h"

static bool is_used(const struct sst_watch *w, unsigned i)
{
    return (w->tx_flags[i] & (T_OPEN | T_ANSWERED)) != 0;
}

unsigned sst_watch_tx_find(const struct sst_watch *w, unsigned by, bool update, uint32_t cseq)
{
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        bool is_update = (w->tx_flags[i] & T_UPDATE) != 0;
        if (is_used(w, i) && sst_watch_tx_by(w, i) == by && is_update == update &&
            w->tx[i].cseq == cseq) {
            return i;
        }
    }
    return T_NONE;
}

unsigned sst_watch_tx_open(const struct sst_watch *w, unsigned by)
{
    unsigned found = T_NONE;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        if ((w->tx_flags[i] & T_OPEN) && sst_watch_tx_by(w, i) == by &&
            (found == T_NONE || w->tx[i].cseq > w->tx[found].cseq)) {
            found = i;
        }
    }
    return found;
}

void sst_watch_tx_end(struct sst_watch *w, unsigned i)
{
    w->tx[i] = (struct sst_watch_tx){0};
    w->tx_flags[i] = 0;
}

void sst_watch_tx_copy(struct sst_watch *w, unsigned i)
{
    if (sst_watch_copies(w, i) < 3u) {
        w->tx_flags[i] = (uint16_t)(w->tx_flags[i] + (1u << T_COPIES_AT));
    }
}

void sst_watch_tx_cancel(struct sst_watch *w, unsigned by, uint32_t cseq)
{
    unsigned i = sst_watch_tx_find(w, by, false, cseq);
    if (i != T_NONE) {
        w->tx_flags[i] |= T_CANCELLED;
    }
}

/* Whether a new request of this end and method shows that an older one ended unseen. */
static bool supersedes(const struct sst_watch *w, unsigned i, unsigned by, bool update)
{
    bool is_update = (w->tx_flags[i] & T_UPDATE) != 0;
    return (w->tx_flags[i] & T_OPEN) && sst_watch_tx_by(w, i) == by && is_update == update;
}

/* The place whose loss costs least: a free one, that of an answered INVITE, or the oldest. */
static unsigned choose(const struct sst_watch *w, uint64_t now)
{
    unsigned best = 0;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        if (!is_used(w, i)) {
            return i;
        }
        bool answered = w->tx_flags[i] & T_ANSWERED;
        bool best_answered = w->tx_flags[best] & T_ANSWERED;
        bool older = sst_watch_age(w, i, now) > sst_watch_age(w, best, now);
        if (answered != best_answered ? answered : older) {
            best = i;
        }
    }
    return best;
}

/* What is needed of a request to judge its response. */
static unsigned flags_of(const struct sst_msg *msg, unsigned by)
{
    unsigned flags = T_OPEN | (unsigned)msg->refresher << T_REFRESHER_AT;
    flags |= by == CALLEE ? T_BY_CALLEE : 0u;
    flags |= msg->method == SST_METHOD_UPDATE ? T_UPDATE : 0u;
    flags |= (msg->has & SST_MSG_SUPPORTED_TIMER) ? T_SUPPORTED : 0u;
    flags |= (msg->has & SST_MSG_REQUIRE_TIMER) ? T_REQUIRE : 0u;
    flags |= (msg->has & SST_MSG_SESSION_EXPIRES) ? T_HAS_SE : 0u;
    return flags;
}

/* Whether a request that another one follows was answered unseen since the last 2xx. An answered
 * INVITE would have had its ACK, and a request retransmitted in vain had no answer; the next
 * refresh does not come before half of the interval. */
static bool was_answered(const struct sst_watch *w, unsigned i, uint64_t now)
{
    uint32_t age = sst_watch_age(w, i, now);
    bool too_soon = sst_watch_runs(w) && age < w->interval * UINT64_C(400);
    bool settled = age > sst_watch_since(w->start_ms, now);
    return (w->tx_flags[i] & T_UPDATE) && !sst_watch_in_vain(w, i, 2u) && !too_soon && !settled;
}

unsigned sst_watch_tx_begin(struct sst_watch *w, unsigned by, const struct sst_msg *msg,
                            unsigned flags, uint64_t now)
{
    bool update = msg->method == SST_METHOD_UPDATE;
    for (unsigned i = 0; i < SST_WATCH_TX_MAX; i++) {
        if (!supersedes(w, i, by, update)) {
            continue;
        }
        w->flags |= W_RETRIED;
        if (sst_watch_age(w, i, now) >= SST_TRANSACTION_MS) { /* else both may be pending */
            w->flags |= was_answered(w, i, now) ? W_LOST_RESPONSE | W_UNSURE : 0u;
            bool in_vain = sst_watch_in_vain(w, i, 2u) && sst_watch_is_refresher(w, by);
            w->flags |= in_vain ? W_SILENCE : 0u;
            sst_watch_tx_end(w, i);
        }
    }
    unsigned i = choose(w, now);
    if (w->tx_flags[i] & T_OPEN) {
        w->flags |= W_LOST_RESPONSE | W_UNSURE;
    }
    w->tx[i] = (struct sst_watch_tx){
        .cseq = msg->cseq,
        .session_expires = msg->session_expires,
        .min_se = msg->min_se,
        .since_ms = (uint32_t)now,
    };
    w->tx_flags[i] = (uint16_t)flags_of(msg, by);
    w->streams = (uint8_t)((w->streams & ~(1u << i)) | ((flags & SST_OVER_STREAM) ? 1u << i : 0u));
    return i;
}
