/* SPDX-License-Identifier: MIT */
/* The options that say how messages travel, and whether we register. */
#ifndef SST_UA_NETWORK_OPTIONS_H
#define SST_UA_NETWORK_OPTIONS_H

#include "options.h"

enum taken { TAKEN, TAKEN_NOT, TAKEN_WRONG };

/* Reads an option that has a value, or one that has none. TAKEN_NOT where it is another one,
 * TAKEN_WRONG where its value is of no use, which is said on standard error. */
enum taken network_options_take(struct options *options, const char *option, const char *value);
enum taken network_options_flag(struct options *options, const char *option);

/* Whether a value reads as a SIP or SIPS URI that fits on a command line. */
bool network_options_is_uri(const char *value);

/* Looks at them together; says on standard error what is wrong and returns false. */
bool network_options_check(struct options *options);

#endif
