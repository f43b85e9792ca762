/* SPDX-License-Identifier: MIT */
/* The options that say who we are to who asks for a password. */
#ifndef SST_UA_AUTH_OPTIONS_H
#define SST_UA_AUTH_OPTIONS_H

#include "option_value.h"
#include "options.h"

enum taken auth_options_take(struct options *options, const char *option, const char *value);

/* Reads SST_UA_AUTH, where it is set. Says on standard error what is wrong and returns false. */
bool auth_options_environment(struct options *options);

/* The list of processes shows the value of an option no longer, where it holds a password. */
void auth_options_hide(const char *option, char *value);

#endif
