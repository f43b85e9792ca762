/* SPDX-License-Identifier: MIT */
/* Capture files, by libpcap: pcap and pcapng. */
#ifndef SST_EXPLAIN_CAPTURE_H
#define SST_EXPLAIN_CAPTURE_H

#include <stdio.h>

#include "packet.h"

/* Whether a file begins as a capture does. */
bool capture_is_one(const char *path);

/*
 * Hands out each message of a capture, and closes the file. @param path  for complaints
 * @return false where it cannot be read; that has been said
 */
bool capture_read(FILE *file, const char *path, const struct sink *sink);

#endif
