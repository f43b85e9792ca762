/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "call.h"
#include "timer.h"
#include "wire.h"

void answer_refuse(struct ua *ua, const struct sip_msg *msg, unsigned status,
                   const struct sst_headers *headers)
{
    char text[WIRE_TEXT];

    wire_print(headers, text);
    sip_treplyf(NULL, NULL, ua->sip, msg, false, (uint16_t)status, wire_phrase(status),
                "%sContent-Length: 0\r\n\r\n", text);
}

static bool is(const struct sip_msg *msg, const char *method)
{
    return pl_strcmp(&msg->met, method) == 0;
}

/* Retransmits the 2xx to a re-INVITE until its ACK, at Timer G's intervals (RFC 3261 §13.3.1.4). */
static void on_again(void *arg)
{
    struct ua *ua = arg;
    struct sent_2xx *answer = &ua->call.answer;

    answer->waited_ms += answer->wait_ms;
    if (answer->waited_ms >= 64 * SIP_T1) {
        sst_session_end(&ua->call.session, timer_now(ua));
        call_hang_up(ua, STATUS_NO_CALL, NULL);
        return;
    }
    sip_send(ua->sip, answer->request->sock, answer->request->tp, &answer->request->src,
             answer->bytes);
    answer->wait_ms = MIN(2 * answer->wait_ms, (uint32_t)SIP_T2);
    tmr_start(&answer->timer, answer->wait_ms, on_again, ua);
}

static void repeat_until_ack(struct ua *ua, const struct sip_msg *msg, struct mbuf *bytes)
{
    struct sent_2xx *answer = &ua->call.answer;

    answer_drop(ua);
    answer->bytes = mem_ref(bytes);
    /* Messages are reference-counted like everything in libre, although handlers get them as
     * const. */
    answer->request = mem_ref((void *)msg);
    answer->wait_ms = SIP_T1;
    tmr_start(&answer->timer, answer->wait_ms, on_again, ua);
}

static void accept_request(struct ua *ua, const struct sip_msg *msg,
                           const struct sst_headers *headers)
{
    bool invite = is(msg, "INVITE");
    struct mbuf *body = invite || mbuf_get_left(msg->mb) > 0 ? wire_sdp(ua) : NULL;
    struct mbuf *bytes = NULL;
    struct sip_contact contact;
    char text[WIRE_TEXT];

    wire_print(headers, text);
    sip_contact_set(&contact, ua->contact, &msg->dst, msg->tp);
    if (sip_treplyf(NULL, &bytes, ua->sip, msg, true, 200, "OK",
                    "%H%s" WIRE_ALLOW "%sContent-Length: %zu\r\n\r\n%b", sip_contact_print,
                    &contact, text, body != NULL ? "Content-Type: application/sdp\r\n" : "",
                    mbuf_get_left(body), mbuf_buf(body), mbuf_get_left(body)) == 0 &&
        invite) {
        repeat_until_ack(ua, msg, bytes);
    }
    mem_deref(bytes);
    mem_deref(body);
}

/* An UPDATE or re-INVITE within the call. */
static void answer(struct ua *ua, struct sip_dialog *dialog, const struct sip_msg *msg)
{
    struct call *call = &ua->call;
    struct sst_tx *tx = is(msg, "INVITE") ? &call->invite : &call->update;
    bool in_order = sip_dialog_rseq_valid(dialog, msg);
    struct sst_headers headers;
    struct sst_advice advice;
    struct sst_msg view;

    wire_view(msg, &view);
    if (!in_order ||
        sst_session_receive(&call->session, tx, &view, timer_now(ua), &advice) != SST_OK) {
        sst_refusal_headers(&ua->options.policy, 500, 0, &headers);
        answer_refuse(ua, msg, 500, &headers);
        return;
    }
    if (advice.status == 0 && wire_is_hold(msg)) {
        advice.status = 488;
    }
    if (advice.status == 0) {
        advice.status = 200;
    }
    if (sst_session_answer(&call->session, tx, advice.status, timer_now(ua), &headers) != SST_OK ||
        advice.status != 200) {
        answer_refuse(ua, msg, advice.status != 200 ? advice.status : 481, &headers);
        return;
    }
    sip_dialog_update(dialog, msg);
    accept_request(ua, msg, &headers);
    sst_session_advance(&call->session, timer_now(ua)); /* reports the effect of the 2xx */
}

static bool is_acknowledged(struct ua *ua, const struct sip_msg *msg)
{
    const struct sip_msg *request = ua->call.answer.request;

    if (request == NULL || request->cseq.num != msg->cseq.num ||
        !sip_dialog_cmp(sipsess_dialog(ua->call.sess), msg)) {
        return false; /* for the initial INVITE, which sipsess handles */
    }
    answer_drop(ua);
    sst_session_ack(&ua->call.session, &ua->call.invite, timer_now(ua));
    timer_arm(ua);
    return true;
}

bool answer_request(const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;
    struct sip_dialog *dialog = sipsess_dialog(ua->call.sess);
    struct sst_headers none = {0};

    if (is(msg, "ACK")) {
        return is_acknowledged(ua, msg);
    }
    if (!is(msg, "UPDATE") && !(is(msg, "INVITE") && pl_isset(&msg->to.tag))) {
        return false;
    }
    if (dialog == NULL || !sip_dialog_cmp(dialog, msg)) {
        answer_refuse(ua, msg, 481, &none);
        return true;
    }
    answer(ua, dialog, msg);
    timer_arm(ua);
    return true;
}

void answer_drop(struct ua *ua)
{
    struct sent_2xx *answer = &ua->call.answer;

    tmr_cancel(&answer->timer);
    mem_deref(answer->bytes);
    mem_deref(answer->request);
    *answer = (struct sent_2xx){0};
}
