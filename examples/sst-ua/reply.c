/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dialog.h"
#include "message.h"
#include "text.h"
#include "timer.h"
#include "transactions.h"

/* Our Contact, as the sender of this request sees us. */
static void add_contact(const struct question *question, osip_message_t *response)
{
    struct hop hop = {0};

    if (question->call != NULL && question->call->dialog != NULL) {
        hop = dialog_hop(question->call);
    } else {
        hop = hop_back(question->request);
    }
    hop_add_contact(question->ua, &hop, response);
    hop_free(&hop);
}

osip_message_t *reply_new(const struct question *question, int status)
{
    const struct ua *ua = question->ua;
    const char *method = question->request->sip_method;
    char token[RANDOM_TOKEN_SIZE];
    osip_message_t *response;

    random_token(token);
    response = message_response(question->request, status,
                                question->call != NULL ? question->call->local_tag : token);
    if (status > 100 && status < 300 &&
        (strcmp(method, "INVITE") == 0 || strcmp(method, "UPDATE") == 0)) {
        add_contact(question, response);
    }
    if (status == 405 || status == 501 ||
        (status > 100 && status < 300 && strcmp(method, "BYE") != 0 &&
         strcmp(method, "CANCEL") != 0)) {
        message_add_allow(response, !ua->options.no_update);
    }
    if (status == 415 || strcmp(method, "OPTIONS") == 0) {
        osip_message_set_accept(response, "application/sdp");
    }
    return response;
}

void reply_send(const struct question *question, osip_message_t *response)
{
    if (question->call != NULL) {
        timer_answer(question->call, question->tx, response);
    } else {
        timer_plain_answer(question->ua, response);
    }
    transactions_respond(question->ua, question->transaction, response);
}

void reply(const struct question *question, int status)
{
    reply_send(question, reply_new(question, status));
}

void reply_advice(const struct question *question, const struct sst_advice *advice)
{
    osip_message_t *response = reply_new(question, (int)advice->status);

    sst_osip_apply(response, &advice->headers);
    transactions_respond(question->ua, question->transaction, response);
}

/* The option tags of Require except timer, joined by commas; NULL if there are none. To be
 * freed. */
static char *foreign_tags(osip_message_t *request)
{
    osip_header_t *header;
    char *tags = NULL;
    char *joined;
    int at = -1;

    while ((at = osip_message_header_get_byname(request, "require", at + 1, &header)) >= 0) {
        if (header->hvalue == NULL || header->hvalue[0] == '\0' ||
            strcasecmp(header->hvalue, "timer") == 0) {
            continue;
        }
        joined =
            tags == NULL ? text_copy(header->hvalue) : text_print("%s, %s", tags, header->hvalue);
        free(tags);
        tags = joined;
    }
    return tags;
}

bool reply_bad_extension(const struct question *question, const struct sst_advice *advice)
{
    char *tags = foreign_tags(question->request);
    osip_message_t *response;

    if (tags == NULL) {
        return false;
    }
    response = reply_new(question, 420);
    message_add(response, "Unsupported", tags);
    free(tags);
    if (advice->status == 420) {
        sst_osip_apply(response, &advice->headers);
        transactions_respond(question->ua, question->transaction, response);
    } else {
        reply_send(question, response);
    }
    return true;
}
