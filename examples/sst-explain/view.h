/* SPDX-License-Identifier: MIT */
/* The parts of a message that matter here. All text is printable ASCII: anything else becomes
 * '?'. */
#ifndef SST_EXPLAIN_VIEW_H
#define SST_EXPLAIN_VIEW_H

#include <sst/message.h>

#include "packet.h"

struct view {
    bool request;
    unsigned status; /* 0 in a request */
    char *method;    /* from the CSeq */
    uint32_t cseq;
    char *call_id;
    char *from_tag; /* empty: none */
    char *to_tag;   /* empty: none */
    char *from;     /* user@host of From and To */
    char *to;
    char *reason;   /* from a BYE; NULL if none */
    unsigned flags; /* enum sst_watch_flag */
    struct sst_msg msg;
};

/* @return false if it is not a message that can be understood */
bool view_read(struct view *view, const char *bytes, size_t length);
void view_free(struct view *view);

/* What a Reason header field means to sst_watch_message(); NULL if there is none. */
unsigned view_reason_flags(const char *reason);

/* A copy of text that is safe for a terminal; NULL gives an empty one. */
char *view_clean(const char *text);

#endif
