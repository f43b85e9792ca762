/* SPDX-License-Identifier: MIT */
/**
 * @file sst/rules.h
 * RFC 4028 as pure functions: what a UAC asks for, what a UAS answers, what a response means. For
 * hosts with a state machine of their own, and for observers. Sessions (sst/session.h) are built on
 * these functions, so a host that uses sessions does not need this header. The proxy's rules are in
 * sst/proxy.h.
 *
 * The functions keep no state, know no time, and write only to their outputs. Pointers must not be
 * NULL, and policies must have passed sst_policy_check().
 *
 * For example, a UAS answers like this:
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
 * - dialog: its state before the message
 * - method: of the request, or in the CSeq of the response
 * - flags: bits of enum sst_ask_flag
 * - request, response: the peer's message
 * - ask, facts, answer, timer: filled in by one function, read by the next
 * - headers: filled in; earlier contents are lost
 * - violations: set of enum sst_violation; bits are added, none is cleared
 * - status: of the final response
 * - interval_s: any interval, in seconds
 * - a, b, merged: two values, and the result of both
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

/** @return a + b, at most SST_NEVER - 1: even a deadline that is far away is still a deadline. */
SST_API uint64_t sst_add_ms(uint64_t a, uint64_t b);

/* ---- The state of a dialog that the rules need ---- */

/** A dialog's timer, and what is known about the peer. All zero: no timer, nothing known. */
struct sst_dialog {
    uint32_t interval;  /**< seconds: in force, or agreed before the 2xx to the initial INVITE;
                             unused if side is none */
    uint32_t min_se;    /**< seconds: the largest Min-SE seen in this dialog or, before there is a
                             dialog, with this Call-ID; 0: none */
    enum sst_side side; /**< who refreshes */
    bool established;   /**< the initial INVITE got its 2xx */
    bool own_benefit;   /**< only this side runs the timer; the peer knows nothing of it; §7.2 */
    bool peer_supports; /**< a message from the peer in this dialog showed support */
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

/** Circumstances of a request; bits. */
enum sst_ask_flag {
    SST_ASK_INITIAL_PENDING = 1 << 0, /**< the dialog's initial INVITE has no final response yet */
    SST_ASK_WITHOUT_SE = 1 << 1,      /**< a 422 demanded more than max_session_expires */
    SST_ASK_WITHOUT_REQUIRE = 1 << 2  /**< a 420 rejected the extension */
};

/**
 * Decides what to put into a request.
 * @param dialog  for a request that creates the dialog: all zero, except min_se
 */
SST_API void sst_uac_ask(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         enum sst_method method, unsigned flags, struct sst_ask *ask);

/** Prints what a request carries as header fields. */
SST_API void sst_ask_headers(const struct sst_ask *ask, struct sst_headers *headers);

/** What to do after a 422. */
enum sst_422 {
    SST_422_RETRY = 0,            /**< send the request again, with *min_se */
    SST_422_RETRY_WITHOUT_SE = 1, /**< once more, with Min-SE but without Session-Expires */
    SST_422_FAIL = 2              /**< give up this request */
};

/**
 * Decides what follows a 422 to a local request; §7.3, EC-27, EC-101, EC-129.
 * @param ask     what the request carried
 * @param rounds  how many retries of this request a 422 has caused already
 * @param min_se  seconds: set to the Min-SE to remember (at least absolute_min), 0 for none
 * @return what to do; SST_422_FAIL after SST_422_ROUNDS_MAX rounds
 */
SST_API enum sst_422 sst_uac_422(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                 const struct sst_ask *ask, const struct sst_msg *response,
                                 unsigned rounds, uint32_t *min_se, uint32_t *violations);

/** How many 422 in a row are followed for one request. */
#define SST_422_ROUNDS_MAX 5

/** The timer that results from a 2xx. */
struct sst_timer {
    uint32_t interval;  /**< seconds, as agreed (may be below 90, see accept_small_interval) */
    enum sst_side side; /**< who refreshes; none: no timer */
    bool own_benefit;   /**< only this side runs it, as the peer lacks the extension; §7.2 */
};

/**
 * Works out the timer of a UAC from the 2xx to its INVITE or UPDATE; §7.2, EC-18.
 * @param ask  what the request carried
 */
SST_API void sst_uac_2xx(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         const struct sst_ask *ask, const struct sst_msg *response,
                         struct sst_timer *timer, uint32_t *violations);

/**
 * How to treat the final response to a refresh; §10, RFC 3261 §14.1, RFC 5057 §5.1. For 300 to 699,
 * policy->classify may overrule the usual treatment.
 * @return what policy->classify says, else sst_classify_status()
 */
SST_API enum sst_outcome sst_classify_failure(const struct sst_policy *policy,
                                              enum sst_method method, unsigned status);

/** @return the usual treatment, without asking a policy. */
SST_API enum sst_outcome sst_classify_status(enum sst_method method, unsigned status);

/* ---- UAS: §9 ---- */

/** The parts of a request that decide its answer. Intervals are seconds. */
struct sst_facts {
    uint32_t session_expires;     /**< valid with has_session_expires */
    uint32_t min_se;              /**< at least absolute_min; 0: no Min-SE in the request */
    enum sst_refresher refresher; /**< valid with has_session_expires */
    bool has_session_expires;     /**< the request has a Session-Expires that can be read */
    bool supports;                /**< Supported: timer, or what the policy counts as such */
};

/** Extracts the facts from a request, and adds what is wrong with it to *violations. */
SST_API void sst_uas_facts(const struct sst_policy *policy, const struct sst_msg *request,
                           struct sst_facts *facts, uint32_t *violations);

/**
 * Decides whether to reject a request, before you do anything else with it. While a timer runs, a
 * request for the interval in force is never too small, even below the local minimum (EC-134).
 * @param min_se  set for a 422: the value of its Min-SE, in seconds
 * @return 0: go on; else the status to reject with: 400 (see accept_malformed, accept_repeated),
 * 420 with Unsupported: timer, or 422
 */
SST_API unsigned sst_uas_refuse(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                const struct sst_msg *request, uint32_t *min_se);

/** What the 2xx to an INVITE or UPDATE carries. Intervals are seconds. */
struct sst_answer {
    uint32_t session_expires;     /**< valid unless refresher is none */
    enum sst_refresher refresher; /**< none: no Session-Expires */
    bool supported;               /**< Supported: timer */
    bool require;                 /**< Require: timer */
};

/**
 * Decides what the 2xx to a request with these facts carries; Table 2.
 * @param dialog  its state when you answer, not when the request came
 */
SST_API void sst_uas_answer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                            const struct sst_facts *facts, struct sst_answer *answer);

/** Works out the timer of the UAS that sends this 2xx; §9, EC-18, EC-134. */
SST_API void sst_uas_timer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                           const struct sst_facts *facts, const struct sst_answer *answer,
                           struct sst_timer *timer);

/** Prints what a 2xx carries as header fields. */
SST_API void sst_answer_headers(const struct sst_answer *answer, struct sst_headers *headers);

/**
 * Prints the header fields of any other response: Supported: timer (§12.3), and for a 422 Min-SE,
 * for a 420 Unsupported: timer, for a 500 Retry-After.
 * @param value  of Min-SE or Retry-After, in seconds; unused for other codes
 */
SST_API void sst_refusal_headers(const struct sst_policy *policy, unsigned status, uint32_t value,
                                 struct sst_headers *headers);

/**
 * Prints the header fields of a request that is neither INVITE nor UPDATE: none for ACK, else
 * Supported: timer.
 */
SST_API void sst_other_headers(const struct sst_policy *policy, enum sst_method method,
                               struct sst_headers *headers);

/* ---- Two negotiations at once ---- */

/**
 * Combines the results of two negotiations that overlapped. This side refreshes if either result
 * says so, or if only one of them has a timer; it then uses the smaller interval. Otherwise it
 * waits, for the larger one.
 */
SST_API void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                               struct sst_timer *merged);

#ifdef __cplusplus
}
#endif

#endif
