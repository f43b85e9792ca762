/* SPDX-License-Identifier: MIT */
/* What a watch remembers, and how to read it. */
#ifndef SST_WATCH_STATE_H
#define SST_WATCH_STATE_H

#include "about/mem.h"
#include "rules/rules_private.h"
#include "rules/timing.h"

#include <sst/watch.h>

/* The two ends as array indices and as adjacent bits: 0 is the caller. */
enum { CALLER = 0, CALLEE = 1 };

static inline unsigned sst_watch_other(unsigned end)
{
    return 1u - end;
}

static inline enum sst_watch_who sst_watch_who_is(unsigned end)
{
    return end == CALLER ? SST_WHO_CALLER : SST_WHO_CALLEE;
}

/* watch.flags. If there is one flag for each end, the callee's is the next bit. */
#define W_BEGAN (UINT32_C(1) << 0)       /* the initial INVITE was seen */
#define W_ESTABLISHED (UINT32_C(1) << 1) /* it got its 2xx, or the dialog is older */
#define W_KNOWN (UINT32_C(1) << 2)       /* a 2xx was seen: what is in force is known */
#define W_RUNS_AT 3                      /* refresher: 0 no timer, 1 the caller, 2 the callee */
#define W_RUNS (UINT32_C(3) << W_RUNS_AT)
#define W_RUNS_CALLER (UINT32_C(1) << W_RUNS_AT)
#define W_OFF (UINT32_C(1) << 5)           /* a timer ran, and a 2xx turned it off */
#define W_OFF_BY_CALLEE (UINT32_C(1) << 6) /* the callee turned it off, else the caller */
#define W_ENDED (UINT32_C(1) << 7)         /* BYE */
#define W_END_BY_CALLEE (UINT32_C(1) << 8) /* the callee sent it, else the caller */
#define W_AT_ONCE (UINT32_C(1) << 9)       /* right after a rejection */
#define W_REASON_TIMER (UINT32_C(1) << 10) /* its Reason names the timer */
#define W_REASON_OTHER (UINT32_C(1) << 11)
#define W_LATE (UINT32_C(1) << 12)  /* a refresh after the other side's limit, not answered */
#define W_AGAIN (UINT32_C(1) << 13) /* the interval in force followed another one */
#define W_RETRIED                                                                                  \
    (UINT32_C(1) << 14) /* another request followed one that was rejected, or not answered */
#define W_UNSURE (UINT32_C(1) << 15)       /* what is in force may have changed unseen */
#define W_LOST_REQUEST (UINT32_C(1) << 16) /* not in the capture, as what followed shows */
#define W_LOST_RESPONSE (UINT32_C(1) << 17)
#define W_SAW_CALLER (UINT32_C(1) << 18)      /* this end sent something */
#define W_SUPPORTS_CALLER (UINT32_C(1) << 20) /* it listed timer */
#define W_ALLOW_CALLER (UINT32_C(1) << 22)    /* its newest Allow is known, */
#define W_UPDATE_CALLER (UINT32_C(1) << 24)   /* and lists UPDATE */
#define W_GAP_CALLER (UINT32_C(1) << 26)      /* its CSeq skipped a number since the last 2xx */
#define W_MIN_CALLER (UINT32_C(1) << 28)      /* it must repeat watch.min_se */
#define W_MIN_MIXED (UINT32_C(1) << 30)       /* each end must repeat a different one */
#define W_SILENCE (UINT32_C(1) << 31)         /* a refresh since start_ms was never answered */

static inline bool sst_watch_is(const struct sst_watch *w, uint32_t flag, unsigned end)
{
    return (w->flags & flag << end) != 0;
}

/* watch.marks */
#define M_FAULT_AT 0 /* enum sst_watch_fault of the negotiation in force */
#define M_FAULT_BY_CALLEE (1u << 3)
#define M_REFUSED_BY_CALLEE (1u << 4) /* watch.status came from it, else from the caller */
#define M_REFUSED_UPDATE (1u << 5)    /* to an UPDATE, else to an INVITE */
#define M_REFUSED_REFRESH (1u << 6)   /* to a refresh, not to another request */
#define M_TRIED_INVITE (1u << 7)      /* rejected since the last 2xx */
#define M_TRIED_UPDATE (1u << 8)
#define M_REVERSED (1u << 9) /* the fault is not with the usual side */
#define M_QUICK_AT 10        /* count of requests in quick succession, 4 bits */
#define M_STORM (1u << 14)
#define M_STORM_BY_CALLEE (1u << 15) /* whose requests are counted */
#define M_REFUSED (M_REFUSED_BY_CALLEE | M_REFUSED_UPDATE | M_REFUSED_REFRESH | M_REVERSED)
#define M_QUICK_MAX 15u

/* Why it is unclear who refreshes. */
enum sst_watch_fault {
    FAULT_NONE = 0,
    FAULT_MISSING = 1,    /* a 2xx without refresher */
    FAULT_REQUIRE = 2,    /* refresher=uac without Require */
    FAULT_NAMED = 3,      /* refresher=uac for a UAC without support */
    FAULT_OVERRULED = 4,  /* refresher=uac though the request said uas */
    FAULT_INVERTED = 5,   /* a refresher's request said uas */
    FAULT_UNREADABLE = 6, /* Session-Expires malformed or repeated */
    FAULT_CROSSED = 7     /* two negotiations at once, with different results: nobody's fault */
};

/* watch.tx_flags */
enum {
    T_OPEN = 1u << 0,      /* no final response yet */
    T_ANSWERED = 1u << 1,  /* an INVITE that got its 2xx and waits for the ACK */
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
    T_CANCELLED = 1u << 15 /* an INVITE that its sender cancelled */
};

static inline unsigned sst_watch_copies(const struct sst_watch *w, unsigned i)
{
    return w->tx_flags[i] >> T_COPIES_AT & 3u;
}

/* Whether an open request is known to be unanswered: its sender retransmitted it this often, or
 * sent it over a stream, where no message is lost. */
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

/* Saturated differences: 0 if the clock stepped back. */
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

/* The refresher; call it only if a timer runs. */
static inline unsigned sst_watch_refresher(const struct sst_watch *w)
{
    return (w->flags & W_RUNS) == W_RUNS_CALLER ? CALLER : CALLEE;
}

static inline bool sst_watch_is_refresher(const struct sst_watch *w, unsigned end)
{
    return sst_watch_runs(w) && sst_watch_refresher(w) == end;
}

/* The end that left Session-Expires out; call it only if the timer was turned off. */
static inline unsigned sst_watch_off_by(const struct sst_watch *w)
{
    return (w->flags & W_OFF_BY_CALLEE) ? CALLEE : CALLER;
}

/* Part of this dialog is not in the capture, so silence proves little. */
static inline bool sst_watch_is_lossy(const struct sst_watch *w)
{
    return (w->flags & (W_LOST_REQUEST | W_LOST_RESPONSE)) != 0;
}

/* The tolerance for the clocks of the two ends and of a capture between them: 2 s, or a tenth of
 * the interval if that is less, as in tests. */
static inline uint32_t sst_watch_slack(uint32_t interval_s)
{
    return interval_s >= 20u || interval_s == 0 ? 2000u : interval_s * 100u;
}

/* ---- tx.c ---- */

#define T_NONE SST_WATCH_TX_MAX

/* The transaction of an end with this method and number. @return its place, or T_NONE */
unsigned sst_watch_tx_find(const struct sst_watch *w, unsigned by, bool update, uint32_t cseq);
/* The newest open transaction of an end. @return its place, or T_NONE */
unsigned sst_watch_tx_open(const struct sst_watch *w, unsigned by);
/* Makes room for a request of this end. @return its place */
unsigned sst_watch_tx_begin(struct sst_watch *w, unsigned by, const struct sst_msg *msg,
                            unsigned flags, uint64_t now);
/* Forgets a transaction. */
void sst_watch_tx_end(struct sst_watch *w, unsigned i);
/* Counts a retransmission. */
void sst_watch_tx_copy(struct sst_watch *w, unsigned i);
/* Notes that an end cancelled its INVITE. */
void sst_watch_tx_cancel(struct sst_watch *w, unsigned by, uint32_t cseq);

/* ---- limits.c ---- */

/* The deadlines of an interval, on the capture's clock. */
struct sst_watch_limits {
    uint64_t hangup; /* when the other side hangs up, by §10 */
    uint64_t late;   /* the same, for a side that raises a small interval to the absolute minimum */
    uint64_t expires; /* when the session expires, raised likewise */
    uint32_t slack;
};

/* The limits of an interval that began at start. */
void sst_watch_limits(const struct sst_watch *w, uint64_t start, struct sst_watch_limits *limits);
/* Whether a BYE for the timer is due at this time, within the slack. */
bool sst_watch_is_time(const struct sst_watch_limits *limits, uint64_t at);

/* ---- findings.c ---- */

/* A policy for sst/rules.h that fits any two ends. */
void sst_watch_policy(const struct sst_watch *w, struct sst_policy *policy);
/* What is wrong with a request sent now that is not a retransmission. */
uint64_t sst_watch_judge_request(const struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                 uint64_t now);
/* What is wrong with a response by itself. */
uint64_t sst_watch_judge_response(const struct sst_watch *w, const struct sst_msg *msg);

/* ---- negotiate.c ---- */

/* The first 2xx to an INVITE or UPDATE; i is T_NONE if its request was not seen. @return findings
 * about its sender */
uint64_t sst_watch_negotiate(struct sst_watch *w, const struct sst_msg *msg, unsigned i,
                             unsigned by, uint64_t now);
/* A final response of 300 to 699 to request i. @return findings about its sender */
uint64_t sst_watch_refuse(struct sst_watch *w, const struct sst_msg *msg, unsigned i, uint64_t now);

/* The Min-SE that an end must put into its later requests: RFC 4028 §7.4. */
void sst_watch_learn_min_se(struct sst_watch *w, unsigned end, uint32_t min_se);

#endif
