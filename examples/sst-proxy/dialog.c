/* SPDX-License-Identifier: MIT */
#include "dialog.h"

#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "message.h"
#include "text.h"

/* The state of a dialog with a session timer. Dialogs without one have no state. */
struct dialog {
    struct node node;
    struct sst_proxy_dialog kept;
    struct due expires; /* when kept expires */
    char *call_id;
    char *tags; /* both, sorted: either side may send a request */
};

int dialog_request(struct proxy *proxy, osip_message_t *request, struct sst_proxy_tx *tx,
                   struct field *field)
{
    struct sst_proxy_edit edit;
    struct sst_msg msg;

    if (sst_osip_read(&msg, request) != SST_OK ||
        sst_proxy_request(&proxy->settings.policy, tx, &msg, &edit) != SST_OK) {
        return 400;
    }
    if (edit.status != 0) {
        field->name = edit.headers.item[0].name;
        field->value = text_copy(edit.headers.item[0].value);
        return (int)edit.status;
    }
    return sst_osip_apply_edit(request, &edit) == SST_OK ? 0 : 500;
}

static char *both_tags(osip_message_t *sip)
{
    const char *from = message_tag(sip->from);
    const char *to = message_tag(sip->to);

    from = from != NULL ? from : "";
    to = to != NULL ? to : "";
    return strcmp(from, to) < 0 ? text_print("%s %s", from, to) : text_print("%s %s", to, from);
}

static uint64_t hash_of(const char *call_id, const char *tags)
{
    return seen_hash(seen_hash(SEEN_HASH_START, call_id, strlen(call_id)), tags, strlen(tags));
}

/* The dialog of a message, NULL if there is none. */
static struct dialog *find(struct proxy *proxy, osip_message_t *sip)
{
    struct dialog *dialog = NULL;
    char *call_id = message_call_id(sip);
    char *tags = both_tags(sip);
    struct node *node = table_find(&proxy->dialogs, hash_of(call_id, tags));

    for (; node != NULL && dialog == NULL; node = table_next(node)) {
        dialog = node->owner;
        if (strcmp(dialog->call_id, call_id) != 0 || strcmp(dialog->tags, tags) != 0) {
            dialog = NULL;
        }
    }
    free(tags);
    free(call_id);
    return dialog;
}

static struct dialog *add(struct proxy *proxy, osip_message_t *sip)
{
    struct dialog *dialog = memory(sizeof *dialog);

    dialog->call_id = message_call_id(sip);
    dialog->tags = both_tags(sip);
    table_add(&proxy->dialogs, &dialog->node, hash_of(dialog->call_id, dialog->tags), dialog);
    agenda_add(&proxy->expirations, &dialog->expires, dialog);
    return dialog;
}

static void drop(struct proxy *proxy, struct dialog *dialog)
{
    table_remove(&proxy->dialogs, &dialog->node);
    agenda_remove(&proxy->expirations, &dialog->expires);
    free(dialog->call_id);
    free(dialog->tags);
    free(dialog);
}

static void begin(const struct proxy *proxy, const char *call_id, const char *event)
{
    double real_s = clock_real_s(&proxy->clock);

    line_begin();
    line_seconds("t", real_s * proxy->clock.speed);
    line_seconds("real", real_s);
    line_string("call", call_id);
    line_string("event", event);
}

static void log_expiration(const struct proxy *proxy, const char *call_id, unsigned long interval)
{
    if (proxy->log.json) {
        begin(proxy, call_id, "expiration");
        line_number("interval", interval);
        line_end();
    } else if (interval > 0) {
        log_note(&proxy->log, call_id, "the dialog's state is kept for %lu s", interval);
    } else {
        log_note(&proxy->log, call_id, "the dialog's session timer is off");
    }
}

static void log_expired(const struct proxy *proxy, const char *call_id)
{
    if (proxy->log.json) {
        begin(proxy, call_id, "state_expired");
        line_end();
    } else {
        log_note(&proxy->log, call_id, "no refresh came: the dialog's state is freed");
    }
}

/* A 2xx gave its dialog (NULL if unknown yet) a new expiration, or removed it. */
static void set_expiration(struct proxy *proxy, struct dialog *dialog, osip_message_t *response,
                           const struct sst_proxy_dialog *kept)
{
    char *call_id = message_call_id(response);

    if (kept->interval != 0) {
        dialog = dialog != NULL ? dialog : add(proxy, response);
        dialog->kept = *kept;
        agenda_move(&proxy->expirations, &dialog->expires, kept->expires_ms);
        log_expiration(proxy, call_id, kept->interval);
    } else if (dialog != NULL) {
        drop(proxy, dialog);
        log_expiration(proxy, call_id, 0);
    }
    free(call_id);
}

void dialog_response(struct branch *branch, osip_message_t *response, struct sst_proxy_tx *tx)
{
    struct proxy *proxy = branch->context->proxy;
    uint64_t now_ms = clock_library_ms(&proxy->clock);
    struct dialog *dialog = find(proxy, response);
    struct sst_proxy_dialog kept = dialog != NULL ? dialog->kept : (struct sst_proxy_dialog){0};
    uint64_t before_ms = kept.expires_ms;
    struct sst_proxy_edit edit;
    struct sst_msg msg;

    if (strcmp(response->cseq->method, "BYE") == 0 && response->status_code / 100 == 2) {
        if (dialog != NULL) {
            drop(proxy, dialog);
        }
        return;
    }
    if (sst_osip_read(&msg, response) != SST_OK ||
        sst_proxy_response(&proxy->settings.policy, tx, &msg, now_ms, &edit, &kept) != SST_OK) {
        return;
    }
    if (sst_osip_apply_edit(response, &edit) != SST_OK) {
        log_note(&proxy->log, NULL, "no memory for the header fields of a response");
    }
    if (kept.expires_ms != before_ms) {
        set_expiration(proxy, dialog, response, &kept);
    }
}

uint64_t dialogs_due_ms(const struct proxy *proxy)
{
    uint64_t due_ms = agenda_next_ms(&proxy->expirations);

    return due_ms == CLOCK_NEVER ? CLOCK_NEVER : clock_real_of(&proxy->clock, due_ms);
}

/* RFC 4028 §8.3: send no BYE; that is up to the two user agents. */
void dialogs_expire(struct proxy *proxy)
{
    uint64_t now_ms = clock_library_ms(&proxy->clock);
    struct dialog *dialog;

    while ((dialog = agenda_first(&proxy->expirations)) != NULL &&
           sst_proxy_expired(&dialog->kept, now_ms)) {
        log_expired(proxy, dialog->call_id);
        drop(proxy, dialog);
    }
}

void dialogs_free(struct proxy *proxy)
{
    while (proxy->expirations.count > 0) {
        drop(proxy, agenda_first(&proxy->expirations));
    }
    table_free(&proxy->dialogs);
    agenda_free(&proxy->expirations);
}
