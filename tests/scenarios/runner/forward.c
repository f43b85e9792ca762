/* SPDX-License-Identifier: MIT */
/* A proxy forwards: the message it received, with libsst's edits, must match the line. */
#include "world.h"

#include <string.h>

static void tell_violations(struct host *host, uint32_t violations)
{
    char text[64];
    for (unsigned v = 0; v < SST_VIOLATION_COUNT; v++) {
        if (violations & SST_VIOLATION_BIT(v)) {
            (void)snprintf(text, sizeof text, "violation %s",
                           sst_violation_name((enum sst_violation)v));
            tell(host, text, NULL);
        }
    }
}

bool receive_proxy(struct host *host, const struct message *message)
{
    struct sst_msg msg;
    if (message->copy) {
        return true; /* forwarded as before */
    }
    if (message->status != 0) {
        struct slot *slot = slot_find(host, false, message->method, message->cseq, false);
        if (slot == NULL) {
            return fail(host->world, "a request that this answers", "none was forwarded");
        }
        slot->response = *message;
        return true;
    }
    struct slot *slot = slot_new(host);
    if (slot == NULL) {
        return fail(host->world, "a transaction that ends", "too many are open");
    }
    slot->request = *message;
    message_view(message, &msg);
    if (host->answered_of != NULL) { /* a 2xx was forwarded before: To has a tag */
        sst_msg_set_flags(&msg, SST_MSG_IN_DIALOG);
    }
    if (sst_proxy_request(&host->settings[0].proxy, &slot->proxy_tx, &msg, &slot->edit) != SST_OK) {
        return fail(host->world, "a request that libsst takes", "an error");
    }
    tell_violations(host, slot->edit.violations);
    return true;
}

static struct field *find_field(struct message *message, const char *name, const char *compact)
{
    const char *value = field_get(message, name);
    if (value == NULL) {
        value = field_get(message, compact);
    }
    for (unsigned i = 0; value != NULL && i < message->field_count; i++) {
        if (message->field[i].value == value) {
            return &message->field[i];
        }
    }
    return NULL;
}

static struct field *add_field(struct message *message, const char *name)
{
    struct field *field = &message->field[message->field_count];
    message->field_count++;
    (void)copy_text(field->name, sizeof field->name, name);
    field->value[0] = '\0';
    return field;
}

static void apply(const struct sst_proxy_edit *edit, struct message *message)
{
    if (edit->set_session_expires) {
        struct field *field = find_field(message, "Session-Expires", "x");
        if (field != NULL) {
            char before[sizeof field->value];
            (void)copy_text(before, sizeof before, field->value);
            (void)sst_print_session_expires_like(field->value, sizeof field->value,
                                                 edit->session_expires, before, strlen(before));
        } else {
            field = add_field(message, "Session-Expires");
            (void)sst_print_session_expires(
                field->value, sizeof field->value, edit->session_expires,
                edit->insert_refresher_uac ? SST_REFRESHER_UAC : SST_REFRESHER_NONE);
        }
    }
    if (edit->set_min_se) {
        struct field *field = find_field(message, "Min-SE", "Min-SE");
        field = field != NULL ? field : add_field(message, "Min-SE");
        (void)sst_print_seconds(field->value, sizeof field->value, edit->min_se);
    }
    if (edit->add_require) {
        struct field *field = find_field(message, "Require", "Require");
        bool there = field != NULL;
        field = there ? field : add_field(message, "Require");
        size_t used = strlen(field->value);
        (void)copy_text(field->value + used, sizeof field->value - used,
                        there ? ", timer" : "timer");
    }
}

static bool compare(struct host *host, const struct message *forwarded,
                    const struct message *message)
{
    char expected[512];
    char came[512];
    if (same_fields(forwarded->field, forwarded->field_count, message->field,
                    message->field_count)) {
        return true;
    }
    print_fields(message->field, message->field_count, expected, sizeof expected);
    print_fields(forwarded->field, forwarded->field_count, came, sizeof came);
    return fail(host->world, expected, came);
}

/* The call is over, and so are its dialogs. */
static void forget_dialogs(struct host *host)
{
    for (unsigned i = 0; i < host->world->host_count; i++) {
        if (host->world->host[i].party == host->party) {
            host->world->host[i].kept = (struct sst_proxy_dialog){SST_NEVER, 0};
            host->world->host[i].answered_of = NULL;
        }
    }
}

static bool forward_request(struct host *host, struct message *message)
{
    struct slot *slot = slot_find(host, false, message->method, message->cseq, true);
    bool says = words_find(&host->world->line->words, "record-routes") >= 0;
    if (slot == NULL) {
        return fail(host->world, "a request to forward", "none has arrived");
    }
    if (slot->edit.status != 0) {
        return fail(host->world, "a request to forward", "libsst refuses it with 422");
    }
    if (slot->edit.record_route != says) {
        return fail(host->world, says ? "record-routes" : "record-routes is not said",
                    says ? "libsst does not ask for it" : "libsst asks for it");
    }
    struct message forwarded = slot->request;
    apply(&slot->edit, &forwarded);
    message->cseq = slot->request.cseq;
    message->offer = slot->request.offer;
    if (strcmp(message->method, "BYE") == 0) {
        forget_dialogs(host);
    }
    slot->done = strcmp(message->method, "ACK") == 0;
    return compare(host, &forwarded, message);
}

static bool forward_response(struct host *host, struct host *dialog, struct message *message)
{
    struct slot *slot = slot_find(host, false, message->method, message->cseq, false);
    struct message forwarded;
    if (slot == NULL) {
        return fail(host->world, "an answer to a request", "none has arrived");
    }
    message->cseq = slot->request.cseq;
    slot->done = message->status >= 200;
    if (words_find(&host->world->line->words, "host") >= 0) {
        return true; /* the proxy's own response */
    }
    if (slot->edit.status != 0) {
        memset(&forwarded, 0, sizeof forwarded);
        forwarded.status = slot->edit.status;
        for (size_t i = 0; i < slot->edit.headers.count; i++) {
            struct field *field = add_field(&forwarded, slot->edit.headers.item[i].name);
            (void)copy_text(field->value, sizeof field->value, slot->edit.headers.item[i].value);
        }
    } else {
        struct sst_proxy_edit edit;
        struct sst_msg msg;
        forwarded = slot->response;
        message_view(&forwarded, &msg);
        /* Each To tag has a copy of the transaction. */
        if (dialog->answered_of != slot || dialog->answered_cseq != slot->request.cseq) {
            dialog->answered = slot->proxy_tx;
            dialog->answered_of = slot;
            dialog->answered_cseq = slot->request.cseq;
        }
        if (sst_proxy_response(&host->settings[0].proxy, &dialog->answered, &msg, host_now(host),
                               &edit, &dialog->kept) != SST_OK) {
            return fail(host->world, "a response to forward", "none has arrived");
        }
        tell_violations(host, edit.violations);
        apply(&edit, &forwarded);
    }
    if (forwarded.status != message->status) {
        return fail(host->world, "this status code", "another one was to be sent");
    }
    return compare(host, &forwarded, message);
}

bool send_proxy(struct host *host, struct message *message)
{
    struct host *main_host = host_find(host->world, host->party->name);
    if (main_host == NULL) {
        return fail(host->world, "a message to forward", "none has arrived");
    }
    return message->status == 0 ? forward_request(main_host, message)
                                : forward_response(main_host, host, message);
}

void expire_proxy(struct host *host)
{
    if (sst_proxy_expired(&host->kept, host->world->now_ms)) {
        host->kept = (struct sst_proxy_dialog){SST_NEVER, 0};
        tell(host, "expired", NULL);
    }
}
