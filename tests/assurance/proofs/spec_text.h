/* SPDX-License-Identifier: MIT */
/*
 * The contents of a text. The lemmas are proved with scan.c. They are written in the form in which
 * the provers meet their subject: sums of pointers and numbers.
 */
#ifndef SPEC_TEXT_H
#define SPEC_TEXT_H

#include <stdint.h>

/*@ // What that many digits spell.
    logic integer decimal{L}(char *at, integer count) =
        count <= 0 ? 0 : 10 * decimal(at, count - 1) + (at[count - 1] - '0');

    // A number without its last digits.
    logic integer cut(integer number, integer digits) =
        digits <= 0 ? number : cut(number, digits - 1) / 10;

    lemma ten_digits: \forall integer number; 0 <= number <= UINT32_MAX ==> cut(number, 10) == 0;

    // That number has that many digits, of which 0 has one.
    predicate has_digits(integer number, integer count) =
        1 <= count <= 10 && cut(number, count) == 0 && (count > 1 ==> cut(number, count - 1) > 0);

    // The last digits of a number stand there.
    predicate spelled{L}(char *at, integer count, integer number) =
        \forall integer i; 0 <= i < count ==> at[count - 1 - i] == '0' + cut(number, i) % 10;

    // One of that many characters.
    predicate inside{L}(char *p, char *at, integer count) =
        \base_addr(p) == \base_addr(at) && at <= p && p < at + count;

    // What stood there stands here now.
    predicate copied{L,M}(char *from, char *to, integer count) =
        \forall char *p; inside{M}(p, to, count) ==> \at(*p, M) == \at(from[p - to], L);

    lemma copied_at{L,M}: \forall char *from, *to, integer count, i;
        copied{L,M}(from, to, count) && 0 <= i < count ==> \at(to[i], M) == \at(from[i], L);

    lemma spelled_copy{L,M}: \forall char *from, *to, integer count, number;
        spelled{L}(from, count, number) && copied{L,M}(from, to, count) ==>
        spelled{M}(to, count, number);

    // Neither ends a header field nor cuts it short.
    predicate plain_character(integer character) =
        character != '\r' && character != '\n' && character != '\0';

    predicate plain{L}(char *at, integer count) =
        \forall char *p; inside(p, at, count) ==> plain_character(*p);

    predicate parameter{L}(char *at, integer last) =
        at[0] == ';' && at[1] == 'r' && at[2] == 'e' && at[3] == 'f' && at[4] == 'r' &&
        at[5] == 'e' && at[6] == 's' && at[7] == 'h' && at[8] == 'e' && at[9] == 'r' &&
        at[10] == '=' && at[11] == 'u' && at[12] == 'a' && at[13] == last;

    lemma parameter_is_plain{L}: \forall char *at, integer last;
        parameter(at, last) && plain_character(last) ==> plain(at, 14);

    lemma parameter_copied{L,M}: \forall char *from, *to, integer last;
        parameter{L}(from, last) && copied{L,M}(from, to, 14) ==> parameter{M}(to, last);

    lemma parameter_kept{L,M}: \forall char *text, integer length, begin, last;
        parameter{L}(text + begin, last) && copied{L,M}(text, text, length) && 0 <= begin &&
        begin + 14 <= length ==> parameter{M}(text + begin, last);

    lemma plain_kept{L,M}: \forall char *text, integer length;
        plain{L}(text, length) && copied{L,M}(text, text, length) ==> plain{M}(text, length);

    lemma plain_on{L}: \forall char *text, integer length, more, all;
        plain(text, length) && plain(text + length, more) && all == length + more ==>
        plain(text, all);
*/

#endif
