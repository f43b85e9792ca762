/* SPDX-License-Identifier: MIT */
#include "dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "text.h"

bool dialog_begin_as_caller(struct call *call, osip_message_t *response)
{
    osip_dialog_free(call->dialog);
    call->dialog = NULL;
    if (osip_dialog_init_as_uac(&call->dialog, response) != 0) {
        return false;
    }
    free(call->remote_tag);
    call->remote_tag = text_copy(call->dialog->remote_tag);
    /* A peer without a tag (RFC 2543) has an empty one. */
    if (call->remote_tag == NULL) {
        call->remote_tag = text_copy("");
    }
    return true;
}

bool dialog_begin_as_callee(struct call *call, osip_message_t *request, osip_message_t *response)
{
    if (call->dialog != NULL) {
        return true;
    }
    return osip_dialog_init_as_uas(&call->dialog, request, response) == 0;
}

void dialog_refresh_target(struct call *call, osip_message_t *sip)
{
    osip_contact_t *contact = osip_list_get(&sip->contacts, 0);
    osip_contact_t *copy;

    if (call->dialog == NULL || contact == NULL || contact->url == NULL ||
        osip_contact_clone(contact, &copy) != 0) {
        return;
    }
    osip_contact_free(call->dialog->remote_contact_uri);
    call->dialog->remote_contact_uri = copy;
}

/* The peer's Contact; if it never gave one, its address of record. */
static osip_uri_t *remote_target(const osip_dialog_t *dialog)
{
    const osip_contact_t *contact = dialog->remote_contact_uri;

    return contact != NULL && contact->url != NULL ? contact->url : dialog->remote_uri->url;
}

/* The first element of the route set, NULL if there is none. */
static osip_uri_t *first_route(osip_dialog_t *dialog)
{
    osip_record_route_t *route = osip_list_get(&dialog->route_set, 0);

    return route != NULL ? route->url : NULL;
}

static bool is_loose(osip_uri_t *route)
{
    osip_uri_param_t *lr = NULL;

    return osip_uri_uparam_get_byname(route, "lr", &lr) == 0 && lr != NULL;
}

static void add_route(osip_message_t *request, osip_uri_t *uri)
{
    osip_route_t *route;

    if (osip_route_init(&route) != 0) {
        return;
    }
    if (osip_uri_clone(uri, &route->url) != 0) {
        osip_route_free(route);
        return;
    }
    osip_list_add(&request->routes, route, -1);
}

/* RFC 3261 §12.2.1.1: after a loose router, the remote target is the Request-URI. A strict
 * router takes that place itself, and the target comes last in the Route. */
static void add_routes(osip_dialog_t *dialog, osip_message_t *request, bool strict)
{
    for (int i = strict ? 1 : 0; i < osip_list_size(&dialog->route_set); i++) {
        osip_record_route_t *route = osip_list_get(&dialog->route_set, i);

        if (route->url != NULL) {
            add_route(request, route->url);
        }
    }
    if (strict) {
        add_route(request, remote_target(dialog));
    }
}

struct hop dialog_hop(struct call *call)
{
    osip_uri_t *first = first_route(call->dialog);

    return hop_of(first != NULL ? first : remote_target(call->dialog));
}

osip_message_t *dialog_request(struct call *call, const char *method, uint32_t cseq,
                               struct hop *hop)
{
    osip_dialog_t *dialog = call->dialog;
    osip_uri_t *first = first_route(dialog);
    bool strict = first != NULL && !is_loose(first);
    osip_message_t *request =
        message_request(method, strict ? first : remote_target(dialog), call->call_id, cseq);

    *hop = dialog_hop(call);
    hop_add_via(call->ua, hop, request);
    osip_from_clone(dialog->local_uri, &request->from);
    osip_to_clone(dialog->remote_uri, &request->to);
    add_routes(dialog, request, strict);
    return request;
}
