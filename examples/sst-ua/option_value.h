/* SPDX-License-Identifier: MIT */
/* What the files that read options have in common. */
#ifndef SST_UA_OPTION_VALUE_H
#define SST_UA_OPTION_VALUE_H

#include <stdbool.h>

/* What became of an option that has a value. */
enum taken {
    TAKEN,
    TAKEN_NOT,  /* it is another one */
    TAKEN_WRONG /* its value is of no use, which was said on standard error */
};

/* TAKEN or TAKEN_WRONG. */
enum taken option_taken(bool good);

/* Says on standard error what a value is not; returns false. */
bool option_complain(const char *option, const char *value, const char *wanted);

bool option_seconds(double *seconds, const char *option, const char *value);

#endif
