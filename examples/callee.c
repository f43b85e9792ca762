/* SPDX-License-Identifier: MIT */
/*
 * The other half of a host: one incoming call. examples/minimal.c has the caller's half.
 *
 * There is no SIP stack here. The caller's requests are simulated, responses are printed, and the
 * clock jumps to whatever comes next. The caller asks for too small an interval, accepts the larger
 * one, refreshes three times, and disappears; then this side hangs up in time.
 */
#include <sst/sst.h>

#include <stdbool.h>
#include <stdio.h>

/* What a host keeps with each dialog. */
struct call {
    struct sst_session session; /* first, so that the session and its call have the same address */
    struct sst_tx received;     /* the peer's pending INVITE or UPDATE */
    uint64_t now_ms;            /* a real host asks its clock */
    bool over;
};

static void say(const struct call *call, const char *what, const char *name)
{
    printf("%5u s  %s %s\n", (unsigned)(call->now_ms / 1000), what, name);
}

/* Responds with the header fields that libsst wants in the message. */
static void respond(const struct call *call, unsigned status, const struct sst_headers *headers)
{
    printf("%5u s  sent %u\n", (unsigned)(call->now_ms / 1000), status);
    for (size_t i = 0; i < headers->count; i++) {
        printf("           %s: %s\n", headers->item[i].name, headers->item[i].value);
    }
}

/* An INVITE or UPDATE arrives: give libsst every header field; it picks out those it needs. */
static void receive(struct call *call, enum sst_method method, uint32_t cseq, const char *interval)
{
    struct sst_msg request;
    struct sst_advice advice;
    struct sst_headers headers;

    say(call, "received", sst_method_name(method));
    sst_msg_request(&request, method, cseq);
    sst_msg_header(&request, "Contact", "<sip:alice@192.0.2.1>");
    sst_msg_header(&request, "Allow", "INVITE, ACK, BYE, CANCEL, UPDATE");
    sst_msg_header(&request, "Supported", "timer");
    sst_msg_header(&request, "Session-Expires", interval);
    sst_msg_set_flags(&request, method == SST_METHOD_INVITE ? SST_MSG_OFFER : 0u);
    if (sst_session_receive(&call->session, &call->received, &request, call->now_ms, &advice) !=
        SST_OK) {
        return; /* the previous request is not answered yet: a bug in this host */
    }
    if (advice.status != 0) { /* for example if the interval is too small */
        respond(call, advice.status, &advice.headers);
        return;
    }
    /* The phone rings here. A 2xx commits the timer; report every other final response in the same
     * way. */
    if (sst_session_answer(&call->session, &call->received, 200, call->now_ms, &headers) ==
        SST_OK) {
        respond(call, 200, &headers);
    }
    if (method == SST_METHOD_INVITE) {
        say(call, "received", "ACK");
        sst_session_ack(&call->session, &call->received, call->now_ms);
    }
}

/* libsst wants something done, or has something to report. */
static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct call *call = (struct call *)session;

    (void)user;
    if (event->type == SST_EVENT_ENDED) {
        say(call, "sent BYE:", sst_bye_reason(event->reason));
        call->over = true;
    } else if (event->type == SST_EVENT_REFRESH) {
        say(call, "this side has to refresh:", "see examples/minimal.c");
    } else {
        say(call, sst_event_name(event->type), sst_side_name(event->side));
    }
    return SST_CALLBACK_DONE;
}

int main(void)
{
    static const struct {
        uint64_t at_ms;
        enum sst_method method;
        const char *interval;
    } caller[] = {
        {0, SST_METHOD_INVITE, "60"},
        {100, SST_METHOD_INVITE, "120;refresher=uac"},
        {60100, SST_METHOD_UPDATE, "120;refresher=uac"},
        {120100, SST_METHOD_UPDATE, "120;refresher=uac"},
        {180100, SST_METHOD_UPDATE, "120;refresher=uac"},
    };
    struct sst_policy policy;
    struct call call = {.now_ms = 0};
    size_t next = 0;

    sst_policy_init(&policy); /* mode accept: a timer if the caller asks for one */
    policy.on_event = on_event;
    if (sst_session_init(&call.session, &policy, SST_CALLEE) != SST_OK) {
        return 1;
    }
    while (!call.over) {
        uint64_t deadline_ms = sst_session_deadline(&call.session);

        /* Messages waiting in the socket come first, whatever else is due. */
        if (next < sizeof caller / sizeof caller[0] && caller[next].at_ms <= deadline_ms) {
            call.now_ms = caller[next].at_ms;
            receive(&call, caller[next].method, (uint32_t)next + 1, caller[next].interval);
            next++;
        } else {
            call.now_ms = deadline_ms > call.now_ms ? deadline_ms : call.now_ms;
        }
        sst_session_advance(&call.session, call.now_ms);
    }
    return 0;
}
