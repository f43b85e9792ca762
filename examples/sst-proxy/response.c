/* SPDX-License-Identifier: MIT */
#include "response.h"

#include <stdlib.h>
#include <string.h>

#include "branch.h"
#include "context.h"
#include "dialog.h"
#include "message.h"
#include "sip.h"

/* Lower is better (§16.7 item 6). */
static int rank(int status)
{
    /* These tell the caller how to try again. 422 is newer than RFC 3261 and so not in its list. */
    static const int helpful[] = {401, 407, 415, 420, 422, 484};

    if (status >= 600) {
        return 0;
    }
    for (size_t i = 0; i < sizeof helpful / sizeof *helpful; i++) {
        if (status == helpful[i]) {
            return 400;
        }
    }
    return status / 100 * 100 + 1;
}

static void copy_challenges(osip_list_t *from, osip_list_t *to)
{
    osip_www_authenticate_t *copy;

    for (int i = 0; i < osip_list_size(from); i++) {
        if (osip_www_authenticate_clone(osip_list_get(from, i), &copy) == 0) {
            osip_list_add(to, copy, -1);
        }
    }
}

/* §16.7 item 7: the caller gets the challenges of all branches at once. */
static void collect_challenges(struct context *context, osip_message_t *best)
{
    for (struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        osip_message_t *other = branch->final;

        if (other != NULL && other != best &&
            (other->status_code == 401 || other->status_code == 407)) {
            copy_challenges(&other->www_authenticates, &best->www_authenticates);
            copy_challenges(&other->proxy_authenticates, &best->proxy_authenticates);
        }
    }
}

/* The branch with the best response; NULL while one has none, or if there is nothing to send. */
static struct branch *best_of(struct context *context)
{
    struct branch *best = NULL;

    for (struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        if (MSG_IS_CANCEL(branch->request)) {
            continue;
        }
        if (branch_is_pending(branch)) {
            return NULL;
        }
        if (branch->final != NULL &&
            (best == NULL || rank(branch->final->status_code) < rank(best->final->status_code))) {
            best = branch;
        }
    }
    return best;
}

static void set_status(osip_message_t *response, int status)
{
    osip_message_set_status_code(response, status);
    osip_free(response->reason_phrase);
    response->reason_phrase = osip_strdup(osip_message_get_reason(status));
}

void response_choose(struct context *context)
{
    struct branch *best = context->status < 200 ? best_of(context) : NULL;
    osip_message_t *response;

    if (best == NULL) {
        return;
    }
    response = best->final;
    if (response->status_code == 408 && !MSG_IS_INVITE(context->request)) {
        /* RFC 4320 §4.2: too late for a response, the sender has given up as well. */
        context->end_ms = 0;
        return;
    }
    if (response->status_code == 401 || response->status_code == 407) {
        collect_challenges(context, response);
    }
    best->final = NULL;
    if (response->status_code == 503) {
        /* §16.7 item 6: this proxy is not the one that is overloaded. */
        set_status(response, 500);
    }
    dialog_response(best, response, &best->tx);
    context_send(context, response);
}

static void forward_success(struct branch *branch, osip_message_t *response)
{
    struct context *context = branch->context;
    bool invite = MSG_IS_INVITE(context->request);
    bool copy;
    struct sst_proxy_tx *tx = branch_success(branch, message_tag(response->to), &copy);

    if (tx == NULL || (context->status >= 200 && !invite)) {
        osip_message_free(response);
        return;
    }
    dialog_response(branch, response, tx);
    context_send(context, response);
    if (!copy) {
        context_cancel(context); /* §16.7 item 10 */
    }
}

static void keep_failure(struct branch *branch, osip_message_t *response)
{
    struct context *context = branch->context;

    osip_message_free(branch->final);
    branch->final = response;
    if (branch->timer_c_fired && response->status_code == 487) {
        /* The caller never cancelled: in fact, the target did not answer in time. */
        branch->final = message_response(context->request, 408, context->tag);
        osip_message_free(response);
    } else if (response->status_code >= 600) {
        context_cancel(context);
    }
    response_choose(context);
}

static void take(struct branch *branch, osip_message_t *response)
{
    sip_remove_top_via(response);
    if (MSG_IS_CANCEL(branch->request) || osip_list_size(&response->vias) == 0) {
        osip_message_free(response);
    } else if (response->status_code < 200) {
        if (branch->context->status < 200) {
            context_send(branch->context, response);
        } else {
            osip_message_free(response);
        }
    } else if (response->status_code < 300) {
        forward_success(branch, response);
    } else {
        keep_failure(branch, response);
    }
}

void response_receive(struct proxy *proxy, osip_message_t *response)
{
    struct branch *branch = NULL;

    /* RFC 6026 §7.3: do not forward a response that no transaction waits for. */
    if (sip_is_own_via(proxy, osip_list_get(&response->vias, 0))) {
        branch = branch_find(proxy, response);
    }
    if (branch != NULL && branch_receive(branch, response)) {
        take(branch, response);
    } else {
        osip_message_free(response);
    }
}
