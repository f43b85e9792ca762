/* SPDX-License-Identifier: MIT */
/* Helpers shared by the files that read options. */
#ifndef SST_UA_OPTION_VALUE_H
#define SST_UA_OPTION_VALUE_H

#include <stdbool.h>

/* The result of reading an option that has a value. */
enum taken {
    TAKEN,
    TAKEN_NOT,  /* not one of these options */
    TAKEN_WRONG /* its value is invalid, which was said on standard error */
};

/* TAKEN or TAKEN_WRONG. */
enum taken option_taken(bool good);

/* Says on standard error what the value should have been; returns false. */
bool option_complain(const char *option, const char *value, const char *wanted);

bool option_seconds(double *seconds, const char *option, const char *value);

#endif
