/* SPDX-License-Identifier: MIT */
/* The log as a ladder for people, in colour if standard output is a terminal. */
#ifndef SST_UA_LOG_TEXT_H
#define SST_UA_LOG_TEXT_H

#include <stdarg.h>
#include <stdbool.h>

#include "log.h"

/* Whether to use colours by default: on a terminal that is not dumb, unless NO_COLOR is set. */
bool log_text_wants_color(void);

/* Reads auto, always or never; false for anything else. */
bool log_text_read_color(const char *word, bool *color);

void log_text_message(const struct log *log, enum log_direction direction, osip_message_t *sip,
                      const char *call_id, bool copy);

void log_text_event(const struct log *log, const char *call_id, const struct sst_event *event);

void log_text_note(const struct log *log, const char *call_id, const char *format,
                   va_list arguments);

/* The first generic header field of a message with one of these names, NULL if there is none. */
const char *log_value_of(osip_message_t *sip, const char *name, const char *compact);

/* The Reason of a BYE; NULL for other messages, whose Reason does not matter. */
const char *log_reason_of(osip_message_t *sip);

#endif
