/* SPDX-License-Identifier: MIT */
/**
 * @file sst/watch.h
 * The observer: why did this call drop, and who broke which rule?
 *
 * For programs that read captures, and for elements that see both directions of a call. Keep one
 * struct sst_watch per dialog and hop, pass it every message in the order of the capture, and ask
 * for the result at the end. It applies the rules of sst/rules.h and sst/proxy.h, in constant time
 * and memory.
 *
 * @code
 * sst_watch_init(&watch, SST_ABSOLUTE_MIN_S);
 * while (next(&msg, &from, &flags, &now_ms)) {
 *     sst_watch_message(&watch, &msg, from, flags, now_ms, &seen);
 * }
 * sst_watch_judge(&watch, now_ms, &result);
 * @endcode
 *
 * A dialog on a hop is the messages with one Call-ID and one pair of tags between one pair of
 * addresses. The initial INVITE, its retries (with another CSeq, after a 401, 407 or 422) and all
 * responses to it belong to one watch; if a response has another To tag, make a second watch with
 * sst_watch_fork(). Pass messages of every method: gaps in the CSeq show that the capture lost
 * something. Set SST_MSG_IN_DIALOG if a request has a To tag, SST_MSG_OFFER if it carries an offer,
 * and pass Allow.
 *
 * The observer blames nobody for what it cannot see. A packet that is missing from the capture
 * looks like silence; only timing, retransmissions and CSeq numbers tell the two apart. If they
 * cannot, the verdict is SST_WATCH_INCOMPLETE.
 *
 * Threads: different threads may use different watches at once, but only one at a time may use a
 * watch.
 *
 * Arguments that mean the same in all functions:
 * - watch: started with sst_watch_init() or sst_watch_fork()
 * - msg: the view of the message, see sst/message.h
 * - from: which end of the call sent it, seen from this hop. If the initial INVITE is missing, call
 *   either end the caller
 * - now_ms: the time stamp in the capture, in ms; for a test whose clock ran X times faster, X
 * times the time since the capture began
 * - result, near_caller, near_callee: filled in by sst_watch_judge()
 * - relay: filled in by sst_relay_request()
 * - in, out: the same message as it reached an element, and as it left it
 * - absolute_min: SST_ABSOLUTE_MIN_S; a smaller value only for captures of tests
 * - verdict, who, finding: the number whose name you want; any value is allowed
 */
#ifndef SST_WATCH_H
#define SST_WATCH_H

#include <sst/message.h>
#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whom a finding or verdict is about. The two ends have the values of enum sst_party. */
enum sst_watch_who {
    SST_WHO_NONE = 0,   /**< nobody, or not visible from here */
    SST_WHO_CALLER = 1, /**< the caller, or an element between it and this hop */
    SST_WHO_CALLEE = 2, /**< the callee, or an element between it and this hop */
    SST_WHO_PROXY = 3   /**< the element between two hops; only from sst_watch_across() */
};

/** @return `none`, `caller`, `callee` or `proxy`; "unknown" for any other number. */
SST_API const char *sst_watch_who_name(enum sst_watch_who who);

/** Why a call ended, or its state now. Each comment ends with whom sst_watch_result.who blames. */
enum sst_watch_verdict {
    SST_WATCH_RUNNING = 0,             /**< in progress, nothing wrong: nobody */
    SST_WATCH_ENDED_NORMALLY = 1,      /**< BYE while the timer was in order: nobody */
    SST_WATCH_NO_TIMER = 2,            /**< ended, and never had a timer: nobody */
    SST_WATCH_NOT_REFRESHED = 3,       /**< the refresher sent no refresh: the refresher */
    SST_WATCH_REFRESHED_LATE = 4,      /**< the refresh came after the other side's limit: the
                                            refresher */
    SST_WATCH_REFRESH_UNANSWERED = 5,  /**< no final response: the side that owed it */
    SST_WATCH_REFRESH_REFUSED = 6,     /**< a 3xx to 6xx: its sender. A 401, 407 or 491 without
                                            another try, or a 500 to an INVITE that overlaps
                                            another: the side that asked. 491 from both: nobody */
    SST_WATCH_REFRESH_DIALOG_LOST = 7, /**< a 481 or 408: its sender */
    SST_WATCH_INTERVAL_REFUSED = 8,    /**< a 422 that was ignored: the side that asked. A 422 that
                                            is useless, lacks Min-SE, or answers a request without
                                            support: its sender */
    SST_WATCH_EXTENSION_REFUSED = 9,   /**< a 421: its sender. A 420: its sender, if that supports
                                            the extension or nobody required it, else the side that
                                            put Require: timer into the request */
    SST_WATCH_TIMER_LOST = 10,         /**< a request or 2xx lacked Session-Expires, and one side's
                                            timer ran on: the side that left it out */
    SST_WATCH_NOBODY_REFRESHES = 11, /**< both sides wait: the side that named the wrong refresher,
                                          or none. Two negotiations crossed: nobody */
    SST_WATCH_HUNG_UP_EARLY = 12,    /**< a BYE because of the timer, too early: its sender */
    SST_WATCH_KEPT_TOO_LONG = 13,    /**< nobody refreshed and nobody hung up: the side that
                                          should have hung up */
    SST_WATCH_ACK_MISSING = 14,      /**< 32 s without ACK, RFC 3261 section 13.3.1.4, which has
                                          nothing to do with session timers: nobody */
    SST_WATCH_ENDED_OTHERWISE = 15,  /**< a BYE that no deadline of the timer explains: for another
                                          reason, or right after a rejection or refresh: its
                                          sender */
    SST_WATCH_STORM = 16,            /**< refreshes without pause: their sender */
    SST_WATCH_INCOMPLETE = 17        /**< the capture does not show it, see .missing: nobody */
};
/** How many verdicts enum sst_watch_verdict has. */
#define SST_WATCH_VERDICT_COUNT 18

/** @return the name of a verdict, such as `not_refreshed`; "unknown" for any other number. */
SST_API const char *sst_watch_verdict_name(enum sst_watch_verdict verdict);

/**
 * What an observer finds in addition to enum sst_violation, whose numbers are findings too. A set
 * of findings is a uint64_t of SST_FINDING_BIT(), so every set of violations is a set of findings.
 */
enum sst_finding {
    SST_FINDING_REFRESH_LATE = 32,       /**< a refresh after the other side's limit; §7.2, §10 */
    SST_FINDING_REFRESH_MISSING = 33,    /**< no refresh by the other side's limit; §7.2 */
    SST_FINDING_REFRESH_UNANSWERED = 34, /**< no final response within 64*T1; RFC 3261 §17.2 */
    SST_FINDING_SE_LEFT_OUT = 35,        /**< a request lacks Session-Expires while a timer runs;
                                              §7.4 */
    SST_FINDING_SE_DROPPED = 36,         /**< a 2xx lacks Session-Expires, although the request has
                                              it and its sender supports the extension; §9 */
    SST_FINDING_UAC_NAMED = 37,          /**< refresher=uac for a UAC without support; Table 2 */
    SST_FINDING_ROLE_INVERTED = 38,      /**< a refresher's request names the other side; §7.4 */
    SST_FINDING_REFRESHER_LEFT_OUT = 39, /**< a later request names no refresher; §7.4 */
    SST_FINDING_422_UNSUPPORTED = 40,    /**< a 422 to a request without support; §8.1, §9 */
    SST_FINDING_422_IGNORED = 41,        /**< no retry with the Min-SE of a 422; §7.3 */
    SST_FINDING_MIN_SE_FORGOTTEN = 42,   /**< a request without the dialog's Min-SE; §7.4 */
    SST_FINDING_UPDATE_UNLISTED = 43,    /**< UPDATE to a side whose Allow does not list it; §7.4 */
    SST_FINDING_INVITE_OVERLAP = 44,     /**< INVITE while another is pending; RFC 3261 §14.1 */
    SST_FINDING_CSEQ_REUSED = 45,        /**< a new request with an old CSeq; RFC 3261 §12.2.1.1 */
    SST_FINDING_BYE_EARLY = 46,          /**< a BYE because of the timer, too early; §10 */
    SST_FINDING_BYE_LATE = 47,           /**< BYE only at the expiration or later; §10 */
    SST_FINDING_BYE_MISSING = 48,        /**< the session has expired, but no BYE came; §10 */
    SST_FINDING_ACK_MISSING = 49,        /**< no ACK within 64*T1; RFC 3261 §13.3.1.4 */
    SST_FINDING_STORM = 50,              /**< refreshes without pause; §10, §11.1 */
    SST_FINDING_PROXY_REFRESHER = 51,    /**< a proxy inserted or changed refresher; §8.1 */
    SST_FINDING_PROXY_SE_RAISED = 52, /**< a proxy raised an interval that was large enough; §8.1 */
    SST_FINDING_PROXY_SE_LOWERED = 53,  /**< a proxy lowered the interval where it must not, or left
                                           it  below Min-SE; §8.1 */
    SST_FINDING_PROXY_SE_REMOVED = 54,  /**< a proxy removed Session-Expires; §8.1, §8.2 */
    SST_FINDING_PROXY_MIN_SE = 55,      /**< a proxy changed Min-SE where it must not; §8.1 */
    SST_FINDING_PROXY_TAGS = 56,        /**< a proxy changed Supported: timer, or removed Require:
                                             timer; RFC 3261 §16.6 */
    SST_FINDING_PROXY_REQUIRE = 57,     /**< a proxy inserted Require: timer into a request; §8.1 */
    SST_FINDING_PROXY_2XX_CHANGED = 58, /**< a proxy changed Session-Expires in a 2xx; §8.2 */
    SST_FINDING_PROXY_2XX_INSERTED = 59, /**< a proxy inserted a wrong Session-Expires into a 2xx,
                                            or one for a UAC without support; §8.2 */
    SST_FINDING_PROXY_2XX_NOT_INSERTED =
        60,                    /**< a proxy inserted it into the request, but not the 2xx; §8.2 */
    SST_FINDING_PROXY_BYE = 61 /**< a proxy hung up; §8.3 */
};
/** All numbers of findings and violations are below this; some numbers are not used. */
#define SST_FINDING_END 62

/** The bit of a finding, or of an enum sst_violation, in a set of findings (uint64_t). */
#define SST_FINDING_BIT(f) (UINT64_C(1) << (unsigned)(f))

/**
 * @param finding  enum sst_finding or enum sst_violation
 * @return the name of a finding, such as `refresh_late`; "unknown" for any other number
 */
SST_API const char *sst_finding_name(unsigned finding);

/**
 * Names the rule that a finding is about.
 * @param finding  enum sst_finding or enum sst_violation
 * @return for example `RFC 4028 section 7.2`; "unknown" for any other number
 */
SST_API const char *sst_finding_section(unsigned finding);

/** One INVITE or UPDATE that a watch remembers; private. */
struct sst_watch_tx {
    uint32_t cseq;            /**< private, like all members: of the request */
    uint32_t session_expires; /**< of the request */
    uint32_t min_se;          /**< of the request */
    uint32_t since_ms;        /**< when it, or its 2xx, was sent; modulo 2^32 */
};

/** How many transactions of a dialog may overlap before the observer loses track. */
#define SST_WATCH_TX_MAX 3

/**
 * What the observer keeps for one dialog on one hop: 96 bytes, no pointers. Private. No cleanup
 * needed.
 */
struct sst_watch {
    uint64_t start_ms; /**< private, like all members: time of the last 2xx that negotiated */
    struct sst_watch_tx tx[SST_WATCH_TX_MAX]; /**< pending INVITE and UPDATE transactions */
    uint32_t interval; /**< in seconds: in force, or the last one before the timer was turned off */
    uint32_t min_se;   /**< the Min-SE that later requests of the dialog must repeat */
    uint32_t cseq[2];  /**< one above the caller's, the callee's highest; 0: none yet */
    uint32_t before_ms; /**< ms before start_ms: when the timer that was turned off had started */
    uint32_t end_ms;    /**< ms after start_ms: the end or, until then, the last rejection */
    uint32_t flags;     /**< what was seen */
    uint16_t tx_flags[SST_WATCH_TX_MAX]; /**< what each request is, and who sent it */
    uint16_t status;                     /**< of the last rejection since start_ms */
    uint8_t absolute_min;                /**< in seconds */
    uint8_t streams;                     /**< bits of tx[]: which were sent over a stream */
    uint16_t marks; /**< what is wrong with the negotiation, and what was tried since */
};

/** Starts a watch. */
SST_API void sst_watch_init(struct sst_watch *watch, uint32_t absolute_min);

/**
 * Starts a watch for a response to the same INVITE with another To tag; then pass that response to
 * the new watch. The two have only the INVITE in common.
 * @param child  need not be initialized
 * @param parent  the watch that got the INVITE. After the first dialog's ACK, the child cannot know
 *                what the INVITE asked for: fork before that if you can
 */
SST_API void sst_watch_fork(struct sst_watch *child, const struct sst_watch *parent);

/** What the view of a message does not hold; bits for sst_watch_message(). */
enum sst_watch_flag {
    SST_REASON_TIMER = 1 << 0, /**< Reason says that a session timer, or a refresh, failed */
    SST_REASON_OTHER = 1 << 1, /**< Reason gives a cause other than a user who hung up */
    SST_OVER_STREAM = 1 << 2   /**< of a request: its top Via names a transport such as TCP, over
                                    which nothing is retransmitted; silence is proof there, unless
                                    sst_watch_lost() says otherwise */
};

/** What a message did. */
enum sst_watch_step {
    SST_STEP_NONE = 0,        /**< nothing to the session timer */
    SST_STEP_COPY = 1,        /**< a retransmission, or a response that comes too late */
    SST_STEP_REQUEST = 2,     /**< an INVITE or UPDATE began */
    SST_STEP_PROVISIONAL = 3, /**< a provisional response to it */
    SST_STEP_NEGOTIATED = 4,  /**< its 2xx: the timer is turned on, extended or turned off */
    SST_STEP_REFUSED = 5,     /**< a 3xx to 6xx to it */
    SST_STEP_ACKED = 6,       /**< the first ACK for a 2xx */
    SST_STEP_ENDED = 7        /**< BYE, or the response to a BYE that is not in the capture */
};

/** The timer in force. */
struct sst_watch_timer {
    uint64_t start_ms;      /**< the 2xx that began the interval */
    uint64_t refresh_by_ms; /**< when the refresh should be sent: half the interval; §7.2 */
    uint64_t hangup_at_ms;  /**< when the other side hangs up if no refresh came; §10 */
    uint64_t expires_ms; /**< when the session expires. Without a timer all times are SST_NEVER */
    uint32_t interval;   /**< seconds; 0: no timer, or not known */
    enum sst_watch_who refresher; /**< who refreshes; none without a timer */
};

/** What a message did, and what is wrong with it. */
struct sst_watch_seen {
    enum sst_watch_step step;     /**< what it did */
    uint64_t by_caller;           /**< set of findings: what the caller did wrong */
    uint64_t by_callee;           /**< the same for the callee */
    struct sst_watch_timer timer; /**< in force after the message */
};

/**
 * Passes the next message. After the end of the dialog, messages change nothing.
 * @param flags  bits of enum sst_watch_flag
 * @param seen  filled in on success; may be NULL
 * @return SST_OK; SST_ERR_ARGUMENT for a NULL pointer, an unknown party or an unknown flag
 */
SST_API int sst_watch_message(struct sst_watch *watch, const struct sst_msg *msg,
                              enum sst_party from, unsigned flags, uint64_t now_ms,
                              struct sst_watch_seen *seen);

/**
 * Call this if the capture lacks packets that may have belonged to this dialog (there is a gap in a
 * TCP stream, or the capture program dropped some). Silence then proves nothing until the next
 * complete negotiation.
 */
SST_API void sst_watch_lost(struct sst_watch *watch);

/**
 * Reports the timer in force.
 * @param timer  filled in; times of SST_NEVER and an interval of 0 without a timer
 */
SST_API void sst_watch_inspect(const struct sst_watch *watch, struct sst_watch_timer *timer);

/** What the capture lacks; bits. */
enum sst_watch_missing {
    SST_MISSING_BEGINNING = 1 << 0, /**< the initial INVITE, or its 2xx */
    SST_MISSING_END = 1 << 1,       /**< the final response, or what came last */
    SST_MISSING_CALLER = 1 << 2,    /**< every message from the caller */
    SST_MISSING_CALLEE = 1 << 3,    /**< every message from the callee */
    SST_MISSING_REQUEST = 1 << 4,   /**< a request: only its response, or a gap in CSeq, shows it */
    SST_MISSING_RESPONSE = 1 << 5   /**< a final response: later messages show that there was one */
};

/** Why a call ended, or its state now. */
struct sst_watch_result {
    enum sst_watch_verdict verdict; /**< why */
    enum sst_watch_who who;         /**< the side to blame, see enum sst_watch_verdict */
    enum sst_watch_who ended_by;    /**< who sent the BYE; none: no BYE */
    enum sst_watch_who refresher;   /**< who had to refresh last; none: no timer */
    unsigned status;                /**< of the response that rejected the request, or 0 */
    enum sst_method method;         /**< of the request that was rejected, unanswered or late */
    bool untried; /**< the refresh was rejected, and its sender did not try the other of UPDATE and
                       re-INVITE */
    uint64_t limit_ms;   /**< the deadline that counted: the other side's limit; SST_NEVER: none */
    uint64_t decided_ms; /**< time of the BYE, or of the rejected INVITE; SST_NEVER: neither */
    uint64_t by_caller;  /**< findings about the caller that only the end shows */
    uint64_t by_callee;  /**< the same about the callee */
    uint64_t causes;     /**< what caused it: findings about .who, and those about the other side
                              that are in .by_caller or .by_callee; all others were harmless */
    unsigned missing;    /**< bits of enum sst_watch_missing */
};

/**
 * Tells why the dialog ended, or its state now. Changes nothing, so you can call it at any time.
 * @param now_ms  after a BYE any time; otherwise the time of the capture's last packet, of any call
 * @param result  filled in
 */
SST_API void sst_watch_judge(const struct sst_watch *watch, uint64_t now_ms,
                             struct sst_watch_result *result);

/* ---- Two hops of one call ---- */

/**
 * What an element did to a request; needed to judge the responses to it. All zero: the request was
 * not seen.
 */
struct sst_relay {
    uint32_t cseq;            /**< private, like all members */
    uint32_t session_expires; /**< as it left the element; 0: none */
    uint32_t flags;           /**< what is known about the request */
};

/**
 * Compares one INVITE or UPDATE on both sides of an element. You match the two by Call-ID, tags and
 * CSeq (and by Via, if several match). An element that changes Call-ID, tags or CSeq is a B2BUA,
 * not a proxy: it has two dialogs, each with its own timer, and there is nothing to compare.
 * @return findings about the proxy; 0 if the two are not the same request
 */
SST_API uint64_t sst_relay_request(struct sst_relay *relay, const struct sst_msg *in,
                                   const struct sst_msg *out, uint32_t absolute_min);

/**
 * Compares a response to that request on both sides of the element.
 * @return findings about the proxy; 0 if the two are not the same response, or not a 2xx
 */
SST_API uint64_t sst_relay_response(const struct sst_relay *relay, const struct sst_msg *in,
                                    const struct sst_msg *out);

/** @return true if two messages differ in a way that no proxy causes: the element is a B2BUA. */
SST_API bool sst_relay_is_b2bua(const struct sst_msg *in, const struct sst_msg *out);

/**
 * Tells why a call ended, from the results on both sides of a proxy. A message that entered the
 * proxy and never left it is not its sender's fault. For more than two hops, start at the caller:
 * combine the first two, then the result with the next hop, and so on.
 * @param near_caller  result of the hop on the caller's side
 * @param near_callee  result of the hop on the callee's side
 * @param proxy  all findings of sst_relay_request() and sst_relay_response() between the two
 * @param result  filled in; may be one of the other two
 */
SST_API void sst_watch_across(const struct sst_watch_result *near_caller,
                              const struct sst_watch_result *near_callee, uint64_t proxy,
                              struct sst_watch_result *result);

#ifdef __cplusplus
}
#endif

#endif
