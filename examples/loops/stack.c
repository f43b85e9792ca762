/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

/* How many seconds of libsst's clock pass in one real second; SST_LOOP_SPEED may lower it. */
#define SPEED 90u

static uint64_t start_ms;
static unsigned speed = SPEED;

static uint64_t real_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_BOOTTIME, &time);
    return (uint64_t)time.tv_sec * 1000u + (uint64_t)time.tv_nsec / 1000000u;
}

uint64_t clock_ms(void)
{
    return (real_ms() - start_ms) * speed;
}

uint64_t wait_ms(uint64_t deadline_ms)
{
    uint64_t now_ms = clock_ms();

    return deadline_ms <= now_ms ? 0 : (deadline_ms - now_ms + speed - 1) / speed;
}

void call_say(const char *what, const char *name)
{
    printf("%6.1f s  %s %s\n", (double)clock_ms() / 1000.0, what, name);
    fflush(stdout);
}

/* Adds libsst's header fields to a message, and sends it. */
static bool transmit(const struct call *call, char text[PEER_TEXT],
                     const struct sst_headers *headers)
{
    size_t used = strlen(text);

    for (size_t i = 0; i < headers->count; i++) {
        int added = snprintf(text + used, PEER_TEXT - used, "%s: %s\r\n", headers->item[i].name,
                             headers->item[i].value);

        if (added < 0 || (size_t)added >= PEER_TEXT - used) {
            return false;
        }
        used += (size_t)added;
    }
    return send(call->socket, text, used, 0) == (ssize_t)used;
}

static bool send_request(struct call *call, enum sst_method method,
                         const struct sst_headers *headers)
{
    char text[PEER_TEXT];

    call->cseq++;
    call_say("sent", sst_method_name(method));
    snprintf(text, sizeof text, "%s sip:peer SIP/2.0\r\nCSeq: %" PRIu32 " %s\r\n",
             sst_method_name(method), call->cseq, sst_method_name(method));
    return transmit(call, text, headers);
}

bool call_send(struct call *call, enum sst_method method, unsigned flags)
{
    struct sst_headers headers;

    if (sst_session_request(&call->session, &call->sent, method, flags, clock_ms(), &headers) !=
        SST_OK) {
        return false;
    }
    sst_tx_set_cseq(&call->sent, call->cseq + 1);
    if (!send_request(call, method, &headers)) {
        /* Otherwise it would stay pending, and libsst would not ask for another. */
        sst_session_not_sent(&call->session, &call->sent, SST_NEVER, clock_ms());
        return false;
    }
    return true;
}

void call_refresh(struct call *call, const struct sst_event *event)
{
    unsigned flags = SST_REQUEST_REFRESH;

    if (event->with_offer) {
        flags |= SST_REQUEST_OFFER;
    }
    /* If it was prepared but not sent, call_send() has reported that, and nothing is due any
     * more. */
    if (!call_send(call, event->method, flags)) {
        sst_session_not_sent(&call->session, NULL, SST_NEVER, clock_ms());
    }
}

void call_bye(struct call *call)
{
    struct sst_headers headers;

    /* The session has ended, so it provides no header fields any more. */
    sst_other_headers(call->session.policy, SST_METHOD_BYE, &headers);
    send_request(call, SST_METHOD_BYE, &headers);
}

/* The peer's INVITE or UPDATE: rejected as libsst advises, or accepted. */
static void answer(struct call *call, const struct sst_msg *request)
{
    enum sst_method method = (enum sst_method)request->method;
    struct sst_headers headers;
    struct sst_advice advice;
    char text[PEER_TEXT];
    unsigned status;

    call_say("received", sst_method_name(method));
    if (sst_session_receive(&call->session, &call->received, request, clock_ms(), &advice) !=
        SST_OK) {
        return; /* the previous one is not answered yet */
    }
    status = advice.status != 0 ? advice.status : 200;
    headers = advice.headers;
    if (advice.status == 0 && sst_session_answer(&call->session, &call->received, status,
                                                 clock_ms(), &headers) != SST_OK) {
        return;
    }
    snprintf(text, sizeof text, "SIP/2.0 %u .\r\nCSeq: %" PRIu32 " %s\r\n", status, request->cseq,
             sst_method_name(method));
    transmit(call, text, &headers);
    call_say("sent", status == 200 ? "200" : "a refusal");
}

/* Presents one datagram to libsst: every header field, in order. */
static bool view(const char *text, struct sst_msg *msg)
{
    static const char mark[] = "\r\nCSeq: ";
    const char *line = strstr(text, mark);
    enum sst_method method;
    uint32_t cseq;
    char *name;

    if (line == NULL) {
        return false;
    }
    cseq = (uint32_t)strtoul(line + strlen(mark), &name, 10);
    name += strspn(name, " ");
    method = sst_method_from_name(name, strcspn(name, "\r\n"));
    if (strncmp(text, "SIP/2.0 ", 8) == 0) {
        sst_msg_response(msg, (unsigned)strtoul(text + 8, NULL, 10), method, cseq);
    } else {
        sst_msg_request(msg, method, cseq);
    }
    for (line += 2; *line != '\0';) {
        size_t length = strcspn(line, "\r\n");
        size_t colon = strcspn(line, ":\r\n");

        if (colon < length) {
            sst_msg_header_n(msg, line, colon, line + colon + 1, length - colon - 1);
        }
        line += length + strspn(line + length, "\r\n");
    }
    return true;
}

bool call_receive(struct call *call)
{
    char text[PEER_TEXT];
    ssize_t length = recv(call->socket, text, sizeof text - 1, 0);
    struct sst_verdict verdict;
    struct sst_msg msg;

    if (length <= 0) {
        return false;
    }
    text[length] = '\0';
    if (!view(text, &msg)) {
        return true;
    }
    if (msg.status == 0) {
        answer(call, &msg);
    } else {
        call_say("received", "200");
        sst_session_response(&call->session, &call->sent, &msg, clock_ms(), &verdict);
    }
    return true;
}

bool call_begin(struct call *call, const struct sst_policy *policy, bool peer_refreshes)
{
    const char *slower = getenv("SST_LOOP_SPEED");
    unsigned long wanted = slower != NULL ? strtoul(slower, NULL, 10) : 0;

    speed = wanted > 0 && wanted < SPEED ? (unsigned)wanted : SPEED;
    start_ms = real_ms();
    call->socket = peer_start(peer_refreshes, speed);
    return call->socket >= 0 && sst_session_init(&call->session, policy, SST_CALLER) == SST_OK &&
           call_send(call, SST_METHOD_INVITE, SST_REQUEST_OFFER);
}

void call_free(struct call *call)
{
    if (call->socket >= 0) {
        close(call->socket);
        wait(NULL);
    }
}
