/* SPDX-License-Identifier: MIT */
/**
 * @file sst/rules.h
 * The second level, which a host with sst/session.h does not need: RFC 4028 as pure functions, for
 * hosts with a state machine of their own and for observers. What a UAC asks, what a UAS answers,
 * what a response means. They know neither time nor dialogs and change nothing but their outputs.
 * Pointers must not be NULL, and policies must have passed sst_policy_check(). Sessions
 * (sst/session.h) are built on them; hosts with a state machine of their own may use them alone.
 * The proxy's rules are in sst/proxy.h.
 *
 * What a UAS answers, for example:
 *
 * @code
 * status = sst_uas_refuse(&policy, &dialog, &request, &min_se);
 * if (status != 0) {
 *     sst_refusal_headers(&policy, status, min_se, &headers);
 * } else {
 *     sst_uas_facts(&policy, &request, &facts, &violations);
 *     sst_uas_answer(&policy, &dialog, &facts, &answer);
 *     sst_answer_headers(&answer, &headers);
 * }
 * @endcode
 *
 * Arguments that mean the same in all functions:
 * - policy: checked with sst_policy_check()
 * - dialog: as it is before the message
 * - method: of the request, or of the CSeq of the response
 * - flags: bits of enum sst_ask_flag
 * - request, response: the peer's message
 * - ask, facts, answer, timer: what one function fills in and the next one takes
 * - headers: filled in; replaced, not added to
 * - violations: a set of bits that more are added to
 * - status: of the final response
 * - interval_s: any interval, in seconds
 * - a, b, merged: two values, and what they come to
 */
#ifndef SST_RULES_H
#define SST_RULES_H

#include <sst/message.h>
#include <sst/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Arithmetic of the interval, for every interval from 0 to 2^32-1 s; all in ms ---- */

/** @return half of the interval, rounded down; RFC 4028 §7.2. */
SST_API uint64_t sst_half_ms(uint32_t interval_s);

/** @return the smaller of 32 s and a third of the interval, rounded down; RFC 4028 §10. */
SST_API uint32_t sst_guard_ms(uint32_t interval_s);

/** @return a + b, at most SST_NEVER - 1: a deadline that is far away is not one that is none. */
SST_API uint64_t sst_add_ms(uint64_t a, uint64_t b);

/* ---- What a dialog remembers, as the rules need it ---- */

/** A dialog's timer and what is known of the peer; seconds. All zero is a dialog without any. */
struct sst_dialog {
    uint32_t interval;  /**< in force, or agreed on early; meaningless where side is none */
    uint32_t min_se;    /**< the largest Min-SE of this dialog, or Call-ID; 0: none was seen */
    enum sst_side side; /**< who refreshes */
    bool established;   /**< the initial INVITE got its 2xx */
    bool own_benefit;   /**< the timer runs for this side's own benefit alone; §7.2 */
    bool peer_supports; /**< a message of the peer in this dialog showed support */
};

/* ---- UAC: §7.1, §7.3, §7.4 ---- */

/** What a request carries. Intervals are seconds. */
struct sst_ask {
    uint32_t session_expires;     /**< 0: no Session-Expires */
    uint32_t min_se;              /**< 0: no Min-SE */
    enum sst_refresher refresher; /**< of the Session-Expires */
    bool supported;               /**< Supported: timer */
    bool require;                 /**< Require: timer */
    bool proxy_require;           /**< Proxy-Require: timer */
};

/** Circumstances of a request, bits. */
enum sst_ask_flag {
    SST_ASK_INITIAL_PENDING = 1 << 0, /**< the dialog's initial INVITE is still unanswered */
    SST_ASK_WITHOUT_SE = 1 << 1,      /**< a 422 asked for more than the owner allows */
    SST_ASK_WITHOUT_REQUIRE = 1 << 2  /**< a 420 refused the extension */
};

/**
 * What to put into a request.
 * @param dialog  all zero but min_se for a request that creates the dialog
 */
SST_API void sst_uac_ask(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         enum sst_method method, unsigned flags, struct sst_ask *ask);

/** Prints what a request carries as header fields. */
SST_API void sst_ask_headers(const struct sst_ask *ask, struct sst_headers *headers);

/** What a 422 means for the request that it answers. */
enum sst_422 {
    SST_422_RETRY = 0,            /**< again, with *min_se */
    SST_422_RETRY_WITHOUT_SE = 1, /**< once more with Min-SE and without Session-Expires */
    SST_422_FAIL = 2              /**< no further try of this request */
};

/**
 * What a 422 to a local request leads to; §7.3, EC-27, EC-101, EC-129.
 * @param ask     what the request carried
 * @param rounds  how often a 422 was followed for this request already; SST_422_ROUNDS_MAX is the
 *                most
 * @param min_se  seconds: set to the Min-SE to remember (at least absolute_min), 0 for none
 * @param violations  bits are added
 * @return what to do; RETRY never more than SST_422_ROUNDS_MAX times in a row
 */
SST_API enum sst_422 sst_uac_422(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                 const struct sst_ask *ask, const struct sst_msg *response,
                                 unsigned rounds, uint32_t *min_se, uint32_t *violations);

/** How often in a row a 422 to one request is followed. */
#define SST_422_ROUNDS_MAX 5

/** What a 2xx makes of the timer. */
struct sst_timer {
    uint32_t interval;  /**< seconds, as agreed (may be below 90, see accept_small_interval) */
    enum sst_side side; /**< none: no timer */
    bool own_benefit;   /**< for this side's own benefit alone, against a peer without it; §7.2 */
};

/**
 * What a 2xx to an INVITE or UPDATE means for its sender; §7.2, EC-18.
 * @param dialog  before this response
 * @param ask     what the request carried
 * @param violations  bits are added
 */
SST_API void sst_uac_2xx(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         const struct sst_ask *ask, const struct sst_msg *response,
                         struct sst_timer *timer, uint32_t *violations);

/**
 * How the final response to a refresh is treated; §10, RFC 3261 §14.1, RFC 5057 §5.1.
 * policy->classify is asked for 300 to 699.
 * @return what policy->classify says, else sst_classify_status()
 */
SST_API enum sst_outcome sst_classify_failure(const struct sst_policy *policy,
                                              enum sst_method method, unsigned status);

/** @return the usual treatment, without a policy's opinion. */
SST_API enum sst_outcome sst_classify_status(enum sst_method method, unsigned status);

/* ---- UAS: §9 ---- */

/** What of a request its answer depends on. Intervals are seconds. */
struct sst_facts {
    uint32_t session_expires;     /**< valid with has_session_expires */
    uint32_t min_se;              /**< at least absolute_min; 0: no Min-SE in the request */
    enum sst_refresher refresher; /**< valid with has_session_expires */
    bool has_session_expires;     /**< the request carried one that could be read */
    bool supports;                /**< Supported: timer, or what counts as such */
};

/** Takes the facts out of a request, and adds what is wrong with it to *violations. */
SST_API void sst_uas_facts(const struct sst_policy *policy, const struct sst_msg *request,
                           struct sst_facts *facts, uint32_t *violations);

/**
 * Whether to reject a request before anything else is done with it. EC-134: where a timer runs, a
 * request for the interval in force is not rejected, even if that is below the local minimum.
 * @param min_se  for a 422: the value of its Min-SE, in seconds
 * @return 0 to go on; 400 (see accept_malformed, accept_repeated); 420 with Unsupported: timer; 422
 */
SST_API unsigned sst_uas_refuse(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                const struct sst_msg *request, uint32_t *min_se);

/** What the 2xx to an INVITE or UPDATE carries. Intervals are seconds. */
struct sst_answer {
    uint32_t session_expires;     /**< valid where refresher is not none */
    enum sst_refresher refresher; /**< none: no Session-Expires */
    bool supported;               /**< Supported: timer */
    bool require;                 /**< Require: timer */
};

/** The 2xx to a request with these facts; Table 2. The dialog is taken as it is at the answer. */
SST_API void sst_uas_answer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                            const struct sst_facts *facts, struct sst_answer *answer);

/** What that 2xx makes of the timer on the side that sends it; §9, EC-18, EC-134. */
SST_API void sst_uas_timer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                           const struct sst_facts *facts, const struct sst_answer *answer,
                           struct sst_timer *timer);

/** Prints what a 2xx carries as header fields. */
SST_API void sst_answer_headers(const struct sst_answer *answer, struct sst_headers *headers);

/**
 * Header fields of any other response: Supported: timer (§12.3); a 422 gets Min-SE, a 420
 * Unsupported: timer, a 500 Retry-After.
 * @param value  seconds of Min-SE or Retry-After; unused for other codes
 */
SST_API void sst_refusal_headers(const struct sst_policy *policy, unsigned status, uint32_t value,
                                 struct sst_headers *headers);

/** Header fields of a request that is neither INVITE nor UPDATE: none for ACK, else Supported. */
SST_API void sst_other_headers(const struct sst_policy *policy, enum sst_method method,
                               struct sst_headers *headers);

/* ---- Two negotiations at once ---- */

/**
 * What two overlapping negotiations with results a and b come to: this side refreshes if either
 * says so, or if only one of them has a timer at all; the interval is the smaller one where it
 * refreshes, and the larger one where it waits.
 */
SST_API void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                               struct sst_timer *merged);

#ifdef __cplusplus
}
#endif

#endif
