/* SPDX-License-Identifier: MIT */
/**
 * @file sst/types.h
 * What all parts of libsst share: time, sides, methods, results, violations.
 *
 * Arguments of the functions below:
 * - result, violation, outcome, side, refresher, method: the number to be named; any value is
 * allowed
 * - length: of name, in bytes
 */
#ifndef SST_TYPES_H
#define SST_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sst/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Time is a uint64_t in milliseconds of any monotonic clock of yours. Use CLOCK_BOOTTIME if the
 * machine may sleep: CLOCK_MONOTONIC stands still meanwhile, and an expired session goes unnoticed.
 * Arguments of this kind are called now_ms. A clock that steps back is clamped, never an error.
 * SST_NEVER is the deadline of a session that waits for nothing.
 */
#define SST_NEVER UINT64_MAX

/** Largest delta-seconds of RFC 3261 §25; anything larger in a message is read as this. */
#define SST_SECONDS_MAX UINT32_MAX

/** A CSeq number that the host does not know. 0 is a number like any other. */
#define SST_CSEQ_UNKNOWN UINT64_MAX

/** RFC 4028 §4, §5: the absolute minimum of a session interval and of Min-SE, in seconds. */
#define SST_ABSOLUTE_MIN_S 90u

/** RFC 4028 §4: the recommended session interval, in seconds. */
#define SST_DEFAULT_INTERVAL_S 1800u

/** Results. 0 is success, all failures are negative. */
enum sst_result {
    SST_OK = 0,                /**< done */
    SST_ERR_ARGUMENT = -1,     /**< NULL, an enumerator out of range, an unknown flag */
    SST_ERR_STATE = -2,        /**< a bug in your code: this tx is in use, or of the wrong kind */
    SST_ERR_SYNTAX = -3,       /**< text that the grammar does not allow */
    SST_ERR_RANGE = -4,        /**< a number outside its range */
    SST_ERR_SPACE = -5,        /**< the caller's buffer or array is too small */
    SST_ERR_UNKNOWN_NAME = -6, /**< no such name */
    SST_ERR_CONFLICT = -7,     /**< values that are right alone and wrong together */
    SST_ERR_VERSION = -8,      /**< an image or structure of an unknown version */
    SST_ERR_DAMAGED = -9,      /**< not an image, or a damaged one */
    SST_ERR_ENDED = -10,       /**< the session has ended */
    SST_ERR_BUSY = -11,        /**< not now: another transaction must end first */
    SST_ERR_NOT_DUE = -12      /**< no refresh is due, perhaps no longer */
};

/** Which end of the call this side is. It never changes; uac and uas do, with each request. */
enum sst_party {
    SST_CALLER = 1, /**< sends the initial INVITE and owns the Call-ID (RFC 3261 §14.1) */
    SST_CALLEE = 2  /**< receives the initial INVITE */
};

/** How a request ended. It decides what follows a refresh, and which counter counts it. */
enum sst_outcome {
    SST_OUTCOME_SUCCESS = 0,     /**< 2xx */
    SST_OUTCOME_PROVISIONAL = 1, /**< 1xx: not final */
    SST_OUTCOME_GONE = 2,        /**< 408, 481: the session ends; §10 */
    SST_OUTCOME_TRANSIENT = 3,   /**< 500, 503, 480 and the like: try the other method later */
    SST_OUTCOME_METHOD = 4,      /**< rejected for good with this method: try another */
    SST_OUTCOME_NO_METHOD = 5,   /**< 405, 501: the peer does not know the method */
    SST_OUTCOME_OFFER = 6,       /**< 406, 415, 488, 580, 606: the offer was rejected */
    SST_OUTCOME_TOO_LARGE = 7,   /**< 413, 513: try without a body */
    SST_OUTCOME_INTERVAL = 8,    /**< 422 */
    SST_OUTCOME_GLARE = 9,       /**< 491 */
    SST_OUTCOME_AUTH = 10,       /**< 401, 407 */
    SST_OUTCOME_EXTENSION = 11,  /**< 420 */
    SST_OUTCOME_DIALOG = 12,     /**< other codes that end a dialog by RFC 5057 §5.1 */
    SST_OUTCOME_TIMEOUT = 13,    /**< no final response: Timer B or F fired */
    SST_OUTCOME_TRANSPORT = 14   /**< the transport failed, or the host could not send */
};
/** Number of outcomes in enum sst_outcome. */
#define SST_OUTCOME_COUNT 15

/** Who refreshes, as a message says it: uac and uas are ends of a transaction, not of the call. */
enum sst_refresher {
    SST_REFRESHER_NONE = 0, /**< no refresher parameter */
    SST_REFRESHER_UAC = 1,  /**< the sender of the request */
    SST_REFRESHER_UAS = 2   /**< the sender of the response */
};

/** Who refreshes, as the session stores it, whatever the direction of requests. */
enum sst_side {
    SST_SIDE_NONE = 0,  /**< no session timer */
    SST_SIDE_LOCAL = 1, /**< this side */
    SST_SIDE_REMOTE = 2 /**< the peer */
};

/** Methods that matter to RFC 4028; every other one is SST_METHOD_OTHER. */
enum sst_method {
    SST_METHOD_OTHER = 0,  /**< any other method */
    SST_METHOD_INVITE = 1, /**< INVITE, initial or re-INVITE */
    SST_METHOD_UPDATE = 2, /**< UPDATE; RFC 3311 */
    SST_METHOD_ACK = 3,    /**< ACK, which carries nothing of the extension */
    SST_METHOD_CANCEL = 4, /**< CANCEL */
    SST_METHOD_BYE = 5     /**< BYE */
};

/**
 * What a peer did against the RFC, or so that libsst had to guess. None of these ends a call.
 * sst_violation_name() names them for logs.
 */
enum sst_violation {
    SST_VIOLATION_SE_MALFORMED = 0,          /**< Session-Expires without a usable number; §4 */
    SST_VIOLATION_SE_REPEATED = 1,           /**< more than one Session-Expires; RFC 3261 §7.3.1 */
    SST_VIOLATION_SE_MISPLACED = 2,          /**< in a message that Table 1 does not allow; §4 */
    SST_VIOLATION_SE_BELOW_ABSOLUTE = 3,     /**< a 2xx with less than 90 s; §4 */
    SST_VIOLATION_SE_BELOW_MIN = 4,          /**< a 2xx below the Min-SE of our request; §9 */
    SST_VIOLATION_SE_ABOVE_ASKED = 5,        /**< a 2xx above the interval of our request; §9 */
    SST_VIOLATION_SE_BELOW_MIN_SE = 6,       /**< a request below its own Min-SE; §7.1 */
    SST_VIOLATION_MIN_SE_MALFORMED = 7,      /**< Min-SE without a usable number; §5 */
    SST_VIOLATION_MIN_SE_REPEATED = 8,       /**< more than one Min-SE; RFC 3261 §7.3.1 */
    SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE = 9, /**< Min-SE below 90 s; §5 */
    SST_VIOLATION_MIN_SE_MISPLACED = 10, /**< in a response other than 422, or another method; §5 */
    SST_VIOLATION_REFRESHER_UNKNOWN = 11,  /**< neither uac nor uas, or no value; §4 */
    SST_VIOLATION_REFRESHER_REPEATED = 12, /**< the parameter twice; RFC 3261 §7.3.1 */
    SST_VIOLATION_REFRESHER_MISSING = 13,  /**< a 2xx with Session-Expires and no refresher; §9 */
    SST_VIOLATION_REFRESHER_UNSUPPORTED = 14, /**< one from a UAC without support; Table 2, NA */
    SST_VIOLATION_REQUIRE_MISSING = 15,       /**< refresher=uac in a 2xx without Require; §9 */
    SST_VIOLATION_REQUIRE_ALONE = 16,         /**< Require in a 2xx, no Session-Expires; §7.2 */
    SST_VIOLATION_REQUIRE_UNSUPPORTED = 17, /**< Require: timer in a request, no Supported; §7.1 */
    SST_VIOLATION_SUPPORTED_MISSING = 18,   /**< a later request without Supported: timer; §7.4 */
    SST_VIOLATION_TIMER_UNASKED = 19,       /**< a timer in a 2xx, though our mode is off; §8.2 */
    SST_VIOLATION_422_WITHOUT_MIN_SE = 20,  /**< a 422 that says no Min-SE; §6 */
    SST_VIOLATION_422_USELESS = 21,         /**< asks for no more than was offered; §6 */
    SST_VIOLATION_RETRY_AFTER_MALFORMED = 22, /**< no usable number; RFC 3261 §20.33 */
    SST_VIOLATION_CSEQ_LOW = 23,              /**< lower than an earlier one; RFC 3261 §12.2.2 */
    SST_VIOLATION_DIALOG_LOST = 24,           /**< a code of RFC 5057 §5.1 other than 481 */
    SST_VIOLATION_REFRESHER_OVERRULED = 25,   /**< a 2xx names the other side; Table 2 */
    SST_VIOLATION_CSEQ_RANGE = 26             /**< 2^31 or more; RFC 3261 §8.1.1.5 */
};
/** Number of violations in enum sst_violation; their bits fit into a uint32_t. */
#define SST_VIOLATION_COUNT 27

/** The bit of a violation in a set of violations (uint32_t). */
#define SST_VIOLATION_BIT(v) (UINT32_C(1) << (unsigned)(v))

/**
 * @return the name of a result, as `argument` or `range`; "unknown" for a number that is none
 */
SST_API const char *sst_result_name(int result);

/** @return the name of a violation, as `se_malformed`; "unknown" for any other number. */
SST_API const char *sst_violation_name(enum sst_violation violation);

/** @return the name of an outcome, as `transient`; "unknown" for any other number. */
SST_API const char *sst_outcome_name(enum sst_outcome outcome);

/** @return `local`, `remote` or `none`; "unknown" for any other number. */
SST_API const char *sst_side_name(enum sst_side side);

/** @return `uac`, `uas` or `none`; "unknown" for any other number. */
SST_API const char *sst_refresher_name(enum sst_refresher refresher);

/** @return `INVITE`, `UPDATE`, `ACK`, `CANCEL`, `BYE`, or `other`. */
SST_API const char *sst_method_name(enum sst_method method);

/**
 * The method that a token names. Methods are case-sensitive (RFC 3261 §7.1).
 * @param name  the token, need not be terminated; NULL only with length 0
 * @return SST_METHOD_OTHER for any other token
 */
SST_API enum sst_method sst_method_from_name(const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
