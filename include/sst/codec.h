/* SPDX-License-Identifier: MIT */
/**
 * @file sst/codec.h
 * Header field values to numbers and back. Knows neither roles nor time.
 *
 * Values are given with their length, need no terminator, and may hold folded lines (CR LF and
 * white space inside), as RFC 3261 §25 allows. Cost is linear in the length. Nothing is kept.
 *
 * Arguments that mean the same in all functions:
 * - value: what follows the header field's colon; NULL only with length 0
 * - length: of value, in bytes
 * - out, tags, allow: where the result goes; not NULL
 * - seconds: where the number goes, not NULL; for printing the number itself, any
 * - refresher: SST_REFRESHER_NONE for no parameter
 * - buffer: where the text goes; may be NULL with size 0
 * - size: of buffer, in bytes, the terminator included
 */
#ifndef SST_CODEC_H
#define SST_CODEC_H

#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A Session-Expires value. */
struct sst_session_expires {
    uint32_t seconds;             /**< 0 to SST_SECONDS_MAX, saturated */
    enum sst_refresher refresher; /**< the first usable refresher parameter, or none */
    uint32_t violations;          /**< bits: REFRESHER_UNKNOWN, REFRESHER_REPEATED */
};

/** A set of option tags. */
struct sst_option_tags {
    bool timer; /**< it has `timer`, in any letter case */
    bool other; /**< it has any other token */
};

/** What an Allow header field lists. */
struct sst_allow {
    bool invite; /**< INVITE */
    bool update; /**< UPDATE */
};

/**
 * Parses `delta-seconds *(SEMI se-params)` (RFC 4028 §4). Unknown parameters are skipped, token or
 * quoted; tokens match in any letter case, with white space around ';' and '='. A malformed
 * parameter does not affect the others; a malformed refresher counts as unknown.
 * @param value  what follows the colon; NULL only with length 0
 * @return SST_OK; SST_ERR_SYNTAX if there is no number at the beginning, or if something other
 *         than the end or a ';' follows it, as in `1800 s` or `1800,90` (*out is not written);
 * SST_ERR_ARGUMENT for a NULL pointer
 */
SST_API int sst_parse_session_expires(const char *value, size_t length,
                                      struct sst_session_expires *out);

/**
 * Parses `delta-seconds *(SEMI generic-param)`, the value of Min-SE (RFC 4028 §5).
 * @return as sst_parse_session_expires()
 */
SST_API int sst_parse_min_se(const char *value, size_t length, uint32_t *seconds);

/**
 * Parses the value of Retry-After (RFC 3261 §20.33): seconds, an optional comment, parameters.
 * 0 is legal (RFC 3261 §14.2 sends it).
 * @return as sst_parse_session_expires()
 */
SST_API int sst_parse_retry_after(const char *value, size_t length, uint32_t *seconds);

/**
 * Adds the option tags of one Supported, Require, Proxy-Require or Unsupported header field to
 * *tags. Zero *tags before the first, and pass all header fields of the name. Elements that are not
 * tokens are skipped.
 * @return SST_OK, also if there is nothing usable in it; SST_ERR_ARGUMENT for a NULL pointer
 */
SST_API int sst_parse_option_tags(const char *value, size_t length, struct sst_option_tags *tags);

/**
 * Adds the methods of one Allow header field to *allow, as sst_parse_option_tags() does. Methods
 * are case-sensitive (RFC 3261 §7.1).
 * @return as sst_parse_option_tags()
 */
SST_API int sst_parse_allow(const char *value, size_t length, struct sst_allow *allow);

/**
 * Enough room for every value that libsst makes, terminator included, except that of
 * sst_print_session_expires_like(), which repeats the parameters of a message, however long.
 */
#define SST_VALUE_SIZE 32

/**
 * Prints `seconds` or `seconds;refresher=...`, terminated. A buffer of SST_VALUE_SIZE is enough.
 * @param size  of buffer, which may be NULL with size 0
 * @return the length without the terminator. If it is size or more, buffer was too small, and holds
 *         an empty string (nothing at all where size is 0): never a part of a value.
 */
SST_API size_t sst_print_session_expires(char *buffer, size_t size, uint32_t seconds,
                                         enum sst_refresher refresher);

/**
 * Prints a number, the value of Min-SE or Retry-After.
 * @return as sst_print_session_expires()
 */
SST_API size_t sst_print_seconds(char *buffer, size_t size, uint32_t seconds);

/**
 * Prints a received Session-Expires value with another number and all its parameters as they were,
 * which is what a proxy may do (RFC 4028 §8.1: refresher is neither inserted nor changed). Folded
 * lines are joined by a space; a CR, LF or NUL that folds no line becomes a '?'.
 * @param size  of buffer: length + 10 is always enough, SST_VALUE_SIZE may not be
 * @param value  a value that sst_parse_session_expires() accepts; not in buffer
 * @param length  of value
 * @return as sst_print_session_expires(); 0 where the value does not parse (buffer then empty)
 */
SST_API size_t sst_print_session_expires_like(char *buffer, size_t size, uint32_t seconds,
                                              const char *value, size_t length);

#ifdef __cplusplus
}
#endif

#endif
