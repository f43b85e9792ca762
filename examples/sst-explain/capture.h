/* SPDX-License-Identifier: MIT */
/* Capture files, by libpcap: pcap and pcapng. */
#ifndef SST_EXPLAIN_CAPTURE_H
#define SST_EXPLAIN_CAPTURE_H

#include <stdio.h>

#include "packet.h"

/* Whether a file begins like a capture. */
bool capture_is_one(const char *path);

/*
 * Hands out each message of a capture, and closes the file. path is for error messages. @return
 * false if the capture cannot be read; the error was printed
 */
bool capture_read(FILE *file, const char *path, const struct sink *sink);

#endif
