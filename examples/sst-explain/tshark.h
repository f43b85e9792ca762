/* SPDX-License-Identifier: MIT */
/*
 * tshark as the dissector: it reassembles fragments and TCP streams, decrypts TLS, and exports
 * whole messages as a new capture. To capture on an interface, dumpcap feeds it.
 */
#ifndef SST_EXPLAIN_TSHARK_H
#define SST_EXPLAIN_TSHARK_H

#include <stdio.h>
#include <sys/types.h>

#include "packet.h"

struct tshark {
    FILE *out; /* what it exports; the reader closes it */
    FILE *complaints;
    off_t heard;     /* how much of complaints was read */
    bool tells_gaps; /* as far as was read */
    pid_t pid;
    pid_t dumpcap; /* 0 when reading a file */
};

/* Whether tshark is in the PATH. */
bool tshark_is_there(void);

/* interface: NULL for a file. keylog: TLS keys, NULL for none. @return false if not started */
bool tshark_start(struct tshark *tshark, const char *path, const char *interface,
                  const char *keylog);

/* Whether a frame up to this one shows that something is missing. Call it repeatedly, with frames
 * in ascending order. */
bool tshark_gap(struct tshark *tshark, unsigned long frame, struct packet *gap);

/* Waits for it to end, and prints its complaints if it failed. */
bool tshark_end(struct tshark *tshark);

#endif
