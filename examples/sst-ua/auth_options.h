/* SPDX-License-Identifier: MIT */
/* The options that say who we are when a peer asks for a password. */
#ifndef SST_UA_AUTH_OPTIONS_H
#define SST_UA_AUTH_OPTIONS_H

#include "option_value.h"
#include "options.h"

enum taken auth_options_take(struct options *options, const char *option, const char *value);

/* Reads SST_UA_AUTH, if it is set. On error says what is wrong on standard error and returns
 * false. */
bool auth_options_environment(struct options *options);

/* Hides the value of an option from the process list if it holds a password. */
void auth_options_hide(const char *option, char *value);

#endif
