/* SPDX-License-Identifier: MIT */
/* --store and the options that go with it. */
#ifndef SST_UA_STORE_OPTIONS_H
#define SST_UA_STORE_OPTIONS_H

#include "option_value.h"
#include "options.h"

enum taken store_options_take(struct options *options, const char *option, const char *value);

/* Whether an option without a value is one of these. */
bool store_options_flag(struct options *options, const char *option);

/* Checks them together; on error says what is wrong on standard error and returns false. */
bool store_options_check(const struct options *options);

/* Like auth_options_hide(). */
void store_options_hide(const char *option, char *value);

#endif
