/* SPDX-License-Identifier: MIT */
/* The messages of life.c as a host passes them to libsst: every header field, as text. */
#ifndef BENCH_LIFE_MESSAGES_H
#define BENCH_LIFE_MESSAGES_H

#include <sst/message.h>

enum life_message {
    LIFE_REQUEST, /* the peer's INVITE or UPDATE */
    LIFE_200,
    LIFE_422
};

/* Passes all header fields of a message to libsst. */
void life_read(struct sst_msg *msg, enum life_message message);

#endif
