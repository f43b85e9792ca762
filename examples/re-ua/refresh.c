/* SPDX-License-Identifier: MIT */
#include "refresh.h"

#include <errno.h>

#include "timer.h"
#include "wire.h"

/* libre calls this between the Via and the rest, when it knows the source address. */
static int print_contact(enum sip_transp transport, const struct sa *source,
                         const struct sa *destination, struct mbuf *request, void *arg)
{
    const struct ua *ua = arg;
    struct sip_contact contact;

    (void)destination;
    sip_contact_set(&contact, ua->contact, source, transport);
    return mbuf_printf(request, "%H", sip_contact_print, &contact);
}

static int keep_ack(enum sip_transp transport, const struct sa *source,
                    const struct sa *destination, struct mbuf *request, void *arg)
{
    struct ua *ua = arg;
    struct sent_ack *ack = &ua->call.ack;

    (void)source;
    mem_deref(ack->bytes);
    ack->bytes = mem_ref(request); /* libre continues writing it */
    ack->destination = *destination;
    ack->transport = transport;
    return 0;
}

static void acknowledge(struct ua *ua, uint32_t cseq)
{
    ua->call.ack.cseq = cseq;
    sip_drequestf(NULL, ua->sip, false, "ACK", sipsess_dialog(ua->call.sess), cseq, NULL, keep_ack,
                  NULL, ua, "Content-Length: 0\r\n\r\n");
}

bool refresh_ack_again(const struct sip_msg *msg, void *arg)
{
    const struct ua *ua = arg;
    const struct sent_ack *ack = &ua->call.ack;

    if (ack->bytes == NULL || msg->scode / 100 != 2 || msg->cseq.num != ack->cseq ||
        pl_strcmp(&msg->cseq.met, "INVITE") != 0 ||
        !sip_dialog_cmp(sipsess_dialog(ua->call.sess), msg)) {
        return false;
    }
    sip_send(ua->sip, NULL, ack->transport, &ack->destination, ack->bytes);
    return true;
}

static bool transmit(struct ua *ua);

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;
    struct call *call = &ua->call;
    struct sst_verdict verdict;
    struct sst_msg view;

    if (err != 0 || msg == NULL) {
        sst_session_failed(&call->session, &call->own,
                           err == ETIMEDOUT ? SST_OUTCOME_TIMEOUT : SST_OUTCOME_TRANSPORT,
                           timer_now(ua), &verdict);
        timer_arm(ua);
        return;
    }
    if (msg->scode / 100 == 2) {
        /* Both methods are target refreshes (RFC 3261 §12.2.1.2, RFC 3311 §5.1). */
        sip_dialog_update(sipsess_dialog(call->sess), msg);
        if (call->method == SST_METHOD_INVITE) {
            acknowledge(ua, msg->cseq.num);
        }
    }
    wire_view(msg, &view);
    sst_session_response(&call->session, &call->own, &view, timer_now(ua), &verdict);
    if (verdict.action == SST_ACTION_RETRY && !transmit(ua)) {
        sst_session_not_sent(&call->session, &call->own, SST_NEVER, timer_now(ua));
    }
    /* AUTH: there are no credentials here, and libsst asks again by itself. */
    timer_arm(ua);
}

static bool transmit(struct ua *ua)
{
    struct call *call = &ua->call;
    struct sip_dialog *dialog = sipsess_dialog(call->sess);
    struct mbuf *offer = NULL;
    struct sst_headers headers;
    char text[WIRE_TEXT];
    int err;

    if (dialog == NULL || call->request != NULL ||
        sst_session_request(&call->session, &call->own, call->method, call->flags, timer_now(ua),
                            &headers) != SST_OK) {
        return false;
    }
    if (call->flags & SST_REQUEST_OFFER) {
        offer = wire_sdp(ua);
    }
    wire_print(&headers, text);
    err = sip_drequestf(&call->request, ua->sip, true, sst_method_name(call->method), dialog, 0,
                        NULL, print_contact, on_response, ua,
                        "%s" WIRE_ALLOW "%sContent-Length: %zu\r\n\r\n%b", text,
                        offer != NULL ? "Content-Type: application/sdp\r\n" : "",
                        mbuf_get_left(offer), mbuf_buf(offer), mbuf_get_left(offer));
    mem_deref(offer);
    if (err == 0) {
        /* libre's next request has the next higher number. */
        sst_tx_set_cseq(&call->own, sip_dialog_lseq(dialog) - 1);
    }
    return err == 0;
}

void refresh_send(struct ua *ua, enum sst_method method, bool with_offer)
{
    struct call *call = &ua->call;

    if (call->request != NULL) {
        sst_session_not_sent(&call->session, NULL, SST_NEVER, timer_now(ua));
        return;
    }
    call->method = method;
    call->flags = SST_REQUEST_REFRESH | (with_offer ? SST_REQUEST_OFFER : 0u);
    /* It was prepared but not sent, or not even prepared. */
    if (!transmit(ua) && sst_session_not_sent(&call->session, &call->own, SST_NEVER,
                                              timer_now(ua)) == SST_ERR_STATE) {
        sst_session_not_sent(&call->session, NULL, SST_NEVER, timer_now(ua));
    }
}

void refresh_drop(struct ua *ua)
{
    ua->call.request = mem_deref(ua->call.request);
    ua->call.ack.bytes = mem_deref(ua->call.ack.bytes);
}
