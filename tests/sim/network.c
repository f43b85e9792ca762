/* SPDX-License-Identifier: MIT */
/* Messages, and the network that carries them hop by hop: it loses, delays, duplicates and
 * reorders. */
#include "sim.h"

#include <stdarg.h>
#include <string.h>

const char *get_header(const struct packet *packet, const char *name)
{
    return sst_headers_get(&packet->headers, name);
}

void remove_header(struct packet *packet, const char *name)
{
    struct sst_headers *headers = &packet->headers;
    for (size_t i = 0; i < headers->count; i++) {
        if (strcmp(headers->item[i].name, name) == 0) {
            headers->item[i] = headers->item[--headers->count];
            return;
        }
    }
}

/* name: a static string */
void put_header(struct packet *packet, const char *name, const char *value)
{
    remove_header(packet, name);
    add_header(packet, name, value);
}

void add_header(struct packet *packet, const char *name, const char *value)
{
    struct sst_headers *headers = &packet->headers;
    if (headers->count == SST_HEADERS_MAX) {
        return;
    }
    struct sst_header *header = &headers->item[headers->count++];
    header->name = name;
    header->kind = SST_HEADER_SET;
    snprintf(header->value, sizeof header->value, "%s", value);
}

/* A message as the library reads it: parsed from text. */
void view(struct sst_msg *msg, const struct packet *packet)
{
    if (packet->status == 0) {
        sst_msg_request(msg, (enum sst_method)packet->method, packet->cseq);
    } else {
        sst_msg_response(msg, packet->status, (enum sst_method)packet->method, packet->cseq);
    }
    for (size_t i = 0; i < packet->headers.count; i++) {
        const struct sst_header *header = &packet->headers.item[i];
        sst_msg_header_n(msg, header->name, strlen(header->name), header->value,
                         strlen(header->value));
    }
    if (packet->allow) {
        static const char with[] = "INVITE, ACK, BYE, CANCEL, UPDATE";
        static const char without[] = "INVITE, ACK, BYE, CANCEL";
        const char *value = packet->allow_update ? with : without;
        sst_msg_header_n(msg, "Allow", 5, value, strlen(value));
    }
    if (packet->offer) {
        sst_msg_set_flags(msg, SST_MSG_OFFER);
    }
    if (packet->tagged) {
        sst_msg_set_flags(msg, SST_MSG_IN_DIALOG); /* EC-134 */
    }
}

void log_line(struct world *w, const char *format, ...)
{
    if (!w->verbose) {
        return;
    }
    va_list args;
    printf("%12.3f  ", (double)w->now / 1000.0);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

void log_packet(struct world *w, const struct packet *packet, const char *what)
{
    if (!w->verbose) {
        return;
    }
    const char *arrow = packet->from == 0 ? "-->" : "<--";
    const char *method = sst_method_name((enum sst_method)packet->method);
    printf("%12.3f  %s ", (double)w->now / 1000.0, arrow);
    if (packet->status == 0) {
        printf("%s %u", method, packet->cseq);
    } else {
        printf("%u (%s %u)", (unsigned)packet->status, method, packet->cseq);
    }
    printf("%s%s", packet->offer ? " offer" : "", what);
    for (size_t i = 0; i < packet->headers.count; i++) {
        printf("  %s: %s", packet->headers.item[i].name, packet->headers.item[i].value);
    }
    putchar('\n');
}

static unsigned free_packet(const struct world *w)
{
    unsigned slot = 0;
    while (slot < PACKETS_MAX && w->packets[slot].used) {
        slot++;
    }
    return slot;
}

static void launch(struct world *w, const struct packet *packet, uint32_t delay)
{
    unsigned slot = free_packet(w);
    if (slot == PACKETS_MAX) {
        fail(w, "simulation: too many messages in flight", "%u", slot);
        return;
    }
    w->packets[slot] = *packet;
    w->packets[slot].used = true;
    w->flying++;
    schedule(w, w->now + delay, TIMED_PACKET, 0, slot, 0, 0);
}

/* A network that delivers is quick, and never loses two copies of the same message in a row. */
static bool is_lost(struct world *w, struct packet *packet)
{
    uint8_t *lost = &w->lost[packet->from][packet->method][packet->status != 0];
    if (w->now < w->partition_until) {
        w->counts->fault[FAULT_LOST]++;
        afflict(w, CAUSE_NETWORK);
        return true;
    }
    if (w->network == 0 || packet->sure) {
        return false;
    }
    if (w->network == 3) {
        bool gone = chance(w, 300);
        w->counts->fault[FAULT_LOST] += gone;
        packet->sure = !gone; /* one draw for the whole path */
        return gone;
    }
    if (w->network == 1) {
        if (*lost != 0 || !chance(w, 60)) {
            *lost = 0;
            packet->sure = true;
            return false;
        }
        *lost = 1;
    } else if (!chance(w, 150)) {
        return false;
    } else {
        afflict(w, CAUSE_NETWORK);
    }
    w->counts->fault[FAULT_LOST]++;
    return true;
}

static uint32_t delay_of(struct world *w)
{
    switch (w->network) {
    case 0:
        return 10;
    case 1:
    case 3:
        return 5u + pick(w, 120);
    default:
        break;
    }
    if (chance(w, 30)) {
        w->counts->fault[FAULT_LATE_MESSAGE]++;
        afflict(w, CAUSE_NETWORK);
        return 1000u + pick(w, 20000);
    }
    return 5u + pick(w, 400);
}

/* One hop further. */
static void hop(struct world *w, const struct packet *packet)
{
    struct packet moved = *packet;
    if (is_lost(w, &moved)) {
        log_packet(w, packet, " LOST");
        return;
    }
    moved.at = (int8_t)(packet->at + (packet->from == 0 ? 1 : -1));
    uint32_t delay = delay_of(w);
    launch(w, &moved, delay);
    if (w->network != 0 && chance(w, 15)) {
        uint32_t later = delay_of(w);
        w->counts->fault[FAULT_COPY]++;
        w->counts->fault[FAULT_REORDERED] += later < delay;
        launch(w, &moved, later);
    }
}

void send_packet(struct world *w, const struct packet *packet)
{
    struct packet sent = *packet;
    sent.at = packet->from == 0 ? 0 : (int8_t)(w->proxies + 1u);
    sent.sure = false;
    log_packet(w, &sent, "");
    w->counts->messages++;
    hop(w, &sent);
}

static void deliver(struct world *w, struct agent *a, const struct packet *packet)
{
    if (intercepted(w, a, packet) || a->phase == PHASE_DEAD) {
        return;
    }
    if (packet->status != 0) {
        client_response(w, a, packet);
    } else {
        server_request(w, a, packet);
    }
}

void carry(struct world *w, unsigned slot)
{
    struct packet packet = w->packets[slot];
    unsigned target = packet.from == 0 ? 1u : 0u;
    struct agent *a = &w->side[target];
    bool arrives = packet.at == 0 || packet.at == (int8_t)(w->proxies + 1u);
    if (arrives && a->away_until > w->now && a->phase != PHASE_DEAD) {
        /* asleep: it waits in the socket */
        schedule(w, a->away_until, TIMED_PACKET, 0, slot, 0, 0);
        return;
    }
    w->packets[slot].used = false;
    w->flying--;
    if (arrives) {
        deliver(w, a, &packet);
        return;
    }
    if (pass_proxy(w, &w->proxy[packet.at - 1], &packet)) {
        hop(w, &packet);
    }
}
