/* SPDX-License-Identifier: MIT */
#include "forward.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "branch.h"
#include "context.h"
#include "dialog.h"
#include "message.h"
#include "response.h"
#include "route.h"
#include "sip.h"

/* A copy of the request for one hop, complete except for its Via; NULL if there is no memory. */
static osip_message_t *copy_for(const struct proxy *proxy, const osip_message_t *request,
                                const struct hop *hop)
{
    osip_message_t *copy;

    if (osip_message_clone(request, &copy) != 0) {
        return NULL;
    }
    route_leave(proxy, copy, hop);
    return copy;
}

static void send_to_all(struct context *context, const osip_message_t *request,
                        const struct hops *hops, const struct sst_proxy_tx *tx)
{
    for (size_t i = 0; i < hops->count; i++) {
        osip_message_t *copy = copy_for(context->proxy, request, &hops->hop[i]);

        if (copy != NULL) {
            branch_start(branch_add(context, copy, &hops->hop[i], tx));
        }
    }
    if (context->branches == NULL) {
        context_answer(context, 500, NULL);
    }
    /* Branches that could not be sent have their final response already. */
    response_choose(context);
}

/* Makes the changes that are the same for every hop; 0, or the status to reject the request
 * with. */
static int prepare(struct context *context, osip_message_t *request, struct hops *hops,
                   struct sst_proxy_tx *tx, struct field *field)
{
    struct proxy *proxy = context->proxy;
    int status = route_check(proxy, request, field);

    if (status != 0) {
        return status;
    }
    route_enter(proxy, request);
    status = route_find(proxy, request, hops);
    if (status == 0) {
        status = dialog_request(proxy, request, tx, field);
    }
    /* Even if libsst does not insist: the timer may start within the dialog. */
    if (status == 0 && proxy->settings.policy.record_routes && MSG_IS_INVITE(request) &&
        message_tag(request->to) == NULL) {
        route_record(proxy, request);
    }
    return status;
}

void forward_request(struct context *context)
{
    struct sst_proxy_tx tx = {0};
    struct field field = {0};
    struct hops hops = {.count = 0};
    osip_message_t *request;
    int status;

    if (osip_message_clone(context->request, &request) != 0) {
        context_answer(context, 500, NULL);
        return;
    }
    status = prepare(context, request, &hops, &tx, &field);
    if (status != 0) {
        context_answer(context, status, &field);
    } else {
        if (MSG_IS_INVITE(request)) {
            context_answer(context, 100, NULL); /* §16.2: within 200 ms */
        }
        send_to_all(context, request, &hops, &tx);
    }
    osip_message_free(request);
    hops_free(&hops);
    free(field.value);
}

/* §16.11: a retransmitted request gets the same branch as the original. */
static void send_statelessly(struct proxy *proxy, osip_message_t *request, const struct hop *hop)
{
    osip_message_t *copy = copy_for(proxy, request, hop);
    char *key = sip_key(request, request->sip_method);
    char token[20];

    snprintf(token, sizeof token, "%016" PRIx64, seen_hash(SEEN_HASH_START, key, strlen(key)));
    if (copy != NULL) {
        sip_add_via(proxy, copy, token, sip_loop_hash(request));
        (void)sip_send(proxy, copy, hop->host, hop->port);
        osip_message_free(copy);
    }
    free(key);
}

void forward_statelessly(struct proxy *proxy, osip_message_t *request)
{
    struct field field;
    struct hops hops = {.count = 0};

    if (route_check(proxy, request, &field) == 0) {
        route_enter(proxy, request);
        if (route_find(proxy, request, &hops) == 0) {
            for (size_t i = 0; i < hops.count; i++) {
                send_statelessly(proxy, request, &hops.hop[i]);
            }
        }
        hops_free(&hops);
    }
    free(field.value);
    osip_message_free(request);
}
