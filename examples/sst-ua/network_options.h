/* SPDX-License-Identifier: MIT */
/* The options that say how messages travel, and whether we register. */
#ifndef SST_UA_NETWORK_OPTIONS_H
#define SST_UA_NETWORK_OPTIONS_H

#include "option_value.h"
#include "options.h"

enum taken network_options_take(struct options *options, const char *option, const char *value);

/* Whether an option without a value is one of these. */
bool network_options_flag(struct options *options, const char *option);

/* Whether a value is a SIP or SIPS URI suitable for a command line. */
bool network_options_is_uri(const char *value);

/* Checks them together; on error says what is wrong on standard error and returns false. */
bool network_options_check(struct options *options);

#endif
