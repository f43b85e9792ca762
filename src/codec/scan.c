/* SPDX-License-Identifier: MIT */
#include "codec/scan.h"

#include <sst/types.h>

const unsigned char sst_scan_token_table[256] = {
    ['-'] = '-', ['.'] = '.',   ['!'] = '!', ['%'] = '%', ['*'] = '*', ['_'] = '_', ['+'] = '+',
    ['`'] = '`', ['\''] = '\'', ['~'] = '~', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3',
    ['4'] = '4', ['5'] = '5',   ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['a'] = 'a',
    ['b'] = 'b', ['c'] = 'c',   ['d'] = 'd', ['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h',
    ['i'] = 'i', ['j'] = 'j',   ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
    ['p'] = 'p', ['q'] = 'q',   ['r'] = 'r', ['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v',
    ['w'] = 'w', ['x'] = 'x',   ['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c',
    ['D'] = 'd', ['E'] = 'e',   ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
    ['K'] = 'k', ['L'] = 'l',   ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q',
    ['R'] = 'r', ['S'] = 's',   ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x',
    ['Y'] = 'y', ['Z'] = 'z',
};

bool sst_scan_delta_seconds(struct sst_scan *scan, uint32_t *seconds)
{
    const char *at = scan->at;
    uint32_t value = 0;

    /*@ loop invariant within(scan->at, at, scan->end);
        loop invariant \forall integer i; 0 <= i < at - scan->at ==> '0' <= scan->at[i] <= '9';
        loop invariant digits_end(scan->at, scan->end) == digits_end(at, scan->end);
        loop invariant 0 <= decimal(scan->at, at - scan->at);
        loop invariant value == \min(decimal(scan->at, at - scan->at), SST_SECONDS_MAX);
        loop assigns at, value;
        loop variant scan->end - at; */
    for (; at != scan->end && *at >= '0' && *at <= '9'; at++) {
        uint32_t digit = (uint32_t)(*at - '0');
        /* Once saturated it stays so, since no digit fits after the largest number. */
        if (value < SST_SECONDS_MAX / 10 ||
            (value == SST_SECONDS_MAX / 10 && digit <= SST_SECONDS_MAX % 10)) {
            value = value * 10 + digit;
        } else {
            value = SST_SECONDS_MAX;
        }
    }
    if (at == scan->at) {
        return false;
    }
    scan->at = at;
    *seconds = value;
    return true;
}

bool sst_scan_comment(struct sst_scan *scan)
{
    const char *at = scan->at;
    size_t depth = 0;

    /*@ loop invariant within(scan->at, at, scan->end);
        loop invariant depth <= at - scan->at;
        loop invariant at != scan->at ==> depth > 0;
        loop assigns at, depth;
        loop variant scan->end - at; */
    for (; at != scan->end; at++) {
        if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            if (--depth == 0) {
                scan->at = at + 1;
                return true;
            }
        } else if (*at == '\\' && at + 1 != scan->end) {
            at++;
        }
    }
    scan->at = at;
    return false;
}
