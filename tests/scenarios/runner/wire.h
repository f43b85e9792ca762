/* SPDX-License-Identifier: MIT */
/* A scenario's messages as SIP text: what a story omits, such as Call-ID, tags and Via, is made
 * up here as a stack would do. */
#ifndef WIRE_H
#define WIRE_H

#include "story.h"

#define WIRE_CALLS 64
#define WIRE_HOPS 8
#define WIRE_ASKED 64
#define WIRE_VIAS 600

struct message;

/* A dialog with its Call-ID. Through relays and proxies it stays the same. */
struct wire_call {
    unsigned number; /* starts at 1 */
    char caller[NAME_ROOM];
    char fork[NAME_ROOM]; /* which callee answered, if the INVITE forked */
    bool early;           /* a tag is known */
    bool established;
    bool over;
    unsigned hop_count;
    char hop[WIRE_HOPS][2][NAME_ROOM];
};

/* A request, from which responses and relayed requests are built. */
struct wire_asked {
    struct wire_call *call;
    char from[NAME_ROOM];
    char to[NAME_ROOM];
    char method[16];
    uint32_t cseq;
    bool by_caller;
    bool in_dialog;
    char vias[WIRE_VIAS];
};

struct wire {
    const struct story *story;
    unsigned call_count;
    struct wire_call call[WIRE_CALLS];
    unsigned asked_next;
    struct wire_asked asked[WIRE_ASKED];
    unsigned branches;
};

/* @return a number for a party, starting at 1 */
unsigned wire_host(const struct wire *wire, const char *name);

/* @return the length of the text; 0 if it does not fit or answers nothing */
size_t wire_print(struct wire *wire, const char *from, const char *to,
                  const struct message *message, char *text, size_t size);

#endif
