/* SPDX-License-Identifier: MIT */
/* What a watch remembers, and how it is read. */
#ifndef SST_WATCH_STATE_H
#define SST_WATCH_STATE_H

#include "about/mem.h"
#include "rules/rules_private.h"
#include "rules/timing.h"

#include <sst/watch.h>

/* The two ends as places in arrays and as bits beside each other: 0 is the caller. */
enum { CALLER = 0, CALLEE = 1 };

static inline unsigned sst_watch_other(unsigned end)
{
    return 1u - end;
}

static inline enum sst_watch_who sst_watch_who_is(unsigned end)
{
    return end == CALLER ? SST_WHO_CALLER : SST_WHO_CALLEE;
}

/* watch.flags. Where there is one for each end, that of the callee is the next bit. */
#define W_BEGAN (UINT32_C(1) << 0)       /* the initial INVITE was seen */
#define W_ESTABLISHED (UINT32_C(1) << 1) /* it got its 2xx, or the dialog is older */
#define W_KNOWN (UINT32_C(1) << 2)       /* a 2xx was seen: what is in force is known */
#define W_RUNS_AT 3                      /* 0: no timer; who refreshes: the caller, the callee */
#define W_RUNS (UINT32_C(3) << W_RUNS_AT)
#define W_RUNS_CALLER (UINT32_C(1) << W_RUNS_AT)
#define W_OFF (UINT32_C(1) << 5)           /* a timer ran, and a 2xx turned it off */
#define W_OFF_BY_CALLEE (UINT32_C(1) << 6) /* who left Session-Expires out, else the caller */
#define W_ENDED (UINT32_C(1) << 7)         /* BYE */
#define W_END_BY_CALLEE (UINT32_C(1) << 8) /* who sent it, else the caller */
#define W_AT_ONCE (UINT32_C(1) << 9)       /* right after a refusal */
#define W_REASON_TIMER (UINT32_C(1) << 10) /* what its Reason says */
#define W_REASON_OTHER (UINT32_C(1) << 11)
#define W_LATE (UINT32_C(1) << 12)  /* a refresh after the other side's limit, not answered */
#define W_AGAIN (UINT32_C(1) << 13) /* the interval in force followed another one */
#define W_RETRIED                                                                                  \
    (UINT32_C(1) << 14) /* another request followed one that was refused, or not answered */
#define W_UNSURE (UINT32_C(1) << 15)       /* what is in force may have changed unseen */
#define W_LOST_REQUEST (UINT32_C(1) << 16) /* not in the capture, as what followed shows */
#define W_LOST_RESPONSE (UINT32_C(1) << 17)
#define W_SAW_CALLER (UINT32_C(1) << 18)      /* this end sent something */
#define W_SUPPORTS_CALLER (UINT32_C(1) << 20) /* it listed timer */
#define W_ALLOW_CALLER (UINT32_C(1) << 22)    /* its newest Allow is known, */
#define W_UPDATE_CALLER (UINT32_C(1) << 24)   /* and lists UPDATE */
#define W_GAP_CALLER (UINT32_C(1) << 26)      /* its CSeq left out a number since the last 2xx */
#define W_MIN_CALLER (UINT32_C(1) << 28)      /* it has to repeat watch.min_se */
#define W_MIN_MIXED (UINT32_C(1) << 30)       /* each end has to repeat another one */
#define W_SILENCE (UINT32_C(1) << 31) /* a refresh since start_ms was retransmitted in vain */

static inline bool sst_watch_is(const struct sst_watch *w, uint32_t flag, unsigned end)
{
    return (w->flags & flag << end) != 0;
}

/* watch.marks */
#define M_FAULT_AT 0 /* place of enum sst_watch_fault: in the negotiation in force */
#define M_FAULT_BY_CALLEE (1u << 3)
#define M_REFUSED_BY_CALLEE (1u << 4) /* watch.status came from it, else from the caller */
#define M_REFUSED_UPDATE (1u << 5)    /* to an UPDATE, else to an INVITE */
#define M_REFUSED_REFRESH (1u << 6)   /* to a refresh, and no other request */
#define M_TRIED_INVITE (1u << 7)      /* refused since the last 2xx */
#define M_TRIED_UPDATE (1u << 8)
#define M_REVERSED (1u << 9) /* it is not the fault of whom it usually is */
#define M_QUICK_AT 10        /* place of the count of requests without pause, 4 bits */
#define M_STORM (1u << 14)
#define M_STORM_BY_CALLEE (1u << 15) /* whose requests are counted */
#define M_REFUSED (M_REFUSED_BY_CALLEE | M_REFUSED_UPDATE | M_REFUSED_REFRESH | M_REVERSED)
#define M_QUICK_MAX 15u

/* What makes it unclear whose turn it is. */
enum sst_watch_fault {
    FAULT_NONE = 0,
    FAULT_MISSING = 1,    /* a 2xx without refresher */
    FAULT_REQUIRE = 2,    /* refresher=uac without Require */
    FAULT_NAMED = 3,      /* refresher=uac for a UAC without support */
    FAULT_OVERRULED = 4,  /* refresher=uac though the request said uas */
    FAULT_INVERTED = 5,   /* a refresher's request said uas */
    FAULT_UNREADABLE = 6, /* Session-Expires malformed or repeated */
    FAULT_CROSSED = 7     /* two negotiations at once, with different results: nobody's */
};

/* watch.tx_flags */
enum {
    T_OPEN = 1u << 0,      /* without final response */
    T_ANSWERED = 1u << 1,  /* an INVITE with its 2xx, which waits for the ACK */
    T_BY_CALLEE = 1u << 2, /* else by the caller */
    T_UPDATE = 1u << 3,    /* else an INVITE */
    T_SUPPORTED = 1u << 4,
    T_REQUIRE = 1u << 5,
    T_HAS_SE = 1u << 6,
    T_REFRESHER_AT = 7,    /* enum sst_refresher, 2 bits */
    T_COPIES_AT = 9,       /* its retransmissions while it is open, up to 3 */
    T_REFRESH = 1u << 11,  /* by the refresher, at its time or without offer */
    T_LATE = 1u << 12,     /* after the other side's limit */
    T_INVERTED = 1u << 13, /* the refresher named the other side */
    T_OVERLAP = 1u << 14,  /* an INVITE while another of its sender was pending */
    T_CANCELLED = 1u << 15 /* an INVITE that its sender took back */
};

static inline unsigned sst_watch_copies(const struct sst_watch *w, unsigned i)
{
    return w->tx_flags[i] >> T_COPIES_AT & 3u;
}

/* Whether an open request is known to have had no answer: its sender sent it so many times again,
 * or over a stream, where a message does not get lost. */
static inline bool sst_watch_in_vain(const struct sst_watch *w, unsigned i, unsigned copies)
{
    return sst_watch_copies(w, i) >= copies || (w->streams >> i & 1u) != 0;
}

static inline unsigned sst_watch_tx_by(const struct sst_watch *w, unsigned i)
{
    return (w->tx_flags[i] & T_BY_CALLEE) ? CALLEE : CALLER;
}

/* Time within a transaction is kept modulo 2^32 ms; none takes 49 days. */
static inline uint32_t sst_watch_age(const struct sst_watch *w, unsigned i, uint64_t now)
{
    return (uint32_t)now - w->tx[i].since_ms;
}

/* Saturated differences: a clock that steps back stands still. */
static inline uint32_t sst_watch_since(uint64_t from, uint64_t to)
{
    uint64_t passed = to > from ? to - from : 0;
    return passed < UINT32_MAX ? (uint32_t)passed : UINT32_MAX;
}

static inline uint64_t sst_max_ms(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline bool sst_watch_runs(const struct sst_watch *w)
{
    return (w->flags & W_RUNS) != 0;
}

/* The refresher; asked for only where a timer runs. */
static inline unsigned sst_watch_refresher(const struct sst_watch *w)
{
    return (w->flags & W_RUNS) == W_RUNS_CALLER ? CALLER : CALLEE;
}

static inline bool sst_watch_is_refresher(const struct sst_watch *w, unsigned end)
{
    return sst_watch_runs(w) && sst_watch_refresher(w) == end;
}

/* Who left Session-Expires out; asked for only where the timer was turned off. */
static inline unsigned sst_watch_off_by(const struct sst_watch *w)
{
    return (w->flags & W_OFF_BY_CALLEE) ? CALLEE : CALLER;
}

/* Something of this dialog is not in the capture, so that silence proves little. */
static inline bool sst_watch_is_lossy(const struct sst_watch *w)
{
    return (w->flags & (W_LOST_REQUEST | W_LOST_RESPONSE)) != 0;
}

/* How exact the times of two ends and of a capture between them are taken: 2 s, or a tenth of the
 * interval where that is less, as tests have it. */
static inline uint32_t sst_watch_slack(uint32_t interval_s)
{
    return interval_s >= 20u || interval_s == 0 ? 2000u : interval_s * 100u;
}

/* ---- tx.c ---- */

#define T_NONE SST_WATCH_TX_MAX

/* The transaction of an end with this method and number. @return its place, or T_NONE */
unsigned sst_watch_tx_find(const struct sst_watch *w, unsigned by, bool update, uint32_t cseq);
/* The newest that is open, of one end. @return its place, or T_NONE */
unsigned sst_watch_tx_open(const struct sst_watch *w, unsigned by);
/* Makes room for a request of this end. @return its place */
unsigned sst_watch_tx_begin(struct sst_watch *w, unsigned by, const struct sst_msg *msg,
                            unsigned flags, uint64_t now);
/* Forgets one. */
void sst_watch_tx_end(struct sst_watch *w, unsigned i);
/* Counts a retransmission. */
void sst_watch_tx_copy(struct sst_watch *w, unsigned i);
/* Notes that an end took its INVITE back. */
void sst_watch_tx_cancel(struct sst_watch *w, unsigned by, uint32_t cseq);

/* ---- limits.c ---- */

/* What an interval leads to; all on the clock of the capture. */
struct sst_watch_limits {
    uint64_t hangup; /* where the other side hangs up, by §10 */
    uint64_t late;   /* the same, for a side that raises a small interval to the absolute minimum */
    uint64_t expires; /* where the session expires, raised likewise */
    uint32_t slack;
};

/* Limits of an interval that began at a time. */
void sst_watch_limits(const struct sst_watch *w, uint64_t start, struct sst_watch_limits *limits);
/* Whether a time is, within the slack, that of a BYE for the timer. */
bool sst_watch_is_time(const struct sst_watch_limits *limits, uint64_t at);

/* ---- findings.c ---- */

/* The rules of sst/rules.h for any two ends. */
void sst_watch_policy(const struct sst_watch *w, struct sst_policy *policy);
/* What is wrong with a request that is no copy, sent now. */
uint64_t sst_watch_judge_request(const struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                 uint64_t now);
/* What is wrong with any response, in itself. */
uint64_t sst_watch_judge_response(const struct sst_watch *w, const struct sst_msg *msg);

/* ---- negotiate.c ---- */

/* The first 2xx to an INVITE or UPDATE; i is T_NONE where its request was not seen.
 * @return findings by who sent it */
uint64_t sst_watch_negotiate(struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                             unsigned by, uint64_t now);
/* A final response of 300 to 699 to the request i. @return findings by who sent it */
uint64_t sst_watch_refuse(struct sst_watch *w, const struct sst_msg *msg, unsigned i, uint64_t now);

/* What an end has to put into its later requests: RFC 4028 §7.4. */
void sst_watch_learn_min_se(struct sst_watch *w, unsigned end, uint32_t min_se);

#endif
