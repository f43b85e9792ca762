/* SPDX-License-Identifier: MIT */
/**
 * @file sst/watch.h
 * The observer: why did this call drop, and who broke which rule?
 *
 * For programs that read captures, and for elements that see both directions of a call. Keep one
 * struct sst_watch for each dialog on each hop, pass it each message in the order of the capture,
 * and ask for the result at the end. It judges by the rules of sst/rules.h and sst/proxy.h, in
 * constant time and memory.
 *
 * @code
 * sst_watch_init(&watch, SST_ABSOLUTE_MIN_S);
 * while (next(&msg, &from, &flags, &now_ms)) {
 *     sst_watch_message(&watch, &msg, from, flags, now_ms, &seen);
 * }
 * sst_watch_judge(&watch, now_ms, &result);
 * @endcode
 *
 * A dialog on a hop: the messages of one Call-ID and one pair of tags between one pair of
 * addresses. The initial INVITE, its retries (with another CSeq, after a 401, 407 or 422) and all
 * responses to it belong to the same one; where responses with another To tag come,
 * sst_watch_fork() makes a second. Pass messages of all methods: numbers that are missing in the
 * CSeq show that the capture lost something. Set SST_MSG_IN_DIALOG in requests with a To tag, and
 * SST_MSG_OFFER and Allow where they apply.
 *
 * The observer accuses nobody of what it cannot see. Packets that are missing from the capture look
 * like silence; only timing, retransmissions and CSeq numbers tell the two apart. Where they do
 * not, the verdict is SST_WATCH_INCOMPLETE.
 *
 * Threads: distinct watches may be used at once, one watch by one thread at a time.
 *
 * Arguments that mean the same in all functions:
 * - watch: started with sst_watch_init() or sst_watch_fork()
 * - msg: the view of the message, see sst/message.h
 * - from: which end of the call sent it, seen from this hop. Where the initial INVITE is missing,
 *   call either end the caller
 * - now_ms: the time of the capture, as in sst/types.h; for a capture of a test that ran X times
 *   faster, X times the time since its beginning
 * - result, near_caller, near_callee: what sst_watch_judge() filled in
 * - relay: started with sst_relay_request()
 * - in, out: one message as it came to an element, and as it left it
 * - absolute_min: SST_ABSOLUTE_MIN_S; less for captures of tests only
 * - verdict, who, finding: the number to be named; any value is allowed
 */
#ifndef SST_WATCH_H
#define SST_WATCH_H

#include <sst/message.h>
#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Whom a finding or verdict is about. The two ends have the numbers of enum sst_party. */
enum sst_watch_who {
    SST_WHO_NONE = 0,   /**< nobody, or it cannot be seen from here */
    SST_WHO_CALLER = 1, /**< the caller, or what is between it and this hop */
    SST_WHO_CALLEE = 2, /**< the callee, or what is between it and this hop */
    SST_WHO_PROXY = 3   /**< an element between two hops; from sst_watch_across() only */
};

/** @return `none`, `caller`, `callee` or `proxy`; "unknown" for any other number. */
SST_API const char *sst_watch_who_name(enum sst_watch_who who);

/** Why a call ended, or how it stands. After the semicolon: the side in sst_watch_result.who. */
enum sst_watch_verdict {
    SST_WATCH_RUNNING = 0,             /**< in progress, nothing wrong; nobody */
    SST_WATCH_ENDED_NORMALLY = 1,      /**< BYE while the timer was in order; nobody */
    SST_WATCH_NO_TIMER = 2,            /**< over, and never had a timer; nobody */
    SST_WATCH_NOT_REFRESHED = 3,       /**< the refresher sent nothing; the refresher */
    SST_WATCH_REFRESHED_LATE = 4,      /**< it sent after the other's limit; the refresher */
    SST_WATCH_REFRESH_UNANSWERED = 5,  /**< no final response; the side that owed it */
    SST_WATCH_REFRESH_REFUSED = 6,     /**< by a 3xx to 6xx; the side that sent it. After a 401, 407
                                            or 491 without another try, and a 500 to an INVITE that
                                            overlaps another; the side that asked. Nobody, where
                                            both sent 491 */
    SST_WATCH_REFRESH_DIALOG_LOST = 7, /**< by a 481 or 408; the side that sent it */
    SST_WATCH_INTERVAL_REFUSED = 8,    /**< a 422 that was not followed; the side that asked. One
                                            that was useless, without Min-SE, or for a request
                                            without support; the side that sent the 422 */
    SST_WATCH_EXTENSION_REFUSED = 9,   /**< a 421; its sender. A 420; its sender, if that supports
                                            the extension or nobody required it, else the side that
                                            put Require: timer into the request */
    SST_WATCH_TIMER_LOST = 10,         /**< a request or 2xx went without Session-Expires, and one
                                            side counted on; the side that left it out */
    SST_WATCH_NOBODY_REFRESHES = 11,   /**< both sides wait; the side that said wrongly, or not
                                            clearly, whose turn it is. Nobody, where two
                                            negotiations crossed */
    SST_WATCH_HUNG_UP_EARLY = 12,      /**< a BYE for the timer before its time; its sender */
    SST_WATCH_KEPT_TOO_LONG = 13,      /**< nobody refreshed, nobody hung up; the side that had to
                                            hang up */
    SST_WATCH_ACK_MISSING = 14,        /**< 32 s without ACK, RFC 3261 section 13.3.1.4, which has
                                            nothing to do with session timers; nobody */
    SST_WATCH_ENDED_OTHERWISE = 15,    /**< a BYE at no time of the timer: for another reason, or
                                            right after a rejection or a refresh; its sender */
    SST_WATCH_STORM = 16,              /**< refreshes without pause; their sender */
    SST_WATCH_INCOMPLETE = 17          /**< the capture does not show it, see .missing; nobody */
};
/** How many verdicts enum sst_watch_verdict has. */
#define SST_WATCH_VERDICT_COUNT 18

/** @return the name of a verdict, as `not_refreshed`; "unknown" for any other number. */
SST_API const char *sst_watch_verdict_name(enum sst_watch_verdict verdict);

/**
 * What an observer finds beside enum sst_violation, whose numbers count as findings too. A set of
 * findings is a uint64_t with SST_FINDING_BIT(), so that one of violations is one of findings.
 */
enum sst_finding {
    SST_FINDING_REFRESH_LATE = 32,       /**< a refresh after the other side's limit; §7.2, §10 */
    SST_FINDING_REFRESH_MISSING = 33,    /**< none until the other side's limit; §7.2 */
    SST_FINDING_REFRESH_UNANSWERED = 34, /**< no final response within 64*T1; RFC 3261 §17.2 */
    SST_FINDING_SE_LEFT_OUT = 35,        /**< a request without it while a timer runs; §7.4 */
    SST_FINDING_SE_DROPPED = 36,         /**< a 2xx without it, from a side that supports the
                                              extension, to a request with it; §9 */
    SST_FINDING_UAC_NAMED = 37,          /**< refresher=uac for a UAC without support; Table 2 */
    SST_FINDING_ROLE_INVERTED = 38,      /**< a refresher's request names the other side; §7.4 */
    SST_FINDING_REFRESHER_LEFT_OUT = 39, /**< a later request leaves the role open; §7.4 */
    SST_FINDING_422_UNSUPPORTED = 40,    /**< a 422 to a request without support; §8.1, §9 */
    SST_FINDING_422_IGNORED = 41,        /**< no retry with the Min-SE of a 422; §7.3 */
    SST_FINDING_MIN_SE_FORGOTTEN = 42,   /**< a request without the dialog's Min-SE; §7.4 */
    SST_FINDING_UPDATE_UNLISTED = 43,    /**< UPDATE to a side whose Allow lacks it; §7.4 */
    SST_FINDING_INVITE_OVERLAP = 44,     /**< INVITE while another is pending; RFC 3261 §14.1 */
    SST_FINDING_CSEQ_REUSED = 45,      /**< a new request with an old number; RFC 3261 §12.2.1.1 */
    SST_FINDING_BYE_EARLY = 46,        /**< a BYE for the timer before its time; §10 */
    SST_FINDING_BYE_LATE = 47,         /**< not before the expiration; §10 */
    SST_FINDING_BYE_MISSING = 48,      /**< none, though the session has expired; §10 */
    SST_FINDING_ACK_MISSING = 49,      /**< none within 64*T1; RFC 3261 §13.3.1.4 */
    SST_FINDING_STORM = 50,            /**< refreshes without pause; §10, §11.1 */
    SST_FINDING_PROXY_REFRESHER = 51,  /**< a proxy put in or changed refresher; §8.1 */
    SST_FINDING_PROXY_SE_RAISED = 52,  /**< a proxy raised a sufficient interval; §8.1 */
    SST_FINDING_PROXY_SE_LOWERED = 53, /**< a proxy lowered it, or left it below Min-SE; §8.1 */
    SST_FINDING_PROXY_SE_REMOVED = 54, /**< a proxy took Session-Expires out; §8.1, §8.2 */
    SST_FINDING_PROXY_MIN_SE = 55,     /**< a proxy changed Min-SE where it must not; §8.1 */
    SST_FINDING_PROXY_TAGS = 56,       /**< a proxy changed Supported: timer, or took Require: timer
                                            out; RFC 3261 §16.6 */
    SST_FINDING_PROXY_REQUIRE = 57,    /**< a proxy put Require: timer into a request; §8.1 */
    SST_FINDING_PROXY_2XX_CHANGED = 58,  /**< a proxy changed Session-Expires of a 2xx; §8.2 */
    SST_FINDING_PROXY_2XX_INSERTED = 59, /**< one that a proxy put in is wrong, or for a UAC without
                                              support; §8.2 */
    SST_FINDING_PROXY_2XX_NOT_INSERTED =
        60,                    /**< it put one into the request, not into the 2xx; §8.2 */
    SST_FINDING_PROXY_BYE = 61 /**< a proxy hung up; §8.3 */
};
/** Numbers of findings are below this, those of violations included; some below it are not used. */
#define SST_FINDING_END 62

/** The bit of a finding, or of an enum sst_violation, in a set of findings (uint64_t). */
#define SST_FINDING_BIT(f) (UINT64_C(1) << (unsigned)(f))

/**
 * @param finding  enum sst_finding or enum sst_violation
 * @return the name of a finding, as `refresh_late`; "unknown" for any other number
 */
SST_API const char *sst_finding_name(unsigned finding);

/**
 * The rule that a finding is about.
 * @param finding  enum sst_finding or enum sst_violation
 * @return as `RFC 4028 section 7.2`; "unknown" for any other number
 */
SST_API const char *sst_finding_section(unsigned finding);

/** One INVITE or UPDATE that a watch remembers; private. */
struct sst_watch_tx {
    uint32_t cseq;            /**< private, as are all: of the request */
    uint32_t session_expires; /**< of the request */
    uint32_t min_se;          /**< of the request */
    uint32_t since_ms;        /**< when it was sent, or its 2xx; modulo 2^32 */
};

/** How many transactions of a dialog may overlap before the observer loses count. */
#define SST_WATCH_TX_MAX 3

/**
 * What the observer keeps of one dialog on one hop: 96 bytes, no pointers. Private. To forget it,
 * forget its memory.
 */
struct sst_watch {
    uint64_t start_ms; /**< private, as are all: the last 2xx that negotiated */
    struct sst_watch_tx tx[SST_WATCH_TX_MAX]; /**< INVITE and UPDATE that are not over */
    uint32_t interval;  /**< in force, in seconds; of the past where the timer was turned off */
    uint32_t min_se;    /**< what later requests of the dialog have to repeat */
    uint32_t cseq[2];   /**< one above the highest of the caller, of the callee; 0: none yet */
    uint32_t before_ms; /**< before start_ms: the start of what was turned off */
    uint32_t end_ms;    /**< after start_ms: the end, or before that the last refusal */
    uint32_t flags;     /**< what was seen */
    uint16_t tx_flags[SST_WATCH_TX_MAX]; /**< what each request is, and who sent it */
    uint16_t status;                     /**< of the last refusal since start_ms */
    uint8_t absolute_min;                /**< in seconds */
    uint8_t streams;                     /**< bits of tx[]: which were sent over a stream */
    uint16_t marks; /**< what is wrong with the negotiation, and what was tried since */
};

/** Starts a watch. */
SST_API void sst_watch_init(struct sst_watch *watch, uint32_t absolute_min);

/**
 * Starts a watch for another To tag that answers the same INVITE; pass the response to the new one
 * then. It shares nothing with the first but the INVITE.
 * @param child  need not be initialized
 * @param parent  given the INVITE. Once the first dialog has its ACK, the child no longer knows
 *                what was asked for: fork before that if you can
 */
SST_API void sst_watch_fork(struct sst_watch *child, const struct sst_watch *parent);

/** What a host knows of a message that is not in its view; bits for sst_watch_message(). */
enum sst_watch_flag {
    SST_REASON_TIMER = 1 << 0, /**< Reason says that a session timer, or a refresh, failed */
    SST_REASON_OTHER = 1 << 1, /**< Reason gives another cause than an end by a user */
    SST_OVER_STREAM = 1 << 2 /**< of a request: its top Via names a transport over which nothing is
                                  retransmitted, as TCP; silence is proof there, unless
                                  sst_watch_lost() says otherwise */
};

/** What a message did. */
enum sst_watch_step {
    SST_STEP_NONE = 0,        /**< nothing to the session timer */
    SST_STEP_COPY = 1,        /**< a retransmission, or a response to what is over */
    SST_STEP_REQUEST = 2,     /**< an INVITE or UPDATE began */
    SST_STEP_PROVISIONAL = 3, /**< a provisional response to it */
    SST_STEP_NEGOTIATED = 4,  /**< its 2xx: the timer is turned on, extended or turned off */
    SST_STEP_REFUSED = 5,     /**< its final response: 3xx to 6xx */
    SST_STEP_ACKED = 6,       /**< the first ACK for a 2xx */
    SST_STEP_ENDED = 7        /**< BYE, or the response to one that is not in the capture */
};

/** The timer in force. */
struct sst_watch_timer {
    uint64_t start_ms;      /**< the 2xx that began the interval */
    uint64_t refresh_by_ms; /**< when the refresh should be sent: half of the interval; §7.2 */
    uint64_t hangup_at_ms;  /**< when the other side hangs up without one; §10 */
    uint64_t expires_ms; /**< when the session expires; the times are SST_NEVER without a timer */
    uint32_t interval;   /**< seconds; 0: no timer, or not known */
    enum sst_watch_who refresher; /**< who refreshes; none without a timer */
};

/** What a message did and what is wrong with it. */
struct sst_watch_seen {
    enum sst_watch_step step;     /**< what it did */
    uint64_t by_caller;           /**< SST_FINDING_BIT() of what the caller did wrong */
    uint64_t by_callee;           /**< the same for the callee */
    struct sst_watch_timer timer; /**< in force after the message */
};

/**
 * Passes the next message. Nothing changes after the end of the dialog.
 * @param flags  bits of enum sst_watch_flag
 * @param seen  filled in where the function succeeds; may be NULL
 * @return SST_OK; SST_ERR_ARGUMENT for a NULL pointer, a party that is none, an unknown flag
 */
SST_API int sst_watch_message(struct sst_watch *watch, const struct sst_msg *msg,
                              enum sst_party from, unsigned flags, uint64_t now_ms,
                              struct sst_watch_seen *seen);

/**
 * The capture is known to lack packets that may have been of this dialog (the host saw a gap in a
 * TCP stream, or the capture program dropped some). Until the next negotiation that is complete,
 * silence means nothing.
 */
SST_API void sst_watch_lost(struct sst_watch *watch);

/**
 * The timer in force.
 * @param timer  filled in; all SST_NEVER and 0 without a timer
 */
SST_API void sst_watch_inspect(const struct sst_watch *watch, struct sst_watch_timer *timer);

/** What is not in the capture, bits. */
enum sst_watch_missing {
    SST_MISSING_BEGINNING = 1 << 0, /**< the initial INVITE, or its 2xx */
    SST_MISSING_END = 1 << 1,       /**< the final response, or whatever came last */
    SST_MISSING_CALLER = 1 << 2,    /**< every message of the caller */
    SST_MISSING_CALLEE = 1 << 3,    /**< every message of the callee */
    SST_MISSING_REQUEST = 1 << 4,   /**< a request: its response is there, or its number is not */
    SST_MISSING_RESPONSE = 1 << 5   /**< a final response: what follows shows that there was one */
};

/** Why a call ended, or how it stands. */
struct sst_watch_result {
    enum sst_watch_verdict verdict; /**< why */
    enum sst_watch_who who;         /**< whom to call about it, see enum sst_watch_verdict */
    enum sst_watch_who ended_by;    /**< who sent the BYE; none without */
    enum sst_watch_who refresher;   /**< who had to refresh last; none without a timer */
    unsigned status;                /**< the response that refused, or 0 */
    enum sst_method method;         /**< of the request that was refused, unanswered or late */
    bool untried; /**< refused, and UPDATE or re-INVITE was left untried: the refresher's part */
    uint64_t limit_ms;   /**< the deadline that counted: the other side's limit; SST_NEVER: none */
    uint64_t decided_ms; /**< time of the BYE, or of the rejected INVITE; SST_NEVER: neither */
    uint64_t by_caller;  /**< findings by the caller that only the end shows */
    uint64_t by_callee;  /**< the same by the callee */
    uint64_t causes;     /**< what led to it: findings by .who, and those of the other side that are
                              in .by_caller or .by_callee; all others were harmless */
    unsigned missing;    /**< bits of enum sst_watch_missing: what the capture lacks */
};

/**
 * Why the dialog ended, or how it stands now. Changes nothing: may be asked at any time.
 * @param now_ms  after a BYE any time; else how far the capture goes, for all of its calls
 * @param result  filled in
 */
SST_API void sst_watch_judge(const struct sst_watch *watch, uint64_t now_ms,
                             struct sst_watch_result *result);

/* ---- Two hops of one call ---- */

/**
 * What one element in between made of a request; for the responses to it. Zero is a request that
 * was not seen.
 */
struct sst_relay {
    uint32_t cseq;            /**< private, as are all */
    uint32_t session_expires; /**< as it left the element; 0: none */
    uint32_t flags;           /**< what is known of the request */
};

/**
 * One INVITE or UPDATE on both sides of an element, matched by Call-ID, tags and CSeq (and by its
 * Via, where there are more). An element that changes Call-ID, tags or CSeq is no proxy but a
 * B2BUA: it has two dialogs with rules of their own, and nothing is compared.
 * @param in  the request as it came to the element
 * @return findings by the proxy; 0 where the two are not the same request
 */
SST_API uint64_t sst_relay_request(struct sst_relay *relay, const struct sst_msg *in,
                                   const struct sst_msg *out, uint32_t absolute_min);

/**
 * A response to that request, on both sides of the element.
 * @return findings by the proxy; 0 where the two are not the same response, and for all but a 2xx
 */
SST_API uint64_t sst_relay_response(const struct sst_relay *relay, const struct sst_msg *in,
                                    const struct sst_msg *out);

/** @return whether two messages differ in what no proxy changes: the element is a B2BUA. */
SST_API bool sst_relay_is_b2bua(const struct sst_msg *in, const struct sst_msg *out);

/**
 * Why a call ended, from the results of the two hops of one proxy: what was sent on one hop and
 * never came out on the other is not the fault of its sender. For more than two hops begin next to
 * the caller: the result stands for the hop next to the caller when the following one is added.
 * @param near_caller  of the hop on the caller's side
 * @param near_callee  of the hop on the callee's side
 * @param proxy  all findings of sst_relay_request() and sst_relay_response() between the two
 * @param result  filled in; may be one of the two
 */
SST_API void sst_watch_across(const struct sst_watch_result *near_caller,
                              const struct sst_watch_result *near_callee, uint64_t proxy,
                              struct sst_watch_result *result);

#ifdef __cplusplus
}
#endif

#endif
