/* SPDX-License-Identifier: MIT */
/* Messages in transit from one party to another. */
#include "world.h"

#include <string.h>

static bool take_off(struct world *world, const char *from, const char *to,
                     const struct message *message, uint64_t at_ms)
{
    for (unsigned i = 0; i < MAX_FLIGHTS; i++) {
        struct flight *flight = &world->flight[i];
        if (!flight->used) {
            flight->used = true;
            flight->at_ms = at_ms;
            flight->message = *message;
            (void)copy_text(flight->from, sizeof flight->from, from);
            (void)copy_text(flight->to, sizeof flight->to, to);
            return true;
        }
    }
    return fail(world, "messages that arrive", "too many are under way");
}

/* The host of this name, created when the name first appears. */
static struct host *host_of(struct world *world, const char *name)
{
    struct host *host = host_find(world, name);
    if (host == NULL) {
        host = host_add(world, story_party(world->story, name), name);
    }
    if (host == NULL) {
        (void)fail(world, "fewer hosts", name);
    }
    return host;
}

bool deliver(struct world *world, const char *from, const char *to, const struct message *message)
{
    const struct party *party = story_party(world->story, to);
    if (party->kind == SCRIPTED) {
        return true;
    }
    if (party->kind == PROXY) {
        struct host *proxy = host_of(world, party->name);
        return proxy != NULL && receive_proxy(proxy, message);
    }
    struct host *host = host_of(world, to);
    if (host == NULL) {
        return false;
    }
    if (host->asleep) {
        return take_off(world, from, to, message, world->now_ms);
    }
    return receive_library(host, message);
}

/* ---- Copies ---- */

static struct sent *find_sent(struct world *world, const struct line *line, uint32_t cseq)
{
    for (unsigned i = 1; i <= MAX_SENT; i++) {
        struct sent *sent = &world->last[(world->last_next + MAX_SENT - i) % MAX_SENT];
        if (strcmp(sent->from, line->host) == 0 && strcmp(sent->to, line->peer) == 0 &&
            sent->message.status == line->status &&
            strcmp(sent->message.method, line->method) == 0 &&
            (cseq == 0 || sent->message.cseq == cseq)) {
            return sent;
        }
    }
    return NULL;
}

static void remember(struct world *world, const struct line *line, const struct message *message)
{
    struct sent *sent = &world->last[world->last_next];
    (void)copy_text(sent->from, sizeof sent->from, line->host);
    (void)copy_text(sent->to, sizeof sent->to, line->peer);
    sent->message = *message;
    world->last_next = (world->last_next + 1u) % MAX_SENT;
}

/* ---- Sending ---- */

/* CSeq of a scripted party's message, if the line does not give it. */
static void number(struct world *world, const struct line *line, struct message *message)
{
    struct host *to = host_of(world, line->peer);
    if (to == NULL) {
        return;
    }
    if (message->status != 0) {
        bool own = to->party->kind == LIBRARY;
        struct host *asker = to;
        if (strcmp(to->name, to->party->name) != 0 &&
            slot_find(to, own, message->method, 0, false) == NULL) {
            asker = host_of(world, to->party->name); /* the first response of a fork */
        }
        const struct slot *slot =
            asker == NULL ? NULL : slot_find(asker, own, message->method, 0, false);
        if (message->cseq == 0 && slot != NULL) {
            message->cseq = slot->request.cseq;
        }
        return;
    }
    bool numbered = strcmp(message->method, "ACK") != 0 && strcmp(message->method, "CANCEL") != 0;
    if (message->cseq == 0) {
        const struct slot *invite = slot_find(to, false, "INVITE", 0, false);
        message->cseq = numbered ? to->peer_cseq + 1u : 0;
        message->cseq = !numbered && invite != NULL ? invite->request.cseq : message->cseq;
    }
    to->peer_cseq = numbered ? message->cseq : to->peer_cseq;
}

static bool make(struct world *world, const struct line *line, struct message *message)
{
    const struct party *party = story_party(world->story, line->host);
    if (message->copy) {
        const struct sent *sent = find_sent(world, line, message->cseq);
        if (sent == NULL) {
            return fail(world, "an original of this copy", "there is none");
        }
        *message = sent->message;
        message->copy = true;
        return true;
    }
    if (party->kind == SCRIPTED) {
        number(world, line, message);
        return !world->failed;
    }
    struct host *host = host_of(world, line->host);
    if (host == NULL) {
        return false;
    }
    return party->kind == LIBRARY ? send_library(host, message) : send_proxy(host, message);
}

bool play_message(struct world *world)
{
    const struct line *line = world->line;
    struct message message;
    char label[32];
    char note[400];
    bool lost = words_find(&line->words, "lost") >= 0;
    message_of_line(line, &message);
    ladder_keep_place(&world->ladder);
    if (!make(world, line, &message)) {
        return false;
    }
    if (!message.copy) {
        remember(world, line, &message);
    }
    if (message.status != 0) {
        (void)snprintf(label, sizeof label, "%u %s", message.status, message.method);
    } else {
        (void)snprintf(label, sizeof label, "%s", message.method);
    }
    print_fields(message.field, message.field_count, note, sizeof note);
    ladder_message(&world->ladder, world->now_ms, line->host, line->peer, label,
                   message.field_count > 0 ? note : "", lost);
    if (world->capture != NULL) {
        capture_message(world->capture, world->now_ms, line->host, line->peer, &message);
    }
    if (lost) {
        return true;
    }
    int takes = words_find(&line->words, "takes");
    uint64_t ms = 0;
    if (takes >= 0 && read_seconds(line->words.text[takes + 1], &ms) && ms > 0) {
        return take_off(world, line->host, line->peer, &message, world->now_ms + ms);
    }
    return deliver(world, line->host, line->peer, &message);
}
