/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <errno.h>
#include <stdio.h>

#include "answer.h"
#include "refresh.h"
#include "timer.h"
#include "wire.h"

/* The program runs this long after its call, for retransmitted requests or the response to BYE. */
#define LINGER_MS 2000

#define SDP "application/sdp"

static void on_linger(void *arg)
{
    (void)arg;
    re_cancel();
}

static void finish(struct ua *ua, enum status status)
{
    ua->call.over = true;
    ua->status = status;
    refresh_drop(ua);
    answer_drop(ua);
    tmr_cancel(&ua->call.hangup);
    tmr_start(&ua->linger, LINGER_MS, on_linger, ua);
    if (ua->goodbye) {
        /* Its exit handler is called when the session that awaits the response to its BYE is
         * gone. */
        sip_close(ua->sip, false);
    }
}

/* The header fields of the BYE: Supported: timer, as in every request (RFC 4028 §7.1), and a
 * Reason. */
static void prepare_bye(struct ua *ua, const char *reason)
{
    struct sst_headers headers;
    char text[WIRE_TEXT];

    sst_other_headers(&ua->options.policy, SST_METHOD_BYE, &headers);
    wire_print(&headers, text);
    if (reason == NULL) {
        sipsess_set_close_headers(ua->call.sess, "%s", text);
    } else {
        sipsess_set_close_headers(ua->call.sess, "%sReason: %s\r\n", text, reason);
    }
}

void call_hang_up(struct ua *ua, enum status status, const char *reason)
{
    struct call *call = &ua->call;

    if (call->over || call->sess == NULL) {
        return;
    }
    sst_session_end(&call->session, timer_now(ua));
    prepare_bye(ua, reason);
    ua->goodbye = true;
    call->sess = mem_deref(call->sess);
    finish(ua, status);
    timer_arm(ua);
}

static void on_hangup(void *arg)
{
    call_hang_up(arg, STATUS_GOOD, NULL);
}

/* The 2xx was acknowledged, on either side. */
static void established(struct ua *ua, const struct sip_msg *msg)
{
    ua->call.established = true;
    prepare_bye(ua, NULL);
    if (ua->udp == NULL) {
        ua->udp = mem_ref(msg->sock);
    }
    if (ua->options.hangup_after >= 0) {
        tmr_start(&ua->call.hangup, clock_real_span(&ua->clock, ua->options.hangup_after),
                  on_hangup, ua);
    }
    timer_arm(ua);
}

static int on_answer(const struct sip_msg *msg, void *arg)
{
    (void)msg;
    (void)arg;
    return 0; /* any answer will do: there is no media */
}

static void on_response(const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;
    struct sst_verdict verdict;
    struct sst_msg view;

    wire_view(msg, &view);
    sst_session_response(&ua->call.session, &ua->call.invite, &view, timer_now(ua), &verdict);
    timer_arm(ua);
}

static void on_2xx(const struct sip_msg *msg, void *arg)
{
    on_response(msg, arg);
    established(arg, msg);
}

static void on_ack(const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;

    sst_session_ack(&ua->call.session, &ua->call.invite, timer_now(ua));
    established(ua, msg);
}

/* Our INVITE failed; msg is NULL if there was no response. */
static void refused(struct ua *ua, int err, const struct sip_msg *msg)
{
    struct call *call = &ua->call;
    struct sst_verdict verdict;
    struct sst_msg view;

    if (msg != NULL) {
        wire_view(msg, &view);
        sst_session_response(&call->session, &call->invite, &view, timer_now(ua), &verdict);
        /* After a 422 (§7.3). sipsess cannot send a second INVITE in place of the first, so this
         * one has a new Call-ID and From tag, although §7.3 says it should keep them. */
        if (verdict.action == SST_ACTION_RETRY && call_place(ua)) {
            return;
        }
    } else {
        sst_session_failed(&call->session, &call->invite,
                           err == ETIMEDOUT ? SST_OUTCOME_TIMEOUT : SST_OUTCOME_TRANSPORT,
                           timer_now(ua), &verdict);
    }
    sst_session_end(&call->session, timer_now(ua));
    finish(ua, STATUS_NO_CALL);
}

/* The call ended other than by call_hang_up(). */
static void on_close(int err, const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;
    struct call *call = &ua->call;

    call->sess = mem_deref(call->sess);
    if (!call->established && ua->options.target != NULL) {
        refused(ua, err, msg);
    } else if (!call->established && err == ETIMEDOUT) {
        /* The ACK never came; libre sends BYE by itself (RFC 3261 §13.3.1.4). */
        sst_session_end(&call->session, timer_now(ua));
        ua->goodbye = true;
        finish(ua, STATUS_NO_CALL);
    } else {
        sst_session_end(&call->session, timer_now(ua));
        finish(ua, STATUS_GOOD);
    }
    timer_arm(ua);
}

/* The first hop of the initial INVITE, for Route; false if none was given, or it is not an
 * address. */
static bool print_route(const struct endpoint *outbound, char *uri, size_t size)
{
    struct sa address;

    if (outbound->host == NULL ||
        sa_set_str(&address, outbound->host,
                   outbound->port >= 0 ? (uint16_t)outbound->port : SIP_PORT) != 0) {
        return false;
    }
    return re_snprintf(uri, size, "sip:%J", &address) > 0;
}

bool call_place(struct ua *ua)
{
    struct call *call = &ua->call;
    struct mbuf *offer = wire_sdp(ua);
    struct sst_headers headers;
    char text[WIRE_TEXT];
    char route[128];
    char from[128];
    const char *routes[] = {route};
    bool routed = print_route(&ua->options.outbound, route, sizeof route);
    int err;

    if (!call->begun &&
        sst_session_init(&call->session, &ua->options.policy, SST_CALLER) != SST_OK) {
        mem_deref(offer);
        return false;
    }
    call->begun = true;
    re_snprintf(from, sizeof from, "sip:re-ua@%J", &ua->local);
    if (sst_session_request(&call->session, &call->invite, SST_METHOD_INVITE, SST_REQUEST_OFFER,
                            timer_now(ua), &headers) != SST_OK) {
        mem_deref(offer);
        return false;
    }
    wire_print(&headers, text);
    err = sipsess_connect(&call->sess, ua->sessions, ua->options.target, NULL, from, ua->contact,
                          routes, routed ? 1 : 0, SDP, offer, NULL, NULL, false, NULL, on_answer,
                          on_response, on_2xx, NULL, NULL, on_close, ua, "%s" WIRE_ALLOW, text);
    mem_deref(offer);
    if (err != 0) {
        return false;
    }
    call->call_id = mem_deref(call->call_id);
    return str_dup(&call->call_id, sip_dialog_callid(sipsess_dialog(call->sess))) == 0;
}

void call_receive(const struct sip_msg *msg, void *arg)
{
    struct ua *ua = arg;
    struct call *call = &ua->call;
    struct sst_headers headers = {0};
    struct sst_advice advice;
    struct sst_msg view;
    char text[WIRE_TEXT];
    struct mbuf *body;

    if (ua->options.target != NULL || call->sess != NULL || call->over) {
        answer_refuse(ua, msg, 486, &headers);
        return;
    }
    wire_view(msg, &view);
    call->invite = (struct sst_tx){0};
    if (sst_session_init(&call->session, &ua->options.policy, SST_CALLEE) != SST_OK ||
        sst_session_receive(&call->session, &call->invite, &view, timer_now(ua), &advice) !=
            SST_OK) {
        return;
    }
    if (advice.status == 0 && wire_is_hold(msg)) {
        advice.status = 488;
        sst_refusal_headers(&ua->options.policy, 488, 0, &advice.headers);
    }
    if (advice.status != 0) {
        answer_refuse(ua, msg, advice.status, &advice.headers);
        return;
    }
    call->begun = true;
    call->call_id = mem_deref(call->call_id);
    pl_strdup(&call->call_id, &msg->callid);
    if (sst_session_answer(&call->session, &call->invite, 200, timer_now(ua), &headers) != SST_OK) {
        return;
    }
    wire_print(&headers, text);
    body = wire_sdp(ua);
    if (sipsess_accept(&call->sess, ua->sessions, msg, 200, "OK", ua->contact, SDP, body, NULL,
                       NULL, false, NULL, on_answer, on_ack, NULL, NULL, on_close, ua,
                       "%s" WIRE_ALLOW, text) != 0) {
        sst_session_end(&call->session, timer_now(ua));
        call->begun = false;
    } else {
        sst_session_advance(&call->session, timer_now(ua)); /* reports the effect of the 2xx */
    }
    mem_deref(body);
    timer_arm(ua);
}

void call_free(struct ua *ua)
{
    refresh_drop(ua);
    answer_drop(ua);
    tmr_cancel(&ua->call.hangup);
    tmr_cancel(&ua->linger);
    ua->call.sess = mem_deref(ua->call.sess);
    ua->call.call_id = mem_deref(ua->call.call_id);
}
