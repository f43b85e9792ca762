/* SPDX-License-Identifier: MIT */
/**
 * @file sst/message.h
 * Messages in and header fields out.
 *
 * In: start a view with sst_msg_request() or sst_msg_response(), then pass every header field of
 * the message in its order to sst_msg_header(), which ignores names that do not matter. Out: a few
 * names and values to set or merge.
 *
 * @code
 * sst_msg_response(&msg, 200, SST_METHOD_INVITE, cseq);
 * sst_msg_header(&msg, "Require", "timer");
 * sst_msg_header_n(&msg, name, name_length, value, value_length);
 * @endcode
 *
 * Arguments that mean the same in all functions:
 * - msg: the view, started before you add to it; NULL does nothing, or gives SST_ERR_ARGUMENT
 * - method: a number outside enum sst_method counts as SST_METHOD_OTHER
 * - status: 100 to 699; a view with any other number is of no use
 * - cseq: the number of the CSeq header field, or SST_CSEQ_UNKNOWN
 * - name, value: as they are in the message; with a length they need no terminator, and may be
 *   NULL where it is 0
 * - name_length, value_length: in bytes
 * - seconds: any number, even one that the RFC forbids: it is judged later
 * - refresher: SST_REFRESHER_NONE for no parameter
 * - headers: filled in by libsst; not NULL
 */
#ifndef SST_MESSAGE_H
#define SST_MESSAGE_H

#include <sst/codec.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What sst_msg.has can hold. */
enum sst_msg_flag {
    SST_MSG_SESSION_EXPIRES = 1 << 0,     /**< a Session-Expires with a usable number */
    SST_MSG_MIN_SE = 1 << 1,              /**< a Min-SE with a usable number */
    SST_MSG_SUPPORTED_TIMER = 1 << 2,     /**< Supported lists timer */
    SST_MSG_REQUIRE_TIMER = 1 << 3,       /**< Require lists timer */
    SST_MSG_PROXY_REQUIRE_TIMER = 1 << 4, /**< Proxy-Require lists timer */
    SST_MSG_UNSUPPORTED_TIMER = 1 << 5,   /**< Unsupported lists timer */
    SST_MSG_ALLOW = 1 << 6,               /**< an Allow header field was there */
    SST_MSG_ALLOW_UPDATE = 1 << 7,        /**< it lists UPDATE */
    SST_MSG_RETRY_AFTER = 1 << 8,         /**< a Retry-After with a usable number */
    SST_MSG_OFFER = 1 << 9,               /**< a session description; for requests only */
    SST_MSG_CSEQ = 1 << 10,               /**< the CSeq number is known */
    SST_MSG_IN_DIALOG = 1 << 11           /**< To has a tag; for requests in proxies only */
};

/**
 * One message as RFC 4028 sees it. You may copy it and read its fields; write them only with the
 * functions below. Intervals are seconds, valid if their flag is set in .has.
 */
struct sst_msg {
    uint32_t session_expires;     /**< the smallest, where the header field is repeated */
    uint32_t session_expires_max; /**< the largest */
    uint32_t min_se;              /**< as received, may be below 90; the largest where repeated */
    uint32_t retry_after;         /**< seconds */
    uint32_t cseq;                /**< numbers above 2^32-1 are read as 2^32-1 */
    uint32_t violations;          /**< SST_VIOLATION_BIT() of what is wrong in the text itself */
    uint16_t has;                 /**< bits of enum sst_msg_flag */
    uint16_t status;              /**< 100 to 699; 0 in a request */
    uint8_t method;               /**< enum sst_method; of the CSeq in a response */
    uint8_t refresher;            /**< enum sst_refresher */
};

/** Starts the view of a request. */
SST_API void sst_msg_request(struct sst_msg *msg, enum sst_method method, uint64_t cseq);

/** Starts the view of a response. @param method  the method of its CSeq */
SST_API void sst_msg_response(struct sst_msg *msg, unsigned status, enum sst_method method,
                              uint64_t cseq);

/**
 * Adds one header field. Names match in any letter case and in their compact forms (x, k);
 * unknown ones are ignored. Lists may be passed whole or element by element.
 * @return SST_OK, also for a name that does not matter, and for a wrong value (see
 * msg->violations); SST_ERR_ARGUMENT
 */
SST_API int sst_msg_header_n(struct sst_msg *msg, const char *name, size_t name_length,
                             const char *value, size_t value_length);

/**
 * Adds one header field, given as terminated text.
 * @return as sst_msg_header_n(); SST_ERR_ARGUMENT for NULL
 */
SST_API int sst_msg_header(struct sst_msg *msg, const char *name, const char *value);

/* For hosts that have parsed the message already. Each works like its header field. */

/** Adds a Session-Expires. */
SST_API void sst_msg_set_session_expires(struct sst_msg *msg, uint32_t seconds,
                                         enum sst_refresher refresher);
/** Adds a Min-SE. */
SST_API void sst_msg_set_min_se(struct sst_msg *msg, uint32_t seconds);
/** Adds a Retry-After. */
SST_API void sst_msg_set_retry_after(struct sst_msg *msg, uint32_t seconds);
/**
 * Adds flags that need no value: option tags, Allow, offer, dialog.
 * @param flags  bits of enum sst_msg_flag; those of header fields with a number, and CSEQ, are
 *               ignored
 */
SST_API void sst_msg_set_flags(struct sst_msg *msg, unsigned flags);

/** How to put a header field into a message. */
enum sst_header_kind {
    SST_HEADER_SET = 0, /**< exactly one of this name; replace others */
    SST_HEADER_TAG = 1  /**< add the option tag to the list unless it is there */
};

/** One header field to be put into a message. */
struct sst_header {
    const char *name;           /**< static, long form */
    char value[SST_VALUE_SIZE]; /**< terminated */
    enum sst_header_kind kind;  /**< how it is put in */
};

/** At most Supported, Session-Expires, Min-SE, Require and Proxy-Require go into a message. */
#define SST_HEADERS_MAX 5

/**
 * Header fields to put into one message. Anything not listed must not be in the message: if you
 * build a request from an earlier one, first remove its Session-Expires, Min-SE and `timer` tags.
 */
struct sst_headers {
    size_t count;                            /**< how many items are used, from 0 on */
    struct sst_header item[SST_HEADERS_MAX]; /**< in no particular order */
};

/**
 * Looks up a header field.
 * @param name  the long name, terminated, in any letter case (RFC 3261 §7.3.1); not the compact
 * form
 * @return its value, or NULL, as for a NULL argument
 */
SST_API const char *sst_headers_get(const struct sst_headers *headers, const char *name);

#ifdef __cplusplus
}
#endif

#endif
