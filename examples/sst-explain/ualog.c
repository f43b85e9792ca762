/* SPDX-License-Identifier: MIT */
#include "ualog.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <uthash.h>

#include "text.h"

/* The log has no tags. A call without a 2xx so far has none in its requests. */
struct known {
    UT_hash_handle hh;
    char *call_id;
    bool established;
};

struct ualog {
    const struct sink *sink;
    struct known *table;
    unsigned long line;
    unsigned long found;
};

static struct known *know(struct ualog *log, const char *call_id)
{
    struct known *known = NULL;

    HASH_FIND_STR(log->table, call_id, known);
    if (known == NULL) {
        known = memory(sizeof *known);
        known->call_id = text_copy(call_id);
        HASH_ADD_KEYPTR(hh, log->table, known->call_id, strlen(known->call_id), known);
    }
    return known;
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    /* No line breaks, which would begin another line of the message. */
    return text != NULL && strpbrk(text, "\r\n") == NULL ? text : "";
}

static char *fields_of(json_t *object)
{
    json_t *expires = json_object_get(object, "session_expires");
    json_t *min_se = json_object_get(object, "min_se");
    const char *refresher = text_of(object, "refresher");
    const char *reason = text_of(object, "reason");
    char *se =
        json_is_integer(expires)
            ? text_print("Session-Expires: %lld%s%s\r\n", (long long)json_integer_value(expires),
                         refresher[0] != '\0' ? ";refresher=" : "", refresher)
            : text_copy("");
    char *min = json_is_integer(min_se)
                    ? text_print("Min-SE: %lld\r\n", (long long)json_integer_value(min_se))
                    : text_copy("");
    char *all = text_print(
        "%s%s%s%s%s%s%s", se, min,
        json_is_true(json_object_get(object, "supported_timer")) ? "Supported: timer\r\n" : "",
        json_is_true(json_object_get(object, "require_timer")) ? "Require: timer\r\n" : "",
        reason[0] != '\0' ? "Reason: " : "", reason, reason[0] != '\0' ? "\r\n" : "");

    free(se);
    free(min);
    return all;
}

static char *message_of(json_t *object, struct known *known, bool sent)
{
    const char *method = text_of(object, "cseq_method");
    long long status = json_integer_value(json_object_get(object, "status"));
    long long cseq = json_integer_value(json_object_get(object, "cseq"));
    bool request = json_object_get(object, "status") == NULL;
    bool local_asks = request == sent;
    bool tagged = known->established || (!request && status > 100);
    char *fields = fields_of(object);
    char *start = request ? text_print("%s sip:peer SIP/2.0", method)
                          : text_print("SIP/2.0 %03lld Response", status);
    char *text = text_print(
        "%s\r\nVia: SIP/2.0/UDP log;branch=z9hG4bK-%s-%lld-%s\r\n"
        "From: <sip:%s>;tag=%s\r\nTo: <sip:%s>%s%s\r\n"
        "Call-ID: %s\r\nCSeq: %lld %s\r\n%s\r\n",
        start, local_asks ? "local" : "peer", cseq, method, local_asks ? "sst-ua" : "peer",
        local_asks ? "local" : "remote", local_asks ? "peer" : "sst-ua", tagged ? ";tag=" : "",
        tagged ? local_asks ? "remote" : "local" : "", known->call_id, cseq, method, fields);

    if (!request && status / 100 == 2 && strcmp(method, "INVITE") == 0) {
        known->established = true;
    }
    free(start);
    free(fields);
    return text;
}

static void take_object(struct ualog *log, json_t *object)
{
    static const struct end local = {"sst-ua", 0};
    static const struct end peer = {"peer", 0};
    const char *event = text_of(object, "event");
    const char *call_id = text_of(object, "call");
    bool sent = strcmp(event, "sent") == 0;
    double t = json_number_value(json_object_get(object, "t"));
    struct packet packet = {.frame = log->line};
    char *text;

    if ((!sent && strcmp(event, "received") != 0) || call_id[0] == '\0' || t < 0 || t > 1e12) {
        return;
    }
    text = message_of(object, know(log, call_id), sent);
    packet.at_us = (uint64_t)(t * 1e6);
    packet.from = sent ? local : peer;
    packet.to = sent ? peer : local;
    packet.bytes = text;
    packet.length = strlen(text);
    log->sink->take(log->sink->user, &packet);
    log->found++;
    free(text);
}

static void forget(struct ualog *log)
{
    struct known *known;
    struct known *next;

    HASH_ITER(hh, log->table, known, next)
    {
        HASH_DEL(log->table, known);
        free(known->call_id);
        free(known);
    }
}

bool ualog_read(FILE *file, const struct sink *sink)
{
    struct ualog log = {.sink = sink};
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, file) > 0) {
        json_t *object = json_loads(line, 0, NULL);

        log.line++;
        if (json_is_object(object)) {
            take_object(&log, object);
        }
        json_decref(object);
    }
    forget(&log);
    free(line);
    if (log.found == 0) {
        fputs("sst-explain: no messages found in the log\n", stderr);
    }
    return log.found > 0;
}
