/* SPDX-License-Identifier: MIT */
/* What the C standard says about memcpy() and memcmp(), for texts. */
#ifndef SPEC_MEM_H
#define SPEC_MEM_H

#include "spec_text.h"

#include "../../../src/about/mem.h"

/*@ requires \valid((char *)to + (0 .. length - 1));
    requires \valid_read((char *)from + (0 .. length - 1));
    requires \separated((char *)to + (0 .. length - 1), (char *)from + (0 .. length - 1));
    assigns ((char *)to)[0 .. length - 1] \from ((char *)from)[0 .. length - 1];
    assigns \result \from to;
    ensures \result == to;
    ensures copied{Pre,Post}((char *)from, (char *)to, length); */
void *memcpy(void *restrict to, const void *restrict from, size_t length);

/*@ requires \valid_read((char *)a + (0 .. length - 1));
    requires \valid_read((char *)b + (0 .. length - 1));
    assigns \nothing; */
int memcmp(const void *a, const void *b, size_t length);

#endif
