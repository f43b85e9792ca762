/* SPDX-License-Identifier: MIT */
/* What a scenario's messages look like on the wire: a capture file of UDP datagrams over IPv4. A
 * party's address is 192.0.2.N, where N is its place in the story. The capture includes messages
 * that are lost. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "story.h"

struct capture;
struct message;

/* @return NULL if the file cannot be created; errno says why */
struct capture *capture_open(const char *path, const struct story *story);

void capture_message(struct capture *capture, uint64_t at_ms, const char *from, const char *to,
                     const struct message *message);

/* @return false if something could not be written */
bool capture_close(struct capture *capture);

#endif
