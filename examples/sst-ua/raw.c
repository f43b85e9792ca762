/* SPDX-License-Identifier: MIT */
#include "raw.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "endpoint.h"
#include "seen.h"
#include "text.h"

/* Not strchr(), which also finds its list's terminator. */
static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct raw_text trimmed(const char *at, const char *end)
{
    while (at < end && is_space(*at)) {
        at++;
    }
    while (end > at && is_space(end[-1])) {
        end--;
    }
    return (struct raw_text){at, (size_t)(end - at)};
}

/* The end of a line, its line feed included. */
static const char *line_end(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));

    return feed != NULL ? feed + 1 : end;
}

static bool is_blank(const char *at, const char *end)
{
    return (end - at == 1 && at[0] == '\n') || (end - at == 2 && at[0] == '\r' && at[1] == '\n');
}

bool raw_split(struct raw_message *raw, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    const char *at;
    const char *next;

    memset(raw, 0, sizeof *raw);
    /* RFC 3261 §7.5: skip leading empty lines. */
    while (bytes < end && (*bytes == '\r' || *bytes == '\n')) {
        bytes++;
    }
    if (bytes == end) {
        return false;
    }
    raw->bytes = bytes;
    at = line_end(bytes, end);
    raw->start = (struct raw_text){bytes, (size_t)(at - bytes)};
    while (raw->start.length > 0 &&
           (bytes[raw->start.length - 1] == '\r' || bytes[raw->start.length - 1] == '\n')) {
        raw->start.length--;
    }
    while (at < end) {
        next = line_end(at, end);
        if (is_blank(at, next)) {
            raw->head = (struct raw_text){bytes, (size_t)(at - bytes)};
            raw->body = (struct raw_text){next, (size_t)(end - next)};
            return true;
        }
        at = next;
    }
    raw->head = (struct raw_text){bytes, (size_t)(end - bytes)};
    raw->body = (struct raw_text){end, 0};
    return true;
}

bool raw_next(const struct raw_message *raw, struct raw_field *field)
{
    const char *end = raw->head.at + raw->head.length;
    const char *at = field->whole.at != NULL ? field->whole.at + field->whole.length
                                             : line_end(raw->head.at, end);
    const char *next = at;
    const char *colon;

    if (at >= end) {
        return false;
    }
    do {
        next = line_end(next, end);
    } while (next < end && (*next == ' ' || *next == '\t'));
    field->whole = (struct raw_text){at, (size_t)(next - at)};
    colon = memchr(at, ':', field->whole.length);
    if (colon == NULL) {
        field->name = trimmed(at, next);
        field->value = (struct raw_text){next, 0};
    } else {
        field->name = trimmed(at, colon);
        field->value = trimmed(colon + 1, next);
    }
    return true;
}

bool raw_is(const struct raw_field *field, const char *name, char compact)
{
    const struct raw_text *is = &field->name;

    return (is->length == strlen(name) && strncasecmp(is->at, name, is->length) == 0) ||
           (compact != 0 && is->length == 1 && (*is->at | 0x20) == compact);
}

bool raw_find(const struct raw_message *raw, const char *name, char compact,
              struct raw_field *field)
{
    memset(field, 0, sizeof *field);
    while (raw_next(raw, field)) {
        if (raw_is(field, name, compact)) {
            return true;
        }
    }
    return false;
}

bool raw_is_response(const struct raw_message *raw)
{
    return raw->start.length > 8 && strncasecmp(raw->start.at, "SIP/", 4) == 0;
}

/* Characters of a token (RFC 3261 §25.1). */
static bool is_token(const char *at, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)at[i];

        if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr("-.!%*_+`'~", c) == NULL)) {
            return false;
        }
    }
    return length > 0;
}

/* Method SP Request-URI SP SIP-Version, none of them containing spaces. */
static int check_request_line(const struct raw_message *raw)
{
    const char *at = raw->start.at;
    const char *end = at + raw->start.length;
    const char *uri = memchr(at, ' ', (size_t)(end - at));
    const char *version = uri != NULL ? memchr(uri + 1, ' ', (size_t)(end - uri - 1)) : NULL;

    if (version == NULL || !is_token(at, (size_t)(uri - at)) || uri + 1 == version ||
        uri[1] == '<' || memchr(version + 1, ' ', (size_t)(end - version - 1)) != NULL) {
        return 400;
    }
    if (end - version < 5 || strncasecmp(version + 1, "SIP/", 4) != 0) {
        return 400;
    }
    return end - version == 8 && strncasecmp(version + 1, "SIP/2.0", 7) == 0 ? 0 : 505;
}

/* Whether a SIP URI has its IPv6 address in brackets (RFC 5118 §4.1, §4.2). */
static bool has_sound_host(const char *at, const char *end)
{
    const char *host = memchr(at, ':', (size_t)(end - at));
    int colons = 0;

    host = host != NULL ? host + 1 : at;
    for (const char *p = host; p < end && *p != '?'; p++) {
        host = *p == '@' ? p + 1 : host;
    }
    for (bool within = false; host < end && *host != ';' && *host != '?'; host++) {
        within = *host == '[' || (within && *host != ']');
        colons += *host == ':' && !within;
    }
    return colons <= 1;
}

/* Schemes that we may handle; 416 for others (RFC 3261 §8.2.2.1, §16.3). */
static int check_uri(const struct raw_message *raw)
{
    const char *end = raw->start.at + raw->start.length - sizeof "SIP/2.0";
    const char *at = (const char *)memchr(raw->start.at, ' ', raw->start.length) + 1;
    const char *colon = memchr(at, ':', (size_t)(end - at));
    size_t length = colon != NULL ? (size_t)(colon - at) : 0;
    bool sip = (length == 3 && strncasecmp(at, "sip", 3) == 0) ||
               (length == 4 && strncasecmp(at, "sips", 4) == 0);

    if (sip) {
        return has_sound_host(at, end) ? 0 : 400;
    }
    if (length == 3 && strncasecmp(at, "tel", 3) == 0) {
        return 0;
    }
    return length > 0 ? 416 : 400;
}

/* Whether every quoted string and every name-addr in a value ends. */
static bool is_balanced(const struct raw_text *value)
{
    bool quoted = false;
    bool open = false;

    for (size_t i = 0; i < value->length; i++) {
        char c = value->at[i];

        if (quoted && c == '\\') {
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == '<') {
            open = true;
        } else if (!quoted && c == '>') {
            open = false;
        }
    }
    return !quoted && !open;
}

/* A display name is quoted, or tokens with spaces between them. */
static bool is_display_name(struct raw_text name)
{
    size_t start = 0;

    if (name.length == 0 || name.at[0] == '"') {
        return name.length == 0 || (name.length > 1 && name.at[name.length - 1] == '"');
    }
    for (size_t i = 0; i <= name.length; i++) {
        if (i == name.length || is_space(name.at[i])) {
            if (i > start && !is_token(name.at + start, i - start)) {
                return false;
            }
            start = i + 1;
        }
    }
    return true;
}

/* From and To: display name, and a URI without spaces between < and >. */
static bool is_name_addr(const struct raw_text *value)
{
    bool quoted = false;
    size_t open;
    size_t i;

    for (open = 0; open < value->length && (quoted || value->at[open] != '<'); open++) {
        if (quoted && value->at[open] == '\\') {
            open++;
        } else if (value->at[open] == '"') {
            quoted = !quoted;
        }
    }
    if (open >= value->length) {
        return true; /* an addr-spec */
    }
    for (i = open; i < value->length && value->at[i] != '>'; i++) {
        if (value->at[i] == ' ' || value->at[i] == '\t') {
            return false;
        }
    }
    return is_display_name(trimmed(value->at, value->at + open));
}

/* Digits only, and at most the limit. */
static bool read_number(const struct raw_text *value, uint64_t limit, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < value->length; i++) {
        if (value->at[i] < '0' || value->at[i] > '9' || *number > limit) {
            return false;
        }
        *number = *number * 10 + (uint64_t)(value->at[i] - '0');
    }
    return value->length > 0 && *number <= limit;
}

static int check_length(struct raw_message *raw, const struct raw_field *field)
{
    uint64_t length;

    if (!read_number(&field->value, UINT32_MAX, &length) || length > raw->body.length) {
        return 400;
    }
    raw->body.length = (size_t)length;
    return 0;
}

/* The method of CSeq must equal that of the request line, in the same case. */
static int check_cseq(const struct raw_message *raw, const struct raw_text *value)
{
    const char *space;
    const char *end = value->at + value->length;
    const char *at = value->at;
    struct raw_text digits;
    struct raw_text method;
    uint64_t number;

    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    digits = (struct raw_text){value->at, (size_t)(at - value->at)};
    method = trimmed(at, end);
    /* RFC 3261 §8.1.1.5: less than 2^31. */
    if (!read_number(&digits, 0x7fffffff, &number) || method.at == at ||
        !is_token(method.at, method.length)) {
        return 400;
    }
    if (raw_is_response(raw)) {
        return 0;
    }
    space = memchr(raw->start.at, ' ', raw->start.length);
    return method.length == (size_t)(space - raw->start.at) &&
                   memcmp(method.at, raw->start.at, method.length) == 0
               ? 0
               : 400;
}

/* Fields that may occur only once; one bit each. */
enum { FROM = 1, TO = 2, CALL_ID = 4, CSEQ = 8, VIA = 16, MAX_FORWARDS = 32, LENGTH = 64 };

static unsigned kind_of(const struct raw_field *field)
{
    return raw_is(field, "From", 'f')             ? FROM
           : raw_is(field, "To", 't')             ? TO
           : raw_is(field, "Call-ID", 'i')        ? CALL_ID
           : raw_is(field, "CSeq", 0)             ? CSEQ
           : raw_is(field, "Via", 'v')            ? VIA
           : raw_is(field, "Max-Forwards", 0)     ? MAX_FORWARDS
           : raw_is(field, "Content-Length", 'l') ? LENGTH
                                                  : 0;
}

static int check_field(struct raw_message *raw, const struct raw_field *field, unsigned kind)
{
    if (!is_token(field->name.at, field->name.length)) {
        return 400;
    }
    if (kind == LENGTH) {
        return check_length(raw, field);
    }
    if (kind == CSEQ) {
        return check_cseq(raw, &field->value);
    }
    if ((kind == FROM || kind == TO) && !is_name_addr(&field->value)) {
        return 400;
    }
    if ((kind == FROM || kind == TO || raw_is(field, "Contact", 'm') || raw_is(field, "Route", 0) ||
         raw_is(field, "Record-Route", 0)) &&
        !is_balanced(&field->value)) {
        return 400;
    }
    return 0;
}

int raw_check(struct raw_message *raw)
{
    struct raw_field field = {{0}, {0}, {0}};
    unsigned seen = 0;
    int status = raw_is_response(raw) ? 0 : check_request_line(raw);

    while (status == 0 && raw_next(raw, &field)) {
        unsigned kind = kind_of(&field);

        status = (kind & seen & ~(unsigned)VIA) != 0 ? 400 : check_field(raw, &field, kind);
        seen |= kind;
    }
    if (status == 0 &&
        (seen & (FROM | TO | CALL_ID | CSEQ | VIA)) != (FROM | TO | CALL_ID | CSEQ | VIA)) {
        status = 400;
    }
    return status == 0 && !raw_is_response(raw) ? check_uri(raw) : status;
}

/* The end of the first of several Vias on one line. */
static const char *via_end(const struct raw_text *value)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < value->length && (quoted || value->at[i] != ','); i++) {
        quoted = value->at[i] == '"' ? !quoted : quoted;
    }
    return value->at + i;
}

/* The position after a parameter that has this name and no value, NULL if there is none. */
static const char *flag_end(const char *at, const char *end, const char *name)
{
    size_t length = strlen(name);

    for (; at + length < end; at++) {
        const char *rest = at + 1 + length;

        if (*at == ';' && strncasecmp(at + 1, name, length) == 0 &&
            (rest == end || *rest == ';' || *rest == ',' || is_space(*rest))) {
            return rest;
        }
    }
    return NULL;
}

/* The port of a Via's sent-by; the sender's if it cannot be read. */
static int sent_by_port(const char *at, const char *end, int port)
{
    const char *semicolon = memchr(at, ';', (size_t)(end - at));
    const char *bracket;
    const char *colon;
    char digits[8] = "";

    end = semicolon != NULL ? semicolon : end;
    bracket = memchr(at, ']', (size_t)(end - at));
    at = bracket != NULL ? bracket : at;
    colon = memchr(at, ':', (size_t)(end - at));
    if (colon == NULL) {
        return 5060;
    }
    for (size_t i = 0; colon + 1 + i < end && i + 1 < sizeof digits && colon[1 + i] > ' '; i++) {
        digits[i] = colon[1 + i];
    }
    return endpoint_port(digits) > 0 ? endpoint_port(digits) : port;
}

/* The topmost Via, with the address the request came from (RFC 3261 §18.2.1, RFC 3581 §4). */
static char *print_via(const struct raw_field *via, const char *host, int port, int *to_port)
{
    const char *at = via->value.at;
    const char *end = at + via->value.length;
    const char *first = via_end(&via->value);
    const char *rport = flag_end(at, first, "rport");
    char *text;

    if (rport != NULL) {
        *to_port = port;
        text = text_print("Via: %.*s=%d%.*s;received=%s%.*s\r\n", (int)(rport - at), at, port,
                          (int)(first - rport), rport, host, (int)(end - first), first);
    } else {
        *to_port = sent_by_port(at, first, port);
        text = text_print("Via: %.*s;received=%s%.*s\r\n", (int)(first - at), at, host,
                          (int)(end - first), first);
    }
    return text;
}

bool raw_has_tag(const struct raw_field *field)
{
    const struct raw_text *value = &field->value;
    const char *at = value->at;
    const char *end = at + value->length;

    for (const char *p = at; p < end; p++) {
        at = *p == '>' ? p : at;
    }
    for (; at + 5 <= end; at++) {
        if (*at == ';' && strncasecmp(trimmed(at + 1, end).at, "tag", 3) == 0) {
            return true;
        }
    }
    return false;
}

static void append(char **text, char *more)
{
    char *longer = text_print("%s%s", *text, more);

    free(more);
    free(*text);
    *text = longer;
}

/* A header field of the request as the response repeats it, or an empty text. */
static char *print_field(const struct raw_field *field, unsigned kind, unsigned secret)
{
    const struct raw_text *value = &field->value;
    uint64_t tag = seen_hash(SEEN_HASH_START + secret, field->whole.at, field->whole.length);

    if (kind == TO && !raw_has_tag(field)) {
        return text_print("To: %.*s;tag=%08lx\r\n", (int)value->length, value->at,
                          (unsigned long)(tag & 0xffffffff));
    }
    return text_print("%.*s: %.*s\r\n", (int)field->name.length, field->name.at, (int)value->length,
                      value->at);
}

char *raw_refusal(const struct raw_message *raw, const char *host, int port, int status,
                  const char *phrase, const char *more, unsigned secret, int *to_port)
{
    struct raw_field field = {{0}, {0}, {0}};
    unsigned seen = 0;
    char *text;

    if (raw_is_response(raw) || !raw_find(raw, "Via", 'v', &field) ||
        (raw->start.length >= 4 && strncmp(raw->start.at, "ACK ", 4) == 0)) {
        return NULL;
    }
    memset(&field, 0, sizeof field);
    text = text_print("SIP/2.0 %d %s\r\n", status, phrase);
    while (raw_next(raw, &field)) {
        unsigned kind = kind_of(&field);

        if (kind == VIA && (seen & VIA) == 0) {
            append(&text, print_via(&field, host, port, to_port));
        } else if (kind == VIA || ((kind & (FROM | TO | CALL_ID | CSEQ)) & ~seen) != 0) {
            append(&text, print_field(&field, kind, secret));
        }
        seen |= kind;
    }
    append(&text, text_print("%sContent-Length: 0\r\n\r\n", more));
    return text;
}
