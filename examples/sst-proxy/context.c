/* SPDX-License-Identifier: MIT */
#include "context.h"

#include <stdlib.h>
#include <string.h>

#include "branch.h"
#include "message.h"
#include "random.h"
#include "response.h"
#include "sip.h"
#include "text.h"

static uint64_t hash_of(const char *key)
{
    return seen_hash(SEEN_HASH_START, key, strlen(key));
}

void context_touch(struct context *context)
{
    agenda_move(&context->proxy->agenda, &context->due, 0);
}

struct context *context_new(struct proxy *proxy, osip_message_t *request)
{
    struct context *context = memory(sizeof *context);
    char token[RANDOM_TOKEN_SIZE];
    char *call_id = message_call_id(request);

    random_token(token);
    context->proxy = proxy;
    context->request = request;
    context->key = sip_key(request, request->sip_method);
    context->tag = text_copy(token);
    repeat_stop(&context->again);
    context->end_ms = CLOCK_NEVER;
    table_add(&proxy->contexts, &context->node, hash_of(context->key), context);
    table_add(&proxy->calls, &context->call, hash_of(call_id), context);
    free(call_id);
    agenda_add(&proxy->agenda, &context->due, context);
    context_touch(context);
    return context;
}

struct context *context_find(struct proxy *proxy, const char *key)
{
    for (struct node *node = table_find(&proxy->contexts, hash_of(key)); node != NULL;
         node = table_next(node)) {
        struct context *context = node->owner;

        if (strcmp(context->key, key) == 0) {
            context_touch(context);
            return context;
        }
    }
    return NULL;
}

bool context_has_call(const struct proxy *proxy, const char *call_id)
{
    /* A stranger whose Call-ID has the same hash is only handled earlier. */
    return table_find(&proxy->calls, hash_of(call_id)) != NULL;
}

static void complete(struct context *context, int status)
{
    uint64_t now_ms = clock_real_ms(&context->proxy->clock);

    /* Timers H, J and L all have the same length. */
    context->end_ms = now_ms + TRANSACTION_MS;
    if (MSG_IS_INVITE(context->request) && status >= 300) {
        repeat_start(&context->again, now_ms);
    }
}

void context_send(struct context *context, osip_message_t *response)
{
    int status = response->status_code;
    bool invite = MSG_IS_INVITE(context->request);

    sip_send_response(context->proxy, response);
    if (context->status >= 200) {
        /* A further 2xx to an INVITE: the transaction continues unchanged. */
        osip_message_free(response);
        return;
    }
    context->status = status;
    if (status >= 200) {
        complete(context, status);
    }
    osip_message_free(context->last);
    context->last = response;
    if (invite && status / 100 == 2) {
        /* RFC 6026 §7.1: retransmitted INVITEs are absorbed; the UAS retransmits the 2xx. */
        osip_message_free(response);
        context->last = NULL;
    }
}

void context_answer(struct context *context, int status, const struct field *field)
{
    osip_message_t *response =
        message_response(context->request, status, status > 100 ? context->tag : NULL);

    if (field != NULL && field->name != NULL) {
        message_add(response, field->name, field->value);
    }
    context_send(context, response);
}

void context_repeat(struct context *context)
{
    if (context->last != NULL) {
        sip_send_response(context->proxy, context->last);
    }
}

void context_acknowledged(struct context *context)
{
    if (context->last != NULL) {
        repeat_stop(&context->again);
        osip_message_free(context->last);
        context->last = NULL;
        context->end_ms = clock_real_ms(&context->proxy->clock) + T4_MS;
    }
}

void context_cancel(struct context *context)
{
    /* CANCEL branches are added at the front, so this loop meets none of the new ones. */
    for (struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        branch_cancel(branch);
    }
}

static void work(struct context *context, uint64_t now_ms)
{
    bool news = false;

    for (struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        news = branch_work(branch, now_ms) || news;
    }
    if (news) {
        response_choose(context);
    }
    if (now_ms >= context->again.due_ms && context->last != NULL) {
        sip_send_response(context->proxy, context->last);
        repeat_next(&context->again, now_ms, T2_MS);
    }
    if (now_ms >= context->end_ms) {
        repeat_stop(&context->again);
    }
}

static bool is_over(const struct context *context, uint64_t now_ms)
{
    for (const struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        if (branch->state != BRANCH_DONE) {
            return false;
        }
    }
    return now_ms >= context->end_ms;
}

static void context_free(struct context *context)
{
    struct branch *branch;

    table_remove(&context->proxy->contexts, &context->node);
    table_remove(&context->proxy->calls, &context->call);
    agenda_remove(&context->proxy->agenda, &context->due);
    while ((branch = context->branches) != NULL) {
        context->branches = branch->next;
        branch_free(branch);
    }
    osip_message_free(context->request);
    osip_message_free(context->last);
    free(context->tag);
    free(context->key);
    free(context);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t due_ms(const struct context *context, uint64_t now_ms)
{
    /* Once its end has passed, only the branches keep the context. */
    uint64_t first_ms =
        earlier(context->again.due_ms, context->end_ms > now_ms ? context->end_ms : CLOCK_NEVER);

    for (const struct branch *branch = context->branches; branch != NULL; branch = branch->next) {
        first_ms = earlier(first_ms, branch_due_ms(branch));
    }
    return first_ms;
}

void contexts_work(struct proxy *proxy)
{
    uint64_t now_ms = clock_real_ms(&proxy->clock);

    for (size_t left = proxy->agenda.count; left > 0; left--) {
        struct context *context = agenda_first(&proxy->agenda);

        if (context->due.at_ms > now_ms) {
            break;
        }
        work(context, now_ms);
        if (is_over(context, now_ms)) {
            context_free(context);
        } else {
            agenda_move(&proxy->agenda, &context->due, due_ms(context, now_ms));
        }
    }
}

uint64_t contexts_due_ms(const struct proxy *proxy)
{
    return agenda_next_ms(&proxy->agenda);
}

void contexts_free(struct proxy *proxy)
{
    while (proxy->agenda.count > 0) {
        context_free(agenda_first(&proxy->agenda));
    }
    table_free(&proxy->contexts);
    table_free(&proxy->calls);
    table_free(&proxy->branches);
    agenda_free(&proxy->agenda);
}
