/* SPDX-License-Identifier: MIT */
/**
 * @file sst/session.h
 * The session timer of one dialog.
 *
 * Keep one struct sst_session with each dialog and one struct sst_tx with each INVITE or UPDATE
 * transaction in it. Call the function for what happens, and sst_session_advance() at
 * sst_session_deadline(). Nothing is committed before a 2xx.
 *
 * Different threads may use different sessions at once, but only one at a time may use a session.
 * An event callback may call any function, for the same session too. Zero or initialize structures
 * before their first use; their fields are private.
 *
 * Arguments that mean the same in all functions:
 * - session: started by sst_session_init(), sst_session_fork() or sst_session_restore()
 * - tx: of the transaction, zeroed before its first use; keep it until the transaction is over, and
 *   for the peer's INVITE until the ACK. A tx serves one transaction at a time
 * - policy: borrowed, checked with sst_policy_check()
 * - method: of the request
 * - now_ms: the present time, as in sst/types.h
 * - request, response: the view of the message, see sst/message.h
 * - headers, verdict, advice, event, info: filled in on success; not NULL
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

/** Why libsst ended a session. */
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
    SST_EVENT_BLOCKED = 5,    /**< a refresh is due, but another transaction blocks it */
    SST_EVENT_REFUSED = 6,    /**< the peer rejected every way to refresh */
    SST_EVENT_REFRESH = 7,    /**< refresh now; .method, .with_offer, .not_after_ms */
    SST_EVENT_ENDED = 8       /**< hang up now: send BYE; .reason. The last event */
};

/** @return the name of an event type, as `refresh`; "unknown" for any other number. */
SST_API const char *sst_event_name(enum sst_event_type type);

/**
 * An event, valid only during the callback. Ignore types that you do not know: later versions may
 * add some. For what the callback returns see enum sst_callback_answer in sst/policy.h.
 */
struct sst_event {
    enum sst_event_type type;     /**< which; what else is set depends on it */
    enum sst_violation violation; /**< VIOLATION */
    uint32_t interval;            /**< seconds; 0 without a timer. All types */
    enum sst_side side;           /**< who refreshes (ENDED: who had to). All types */
    bool own_benefit;             /**< the timer runs for this side alone; §7.2. All types */
    enum sst_end_reason reason;   /**< ENDED; NEGOTIATED: REFUSED if rejections turned it off */
    uint64_t since_ms;            /**< ENDED: age of the last 2xx, in ms */
    uint64_t expires_ms;          /**< when the session expires, on the host's clock; SST_NEVER */
    uint64_t not_after_ms;        /**< REFRESH: send by then at the latest */
    enum sst_method method;       /**< REFRESH: UPDATE or INVITE */
    bool with_offer;              /**< REFRESH: with the unchanged offer; §7.4 */
    uint64_t reserved[4];         /**< 0; later versions take fields from it */
};

/**
 * The timer of one dialog, in one cache line. It may lie in shared memory: its only pointer, the
 * policy, can be set anew at any time. Do not copy it; use sst_session_fork() or
 * sst_session_save(). docs/design.md says what sets and clears each field.
 */
struct sst_session {
    const struct sst_policy *policy; /**< private, like all members */
    uint64_t start_ms;               /**< start of the interval: the last 2xx */
    uint64_t refresh_ms;             /**< when the next local refresh is planned, or SST_NEVER */
    uint32_t interval;               /**< as agreed, in seconds */
    uint32_t min_se;                 /**< the largest of this dialog */
    uint32_t call_min_se;            /**< the largest of the Call-ID, before there is a dialog */
    uint32_t next_cseq;              /**< one above the peer's highest CSeq, 0 before the first */
    uint32_t queue_index;            /**< place in a queue from 1 on, 0: in none */
    uint32_t violations;             /**< not reported yet */
    uint32_t flags;                  /**< phase, side, transactions, and what was seen */
    uint16_t guard_ms;               /**< how long before the expiration this side hangs up */
    uint16_t raised_s;               /**< seconds added to the agreed interval */
    uint8_t events;                  /**< not reported yet */
    uint8_t ladder;                  /**< what is known of each way to refresh */
    uint8_t attempts;                /**< back-off, 491 draws, timeouts of this interval */
    uint8_t generation;              /**< counts of commits: show overlapping negotiations */
    uint8_t reason;                  /**< why it ended, or was turned off */
    uint8_t ack_s;                   /**< seconds after the start until which an ACK is awaited */
    uint8_t named_s;   /**< a Retry-After past the plan, in seconds before expiration */
    uint8_t queue_key; /**< its key in a queue, coarsely; 0: not known */
};

/**
 * One INVITE or UPDATE transaction of a dialog, its retries included: 16 bytes, without pointers
 * and times. Zero it before its first use; use it again once its transaction is over.
 */
struct sst_tx {
    uint32_t cseq;      /**< private, like all members: CSeq + 1, 0 if not known */
    uint32_t interval;  /**< Session-Expires of the request */
    uint32_t min_se;    /**< Min-SE of the request */
    uint16_t flags;     /**< its state, what the request is, retries */
    uint8_t generation; /**< of the session, at the request */
    uint8_t sent;       /**< when it was sent, as a fraction of the interval */
};

/**
 * Starts a session, before you send or read its initial INVITE.
 * @param policy  borrowed, checked with sst_policy_check()
 * @param party  which end of the call this side is
 * @return SST_OK, SST_ERR_ARGUMENT, or what sst_policy_check() returns
 */
SST_API SST_MUST_USE int sst_session_init(struct sst_session *session,
                                          const struct sst_policy *policy, enum sst_party party);

/**
 * Gives a session another policy. It takes effect at the next negotiation: current deadlines stay,
 * and so does what a pending local request offered, even if the new mode is off. If the policy has
 * an on_event, call sst_session_advance() at once: it delivers events that waited to be pulled.
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
 * Says what to put into a request. Call it before you send any request of the dialog: initial
 * INVITE, re-INVITE and UPDATE for whatever purpose, since each of them refreshes (§7.2), and their
 * retries with the same tx. Other methods get Supported: timer (§7.1); ACK gets nothing.
 * @param tx  for INVITE and UPDATE; else NULL
 * @param flags  bits of enum sst_request_flag; a retry has the same as the first request
 * @param now_ms  time of sending
 * @param headers  all that the message carries of Session-Expires, Min-SE and `timer` tags
 * @return SST_OK; SST_ERR_BUSY while a local request of this method is pending, and for INVITE
 *         while the peer's INVITE is (RFC 3261 §14.1, EC-130): try again when that has ended;
 *         SST_ERR_NOT_DUE for a REFRESH that was not asked for, or no longer is; SST_ERR_ENDED;
 *         SST_ERR_STATE if tx is in use, and for UPDATE before any INVITE; SST_ERR_ARGUMENT. On an
 *         error *headers is empty and nothing has changed.
 */
SST_API SST_MUST_USE int sst_session_request(struct sst_session *session, struct sst_tx *tx,
                                             enum sst_method method, unsigned flags,
                                             uint64_t now_ms, struct sst_headers *headers);

/**
 * Sets the CSeq of a local request, before or after sending: responses with another number are then
 * ignored. Call it after each sst_session_request(), retries included; sst_session_receive() takes
 * the number from the request itself.
 * @param cseq  SST_CSEQ_UNKNOWN if not known
 */
SST_API void sst_tx_set_cseq(struct sst_tx *tx, uint64_t cseq);

/**
 * Reports that a request is not sent after all.
 * - With tx: undoes sst_session_request(), whatever the request is, or gives up a retry that a
 *   verdict asked for. A refresh is due again then.
 * - With tx NULL: you cannot begin the refresh that SST_EVENT_REFRESH asked for.
 *
 * libsst asks for the refresh again after a while, but never past the last moment. It also does if
 * you do nothing at all.
 * @param retry_ms  earliest time for the next try, or SST_NEVER to leave it to libsst
 * @return SST_OK; SST_ERR_STATE if tx is not pending; SST_ERR_NOT_DUE if tx is NULL and no refresh
 *         was asked for; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_not_sent(struct sst_session *session, struct sst_tx *tx, uint64_t retry_ms,
                                 uint64_t now_ms);

/**
 * Reports that the offer of a pending request, of either side, was answered in a reliable
 * provisional response or its PRACK (RFC 3262 §5), so it no longer blocks another offer (RFC 6141
 * §3.1, EC-122). Without this call the offer stays open until the final response.
 * @return SST_OK; SST_ERR_STATE if tx is not pending; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_offer_answered(struct sst_session *session, const struct sst_tx *tx);

/** What to do about the response to a local request. */
enum sst_action {
    SST_ACTION_NONE = 0,   /**< nothing special */
    SST_ACTION_RETRY = 1,  /**< send the request again, with a new CSeq and these headers */
    SST_ACTION_AUTH = 2,   /**< the same, with credentials. Without any do nothing: for a refresh
                                SST_EVENT_REFRESH comes again */
    SST_ACTION_WAIT = 3,   /**< for a refresh nothing: it is asked for again at .when_ms. Any other
                                request got 491: send it again at .when_ms */
    SST_ACTION_FAILED = 4, /**< it failed. The session ends only if SST_EVENT_ENDED says so. Whether
                                to repeat what was no refresh, say after a 503, is up to the host */
    SST_ACTION_IGNORE = 5 /**< a retransmission, or nothing is pending; still ACK a 2xx to INVITE */
};

/** @return the name of an action, as `retry`; "unknown" for any other number. */
SST_API const char *sst_action_name(enum sst_action action);

/** The verdict on a response. */
struct sst_verdict {
    enum sst_action action; /**< what to do */
    uint64_t when_ms;       /**< for WAIT; else SST_NEVER */
    bool refreshed;         /**< a 2xx committed: the session is extended, or has no timer now */
};

/**
 * Handles a response that arrived: provisional or final, to an INVITE or UPDATE with its tx; or any
 * other response of the dialog with tx NULL, to learn from Allow and Supported.
 * @param now_ms  time of arrival
 * @param verdict  also filled in on an error: IGNORE
 * @return SST_OK; SST_ERR_ARGUMENT, also for a response to INVITE or UPDATE without tx. After the
 *         end: SST_OK and SST_ACTION_IGNORE.
 */
SST_API int sst_session_response(struct sst_session *session, struct sst_tx *tx,
                                 const struct sst_msg *response, uint64_t now_ms,
                                 struct sst_verdict *verdict);

/**
 * Reports that a local request ended without a final response.
 * @param outcome  SST_OUTCOME_TIMEOUT (Timer B or F fired) or SST_OUTCOME_TRANSPORT (the transport
 *                 reported an error, which counts as a 503; RFC 3261 §8.1.3.1: the request could
 *                 not reach the peer, which shows no life of it). What did not leave this host, for
 *                 a reason of its own, is for sst_session_not_sent()
 * @param verdict  also filled in on an error: IGNORE
 * @return SST_OK; SST_ERR_ARGUMENT
 */
SST_API int sst_session_failed(struct sst_session *session, struct sst_tx *tx,
                               enum sst_outcome outcome, uint64_t now_ms,
                               struct sst_verdict *verdict);

/**
 * Makes the session of a fork: a second 2xx (or early dialog) with another To tag answers the
 * INVITE of tx. The two sessions share only what belongs to the INVITE (§7.2). Then pass the
 * response to sst_session_response() with child and child_tx. tx may have had its 2xx already.
 * @param child  need not be initialized; not the parent, not in a queue
 * @param child_tx  need not be zeroed; not tx
 * @param parent  session of the initial INVITE
 * @return SST_OK; SST_ERR_ARGUMENT; SST_ERR_STATE if tx is not an initial INVITE of the parent
 */
SST_API SST_MUST_USE int sst_session_fork(struct sst_session *child, struct sst_tx *child_tx,
                                          const struct sst_session *parent,
                                          const struct sst_tx *tx);

/* ---- The peer's requests ---- */

/** What to do about the peer's request. */
struct sst_advice {
    unsigned status; /**< 0: go on; else reject it with 400, 420, 422, 481, 491 or 500 */
    bool copy;       /**< a retransmission of the request of this tx: repeat your response */
    struct sst_headers headers; /**< for the rejection */
};

/**
 * Handles a request of the peer, before you answer it: INVITE and UPDATE with their tx, others with
 * NULL. Leave out ACK, CANCEL, and retransmissions that your transaction layer absorbs. If .status
 * is set, send that response with .headers; tx is free again then. Commits nothing, but learns from
 * Min-SE, Allow and Supported.
 * @return SST_OK; SST_ERR_STATE if tx is in use for another request: nothing changes, use another
 *         tx; SST_ERR_ARGUMENT. After the end: status 481, but 0 for BYE, ACK and CANCEL.
 */
SST_API SST_MUST_USE int sst_session_receive(struct sst_session *session, struct sst_tx *tx,
                                             const struct sst_msg *request, uint64_t now_ms,
                                             struct sst_advice *advice);

/**
 * Says what to put into a response to the peer's INVITE or UPDATE (to any other request: tx NULL).
 * A 2xx commits, any other final response discards, a provisional one does neither. Call it for
 * every final response, even one that your transaction layer sends by itself, such as the 487 after
 * a CANCEL.
 *
 * It never calls back: the events of a 2xx come with your next call, and sst_session_deadline() is
 * 0 until then.
 * @param status  100 to 699
 * @param now_ms  time of the first transmission
 * @param headers  what the response has to carry
 * @return SST_OK, also for the rejection that was advised; SST_ERR_ENDED; SST_ERR_STATE if tx is
 *         not pending; SST_ERR_ARGUMENT. On ENDED and STATE headers hold what any response carries.
 */
SST_API SST_MUST_USE int sst_session_answer(struct sst_session *session, struct sst_tx *tx,
                                            unsigned status, uint64_t now_ms,
                                            struct sst_headers *headers);

/**
 * Reports the ACK for the 2xx of this tx. From now on you can send re-INVITEs (RFC 3261 §14.1), and
 * if the peer refreshes, its interval starts again now, but at most 32 s after the 2xx. If your
 * stack does not report ACKs, libsst stops waiting 32 s after the 2xx. If the ACK never comes, send
 * BYE (RFC 3261 §13.3.1.4) and call sst_session_end().
 * @return SST_OK; SST_ERR_STATE if tx awaits no ACK; SST_ERR_ENDED; SST_ERR_ARGUMENT
 */
SST_API int sst_session_ack(struct sst_session *session, struct sst_tx *tx, uint64_t now_ms);

/* ---- Time ---- */

/**
 * @return when to call sst_session_advance() next, on your clock; may be in the past; SST_NEVER if
 *         nothing is planned; 0 if events are pending or work is overdue, for example after the
 *         clock stepped back
 */
SST_API uint64_t sst_session_deadline(const struct sst_session *session);

/**
 * Does what is due: at most one of REFRESH, OVERDUE, BLOCKED, REFUSED and ENDED per call, whatever
 * the clock did. Call it as often as you like. Read the sockets first: after a sleep or stall, the
 * BYE must not overtake a refresh that waits there.
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_session_advance(struct sst_session *session, uint64_t now_ms);

/**
 * Does what is due by now_ms and takes out the next event: sst_session_advance() for hosts without
 * callbacks. It does not call policy->on_event. Events of one kind that you did not pull merge into
 * one with the newest values.
 * @return true with *event; false if there is none, or on a NULL argument
 */
SST_API SST_MUST_USE bool sst_session_next_event(struct sst_session *session, uint64_t now_ms,
                                                 struct sst_event *event);

/**
 * Ends the session for a reason of yours: BYE sent or received, initial INVITE rejected, user gone.
 * From now on nothing happens, whatever you call; events that wait are dropped.
 * @return SST_OK, also if it has ended already; SST_ERR_ARGUMENT
 */
SST_API int sst_session_end(struct sst_session *session, uint64_t now_ms);

/* ---- Looking at it ---- */

/** A session's state for display. */
struct sst_session_info {
    uint32_t interval;          /**< seconds, 0 without timer */
    uint32_t min_se;            /**< largest Min-SE of the dialog, 0 for none */
    enum sst_side side;         /**< who refreshes */
    bool own_benefit;           /**< the timer runs for this side alone; §7.2 */
    bool established;           /**< the initial INVITE got its 2xx */
    bool ended;                 /**< by the library or by sst_session_end() */
    bool peer_supports;         /**< a message from the peer showed support */
    enum sst_end_reason reason; /**< NONE if you ended it */
    uint64_t start_ms;          /**< of the interval; SST_NEVER without timer */
    uint64_t refresh_ms;        /**< next local refresh, SST_NEVER for none */
    uint64_t expires_ms;        /**< SST_NEVER without timer */
    uint64_t end_ms;            /**< when this side would hang up */
};

/** Fills in *info, for display. A NULL argument does nothing. */
SST_API void sst_session_inspect(const struct sst_session *session, struct sst_session_info *info);

/**
 * Checks the invariants of a session: for tests, fuzzers, and sessions in shared memory.
 * @return NULL if all hold, else a static text that names the one that does not
 */
SST_API const char *sst_session_check(const struct sst_session *session);

/* ---- Save and restore ---- */

/** Enough room for an image. */
#define SST_IMAGE_SIZE 64

/**
 * Writes an image: versioned, independent of byte order, with remaining times instead of absolute
 * ones. It includes events that wait to be pulled, but not the policy and the place in a queue.
 * @param buffer  NULL only with size 0
 * @param size  of buffer, in bytes; SST_IMAGE_SIZE is enough
 * @param need  set to the size of the image; may be NULL
 * @return SST_OK; SST_ERR_SPACE: nothing is written; SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_session_save(const struct sst_session *session, uint64_t now_ms,
                                          uint8_t *buffer, size_t size, size_t *need);

/**
 * Shows whether a stored image is stale: compare with the fingerprint at your last save. It changes
 * with everything in an image, even without an event (the peer's CSeq, for example), but not with
 * time. sst_session_save() does not change it.
 * @return a 64-bit hash; 0 for NULL. It depends on the clock of now_ms, so it is of no use on
 *         another host, nor after sst_session_restore()
 */
SST_API uint64_t sst_session_fingerprint(const struct sst_session *session);

/** How a session is restored, bits. */
enum sst_restore_flag {
    SST_RESTORE_TRANSACTIONS = 1 << 0, /**< pending transactions go on, with their sst_tx; else
                                            they are forgotten */
    SST_RESTORE_TAKEOVER = 1 << 1      /**< another host takes the call over, from an image that may
                                            be old: the interval starts now, and this side refreshes
                                            once, at once, whichever side is the refresher; EC-131. A
                                            call without a timer stays one, without a refresh. Not
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
 * Restores a session. If you restore many at once, spread_ms delays each overdue refresh by a
 * random time (policy->random), at most to halfway between now and its last moment, which leaves
 * room for another attempt; for a take-over that is the last moment of the interval in the image.
 * Pending refreshes that are forgotten count as overdue. The session is in no queue afterwards.
 * Events that waited are delivered as after sst_session_set_policy().
 * @param session  need not be initialized; must not be in a queue
 * @param how  the image, and what to do with it
 * @param now_ms  on the clock that you use from now on; it may differ from the one at the saving,
 *                and may have started later than the session
 * @return SST_OK; SST_ERR_VERSION (an image of another version); SST_ERR_DAMAGED; SST_ERR_ARGUMENT;
 *         what sst_policy_check() returns. On an error *session is as it was.
 */
SST_API SST_MUST_USE int sst_session_restore(struct sst_session *session,
                                             const struct sst_policy *policy,
                                             const struct sst_restore *how, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
