/* SPDX-License-Identifier: MIT */
/* What the parsers of header field values guarantee, for any text of any length. */
#ifndef SPEC_CODEC_H
#define SPEC_CODEC_H

#include <sst/codec.h>

#include "spec_scan.h"

/* A value that a host may pass: NULL, or a text of that length, which may be 0. */
#define VALUE(value, length) ((value) == \null || TEXT(value, (value) + (length)))

#define USABLE(value, length) ((value) != \null || (length) == 0)

/* Where the number in a value begins and ends, and where what follows it begins. */
#define DIGITS(at, end) lws_end(at, end)
#define DIGITS_END(at, end) digits_end(DIGITS(at, end), end)
#define BEHIND(at, end) lws_end(DIGITS_END(at, end), end)

/* There is a number, and the end or a parameter follows it. */
#define HAS_NUMBER(at, end) (DIGITS_END(at, end) != DIGITS(at, end))
#define PARAMETERS_OR_END(at, end) ((at) == (end) || *(at) == ';')

/* The number, saturated. */
#define NUMBER(at, end)                                                                            \
    (\min(decimal(DIGITS(at, end), DIGITS_END(at, end) - DIGITS(at, end)), SST_SECONDS_MAX))

#define A_REFRESHER(refresher) (SST_REFRESHER_NONE <= (refresher) <= SST_REFRESHER_UAS)

/*@ requires VALUE(value, length);
    requires out == \null || \valid(out);
    assigns *out;
    ensures a_result:
        \result == SST_OK || \result == SST_ERR_SYNTAX || \result == SST_ERR_ARGUMENT;
    ensures argument: \result == SST_ERR_ARGUMENT <==> !USABLE(value, length) || out == \null;
    ensures grammar: USABLE(value, length) && out != \null ==> (\result == SST_OK <==>
        HAS_NUMBER(value, value + length) &&
        PARAMETERS_OR_END(BEHIND(value, value + length), value + length));
    ensures number: \result == SST_OK ==> out->seconds == NUMBER(value, value + length);
    ensures refresher: \result == SST_OK ==> A_REFRESHER(out->refresher);
    ensures no_parameters: \result == SST_OK &&
        BEHIND(value, value + length) == value + length ==>
        out->refresher == SST_REFRESHER_NONE && out->violations == 0;
    ensures unwritten: \result != SST_OK && out != \null ==> *out == \old(*out); */
int sst_parse_session_expires(const char *value, size_t length, struct sst_session_expires *out);

/*@ requires VALUE(value, length);
    requires seconds == \null || \valid(seconds);
    assigns *seconds;
    ensures a_result:
        \result == SST_OK || \result == SST_ERR_SYNTAX || \result == SST_ERR_ARGUMENT;
    ensures argument: \result == SST_ERR_ARGUMENT <==>
        !USABLE(value, length) || seconds == \null;
    ensures grammar: USABLE(value, length) && seconds != \null ==> (\result == SST_OK <==>
        HAS_NUMBER(value, value + length) &&
        PARAMETERS_OR_END(BEHIND(value, value + length), value + length));
    ensures number: \result == SST_OK ==> *seconds == NUMBER(value, value + length);
    ensures unwritten: \result != SST_OK && seconds != \null ==> *seconds == \old(*seconds); */
int sst_parse_min_se(const char *value, size_t length, uint32_t *seconds);

/*@ requires VALUE(value, length);
    requires seconds == \null || \valid(seconds);
    assigns *seconds;
    ensures a_result:
        \result == SST_OK || \result == SST_ERR_SYNTAX || \result == SST_ERR_ARGUMENT;
    ensures argument: \result == SST_ERR_ARGUMENT <==>
        !USABLE(value, length) || seconds == \null;
    ensures needs_number: \result == SST_OK ==> HAS_NUMBER(value, value + length);
    ensures comment_or_not: \result == SST_OK ==>
        PARAMETERS_OR_END(BEHIND(value, value + length), value + length) ||
        *BEHIND(value, value + length) == '(';
    ensures without_comment: USABLE(value, length) && seconds != \null &&
        HAS_NUMBER(value, value + length) &&
        PARAMETERS_OR_END(BEHIND(value, value + length), value + length) ==> \result == SST_OK;
    ensures number: \result == SST_OK ==> *seconds == NUMBER(value, value + length);
    ensures unwritten: \result != SST_OK && seconds != \null ==> *seconds == \old(*seconds); */
int sst_parse_retry_after(const char *value, size_t length, uint32_t *seconds);

/*@ requires VALUE(value, length);
    requires tags == \null || \valid(tags);
    assigns *tags;
    ensures argument: \result == (USABLE(value, length) && tags != \null ? SST_OK
                                                                        : SST_ERR_ARGUMENT);
    ensures only_added: tags != \null ==>
        (\old(tags->timer) ==> tags->timer) && (\old(tags->other) ==> tags->other);
    ensures unwritten: tags != \null && (\result != SST_OK || length == 0) ==>
        *tags == \old(*tags); */
int sst_parse_option_tags(const char *value, size_t length, struct sst_option_tags *tags);

/*@ requires VALUE(value, length);
    requires allow == \null || \valid(allow);
    assigns *allow;
    ensures argument: \result == (USABLE(value, length) && allow != \null ? SST_OK
                                                                          : SST_ERR_ARGUMENT);
    ensures only_added: allow != \null ==>
        (\old(allow->invite) ==> allow->invite) && (\old(allow->update) ==> allow->update);
    ensures unwritten: allow != \null && (\result != SST_OK || length == 0) ==>
        *allow == \old(*allow); */
int sst_parse_allow(const char *value, size_t length, struct sst_allow *allow);

#endif
