/* SPDX-License-Identifier: MIT */
/* Chooses the reader for a file. */
#ifndef SST_EXPLAIN_SOURCE_H
#define SST_EXPLAIN_SOURCE_H

#include "packet.h"
#include "settings.h"

/* Reads one file to its end. @return false if it cannot be read; the error was printed */
bool source_read(const struct settings *settings, const char *path, const struct sink *sink);

/* Captures from the interface until the program is interrupted. */
bool source_listen(const struct settings *settings, const struct sink *sink);

#endif
