/* SPDX-License-Identifier: MIT */
/*
 * tshark as the dissector: it puts fragments and TCP streams together, decrypts TLS, and exports
 * whole messages as a capture of their own. dumpcap feeds it from an interface.
 */
#ifndef SST_EXPLAIN_TSHARK_H
#define SST_EXPLAIN_TSHARK_H

#include <stdio.h>
#include <sys/types.h>

#include "packet.h"

struct tshark {
    FILE *out; /* what it exports; its reader closes it */
    FILE *complaints;
    off_t heard;     /* how much of them was looked at */
    bool tells_gaps; /* as far as was looked */
    pid_t pid;
    pid_t dumpcap; /* 0 for a file */
};

/* Whether it is in the PATH. */
bool tshark_is_there(void);

/* @param interface  NULL for a file @param keylog  of TLS, NULL for none. @return false: none began
 */
bool tshark_start(struct tshark *tshark, const char *path, const char *interface,
                  const char *keylog);

/* Whether something is missing that a frame up to this one shows. It is asked for again and again,
 * with frames in their order. */
bool tshark_gap(struct tshark *tshark, unsigned long frame, struct packet *gap);

/* Waits for its end, and prints what it complained about if that was no good one. */
bool tshark_end(struct tshark *tshark);

#endif
