/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <stdio.h>

void wire_view(const struct sip_msg *msg, struct sst_msg *view)
{
    enum sst_method method = sst_method_from_name(msg->cseq.met.p, msg->cseq.met.l);

    if (msg->req) {
        sst_msg_request(view, method, msg->cseq.num);
    } else {
        sst_msg_response(view, msg->scode, method, msg->cseq.num);
    }
    for (const struct le *le = msg->hdrl.head; le != NULL; le = le->next) {
        const struct sip_hdr *header = le->data;

        sst_msg_header_n(view, header->name.p, header->name.l, header->val.p, header->val.l);
    }
    if (mbuf_get_left(msg->mb) > 0) {
        sst_msg_set_flags(view, SST_MSG_OFFER);
    }
}

void wire_print(const struct sst_headers *headers, char text[WIRE_TEXT])
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < headers->count; i++) {
        /* None of this example's header fields has a list that a tag could be added to; separate
         * lines mean the same (RFC 3261 §7.3.1). Five lines of 60 bytes fit. */
        int added = snprintf(text + used, WIRE_TEXT - used, "%s: %s\r\n", headers->item[i].name,
                             headers->item[i].value);

        used += added > 0 ? (size_t)added : 0;
    }
}

struct mbuf *wire_sdp(const struct ua *ua)
{
    const char *family = sa_af(&ua->local) == AF_INET6 ? "IP6" : "IP4";
    struct mbuf *body = mbuf_alloc(256);

    if (body == NULL) {
        return NULL;
    }
    /* A port without a listener: there is no media here. */
    if (mbuf_printf(body,
                    "v=0\r\no=- 1 1 IN %s %j\r\ns=-\r\nc=IN %s %j\r\nt=0 0\r\n"
                    "m=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n",
                    family, &ua->local, family, &ua->local) != 0) {
        return mem_deref(body);
    }
    body->pos = 0;
    return body;
}

bool wire_is_hold(const struct sip_msg *msg)
{
    static const char *const directions[] = {"a=sendonly", "a=recvonly", "a=inactive"};
    const char *body = (const char *)mbuf_buf(msg->mb);

    for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
        if (re_regex(body, mbuf_get_left(msg->mb), directions[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *wire_phrase(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 420:
        return "Bad Extension";
    case 422:
        return "Session Interval Too Small";
    case 481:
        return "Call/Transaction Does Not Exist";
    case 486:
        return "Busy Here";
    case 488:
        return "Not Acceptable Here";
    case 491:
        return "Request Pending";
    default:
        return "Server Internal Error";
    }
}
