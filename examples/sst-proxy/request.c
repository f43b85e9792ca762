/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "forward.h"
#include "sip.h"

static struct context *find(struct proxy *proxy, osip_message_t *request, const char *method)
{
    char *key = sip_key(request, method);
    struct context *context = context_find(proxy, key);

    free(key);
    return context;
}

bool request_is_copy(struct proxy *proxy, osip_message_t *request)
{
    return find(proxy, request, request->sip_method) != NULL;
}

static void receive_ack(struct proxy *proxy, osip_message_t *ack)
{
    struct context *context = find(proxy, ack, "INVITE");

    if (context != NULL && context->status >= 300) {
        /* It went hop by hop, and ends here. */
        context_acknowledged(context);
        osip_message_free(ack);
    } else {
        forward_statelessly(proxy, ack);
    }
}

static void receive_cancel(struct proxy *proxy, osip_message_t *cancel)
{
    struct context *invite = find(proxy, cancel, "INVITE");

    if (invite == NULL) {
        forward_statelessly(proxy, cancel);
        return;
    }
    context_answer(context_new(proxy, cancel), 200, NULL);
    if (invite->status < 200) {
        context_cancel(invite);
    }
}

void request_receive(struct proxy *proxy, osip_message_t *request, const char *host, int port)
{
    struct context *context;

    sip_mend_via(request, host, port);
    if (MSG_IS_ACK(request)) {
        receive_ack(proxy, request);
        return;
    }
    context = find(proxy, request, request->sip_method);
    if (context != NULL) {
        context_repeat(context);
        osip_message_free(request);
    } else if (MSG_IS_CANCEL(request)) {
        receive_cancel(proxy, request);
    } else {
        forward_request(context_new(proxy, request));
    }
}
