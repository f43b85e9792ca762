/* SPDX-License-Identifier: MIT */
/**
 * @file sst/session.h
 * The session timer of one dialog.
 *
 * A host keeps one struct sst_session with each dialog and one struct sst_tx with each INVITE or
 * UPDATE transaction of it, calls the function that fits what happens, and calls
 * sst_session_advance() when sst_session_deadline() has come. Nothing is committed before a 2xx.
 *
 * Threads: distinct sessions may be used at once, one session by one thread at a time. Re-entrancy:
 * from within an event every function may be called, for the same session too. Structures must be
 * zeroed or initialized before their first use; their fields are private.
 *
 * Arguments that mean the same in all functions:
 * - session: begun by sst_session_init(), sst_session_fork() or sst_session_restore()
 * - tx: of the transaction, zeroed before its first use; kept by the host until it is over, and
 *   until the ACK where it is the peer's INVITE. One tx is for one transaction at a time
 * - policy: borrowed, checked with sst_policy_check()
 * - method: of the request
 * - now_ms: the present time, as in sst/types.h
 * - request, response: the view of the message, see sst/message.h
 * - headers, verdict, advice, event, info: filled in where the function succeeds; not NULL
 * - outcome: how the transaction ended
 * - reason, type, action: the number to be named; any value is allowed
 */
#ifndef SST_SESSION_H
#define SST_SESSION_H

#include <sst/message.h>
#include <sst/policy.h>
#include <sst/rules.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Why the library ended a session. */
enum sst_end_reason {
    SST_END_NONE = 0,               /**< it did not */
    SST_END_NOT_REFRESHED = 1,      /**< the peer's refresh never came; §10 */
    SST_END_REFRESH_TIMEOUT = 2,    /**< our refresh timed out; §10 */
    SST_END_REFRESH_408 = 3,        /**< our refresh was answered with 408; §10 */
    SST_END_REFRESH_481 = 4,        /**< our refresh was answered with 481; §10 */
    SST_END_REFRESH_UNANSWERED = 5, /**< our refresh was still pending when the session expired */
    SST_END_REFRESH_REFUSED = 6,    /**< our refreshes were refused until the session expired */
    SST_END_REFRESH_NOT_SENT = 7    /**< no refresh could be sent before the session expired */
};
/* SST_END_COUNT in sst/counters.h is one more than the last of these. */

/** @return the name of a reason, as `not_refreshed`; "unknown" for any other number. */
SST_API const char *sst_end_reason_name(enum sst_end_reason reason);

/**
 * The value of a Reason header field (RFC 3326) for the BYE that libsst asks for with
 * SST_EVENT_ENDED, ready to send.
 * @return a static text; NULL for SST_END_NONE and any other number
 */
SST_API const char *sst_bye_reason(enum sst_end_reason reason);

/** What a session reports to its host. */
enum sst_event_type {
    SST_EVENT_NONE = 0,       /**< no event; never delivered */
    SST_EVENT_VIOLATION = 1,  /**< the peer broke a rule; .violation */
    SST_EVENT_NEGOTIATED = 2, /**< the timer was turned on or off, or changed; .interval, .side */
    SST_EVENT_REFRESHED = 3,  /**< a 2xx extends the session; .interval, .side, .expires_ms */
    SST_EVENT_OVERDUE = 4,    /**< the peer's refresh should have come by now; .expires_ms */
    SST_EVENT_BLOCKED = 5,    /**< a refresh is due and another transaction stands in its way */
    SST_EVENT_REFUSED = 6,    /**< every way to refresh is refused, or was taken away */
    SST_EVENT_REFRESH = 7,    /**< refresh now; .method, .with_offer, .not_after_ms */
    SST_EVENT_ENDED = 8       /**< hang up now: send BYE; .reason. Nothing ever comes after it */
};

/** @return the name of an event type, as `refresh`; "unknown" for any other number. */
SST_API const char *sst_event_name(enum sst_event_type type);

/**
 * An event. Valid during the call only. Ignore types that you do not know: there may be more. What
 * policy->on_event returns is in enum sst_callback_answer of sst/policy.h.
 */
struct sst_event {
    enum sst_event_type type;     /**< which; what else is set depends on it */
    enum sst_violation violation; /**< VIOLATION */
    uint32_t interval;            /**< seconds; 0 where there is no timer. All types */
    enum sst_side side;           /**< who refreshes (ENDED: who had to). All types */
    bool own_benefit;             /**< the timer runs for this side's own benefit. All types */
    enum sst_end_reason reason;   /**< ENDED; NEGOTIATED, turned off as all was refused: REFUSED */
    uint64_t since_ms;            /**< ENDED: how old the last 2xx is, in ms */
    uint64_t expires_ms;          /**< when the session expires, on the host's clock; SST_NEVER */
    uint64_t not_after_ms;        /**< REFRESH: send by then at the latest */
    enum sst_method method;       /**< REFRESH: UPDATE or INVITE */
    bool with_offer;              /**< REFRESH: with the unchanged offer; §7.4 */
    uint64_t reserved[4];         /**< 0; later versions take fields from it */
};

/**
 * The timer of one dialog: one cache line. It may lie in shared memory: its one pointer, the
 * policy, can be set anew at any time. Do not copy it (use sst_session_fork(), sst_session_save()).
 * docs/design.md says who sets and who clears each piece of it.
 */
struct sst_session {
    const struct sst_policy *policy; /**< private, as are all */
    uint64_t start_ms;               /**< start of the interval: the last 2xx */
    uint64_t refresh_ms;  /**< when the next local refresh is planned, SST_NEVER for never */
    uint32_t interval;    /**< as agreed, in seconds */
    uint32_t min_se;      /**< the largest of this dialog */
    uint32_t call_min_se; /**< the largest of the Call-ID, before there is a dialog */
    uint32_t next_cseq;   /**< one above the peer's highest CSeq, 0 before the first */
    uint32_t queue_index; /**< place in a queue from 1 on, 0: in none */
    uint32_t violations;  /**< not reported yet */
    uint32_t flags;       /**< phase, side, transactions, and what was seen */
    uint16_t guard_ms;    /**< how long before the expiration this side hangs up */
    uint16_t raised_s;    /**< how much longer the interval is run than it was agreed */
    uint8_t events;       /**< not reported yet */
    uint8_t ladder;       /**< what is known of each way to refresh */
    uint8_t attempts;     /**< back-off, 491 draws, timeouts of this interval */
    uint8_t generation;   /**< count of commits: shows overlapping negotiations */
    uint8_t reason;       /**< why it ended, or was turned off */
    uint8_t ack_s;        /**< an ACK is awaited until so many seconds after the start */
    uint8_t named_s;      /**< a Retry-After past the plan: seconds before the expiration */
    uint8_t queue_key;    /**< what it knows of its key in a queue, 0: nothing */
};

/**
 * One INVITE or UPDATE transaction of a dialog, from its request to its end, retries included. 16
 * bytes, without pointers and times. Zero it before its first use. Once its transaction is over it
 * may be used for another.
 */
struct sst_tx {
    uint32_t cseq;      /**< private, as are all: one above the CSeq, 0 for not known */
    uint32_t interval;  /**< Session-Expires of the request */
    uint32_t min_se;    /**< Min-SE of the request */
    uint16_t flags;     /**< its state, what the request is, retries */
    uint8_t generation; /**< of the session when it began */
    uint8_t sent;       /**< when it was sent, as a fraction of the interval */
};

/**
 * Starts a session before its initial INVITE is sent or looked at.
 * @param policy  borrowed, checked with sst_policy_check()
 * @param party  which end of the call this side is
 * @return SST_OK, SST_ERR_ARGUMENT, or what sst_policy_check() returns
 */
SST_API SST_MUST_USE int sst_session_init(struct sst_session *session,
                                          const struct sst_policy *policy, enum sst_party party);

/**
 * Gives a session another policy. Takes effect at the next negotiation; the deadlines in force
 * stay, and what a pending local request offered is kept, even if the new mode is off. Events that
 * waited to be pulled go to its on_event, if it has one, with the next call: make it
 * sst_session_advance(), at once.
 * @return as sst_session_init()
 */
SST_API SST_MUST_USE int sst_session_set_policy(struct sst_session *session,
                                                const struct sst_policy *policy);

/* ---- Local requests ---- */

/** What a request is, bits for sst_session_request(). */
enum sst_request_flag {
    SST_REQUEST_OFFER = 1 << 0,  /**< it carries an offer */
    SST_REQUEST_REFRESH = 1 << 1 /**< it is what SST_EVENT_REFRESH asked for, or its retry */
};

/**
 * A request is being built: what to put into it. Call it for each request of the dialog: initial
 * INVITE, re-INVITE and UPDATE for any purpose (§7.2: each of them refreshes), and their retries
 * with the same tx. Every other method gets its Supported: timer as well (§7.1); ACK gets nothing.
 * @param tx  for INVITE and UPDATE; else NULL
 * @param flags  bits of enum sst_request_flag; those of a retry are the same
 * @param now_ms  time of sending
 * @param headers  what the message has to carry, and nothing else of the kind
 * @return SST_OK; SST_ERR_BUSY beside a pending local request of this method, and for INVITE while
 *         the peer's INVITE is unanswered (RFC 3261 §14.1, EC-130): try when that has ended;
 *         SST_ERR_NOT_DUE for REFRESH where none was asked for, or no longer is; SST_ERR_ENDED;
 *         SST_ERR_STATE where tx is in use, and for UPDATE before any INVITE; SST_ERR_ARGUMENT.
 *         On an error *headers is empty and nothing has changed.
 */
SST_API SST_MUST_USE int sst_session_request(struct sst_session *session, struct sst_tx *tx,
                                             enum sst_method method, unsigned flags,
                                             uint64_t now_ms, struct sst_headers *headers);

/**
 * Names the CSeq of a transaction, where it is known, before or after sending: a response with
 * another number is then ignored. Call it after each sst_session_request(), retries included;
 * sst_session_receive() takes it from the request itself.
 * @param cseq  SST_CSEQ_UNKNOWN for not known
 */
SST_API void sst_tx_set_cseq(struct sst_tx *tx, uint64_t cseq);

/**
 * A request is not sent after all: the one way to say so.
 * - With tx: what sst_session_request() prepared is undone as if it had never been, whatever the
 *   request is; so is a retry that a verdict asked for and the host does not send. If it was a
 *   refresh, the refresh is due again.
 * - With tx NULL: the refresh that SST_EVENT_REFRESH asked for cannot be begun now.
 *
 * A refresh is asked for again after a while, but never past the last moment; so it is if the host
 * does nothing at all.
 * @param retry_ms  earliest time for the next try, or SST_NEVER to leave that to the library
 * @return SST_OK; SST_ERR_STATE where tx is not pending; SST_ERR_NOT_DUE where tx is NULL and no
 *         refresh was asked for; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_not_sent(struct sst_session *session, struct sst_tx *tx, uint64_t retry_ms,
                                 uint64_t now_ms);

/**
 * The offer of a pending request, of either side, was answered in a reliable provisional response
 * or its PRACK (RFC 3262 §5): it no longer stands in the way of another (RFC 6141 §3.1, EC-122).
 * Without this call it counts as open until the final response.
 * @return SST_OK; SST_ERR_STATE where tx is not pending; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_offer_answered(struct sst_session *session, const struct sst_tx *tx);

/** What a host does about the response to one of its requests. */
enum sst_action {
    SST_ACTION_NONE = 0,   /**< nothing: provisional, or a 2xx that is dealt with */
    SST_ACTION_RETRY = 1,  /**< the same request again, now, with new CSeq and header fields */
    SST_ACTION_AUTH = 2,   /**< the same, with credentials. Without any do nothing: for a refresh
                                SST_EVENT_REFRESH comes again */
    SST_ACTION_WAIT = 3,   /**< a refresh: the session asks again at .when_ms. Any other request
                                that met glare: try again at .when_ms */
    SST_ACTION_FAILED = 4, /**< refused. Whether the session ends is reported by SST_EVENT_ENDED */
    SST_ACTION_IGNORE = 5  /**< a copy, or of no pending transaction; yet ACK a 2xx to INVITE */
};

/** @return the name of an action, as `retry`; "unknown" for any other number. */
SST_API const char *sst_action_name(enum sst_action action);

/** The verdict on a response. */
struct sst_verdict {
    enum sst_action action; /**< what to do */
    uint64_t when_ms;       /**< for WAIT; else SST_NEVER */
    bool refreshed;         /**< a 2xx committed: the session is extended (or has no timer now) */
};

/**
 * A response arrived, provisional or final, to an INVITE or UPDATE with its tx; or any other
 * response of the dialog with tx NULL, from which Allow and Supported are learned.
 * @param now_ms  time of arrival
 * @param verdict  also filled in on an error: IGNORE
 * @return SST_OK; SST_ERR_ARGUMENT, also for a response to INVITE or UPDATE without tx. After the
 *         end: SST_OK and SST_ACTION_IGNORE.
 */
SST_API int sst_session_response(struct sst_session *session, struct sst_tx *tx,
                                 const struct sst_msg *response, uint64_t now_ms,
                                 struct sst_verdict *verdict);

/**
 * A local transaction ended without a final response.
 * @param outcome  SST_OUTCOME_TIMEOUT (Timer B or F fired) or SST_OUTCOME_TRANSPORT (the transport
 *                 reported an error, which counts as a 503; RFC 3261 §8.1.3.1)
 * @param verdict  also filled in on an error: IGNORE
 * @return SST_OK; SST_ERR_ARGUMENT
 */
SST_API int sst_session_failed(struct sst_session *session, struct sst_tx *tx,
                               enum sst_outcome outcome, uint64_t now_ms,
                               struct sst_verdict *verdict);

/**
 * A second 2xx (or early dialog) with another To tag answers the INVITE of tx: makes its session,
 * which shares nothing with the first but what belongs to the INVITE (§7.2). Pass the response to
 * sst_session_response() with child and child_tx then. tx may have had its 2xx already.
 * @param child  need not be initialized; not the parent, not in a queue
 * @param child_tx  likewise; not tx
 * @param parent  session of the initial INVITE
 * @return SST_OK; SST_ERR_ARGUMENT; SST_ERR_STATE where tx is no initial INVITE of the parent's
 */
SST_API SST_MUST_USE int sst_session_fork(struct sst_session *child, struct sst_tx *child_tx,
                                          const struct sst_session *parent,
                                          const struct sst_tx *tx);

/* ---- The peer's requests ---- */

/** Whether to go on with a request of the peer. */
struct sst_advice {
    unsigned status;            /**< 0: go on; else reject it with 400, 420, 422, 481, 491 or 500 */
    bool copy;                  /**< a retransmission of the request of this tx: answer as before */
    struct sst_headers headers; /**< for the rejection */
};

/**
 * A request of the peer arrived and is not answered yet. INVITE and UPDATE with their tx, others
 * with NULL; not ACK and CANCEL, and no retransmissions that the transaction layer absorbs. If
 * .status is set, send that response with .headers; tx is closed already. Nothing is committed;
 * Min-SE, Allow and Supported are learned.
 * @return SST_OK; SST_ERR_STATE where tx is in use for another request, which changes nothing;
 *         SST_ERR_ARGUMENT. After the end: status 481, but 0 for BYE, ACK and CANCEL.
 */
SST_API SST_MUST_USE int sst_session_receive(struct sst_session *session, struct sst_tx *tx,
                                             const struct sst_msg *request, uint64_t now_ms,
                                             struct sst_advice *advice);

/**
 * A response to the peer's INVITE or UPDATE is being sent (any other request: tx NULL). A 2xx
 * commits, any other final response discards, a provisional one does neither. Report every final
 * response, also one that your transaction layer sends by itself, as the 487 after a CANCEL.
 *
 * No event is delivered from within: what a 2xx leads to is reported by the host's next call, so
 * sst_session_deadline() is 0 until then.
 * @param status  100 to 699
 * @param now_ms  time of the first transmission
 * @param headers  what the response has to carry
 * @return SST_OK, also for the rejection that was advised; SST_ERR_ENDED; SST_ERR_STATE where tx is
 *         not pending; SST_ERR_ARGUMENT. On ENDED and STATE headers hold what goes into any
 *         response.
 */
SST_API SST_MUST_USE int sst_session_answer(struct sst_session *session, struct sst_tx *tx,
                                            unsigned status, uint64_t now_ms,
                                            struct sst_headers *headers);

/**
 * The ACK for the 2xx of this tx arrived. The watching side's interval starts with it, at most 32 s
 * after the 2xx, and re-INVITEs are possible from now on (RFC 3261 §14.1). A host that does not
 * report ACKs loses little: both happen at the latest 32 s after the 2xx. If the ACK never comes,
 * send BYE (RFC 3261 §13.3.1.4) and call sst_session_end().
 * @return SST_OK; SST_ERR_STATE where tx awaits no ACK; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_ack(struct sst_session *session, struct sst_tx *tx, uint64_t now_ms);

/* ---- Time ---- */

/**
 * @return when to call sst_session_advance() next, on the host's clock; may be in the past;
 *         SST_NEVER for not at all; 0 if events are pending or work is overdue, for example after
 *         the clock stepped back. Computed from the state at each call.
 */
SST_API uint64_t sst_session_deadline(const struct sst_session *session);

/**
 * Does what is due: at most one of REFRESH, OVERDUE, BLOCKED, REFUSED and ENDED for each call,
 * whatever the clock did. Call it at any time, as often as you like. After a sleep or stall read
 * the socket first: a refresh that waits there must not be overtaken by the BYE.
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_session_advance(struct sst_session *session, uint64_t now_ms);

/**
 * Takes out the next event, after doing what is due by now_ms: the pull form of
 * sst_session_advance(), which does not call policy->on_event. Events of one kind that were not
 * pulled merge into one with the newest values.
 * @return true with *event; false where there is none, or on a NULL argument
 */
SST_API SST_MUST_USE bool sst_session_next_event(struct sst_session *session, uint64_t now_ms,
                                                 struct sst_event *event);

/**
 * The dialog is over for the host's own reasons: BYE sent or received, initial INVITE refused, user
 * gone. Silence from here on, whatever is called. No event is delivered, waiting ones are dropped.
 * @return SST_OK, also where it has ended already; SST_ERR_ARGUMENT
 */
SST_API int sst_session_end(struct sst_session *session, uint64_t now_ms);

/* ---- Looking at it ---- */

/** A session's state for display. */
struct sst_session_info {
    uint32_t interval;          /**< seconds, 0 without timer */
    uint32_t min_se;            /**< largest Min-SE of the dialog, 0 for none */
    enum sst_side side;         /**< who refreshes */
    bool own_benefit;           /**< the timer runs for this side's own benefit alone; §7.2 */
    bool established;           /**< the initial INVITE got its 2xx */
    bool ended;                 /**< by the library or by sst_session_end() */
    bool peer_supports;         /**< a message of the peer showed support of the extension */
    enum sst_end_reason reason; /**< NONE where the host ended it */
    uint64_t start_ms;          /**< of the interval; SST_NEVER without timer */
    uint64_t refresh_ms;        /**< next local refresh, SST_NEVER for none */
    uint64_t expires_ms;        /**< SST_NEVER without timer */
    uint64_t end_ms;            /**< when this side would hang up as things are */
};

/** Fills in *info, for display. A NULL argument does nothing. */
SST_API void sst_session_inspect(const struct sst_session *session, struct sst_session_info *info);

/**
 * Checks the invariants of a session: for tests, fuzzers, and after restoring from shared memory.
 * @return NULL if all hold, else a static text that says which does not
 */
SST_API const char *sst_session_check(const struct sst_session *session);

/* ---- Save and restore ---- */

/** Room that an image fits into. */
#define SST_IMAGE_SIZE 64

/**
 * Writes a versioned image in a byte order of its own, with remaining times instead of absolute
 * ones. Events that wait to be pulled are in it, the policy and the place in a queue are not.
 * @param buffer  NULL only with size 0
 * @param size  of buffer, in bytes; SST_IMAGE_SIZE is enough
 * @param need  set to the size of the image; may be NULL
 * @return SST_OK; SST_ERR_SPACE, nothing then being written; SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_session_save(const struct sst_session *session, uint64_t now_ms,
                                          uint8_t *buffer, size_t size, size_t *need);

/**
 * Tells whether a stored image is stale: keep the fingerprint that the session had when you saved
 * it, and compare. It changes with everything that an image holds, also with what changes without
 * an event, such as the peer's CSeq, and not with the time. Saving changes nothing, so an image
 * that did not reach its store is still known to be missing there.
 * @return a 64-bit hash; 0 for NULL. It depends on the clock of now_ms: do not take it to another
 *         host, and take a new one after sst_session_restore()
 */
SST_API uint64_t sst_session_fingerprint(const struct sst_session *session);

/** How a session is restored, bits. */
enum sst_restore_flag {
    SST_RESTORE_TRANSACTIONS = 1 << 0, /**< pending transactions live on, with their sst_tx: else
                                            forgotten */
    SST_RESTORE_TAKEOVER = 1 << 1      /**< another host takes the call over, from an image that may
                                            be old: the interval starts now, and this side refreshes
                                            once, at once, whichever side is the refresher; EC-131. Not
                                            with SST_RESTORE_TRANSACTIONS */
};

/** What to restore a session from. Zero it, then set what you need. */
struct sst_restore {
    const uint8_t *image; /**< any bytes at all */
    size_t length;        /**< of image */
    uint64_t elapsed_ms;  /**< time since the saving, 0 if not known. A take-over only limits
                               spread_ms by it: give what it may be at most */
    uint64_t spread_ms;   /**< 0: an overdue refresh is due at once; else see below */
    unsigned flags;       /**< bits of enum sst_restore_flag */
};

/**
 * Restores a session. Where many are restored at once, spread_ms moves a refresh that is overdue to
 * a random moment of the time from now on (policy->random), no later than halfway to its last
 * moment, so that a host may look late and another attempt fits; for a take-over that is the last
 * moment of the interval in the image. Refreshes that were pending and are forgotten count as
 * overdue. The session is in no queue afterwards.
 * Events that waited at the saving are reported as after sst_session_set_policy().
 * @param session  need not be initialized; must not be in a queue
 * @param how  the image, and what to do with it
 * @param now_ms  on the clock that is used from here on, which may be another than at the saving,
 *                and may have started later than the session did
 * @return SST_OK; SST_ERR_VERSION (another version's image); SST_ERR_DAMAGED; SST_ERR_ARGUMENT;
 *         what sst_policy_check() returns. On an error *session is as it was.
 */
SST_API SST_MUST_USE int sst_session_restore(struct sst_session *session,
                                             const struct sst_policy *policy,
                                             const struct sst_restore *how, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
