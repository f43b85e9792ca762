/* SPDX-License-Identifier: MIT */
#include "option_value.h"

#include <stdio.h>
#include <stdlib.h>

enum taken option_taken(bool good)
{
    return good ? TAKEN : TAKEN_WRONG;
}

bool option_complain(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "sst-ua: %s %s: not %s\n", option, value, wanted);
    return false;
}

bool option_seconds(double *seconds, const char *option, const char *value)
{
    char *rest;
    double number = strtod(value, &rest);

    /* Every sensible value lies far below this; NaN fails both comparisons. */
    if (rest == value || *rest != '\0' || !(number >= 0 && number <= 1e10)) {
        return option_complain(option, value, "a number of seconds");
    }
    *seconds = number;
    return true;
}
