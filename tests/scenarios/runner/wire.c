/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "world.h"

struct text {
    char *at;
    size_t size;
    size_t length;
};

#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static void
add(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text->at + text->length, text->size - text->length, format, arguments);
    va_end(arguments);
    text->length += length < 0 ? 0 : (size_t)length;
    text->length = text->length < text->size ? text->length : text->size - 1u;
}

unsigned wire_host(const struct wire *wire, const char *name)
{
    const struct party *party = story_party(wire->story, name);
    return party == NULL ? 0 : (unsigned)(party - wire->story->party) + 1u;
}

static bool passes_on(const struct wire *wire, const char *name)
{
    const struct party *party = story_party(wire->story, name);
    return party != NULL && (party->kind == PROXY || party->relays);
}

static bool same_party(const struct wire *wire, const char *a, const char *b)
{
    return story_party(wire->story, a) == story_party(wire->story, b);
}

/* ---- Which call is it? ---- */

static bool is_hop(const struct wire *wire, const struct wire_call *call, const char *a,
                   const char *b)
{
    for (unsigned i = 0; i < call->hop_count; i++) {
        const char *one = call->hop[i][0];
        const char *two = call->hop[i][1];
        if ((same_party(wire, one, a) && same_party(wire, two, b)) ||
            (same_party(wire, one, b) && same_party(wire, two, a))) {
            return true;
        }
    }
    return false;
}

/* Whether the call's INVITE went from one to the other: a relay sends this way by itself. */
static bool is_first(const struct wire *wire, const struct wire_call *call, const char *from,
                     const char *to)
{
    for (unsigned i = 0; i < call->hop_count; i++) {
        if (same_party(wire, call->hop[i][0], from) && same_party(wire, call->hop[i][1], to)) {
            return true;
        }
    }
    return false;
}

static void add_hop(const struct wire *wire, struct wire_call *call, const char *a, const char *b)
{
    if (call->hop_count < WIRE_HOPS && !is_hop(wire, call, a, b)) {
        (void)copy_text(call->hop[call->hop_count][0], NAME_ROOM, a);
        (void)copy_text(call->hop[call->hop_count][1], NAME_ROOM, b);
        call->hop_count++;
    }
}

static struct wire_call *find_call(struct wire *wire, const char *from, const char *to)
{
    for (unsigned i = wire->call_count; i > 0; i--) {
        struct wire_call *call = &wire->call[i - 1u];
        if (is_hop(wire, call, from, to)) {
            return call;
        }
    }
    return NULL;
}

static struct wire_call *new_call(struct wire *wire, const char *caller)
{
    if (wire->call_count == WIRE_CALLS) {
        return NULL;
    }
    struct wire_call *call = &wire->call[wire->call_count];
    wire->call_count++;
    call->number = wire->call_count;
    (void)copy_text(call->caller, sizeof call->caller, caller);
    return call;
}

/* The newest request of a method (NULL for any) from one party to another. */
static struct wire_asked *find_asked(struct wire *wire, const char *from, const char *to,
                                     const char *method, uint32_t cseq)
{
    for (unsigned i = 1; i <= WIRE_ASKED; i++) {
        struct wire_asked *asked = &wire->asked[(wire->asked_next + WIRE_ASKED - i) % WIRE_ASKED];
        if (asked->call != NULL && (from == NULL || same_party(wire, asked->from, from)) &&
            same_party(wire, asked->to, to) && strcmp(asked->method, method) == 0 &&
            (cseq == 0 || asked->cseq == cseq)) {
            return asked;
        }
    }
    return NULL;
}

static void add_via(struct wire *wire, struct wire_asked *asked, const char *method,
                    const struct wire_asked *received)
{
    const struct wire_asked *invite = NULL;
    unsigned branch = wire->branches + 1u;
    /* A CANCEL has the branch of its INVITE. */
    if (strcmp(method, "CANCEL") == 0) {
        invite = find_asked(wire, asked->from, asked->to, "INVITE", asked->cseq);
    }
    if (invite != NULL) {
        memcpy(asked->vias, invite->vias, sizeof asked->vias);
        return;
    }
    wire->branches = branch;
    struct text vias = {asked->vias, sizeof asked->vias, 0};
    add(&vias, "Via: SIP/2.0/UDP 192.0.2.%u:5060;branch=z9hG4bK%u\r\n",
        wire_host(wire, asked->from), branch);
    add(&vias, "%s", received != NULL ? received->vias : "");
}

/* ACK and CANCEL have their INVITE's number. */
static uint32_t number(struct wire *wire, const char *from, const char *to,
                       const struct message *message)
{
    const struct wire_asked *invite =
        message->cseq == 0 ? find_asked(wire, from, to, "INVITE", 0) : NULL;
    return invite != NULL ? invite->cseq : message->cseq;
}

/* Assigns a request to its call and its place in it, and adds its Vias. */
static struct wire_asked *ask(struct wire *wire, const char *from, const char *to,
                              const struct message *message)
{
    const struct wire_asked *received =
        passes_on(wire, from) ? find_asked(wire, NULL, from, message->method, 0) : NULL;
    struct wire_call *call = received != NULL ? received->call : find_call(wire, from, to);
    bool invite = strcmp(message->method, "INVITE") == 0;
    /* OPTIONS checks whether a host is there, in a dialog of its own. */
    bool apart = (invite && call != NULL && call->over) || strcmp(message->method, "OPTIONS") == 0;
    if (call == NULL || (apart && received == NULL)) {
        call = new_call(wire, from);
    }
    if (call == NULL) {
        return NULL;
    }
    add_hop(wire, call, from, to);
    struct wire_asked next = {.call = call, .cseq = message->cseq};
    (void)copy_text(next.from, sizeof next.from, from);
    (void)copy_text(next.to, sizeof next.to, to);
    (void)copy_text(next.method, sizeof next.method, message->method);
    next.by_caller = received != NULL        ? received->by_caller
                     : passes_on(wire, from) ? is_first(wire, call, from, to)
                                             : same_party(wire, from, call->caller);
    next.in_dialog = received != NULL ? received->in_dialog
                     : invite         ? call->established
                                      : call->early && strcmp(message->method, "CANCEL") != 0;
    next.cseq = received != NULL ? received->cseq : number(wire, from, to, message);
    add_via(wire, &next, message->method, received);
    call->over = call->over || strcmp(message->method, "BYE") == 0;
    struct wire_asked *asked = &wire->asked[wire->asked_next];
    wire->asked_next = (wire->asked_next + 1u) % WIRE_ASKED;
    *asked = next;
    return asked;
}

/* Assigns a response to the request that it answers. */
static struct wire_asked *answer(struct wire *wire, const char *from, const char *to,
                                 const struct message *message)
{
    struct wire_asked *asked = find_asked(wire, to, from, message->method, message->cseq);
    const char *tag = strchr(from, '/');
    if (asked == NULL) {
        return NULL;
    }
    struct wire_call *call = asked->call;
    if (tag != NULL) {
        (void)copy_text(call->fork, sizeof call->fork, tag + 1);
    }
    call->early = call->early || message->status > 100;
    if (strcmp(message->method, "INVITE") == 0 && message->status >= 200) {
        unsigned status = message->status;
        bool again =
            status == 401 || status == 407 || status == 420 || status == 421 || status == 422;
        call->established = call->established || status < 300;
        call->over = call->over || !(call->established || again);
        call->early = call->early && call->established;
    }
    return asked;
}

/* ---- Text ---- */

static void add_ends(struct text *text, const struct wire_asked *asked, bool to_tag)
{
    const struct wire_call *call = asked->call;
    const char *dash = call->fork[0] != '\0' ? "-" : "";
    char caller[80];
    char callee[80];
    (void)snprintf(caller, sizeof caller, "<sip:%s@example.com>;tag=a%u", call->caller,
                   call->number);
    (void)snprintf(callee, sizeof callee, "<sip:service@example.com>");
    if (to_tag || !asked->by_caller) {
        size_t used = strlen(callee);
        (void)snprintf(callee + used, sizeof callee - used, ";tag=b%u%s%s", call->number, dash,
                       call->fork);
    }
    add(text, "From: %s\r\nTo: %s\r\n", asked->by_caller ? caller : callee,
        asked->by_caller ? callee : caller);
    add(text, "Call-ID: call-%u@192.0.2.%u\r\nCSeq: %" PRIu32 " %s\r\n", call->number, 1u,
        asked->cseq, asked->method);
}

static void add_rest(struct text *text, const struct wire *wire, const char *from,
                     const struct message *message)
{
    unsigned host = wire_host(wire, from);
    char sdp[200] = "";
    for (unsigned i = 0; i < message->field_count; i++) {
        add(text, "%s: %s\r\n", message->field[i].name, message->field[i].value);
    }
    if (is_refresh_method(message->method) && message->status < 300) {
        add(text, "Contact: <sip:192.0.2.%u:5060>\r\n", host);
    }
    if (message->offer ||
        (strcmp(message->method, "INVITE") == 0 && message->status / 100u == 2u)) {
        (void)snprintf(sdp, sizeof sdp,
                       "v=0\r\no=- 1 1 IN IP4 192.0.2.%u\r\ns=-\r\nc=IN IP4 192.0.2.%u\r\n"
                       "t=0 0\r\nm=audio 30000 RTP/AVP 0\r\n",
                       host, host);
        add(text, "Content-Type: application/sdp\r\n");
    }
    add(text, "Content-Length: %u\r\n\r\n%s", (unsigned)strlen(sdp), sdp);
}

size_t wire_print(struct wire *wire, const char *from, const char *to,
                  const struct message *message, char *buffer, size_t size)
{
    struct text text = {buffer, size, 0};
    const struct wire_asked *asked;
    bool tag;
    if (message->status == 0) {
        asked = message->copy ? find_asked(wire, from, to, message->method, message->cseq)
                              : ask(wire, from, to, message);
        if (asked == NULL) {
            return 0;
        }
        tag = asked->in_dialog || strcmp(message->method, "ACK") == 0;
        add(&text, "%s sip:192.0.2.%u:5060 SIP/2.0\r\n", message->method, wire_host(wire, to));
    } else {
        asked = answer(wire, from, to, message);
        if (asked == NULL) {
            return 0;
        }
        tag = asked->in_dialog || message->status > 100;
        add(&text, "SIP/2.0 %u %s\r\n", message->status,
            message->status / 100u == 2u ? "OK" : "Response");
    }
    add(&text, "%s", asked->vias);
    if (message->status == 0) {
        add(&text, "Max-Forwards: 70\r\n");
    }
    add_ends(&text, asked, tag);
    add_rest(&text, wire, from, message);
    return text.length + 1u < size ? text.length : 0;
}
