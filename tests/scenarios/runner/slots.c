/* SPDX-License-Identifier: MIT */
/* Transactions, and messages as lists of header fields. */
#include "world.h"

#include <string.h>

struct slot *slot_new(struct host *host)
{
    /* An open transaction is kept as long as there are others. */
    for (unsigned i = 0; i < MAX_SLOTS; i++) {
        struct slot *slot = &host->slot[(host->next_slot + i) % MAX_SLOTS];
        if (!slot->used || slot->done) {
            host->next_slot = (host->next_slot + i + 1u) % MAX_SLOTS;
            memset(slot, 0, sizeof *slot);
            slot->used = true;
            return slot;
        }
    }
    return NULL;
}

struct slot *slot_find(struct host *host, bool own, const char *method, uint32_t cseq, bool open)
{
    struct slot *found = NULL;
    for (unsigned i = 0; i < MAX_SLOTS; i++) {
        /* From oldest to newest. */
        struct slot *slot = &host->slot[(host->next_slot + i) % MAX_SLOTS];
        if (slot->used && slot->own == own && strcmp(slot->request.method, method) == 0 &&
            (cseq == 0 || slot->request.cseq == cseq) && !(open && slot->done)) {
            found = slot;
        }
    }
    return found;
}

bool is_refresh_method(const char *method)
{
    return strcmp(method, "INVITE") == 0 || strcmp(method, "UPDATE") == 0;
}

enum sst_method method_of(const char *method)
{
    return sst_method_from_name(method, strlen(method));
}

static bool same_letters(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
        char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
        if (x != y) {
            return false;
        }
    }
    return *a == *b;
}

const char *field_get(const struct message *message, const char *name)
{
    for (unsigned i = 0; i < message->field_count; i++) {
        if (same_letters(message->field[i].name, name)) {
            return message->field[i].value;
        }
    }
    return NULL;
}

void message_view(const struct message *message, struct sst_msg *msg)
{
    enum sst_method method = method_of(message->method);
    if (message->status == 0) {
        sst_msg_request(msg, method, message->cseq);
    } else {
        sst_msg_response(msg, message->status, method, message->cseq);
    }
    for (unsigned i = 0; i < message->field_count; i++) {
        const struct field *field = &message->field[i];
        (void)sst_msg_header_n(msg, field->name, strlen(field->name), field->value,
                               strlen(field->value));
    }
    if (message->offer) {
        sst_msg_set_flags(msg, SST_MSG_OFFER);
    }
}

void message_of_line(const struct line *line, struct message *message)
{
    memset(message, 0, sizeof *message);
    message->status = line->status;
    (void)copy_text(message->method, sizeof message->method, line->method);
    message->offer = words_find(&line->words, "offer") >= 0;
    message->copy = words_find(&line->words, "copy") >= 0;
    int cseq = words_find(&line->words, "cseq");
    if (cseq >= 0) {
        (void)read_number(line->words.text[cseq + 1], &message->cseq);
    }
    message->field_count = line->field_count;
    memcpy(message->field, line->field, line->field_count * sizeof line->field[0]);
}

static bool same_field(const struct field *a, const struct field *b)
{
    return same_letters(a->name, b->name) && strcmp(a->value, b->value) == 0;
}

bool same_fields(const struct field *a, unsigned a_count, const struct field *b, unsigned b_count)
{
    bool taken[MAX_FIELDS] = {false};
    if (a_count != b_count) {
        return false;
    }
    for (unsigned i = 0; i < a_count; i++) {
        bool found = false;
        for (unsigned k = 0; k < b_count && !found; k++) {
            found = !taken[k] && same_field(&a[i], &b[k]);
            taken[k] = taken[k] || found;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

bool is_timer_field(const char *name)
{
    static const char *const names[] = {"Supported",     "Session-Expires", "Min-SE",     "Require",
                                        "Proxy-Require", "Unsupported",     "Retry-After"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (same_letters(names[i], name)) {
            return true;
        }
    }
    return false;
}

void print_fields(const struct field *fields, unsigned count, char *buffer, size_t size)
{
    size_t used = 0;
    (void)copy_text(buffer, size, count == 0 ? "none" : "");
    for (unsigned i = 0; i < count && used < size; i++) {
        int length = snprintf(buffer + used, size - used, "%s%s: %s", i == 0 ? "" : ", ",
                              fields[i].name, fields[i].value);
        used += length < 0 ? 0 : (size_t)length;
    }
    for (char *c = buffer; *c != '\0'; c++) {
        *c = *c == '\r' || *c == '\n' || *c == '\t' ? ' ' : *c;
    }
}
