/* SPDX-License-Identifier: MIT */
/*
 * What the scanners guarantee: they read nothing outside the text, move the cursor only forward and
 * never past the text's end, and terminate. For delta-seconds, also that the result is the number
 * that the digits spell.
 */
#ifndef SPEC_SCAN_H
#define SPEC_SCAN_H

#include <sst/types.h>

#include "spec_mem.h"

/* A text may be read from its beginning to its end. */
#define TEXT(at, end)                                                                              \
    (\base_addr(at) == \base_addr(end) && (at) <= (end) && (end) - (at) <= PTRDIFF_MAX &&          \
     \valid_read((at) + (0 .. (end) - (at) - 1)))

#define CURSOR(scan) TEXT((scan)->at, (scan)->end)

/*@ // at is a place in the text that goes from one place to another.
    predicate within(char *from, char *at, char *end) =
        \base_addr(from) == \base_addr(at) && \base_addr(at) == \base_addr(end) &&
        from <= at && at <= end;

    lemma not_at_end: \forall char *from, *at, *end;
        within(from, at, end) && at != end ==> end - at >= 1;

    // Where linear white space that begins at a place ends.
    logic char *lws_end{L}(char *at, char *end) =
        at == end ? at :
        *at == ' ' || *at == '\t' ? lws_end(at + 1, end) :
        end - at >= 3 && at[0] == '\r' && at[1] == '\n' && (at[2] == ' ' || at[2] == '\t') ?
            lws_end(at + 3, end) : at;

    // Where digits that begin at a place end.
    logic char *digits_end{L}(char *at, char *end) =
        at != end && '0' <= *at <= '9' ? digits_end(at + 1, end) : at;
*/

#include "../../../src/codec/scan.h"

/* The cursor is where it was or further, in the same text. */
#define FORWARD(scan) (CURSOR(scan) && within(\old((scan)->at), (scan)->at, (scan)->end))

/*@ requires text == \null ? length == 0 : TEXT(text, text + length);
    assigns \nothing;
    ensures readable: TEXT(\result.at, \result.end);
    ensures whole: text != \null ==> \result.at == text && \result.end == text + length;
    ensures null_is_empty: text == \null ==> \result.at == \result.end; */
static inline struct sst_scan sst_scan_of(const char *text, size_t length);

/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result <==> scan->at == scan->end; */
static inline bool sst_scan_done(const struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result == scan->end - scan->at; */
static inline size_t sst_scan_length(const struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result <==> scan->at != scan->end && *scan->at == character; */
static inline bool sst_scan_sees(const struct sst_scan *scan, char character);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan);
    ensures taken: \result <==>
        \old(scan->at) != scan->end && \old(*scan->at) == character;
    ensures one: scan->at == \old(scan->at) + (\result ? 1 : 0); */
static inline bool sst_scan_take(struct sst_scan *scan, char character);

/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result <==> scan->end - scan->at >= 3 && scan->at[0] == '\r' &&
        scan->at[1] == '\n' && (scan->at[2] == ' ' || scan->at[2] == '\t'); */
static inline bool sst_scan_sees_fold(const struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan);
    ensures all: scan->at == lws_end(\old(scan->at), scan->end); */
static inline void sst_scan_lws(struct sst_scan *scan);

/*@ assigns \nothing; */
static inline unsigned sst_scan_lower(char character);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    assigns *token \from scan->at, scan->end;
    ensures forward: FORWARD(scan);
    ensures cut: token->at == \old(scan->at) && token->end == scan->at;
    ensures \result <==> scan->at != \old(scan->at); */
static inline bool sst_scan_token(struct sst_scan *scan, struct sst_scan *token);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    assigns *seconds;
    ensures forward: FORWARD(scan);
    ensures found: \result <==> scan->at != \old(scan->at);
    ensures found_if_there: \result <==> \old(scan->at) != scan->end &&
        '0' <= \old(*scan->at) <= '9';
    ensures all_digits: \forall integer i; 0 <= i < scan->at - \old(scan->at) ==>
        '0' <= \old(scan->at)[i] <= '9';
    ensures no_more: scan->at != scan->end ==> !('0' <= *scan->at <= '9');
    ensures all: scan->at == digits_end(\old(scan->at), scan->end);
    ensures value: \result ==>
        *seconds == \min(decimal(\old(scan->at), scan->at - \old(scan->at)), SST_SECONDS_MAX);
    ensures unwritten: !\result ==> *seconds == \old(*seconds); */
bool sst_scan_delta_seconds(struct sst_scan *scan, uint32_t *seconds);

/*@ requires CURSOR(scan) && scan->at != scan->end;
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan) && scan->at > \old(scan->at);
    ensures open: !\result ==> scan->at == scan->end; */
bool sst_scan_quoted_string(struct sst_scan *scan);

/*@ requires CURSOR(scan) && scan->at != scan->end && *scan->at == '(';
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan) && scan->at > \old(scan->at);
    ensures open: !\result ==> scan->at == scan->end; */
bool sst_scan_comment(struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan);
    ensures there: scan->at == scan->end || *scan->at == ';' || *scan->at == ','; */
void sst_scan_to_separator(struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    assigns *token \from scan->at, scan->end;
    ensures forward: FORWARD(scan);
    ensures within: \result ==> within(\old(scan->at), token->at, scan->end);
    ensures not_empty: \result ==> token->at != token->end;
    ensures ends_within: \result ==> within(token->at, token->end, scan->end);
    ensures readable: \result ==> CURSOR(token);
    ensures further: \result ==> scan->at != \old(scan->at);
    ensures at_end: !\result ==> scan->at == scan->end; */
bool sst_scan_list_token(struct sst_scan *scan, struct sst_scan *token);

/*@ requires CURSOR(piece);
    requires \valid_read(token + (0 .. length - 1));
    assigns \nothing;
    ensures \result ==> piece->end - piece->at == length; */
static inline bool sst_scan_equals(const struct sst_scan *piece, const char *token, size_t length);

#endif
