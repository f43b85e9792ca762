/* SPDX-License-Identifier: MIT */
/*
 * Calls as a capture has them, a line for each message:
 *
 *     45.5 > UPDATE 2 | k: timer | x: 90;refresher=uac
 *     45.6 < 200 UPDATE 2 | x: 90;refresher=uac | Require: timer
 *
 * Seconds, the direction (> is sent by the caller), method or status and method, CSeq, header
 * fields. Words without a colon: `offer`; `to`, for a To tag that does not follow from what came
 * before; `timer` and `other`, what Reason says; `stream`, a transport without retransmissions.
 */
#ifndef WATCHED_H
#define WATCHED_H

#include "exact.h"

#include <sst/sst.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct watched {
    struct sst_watch watch;
    struct sst_watch_seen seen; /* of the last message */
    uint64_t by_caller;         /* findings so far */
    uint64_t by_callee;
    bool dialog; /* an INVITE got its 2xx */
};

#define FOUND(name) SST_FINDING_BIT(SST_FINDING_##name)
#define BROKE(name) SST_FINDING_BIT(SST_VIOLATION_##name)

static inline uint64_t ms_of(double seconds)
{
    return (uint64_t)(seconds * 1000.0 + 0.5);
}

/* One word or header field after a bar. @return flags for sst_watch_message() */
static inline unsigned add_part(struct sst_msg *msg, const char *part, size_t length)
{
    const char *colon = memchr(part, ':', length);
    if (colon != NULL) {
        size_t name = (size_t)(colon - part);
        ck_assert_int_eq(sst_msg_header_n(msg, part, name, colon + 1, length - name - 1), SST_OK);
        return 0;
    }
    if (strncmp(part, "timer", length) == 0) {
        return SST_REASON_TIMER;
    }
    if (strncmp(part, "other", length) == 0) {
        return SST_REASON_OTHER;
    }
    if (strncmp(part, "stream", length) == 0) {
        return SST_OVER_STREAM;
    }
    ck_assert_msg(strncmp(part, "offer", length) == 0 || strncmp(part, "to", length) == 0,
                  "unknown word %s", part);
    sst_msg_set_flags(msg, part[0] == 'o' ? SST_MSG_OFFER : SST_MSG_IN_DIALOG);
    return 0;
}

/* Everything after the direction. @return flags for sst_watch_message() */
static inline unsigned read_message(const char *text, struct sst_msg *msg)
{
    char method[16] = "";
    unsigned flags = 0;
    char *rest;
    unsigned long status = strtoul(text, &rest, 10);
    rest += strspn(rest, " ");
    size_t length = strcspn(rest, " ");
    ck_assert_uint_lt(length, sizeof method);
    memcpy(method, rest, length);
    enum sst_method number = sst_method_from_name(method, length);
    uint64_t cseq = strtoull(rest + length, &rest, 10);
    if (status != 0) {
        sst_msg_response(msg, (unsigned)status, number, cseq);
    } else {
        sst_msg_request(msg, number, cseq);
    }
    while ((rest = strchr(rest, '|')) != NULL) {
        rest += 1 + strspn(rest + 1, " ");
        length = strcspn(rest, "|");
        while (length > 0 && rest[length - 1] == ' ') {
            length--;
        }
        flags |= add_part(msg, rest, length);
    }
    return flags;
}

static inline void hear(struct watched *call, const char *line)
{
    struct sst_msg msg;
    char *rest;
    uint64_t now = ms_of(strtod(line, &rest));
    rest += strspn(rest, " ");
    enum sst_party from = *rest == '>' ? SST_CALLER : SST_CALLEE;
    unsigned flags = read_message(rest + 2, &msg);
    if (msg.status == 0 && call->dialog) {
        sst_msg_set_flags(&msg, SST_MSG_IN_DIALOG);
    }
    ck_assert_int_eq(sst_watch_message(&call->watch, &msg, from, flags, now, &call->seen), SST_OK);
    call->by_caller |= call->seen.by_caller;
    call->by_callee |= call->seen.by_callee;
    if (msg.method == SST_METHOD_INVITE && msg.status / 100 == 2) {
        call->dialog = true;
    }
}

/* Lines up to a NULL, from the beginning of a call. */
static inline void hear_all(struct watched *call, const char *const *lines)
{
    *call = (struct watched){0};
    sst_watch_init(&call->watch, SST_ABSOLUTE_MIN_S);
    for (size_t i = 0; lines[i] != NULL; i++) {
        hear(call, lines[i]);
    }
}

static inline struct sst_watch_result judged(const struct watched *call, double at)
{
    struct sst_watch_result result;
    memset(&result, 0xAA, sizeof result);
    sst_watch_judge(&call->watch, ms_of(at), &result);
    return result;
}

#define assert_verdict(result, expected, whom)                                                     \
    do {                                                                                           \
        ck_assert_str_eq(sst_watch_verdict_name((result).verdict),                                 \
                         sst_watch_verdict_name(SST_WATCH_##expected));                            \
        ck_assert_str_eq(sst_watch_who_name((result).who), sst_watch_who_name(SST_WHO_##whom));    \
    } while (0)

#endif
