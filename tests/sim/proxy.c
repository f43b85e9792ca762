/* SPDX-License-Identifier: MIT */
/* Proxies: with the library's rules, without the extension, and bad ones that remove header fields.
 * */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#define STRIPS_INTERVAL_OF_REQUESTS 1u
#define STRIPS_INTERVAL_OF_RESPONSES 2u
#define STRIPS_SUPPORTED 4u
#define STRIPS_MIN_SE 8u
#define STRIPS_REQUIRE 16u

void make_proxy(struct world *w, struct proxy *proxy)
{
    static const uint32_t minimums[] = {90, 120, 180, 600, 1800, 3600};
    proxy->dialog = (struct sst_proxy_dialog){0};
    proxy->kind = (enum proxy_kind)pick(w, w->fair ? 2 : 3);
    if (proxy->kind == PROXY_STRIPS) {
        proxy->strips = 1u + pick(w, 31);
        return;
    }
    sst_proxy_policy_init(&proxy->policy);
    proxy->policy.counters = &w->counts->library;
    proxy->policy.min_se = minimums[pick(w, 6)];
    if (pick(w, 2) != 0) {
        proxy->policy.session_expires = proxy->policy.min_se * (1u + pick(w, 3));
    }
    if (pick(w, 4) == 1) {
        proxy->policy.max_session_expires = proxy->policy.min_se * 4u;
    }
    bool refused = has(w, HABIT_STATUS) || has(w, HABIT_408) || has(w, HABIT_FORGETS);
    if (has(w, HABIT_MUTE) || has(w, HABIT_SMALL) || has(w, HABIT_TAKER) ||
        (has(w, HABIT_PING) && refused)) {
        /* Otherwise a caller seems to have asked (EC-135) or a taker to refresh (EC-124), or a ping
         * seems to ask for an interval other than the one the peer counts by, which nobody here can
         * know (EC-12). */
        proxy->policy.session_expires = 0;
    }
    if (has(w, HABIT_SMALL) || has(w, HABIT_FORGETS)) {
        /* Otherwise a peer asks for less than is in force (EC-134), which a 2xx that forgets the
         * timer does not say. */
        proxy->policy.max_session_expires = 0;
    }
    proxy->policy.reject_small = pick(w, 4) != 1;
    proxy->policy.insert_require = has(w, HABIT_REQUIRE);
    if (sst_proxy_policy_check(&proxy->policy, NULL) != SST_OK) {
        fail(w, "simulation: a proxy's policy is wrong", "%u", proxy->policy.min_se);
    }
}

static struct proxy_memory *remembered(struct proxy *proxy, const struct packet *packet,
                                       unsigned from)
{
    for (unsigned i = 0; i < MEMORIES; i++) {
        struct proxy_memory *memory = &proxy->memory[i];
        if (memory->used && memory->cseq == packet->cseq && memory->method == packet->method &&
            memory->from == from) {
            return memory;
        }
    }
    return NULL;
}

static void apply(struct packet *packet, const struct sst_proxy_edit *edit)
{
    char value[SST_VALUE_SIZE];
    if (edit->set_session_expires) {
        const char *old = get_header(packet, "Session-Expires");
        if (edit->insert_refresher_uac) {
            sst_print_session_expires(value, sizeof value, edit->session_expires,
                                      SST_REFRESHER_UAC);
        } else if (old != NULL) {
            sst_print_session_expires_like(value, sizeof value, edit->session_expires, old,
                                           strlen(old));
        } else {
            sst_print_seconds(value, sizeof value, edit->session_expires);
        }
        put_header(packet, "Session-Expires", value);
    }
    if (edit->set_min_se) {
        sst_print_seconds(value, sizeof value, edit->min_se);
        put_header(packet, "Min-SE", value);
    }
    if (edit->add_require) {
        put_header(packet, "Require", "timer");
    }
}

/* I8, read from the text. */
static void judge_edit(struct world *w, const struct packet *before, const struct packet *after)
{
    const char *old = get_header(before, "Session-Expires");
    const char *new = get_header(after, "Session-Expires");
    const char *min_se = get_header(after, "Min-SE");
    if (old != NULL && new == NULL) {
        fail(w, "I8: a proxy removes Session-Expires", "%s", old);
        return;
    }
    if (new == NULL) {
        return;
    }
    const char *parameters = strchr(new, ';');
    const char *had = old != NULL ? strchr(old, ';') : NULL;
    if (strcmp(parameters == NULL ? "" : parameters, had == NULL ? "" : had) != 0) {
        fail(w, "I8: a proxy changes refresher in a request", "%s to %s", old, new);
    }
    bool changed = old == NULL || strtoul(old, NULL, 10) != strtoul(new, NULL, 10);
    if (changed && min_se != NULL && strtoul(new, NULL, 10) < strtoul(min_se, NULL, 10)) {
        fail(w, "I8: a proxy sets Session-Expires below Min-SE", "%s, %s", new, min_se);
    }
}

static void refuse(struct world *w, const struct sst_proxy_edit *edit, const struct packet *request)
{
    struct packet response = {0};
    response.headers = edit->headers;
    response.cseq = request->cseq;
    response.status = (uint16_t)edit->status;
    response.method = request->method;
    response.from = request->from == 0 ? 1 : 0;
    response.at = request->at;
    w->counts->scene[SCENE_422_BY_PROXY]++;
    log_packet(w, &response, " by a proxy");
    /* Sent again for each retransmitted request, so it may be carried like any other response. */
    struct packet back = response;
    back.at = (int8_t)(response.at + (response.from == 0 ? 1 : -1));
    back.used = true;
    unsigned slot = 0;
    while (slot < PACKETS_MAX && w->packets[slot].used) {
        slot++;
    }
    if (slot == PACKETS_MAX) {
        return;
    }
    w->packets[slot] = back;
    w->flying++;
    schedule(w, w->now + 10u, TIMED_PACKET, 0, slot, 0, 0);
}

static bool pass_request(struct world *w, struct proxy *proxy, struct packet *packet)
{
    struct sst_msg msg;
    struct sst_proxy_edit edit;
    struct packet before = *packet;
    struct proxy_memory *memory = remembered(proxy, packet, packet->from);
    if (memory == NULL) {
        memory = &proxy->memory[proxy->next++ % MEMORIES];
        memset(memory, 0, sizeof *memory);
        memory->used = true;
        memory->cseq = packet->cseq;
        memory->method = packet->method;
        memory->from = packet->from;
    }
    view(&msg, packet);
    /* For a retransmission after the 2xx, the proxy knows that the request was answered. */
    uint8_t answered = memory->tx.answered;
    sst_proxy_request(&proxy->policy, &memory->tx, &msg, &edit);
    memory->tx.answered = answered;
    if (edit.status != 0) {
        if (packet->method != SST_METHOD_ACK) {
            refuse(w, &edit, packet);
        }
        return false;
    }
    if (get_header(packet, "Session-Expires") == NULL && edit.set_session_expires) {
        w->counts->scene[SCENE_PROXY_INSERTS]++;
    }
    /* The watcher counts from the ACK, which may be reported late, and rescues as late; EC-30. */
    bool rescued_late = has(w, HABIT_LAZY) && has(w, HABIT_ACK);
    if (w->causes == 0 && !w->overlapped && !rescued_late &&
        sst_proxy_expired(&proxy->dialog, w->now) && is_up(w, &w->side[0]) &&
        is_up(w, &w->side[1])) {
        fail(w, "I5: a proxy's state expires in a healthy call", "at %llu",
             (unsigned long long)proxy->dialog.expires_ms);
    }
    apply(packet, &edit);
    judge_edit(w, &before, packet);
    return true;
}

static void pass_response(struct world *w, struct proxy *proxy, struct packet *packet)
{
    struct sst_msg msg;
    struct sst_proxy_edit edit;
    struct sst_proxy_tx unknown = {0};
    struct sst_proxy_dialog unchanged = proxy->dialog;
    struct proxy_memory *memory = remembered(proxy, packet, packet->from == 0 ? 1u : 0u);
    view(&msg, packet);
    if (memory != NULL) { /* EC-31: a retransmission does not move it */
        sst_proxy_response(&proxy->policy, &memory->tx, &msg, w->now, &edit, &proxy->dialog);
    } else {
        sst_proxy_response(&proxy->policy, &unknown, &msg, w->now, &edit, &unchanged);
    }
    apply(packet, &edit);
}

static void strip(struct world *w, const struct proxy *proxy, struct packet *packet)
{
    size_t before = packet->headers.count;
    unsigned interval =
        packet->status == 0 ? STRIPS_INTERVAL_OF_REQUESTS : STRIPS_INTERVAL_OF_RESPONSES;
    if (proxy->strips & interval) {
        remove_header(packet, "Session-Expires");
    }
    if (proxy->strips & STRIPS_SUPPORTED) {
        remove_header(packet, "Supported");
    }
    if (proxy->strips & STRIPS_MIN_SE) {
        remove_header(packet, "Min-SE");
    }
    if (proxy->strips & STRIPS_REQUIRE) {
        remove_header(packet, "Require");
    }
    if (packet->headers.count != before) {
        w->counts->fault[FAULT_STRIPPED]++;
        afflict(w, CAUSE_HEADERS);
    }
}

bool pass_proxy(struct world *w, struct proxy *proxy, struct packet *packet)
{
    switch (proxy->kind) {
    case PROXY_BLIND:
        return true;
    case PROXY_STRIPS:
        strip(w, proxy, packet);
        return true;
    case PROXY_LIBRARY:
        break;
    }
    if (packet->status == 0) {
        return pass_request(w, proxy, packet);
    }
    pass_response(w, proxy, packet);
    return true;
}
