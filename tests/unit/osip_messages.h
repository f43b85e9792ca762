/* SPDX-License-Identifier: MIT */
/* Messages for the suites of the libosip2 adapter. */
#ifndef OSIP_MESSAGES_H
#define OSIP_MESSAGES_H

#include "suite.h"

#include <sst/osip.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INVITE_LINE "INVITE sip:bob@example.com SIP/2.0\r\n"
#define UPDATE_LINE "UPDATE sip:bob@192.0.2.2 SIP/2.0\r\n"
#define SDP_TYPE "Content-Type: application/sdp\r\n"
#define SDP "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

/* Parses a text in a block of exactly its length, without terminator. */
static inline osip_message_t *parse_text(const char *text, size_t length)
{
    osip_message_t *sip;
    char *block = malloc(length);

    ck_assert_ptr_nonnull(block);
    memcpy(block, text, length);
    parser_init();
    ck_assert_int_eq(osip_message_init(&sip), OSIP_SUCCESS);
    ck_assert_int_eq(osip_message_parse(sip, block, length), OSIP_SUCCESS);
    free(block);
    return sip;
}

/* The text of a message: line is its first, extra are whole header lines. */
static inline char *message_text(const char *line, const char *cseq, const char *extra,
                                 const char *body)
{
    static const char form[] = "%sVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%s\r\n"
                               "Max-Forwards: 70\r\n"
                               "From: <sip:alice@example.com>;tag=a\r\n"
                               "To: <sip:bob@example.com>\r\n"
                               "Call-ID: 1@192.0.2.1\r\n"
                               "CSeq: %s\r\n"
                               "Contact: <sip:alice@192.0.2.1>\r\n"
                               "%sContent-Length: %zu\r\n"
                               "\r\n"
                               "%s";
    /* The branch is the CSeq number: one transaction for each. */
    char branch[16] = "";
    memcpy(branch, cseq, strcspn(cseq, " ") < 15 ? strcspn(cseq, " ") : 15);
    int length = snprintf(NULL, 0, form, line, branch, cseq, extra, strlen(body), body);
    size_t size = (size_t)length + 1;
    char *text = malloc(size);

    ck_assert_ptr_nonnull(text);
    snprintf(text, size, form, line, branch, cseq, extra, strlen(body), body);
    return text;
}

static inline osip_message_t *message(const char *line, const char *cseq, const char *extra,
                                      const char *body)
{
    char *text = message_text(line, cseq, extra, body);
    osip_message_t *sip = parse_text(text, strlen(text));

    free(text);
    return sip;
}

static inline osip_message_t *invite(const char *extra)
{
    return message(INVITE_LINE, "1 INVITE", extra, "");
}

static inline osip_message_t *response(const char *status, const char *cseq, const char *extra)
{
    char line[64];

    snprintf(line, sizeof(line), "SIP/2.0 %s\r\n", status);
    return message(line, cseq, extra, "");
}

/* The printed text; to be freed with osip_free(). */
static inline char *print_message(osip_message_t *sip)
{
    char *text;
    size_t length;

    ck_assert_int_eq(osip_message_to_str(sip, &text, &length), OSIP_SUCCESS);
    return text;
}

/* How many header lines of the printed message equal this one: "Name: value", or "Name:" for all of
 * that name. */
static inline int count_lines(osip_message_t *sip, const char *line)
{
    char *text;
    size_t printed;
    size_t length = strlen(line);
    bool whole = line[length - 1] != ':';
    int count = 0;

    ck_assert_int_eq(osip_message_to_str(sip, &text, &printed), OSIP_SUCCESS);
    for (const char *at = strstr(text, "\r\n"); at != NULL; at = strstr(at, "\r\n")) {
        at += 2;
        if (osip_strncasecmp(at, line, length) == 0 && (!whole || at[length] == '\r')) {
            count++;
        }
    }
    osip_free(text);
    return count;
}

/* Allocators that fail once, after this many successes; negative: never. */
static int allocations_left = -1;

static inline void *failing_malloc(size_t size)
{
    return allocations_left >= 0 && allocations_left-- == 0 ? NULL : malloc(size);
}

static inline void fail_allocation(int after)
{
    allocations_left = after;
    osip_set_allocators(after < 0 ? NULL : failing_malloc, NULL, NULL);
}

#endif
