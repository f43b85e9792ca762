/* SPDX-License-Identifier: MIT */
/* One JSON object a line on standard output, written by jansson. */
#ifndef SST_UA_LINE_H
#define SST_UA_LINE_H

#include <stdbool.h>

void line_begin(void);
void line_seconds(const char *key, double value);
void line_number(const char *key, unsigned long value);
void line_bool(const char *key, bool value);
void line_string(const char *key, const char *value);
void line_end(void);

#endif
