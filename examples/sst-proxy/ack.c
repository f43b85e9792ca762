/* SPDX-License-Identifier: MIT */
#include "ack.h"

#include <stdlib.h>

#include "message.h"
#include "sip.h"

static osip_message_t *follow(const struct branch *branch, const char *method, osip_to_t *to)
{
    osip_message_t *invite = branch->request;
    char *call_id = message_call_id(invite);
    osip_message_t *request =
        message_request(method, invite->req_uri, call_id, message_cseq(invite));
    osip_route_t *route;
    osip_via_t *via;

    if (osip_via_clone(osip_list_get(&invite->vias, 0), &via) == 0) {
        osip_list_add(&request->vias, via, 0);
    }
    osip_from_clone(invite->from, &request->from);
    osip_to_clone(to, &request->to);
    for (int i = 0; i < osip_list_size(&invite->routes); i++) {
        if (osip_route_clone(osip_list_get(&invite->routes, i), &route) == 0) {
            osip_list_add(&request->routes, route, -1);
        }
    }
    free(call_id);
    return request;
}

void ack_failure(struct branch *branch, osip_message_t *response)
{
    osip_message_t *ack = follow(branch, "ACK", response->to);

    (void)sip_send(branch->context->proxy, ack, branch->host, branch->port);
    osip_message_free(ack);
}

osip_message_t *ack_make_cancel(const struct branch *branch)
{
    return follow(branch, "CANCEL", branch->request->to);
}
