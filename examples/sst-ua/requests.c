/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialog.h"
#include "message.h"
#include "takeover.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"
#include "tries.h"
#include "wire.h"

static void add_identities(struct request *request, osip_message_t *sip, const struct hop *hop)
{
    struct call *call = request->call;
    char *own = hop_own_uri(call->ua, hop);
    char *from = text_print("<%s>;tag=%s", own, call->local_tag);
    char *to = text_print("<%s>", call->ua->options.target);

    osip_message_set_from(sip, from);
    osip_message_set_to(sip, to);
    free(to);
    free(from);
    free(own);
}

/* The INVITE that begins the dialog; every other request is sent within it. */
static osip_message_t *initial_request(struct request *request, struct hop *hop)
{
    struct ua *ua = request->call->ua;
    osip_message_t *sip;
    osip_uri_t *uri;

    osip_uri_init(&uri);
    if (osip_uri_parse(uri, ua->options.target) != 0) {
        osip_uri_free(uri);
        return NULL;
    }
    *hop = hop_first(ua, uri);
    sip = message_request("INVITE", uri, request->call->call_id, request->cseq);
    osip_uri_free(uri);
    hop_add_via(ua, hop, sip);
    hop_add_route(ua, sip);
    add_identities(request, sip, hop);
    request->call->invite_cseq = request->cseq;
    return sip;
}

static void add_content(struct request *request, osip_message_t *sip, const struct hop *hop)
{
    struct call *call = request->call;
    char *sdp;

    if (request->method == SST_METHOD_INVITE || request->method == SST_METHOD_UPDATE) {
        /* RFC 3261 §12.2: a target refresh request carries its sender's Contact. */
        hop_add_contact(call->ua, hop, sip);
        message_add_allow(sip, !call->ua->options.no_update);
    }
    if (request->offer.content != NULL) {
        sdp = sdp_text(&call->sdp, &request->offer);
        message_add_sdp(sip, sdp);
        free(sdp);
    }
    if (request->reason != NULL) {
        message_add(sip, "Reason", request->reason);
    }
}

bool request_send(struct request *request)
{
    struct call *call = request->call;
    struct options *options = &call->ua->options;
    struct hop hop = {0};
    osip_message_t *sip;

    request->cseq = ++call->local_cseq;
    request->provisional = false;
    if (request->kind == REQUEST_INITIAL) {
        sip = initial_request(request, &hop);
    } else {
        sip = dialog_request(call, sst_method_name(request->method), request->cseq, &hop);
    }
    if (sip == NULL) {
        return false;
    }
    add_content(request, sip, &hop);
    if (options->auth.user != NULL) {
        auth_add(&call->auth, sip, &options->auth);
    }
    if (!timer_request(request, sip)) {
        osip_message_free(sip);
        hop_free(&hop);
        return false;
    }
    takeover_before_request(call);
    /* A transaction that was replaced by a retry is no longer of interest. */
    if (request->transaction != NULL) {
        osip_transaction_set_your_instance(request->transaction, NULL);
    }
    request->transaction = transactions_request(call->ua, sip, path_of(hop), request);
    return request->transaction != NULL;
}

/* RFC 3261 §22.1: the ACK for a 2xx repeats the credentials of its INVITE. */
static void copy_credentials(osip_message_t *from, osip_message_t *to)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization"};
    osip_header_t *header;

    for (size_t i = 0; from != NULL && i < 2; i++) {
        if (osip_message_header_get_byname(from, names[i], 0, &header) >= 0) {
            message_add(to, names[i], header->hvalue);
        }
    }
}

void request_ack(struct call *call, osip_message_t *response, osip_message_t *invite,
                 struct sdp_draft *answer)
{
    struct hop hop;
    osip_message_t *ack = dialog_request(call, "ACK", message_cseq(response), &hop);
    char *sdp;

    copy_credentials(invite, ack);
    if (answer != NULL && answer->content != NULL) {
        sdp = sdp_text(&call->sdp, answer);
        message_add_sdp(ack, sdp);
        free(sdp);
    }
    osip_message_free(call->ack);
    path_free(&call->ack_path);
    call->ack = ack;
    call->ack_path = path_of(hop);
    request_ack_again(call);
}

void request_ack_again(struct call *call)
{
    enum wire_sent sent = wire_send(call->ua, call->ack, &call->ack_path);

    while (sent == WIRE_FAILED && path_has_next(&call->ack_path)) {
        path_go_on(&call->ack_path);
        sent = wire_send(call->ua, call->ack, &call->ack_path);
    }
    call->ack_waits = sent == WIRE_WAITS;
}

/* RFC 3261 §9.1: the INVITE's own Via, branch included, and its Route. */
static osip_message_t *cancel_of(osip_message_t *invite, const char *call_id, uint32_t cseq)
{
    osip_message_t *cancel = message_request("CANCEL", invite->req_uri, call_id, cseq);
    osip_via_t *via;
    osip_route_t *route;

    if (osip_via_clone(osip_list_get(&invite->vias, 0), &via) == 0) {
        osip_list_add(&cancel->vias, via, -1);
    }
    for (int i = 0; i < osip_list_size(&invite->routes); i++) {
        if (osip_route_clone(osip_list_get(&invite->routes, i), &route) == 0) {
            osip_list_add(&cancel->routes, route, -1);
        }
    }
    osip_from_clone(invite->from, &cancel->from);
    osip_to_clone(invite->to, &cancel->to);
    return cancel;
}

bool request_cancel(struct request *invite)
{
    struct call *call = invite->call;
    osip_transaction_t *transaction = invite->transaction;
    struct request *request;
    osip_message_t *cancel;

    if (transaction == NULL || transaction->orig_request == NULL) {
        return false;
    }
    request = call_request(call, REQUEST_CANCEL, SST_METHOD_CANCEL);
    cancel = cancel_of(transaction->orig_request, call->call_id, invite->cseq);
    timer_request(request, cancel);
    request->transaction = transactions_request(call->ua, cancel, tries_path(transaction), request);
    if (request->transaction != NULL) {
        return true;
    }
    call_request_done(request);
    return false;
}
