/* SPDX-License-Identifier: MIT */
/* One JSON object a line on standard output, flushed. */
#ifndef SST_UA_JSON_H
#define SST_UA_JSON_H

#include <stdbool.h>

void json_begin(void);
void json_seconds(const char *key, double value);
void json_number(const char *key, unsigned long value);
void json_bool(const char *key, bool value);
void json_string(const char *key, const char *value);
void json_end(void);

#endif
