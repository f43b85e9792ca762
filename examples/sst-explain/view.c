/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sst/osip.h>
#include <sst/watch.h>

#include "message.h"
#include "raw.h"
#include "text.h"

#define TEXT_MAX 200 /* of displayed text */

char *view_clean(const char *text)
{
    char *copy = text_copy(text != NULL ? text : "");

    for (char *c = copy; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~') {
            *c = '?';
        }
    }
    return copy;
}

static bool contains(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (; *text != '\0'; text++) {
        if (strncasecmp(text, word, length) == 0) {
            return true;
        }
    }
    return false;
}

static long cause_of(const char *reason)
{
    for (const char *at = reason; *at != '\0'; at++) {
        if (strncasecmp(at, "cause", 5) == 0) {
            at += 5;
            at += strspn(at, " =");
            return strtol(at, NULL, 10);
        }
    }
    return 0;
}

/* Causes that end calls with the same numbers as session timers: the text decides. */
static bool names_another(const char *reason)
{
    return contains(reason, "rtp") || contains(reason, "media") || contains(reason, "user") ||
           contains(reason, "inactivity");
}

unsigned view_reason_flags(const char *reason)
{
    long cause = reason != NULL ? cause_of(reason) : 0;
    bool sip = reason != NULL && strncasecmp(reason, "SIP", 3) == 0;

    if (reason == NULL) {
        return 0;
    }
    /* Q.850 cause 102 is "recovery on timer expiry", and many stacks use it for session timers. */
    if (contains(reason, "session timer") || contains(reason, "session expired") ||
        contains(reason, "session refresh") ||
        (!names_another(reason) &&
         (contains(reason, "refresh") || (sip && (cause == 408 || cause == 481)) ||
          (!sip && cause == 102)))) {
        return SST_REASON_TIMER;
    }
    /* Normal clearing, and calls completed elsewhere. */
    return cause == 16 || cause == 31 || cause == 26 || (sip && cause == 200) || cause == 0
               ? 0
               : SST_REASON_OTHER;
}

static char *address_of(const osip_from_t *from)
{
    const osip_uri_t *uri = from != NULL ? from->url : NULL;
    const char *user = uri != NULL && uri->username != NULL ? uri->username : NULL;
    const char *host = uri != NULL && uri->host != NULL ? uri->host : "?";
    char *text = user != NULL ? text_print("%s@%s", user, host) : text_copy(host);
    char *clean;

    if (strlen(text) > TEXT_MAX) {
        text[TEXT_MAX] = '\0';
    }
    clean = view_clean(text);
    free(text);
    return clean;
}

static char *reason_of(osip_message_t *sip)
{
    osip_header_t *header = NULL;
    char *reason;

    if (!MSG_IS_BYE(sip) || osip_message_header_get_byname(sip, "reason", 0, &header) < 0 ||
        header == NULL || header->hvalue == NULL) {
        return NULL;
    }
    reason = view_clean(header->hvalue);
    if (strlen(reason) > TEXT_MAX) {
        reason[TEXT_MAX] = '\0';
    }
    return reason;
}

/* Looks at the top Via: over a stream the sender never retransmits, RFC 3261 section 17.1. */
static bool is_over_stream(const osip_message_t *sip)
{
    static const char *const streams[] = {"TCP", "TLS", "WS", "WSS", "SCTP", "TLS-SCTP"};
    const osip_via_t *via = osip_list_get(&sip->vias, 0);

    for (size_t i = 0; via != NULL && via->protocol != NULL && i < sizeof streams / sizeof *streams;
         i++) {
        if (strcasecmp(via->protocol, streams[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void fill(struct view *view, osip_message_t *sip, bool body)
{
    char *call_id = message_call_id(sip);

    view->request = MSG_IS_REQUEST(sip);
    view->status = view->request ? 0 : (unsigned)sip->status_code;
    view->method = view_clean(sip->cseq->method);
    view->cseq = message_cseq(sip);
    view->call_id = view_clean(call_id);
    free(call_id);
    view->from_tag = view_clean(message_tag(sip->from));
    view->to_tag = view_clean(message_tag(sip->to));
    view->from = address_of(sip->from);
    view->to = address_of(sip->to);
    view->reason = reason_of(sip);
    view->flags = view_reason_flags(view->reason) |
                  (view->request && is_over_stream(sip) ? SST_OVER_STREAM : 0u);
    sst_msg_set_flags(&view->msg, (body ? SST_MSG_OFFER : 0u) |
                                      (view->to_tag[0] != '\0' ? SST_MSG_IN_DIALOG : 0u));
}

bool view_read(struct view *view, const char *bytes, size_t length)
{
    struct raw_message raw;
    osip_message_t *sip;
    bool good;

    memset(view, 0, sizeof *view);
    if (!raw_split(&raw, bytes, length)) {
        return false;
    }
    sip = message_parse(&raw);
    if (sip == NULL) {
        return false;
    }
    good = sst_osip_read(&view->msg, sip) == SST_OK;
    if (good) {
        fill(view, sip, raw.body.length > 0);
    }
    osip_message_free(sip);
    return good;
}

void view_free(struct view *view)
{
    free(view->method);
    free(view->call_id);
    free(view->from_tag);
    free(view->to_tag);
    free(view->from);
    free(view->to);
    free(view->reason);
    memset(view, 0, sizeof *view);
}
