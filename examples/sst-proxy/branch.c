/* SPDX-License-Identifier: MIT */
#include "branch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ack.h"
#include "context.h"
#include "message.h"
#include "random.h"
#include "sip.h"
#include "text.h"

void repeat_start(struct repeat *repeat, uint64_t now_ms)
{
    repeat->span_ms = T1_MS;
    repeat->due_ms = now_ms + T1_MS;
}

void repeat_stop(struct repeat *repeat)
{
    repeat->due_ms = CLOCK_NEVER;
}

void repeat_next(struct repeat *repeat, uint64_t now_ms, uint64_t longest_ms)
{
    repeat->span_ms = 2 * repeat->span_ms < longest_ms ? 2 * repeat->span_ms : longest_ms;
    repeat->due_ms = now_ms + repeat->span_ms;
}

static uint64_t now_of(const struct branch *branch)
{
    return clock_real_ms(&branch->context->proxy->clock);
}

/* The branch of a Via is a token, so its case does not matter (RFC 3261 §7.3.1). */
static uint64_t hash_of(const char *via_branch)
{
    uint64_t hash = SEEN_HASH_START;

    for (; via_branch != NULL && *via_branch != '\0'; via_branch++) {
        char lower = (char)tolower((unsigned char)*via_branch);

        hash = seen_hash(hash, &lower, 1);
    }
    return hash;
}

/* The request already has our Via. */
static struct branch *add(struct context *context, osip_message_t *request, const char *host,
                          int port)
{
    struct branch *branch = memory(sizeof *branch);

    branch->context = context;
    branch->request = request;
    branch->host = text_copy(host);
    branch->port = port;
    branch->next = context->branches;
    context->branches = branch;
    table_add(&context->proxy->branches, &branch->node, hash_of(message_branch(request)), branch);
    repeat_stop(&branch->again);
    branch->end_ms = CLOCK_NEVER;
    return branch;
}

struct branch *branch_add(struct context *context, osip_message_t *request, const struct hop *hop,
                          const struct sst_proxy_tx *tx)
{
    char token[RANDOM_TOKEN_SIZE];
    struct branch *branch;

    random_token(token);
    sip_add_via(context->proxy, request, token, sip_loop_hash(context->request));
    branch = add(context, request, hop->host, hop->port);
    branch->tx = *tx;
    return branch;
}

/* A branch without a response from its target gets one from us (§16.7 item 6, §16.8, §16.9). */
static void give_up(struct branch *branch, int status)
{
    osip_message_free(branch->final);
    branch->final = message_response(branch->context->request, status, branch->context->tag);
    branch->state = BRANCH_DONE;
    repeat_stop(&branch->again);
    branch->end_ms = CLOCK_NEVER;
}

void branch_start(struct branch *branch)
{
    uint64_t now_ms = now_of(branch);

    if (sip_send(branch->context->proxy, branch->request, branch->host, branch->port) ==
        SIP_FAILED) {
        give_up(branch, 503);
        return;
    }
    repeat_start(&branch->again, now_ms);
    branch->end_ms = now_ms + TRANSACTION_MS;
}

static bool belongs(const struct branch *branch, osip_message_t *response)
{
    const char *ours = message_branch(branch->request);
    const char *theirs = message_branch(response);

    return ours != NULL && theirs != NULL && osip_strcasecmp(ours, theirs) == 0 &&
           strcmp(branch->request->sip_method, response->cseq->method) == 0;
}

struct branch *branch_find(struct proxy *proxy, osip_message_t *response)
{
    struct node *node = table_find(&proxy->branches, hash_of(message_branch(response)));

    while (node != NULL && !belongs(node->owner, response)) {
        node = table_next(node);
    }
    if (node == NULL) {
        return NULL;
    }
    context_touch(((struct branch *)node->owner)->context);
    return node->owner;
}

bool branch_is_pending(const struct branch *branch)
{
    return branch->state == BRANCH_CALLING || branch->state == BRANCH_PROCEEDING;
}

static void send_cancel(struct branch *branch)
{
    struct branch *cancel;

    branch->cancel_sent = true;
    /* §9.1: a request without a final response 64*T1 later is considered cancelled. */
    branch->end_ms = now_of(branch) + TRANSACTION_MS;
    cancel = add(branch->context, ack_make_cancel(branch), branch->host, branch->port);
    branch_start(cancel);
}

void branch_cancel(struct branch *branch)
{
    if (!branch_is_pending(branch) || !MSG_IS_INVITE(branch->request)) {
        return;
    }
    branch->cancel = true;
    /* §9.1: not before a provisional response. */
    if (branch->state == BRANCH_PROCEEDING && !branch->cancel_sent) {
        send_cancel(branch);
    }
}

static bool receive_provisional(struct branch *branch, const osip_message_t *response)
{
    bool first = branch->state == BRANCH_CALLING;

    if (!branch_is_pending(branch)) {
        return false;
    }
    branch->state = BRANCH_PROCEEDING;
    if (!MSG_IS_INVITE(branch->request)) {
        branch->again.span_ms = T2_MS; /* §17.1.2.2 */
        return false;                  /* RFC 4320 §4.1: the only 1xx is 100, which ends here */
    }
    repeat_stop(&branch->again);
    if (!branch->cancel_sent && (first || response->status_code > 100)) {
        branch->end_ms = now_of(branch) + TIMER_C_MS;
    }
    if (branch->cancel && !branch->cancel_sent) {
        send_cancel(branch);
    }
    return response->status_code > 100;
}

bool branch_receive(struct branch *branch, osip_message_t *response)
{
    bool invite = MSG_IS_INVITE(branch->request);
    bool pending = branch_is_pending(branch);

    if (response->status_code < 200) {
        return receive_provisional(branch, response);
    }
    if (invite && response->status_code >= 300 && branch->state != BRANCH_ACCEPTED) {
        ack_failure(branch, response);
    }
    if (!pending) {
        return branch->state == BRANCH_ACCEPTED && response->status_code / 100 == 2;
    }
    repeat_stop(&branch->again);
    branch->state = BRANCH_COMPLETED;
    if (invite && response->status_code / 100 == 2) {
        branch->state = BRANCH_ACCEPTED;
    }
    branch->end_ms = now_of(branch) + (invite ? TRANSACTION_MS : T4_MS);
    return true;
}

static void end_of_wait(struct branch *branch)
{
    if (branch->state == BRANCH_PROCEEDING && MSG_IS_INVITE(branch->request) &&
        !branch->cancel_sent) {
        branch->timer_c_fired = true;
        branch_cancel(branch);
    } else {
        /* §16.9: a transport error counts as a 503. */
        give_up(branch, branch->unreachable ? 503 : 408);
    }
}

bool branch_work(struct branch *branch, uint64_t now_ms)
{
    bool pending = branch_is_pending(branch);

    if (now_ms >= branch->end_ms) {
        if (pending) {
            end_of_wait(branch);
        } else {
            branch->state = BRANCH_DONE;
            branch->end_ms = CLOCK_NEVER;
        }
    }
    if (now_ms >= branch->again.due_ms) {
        (void)sip_send(branch->context->proxy, branch->request, branch->host, branch->port);
        repeat_next(&branch->again, now_ms,
                    MSG_IS_INVITE(branch->request) ? TRANSACTION_MS : T2_MS);
    }
    return pending && !branch_is_pending(branch);
}

uint64_t branch_due_ms(const struct branch *branch)
{
    return branch->again.due_ms < branch->end_ms ? branch->again.due_ms : branch->end_ms;
}

struct sst_proxy_tx *branch_success(struct branch *branch, const char *tag, bool *copy)
{
    struct success *success = branch->successes;

    tag = tag != NULL ? tag : "";
    while (success != NULL && strcmp(success->tag, tag) != 0) {
        success = success->next;
    }
    *copy = success != NULL;
    if (success == NULL) {
        if (branch->success_count == SUCCESSES_MAX) {
            return NULL;
        }
        success = memory(sizeof *success);
        success->tag = text_copy(tag);
        success->tx = branch->tx;
        success->next = branch->successes;
        branch->successes = success;
        branch->success_count++;
    }
    return &success->tx;
}

static void free_successes(struct branch *branch)
{
    while (branch->successes != NULL) {
        struct success *success = branch->successes;

        branch->successes = success->next;
        free(success->tag);
        free(success);
    }
}

/* Whether a branch is still sending its request to a host, or to an address if one is given. */
static bool sends_to(struct branch *branch, const char *host, const struct net_address *address)
{
    struct proxy *proxy = branch->context->proxy;
    struct net_address its;

    if (branch->state != BRANCH_CALLING) {
        return false;
    }
    if (host != NULL) {
        return osip_strcasecmp(branch->host, host) == 0;
    }
    return net_resolve(&proxy->net, branch->host, branch->port, clock_real_ms(&proxy->clock),
                       &its) == RESOLVED &&
           address_same(&its, address);
}

/* Sends what a context has for a destination; returns whether that made a branch fail. */
static bool send_of(struct context *context, const char *host, const struct net_address *address)
{
    bool failed = false;

    for (struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        if (sends_to(branch, host, address) &&
            sip_send(context->proxy, branch->request, branch->host, branch->port) == SIP_FAILED) {
            /* The consequences for the context follow in its turn. */
            branch->unreachable = true;
            branch->end_ms = 0;
            failed = true;
        }
    }
    return failed;
}

static void send_now(struct proxy *proxy, const char *host, const struct net_address *address)
{
    struct context **failed = memory((proxy->agenda.count + 1) * sizeof(struct context *));
    size_t count = 0;

    /* Touching a context changes the order of the agenda. */
    for (size_t i = 0; i < proxy->agenda.count; i++) {
        struct context *context = proxy->agenda.heap[i]->owner;

        if (send_of(context, host, address)) {
            failed[count++] = context;
        }
    }
    for (size_t i = 0; i < count; i++) {
        context_touch(failed[i]);
    }
    free(failed);
}

void branches_resolved(struct proxy *proxy, const char *host)
{
    send_now(proxy, host, NULL);
}

void branches_unreachable(struct proxy *proxy, const struct net_address *address)
{
    send_now(proxy, NULL, address);
}

void branch_free(struct branch *branch)
{
    table_remove(&branch->context->proxy->branches, &branch->node);
    osip_message_free(branch->request);
    osip_message_free(branch->final);
    free_successes(branch);
    free(branch->host);
    free(branch);
}
