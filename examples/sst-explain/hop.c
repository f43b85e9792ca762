/* SPDX-License-Identifier: MIT */
#include "hop.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

bool hop_same_end(const struct end *a, const struct end *b)
{
    return strcmp(a->host, b->host) == 0 && (a->port == b->port || a->port == 0 || b->port == 0);
}

void hop_ends(const struct packet *packet, struct end *from, struct end *to)
{
    *from = packet->from;
    *to = packet->to;
    if (strcmp(from->host, to->host) != 0) {
        from->port = to->port = 0;
    }
}

/* Finds the sender by the tags, if one of them is the caller's. */
static bool party_by_tag(const struct hop *hop, const struct view *view, enum sst_party *party)
{
    if (strcmp(view->from_tag, hop->tag) == 0) {
        *party = view->request ? SST_CALLER : SST_CALLEE;
        return true;
    }
    if (hop->tag[0] != '\0' && strcmp(view->to_tag, hop->tag) == 0) {
        *party = view->request ? SST_CALLEE : SST_CALLER;
        return true;
    }
    return false;
}

const char *hop_callee_tag(const struct view *view, enum sst_party party)
{
    return view->request == (party == SST_CALLER) ? view->to_tag : view->from_tag;
}

static bool is_along(const struct hop *hop, const struct end *caller, const struct end *callee)
{
    return hop_same_end(&hop->end[0], caller) && hop_same_end(&hop->end[1], callee);
}

static bool is_initial(const struct view *view)
{
    return view->request && view->msg.method == SST_METHOD_INVITE && view->to_tag[0] == '\0';
}

static struct hop *add_hop(struct call *call, const struct view *view, const struct packet *packet,
                           const struct end *from, const struct end *to, enum sst_party *party)
{
    struct hop **place = &call->hops;
    struct hop *known = NULL;
    struct hop *hop;

    if (call->hop_count == HOPS_MAX) {
        return NULL;
    }
    while (*place != NULL) {
        if (known == NULL && party_by_tag(*place, view, party)) {
            known = *place;
        }
        place = &(*place)->next;
    }
    if (known == NULL) {
        *party = view->request ? SST_CALLER : SST_CALLEE;
    }
    hop = memory(sizeof *hop);
    hop->tag = text_copy(known != NULL ? known->tag : view->from_tag);
    hop->end[0] = *party == SST_CALLER ? *from : *to;
    hop->end[1] = *party == SST_CALLER ? *to : *from;
    hop->port = is_initial(view) ? packet->to.port : 0;
    call->hop_count++;
    *place = hop;
    return hop;
}

/* Follows the hops from one that begins at the caller's end to one that ends at the callee's. */
static unsigned follow(const struct call *call, struct hop *hop, const struct end *callee,
                       const char *tag, struct hop *path[HOPS_MAX])
{
    for (unsigned count = 0; hop != NULL && count < HOPS_MAX; hop = hop_after(call, hop, tag)) {
        path[count++] = hop;
        if (hop_same_end(&hop->end[1], callee)) {
            return count;
        }
    }
    return 0;
}

static void reverse(struct hop *path[], unsigned count)
{
    for (unsigned i = 0; i < count / 2; i++) {
        struct hop *other = path[i];

        path[i] = path[count - 1 - i];
        path[count - 1 - i] = other;
    }
}

/* For a message within a dialog between two ends without a hop: it bypassed a proxy or, if the
 * other hops are not in the capture, used another address of the far end. */
static unsigned find_direct(struct call *call, const struct view *view, const struct end *from,
                            const struct end *to, enum sst_party *party, struct hop *path[HOPS_MAX])
{
    struct hop *moved = NULL;

    for (struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        if (!party_by_tag(hop, view, party)) {
            continue;
        }
        const struct end *caller = *party == SST_CALLER ? from : to;
        const struct end *callee = *party == SST_CALLER ? to : from;
        bool begins = hop_same_end(&hop->end[0], caller);

        unsigned count = begins ? follow(call, hop, callee, hop_callee_tag(view, *party), path) : 0;

        if (count > 0) {
            if (*party == SST_CALLEE) {
                reverse(path, count);
            }
            return count;
        }
        if (moved == NULL && (begins || hop_same_end(&hop->end[1], callee))) {
            moved = hop;
        }
    }
    path[0] = moved;
    return moved != NULL && party_by_tag(moved, view, party) ? 1 : 0;
}

/* Several phones can share an address: the INVITE to each goes to another port. */
static bool is_at_port(const struct hop *hop, const struct packet *packet, enum sst_party party)
{
    return hop->port == (party == SST_CALLER ? packet->to.port : packet->from.port);
}

/* A hop between the two ends in this direction; or in the other one, unless the message is an
 * INVITE on its way back to the callee. Ports can change within a call, so only an INVITE to
 * another port makes another hop. */
static struct hop *find_hop(struct call *call, const struct view *view, const struct packet *packet,
                            const struct end *from, const struct end *to, enum sst_party *party)
{
    bool initial = is_initial(view);
    struct hop *along = NULL;
    struct hop *against = NULL;

    for (struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        if (!party_by_tag(hop, view, party)) {
            continue;
        }
        if (*party == SST_CALLER ? is_along(hop, from, to) : is_along(hop, to, from)) {
            if (is_at_port(hop, packet, *party)) {
                return hop;
            }
            along = along == NULL && !(initial && hop->port != 0) ? hop : along;
            continue;
        }
        if (against == NULL && !initial && (is_along(hop, from, to) || is_along(hop, to, from))) {
            against = hop;
        }
    }
    along = along != NULL ? along : against;
    return along != NULL && party_by_tag(along, view, party) ? along : NULL;
}

unsigned hop_path(struct call *call, const struct view *view, const struct packet *packet,
                  enum sst_party *party, struct hop *path[HOPS_MAX])
{
    struct end from;
    struct end to;
    unsigned count;

    hop_ends(packet, &from, &to);
    path[0] = find_hop(call, view, packet, &from, &to, party);
    if (path[0] != NULL) {
        return 1;
    }
    count = view->to_tag[0] != '\0' ? find_direct(call, view, &from, &to, party, path) : 0;
    if (count == 0) {
        path[0] = add_hop(call, view, packet, &from, &to, party);
        count = path[0] != NULL;
    }
    return count;
}

static struct dialog *add_dialog(struct hop *hop, const char *tag, uint32_t absolute_min)
{
    struct dialog *dialog;

    if (hop->dialog_count == DIALOGS_MAX) {
        return NULL;
    }
    hop->dialog = memory_resize(hop->dialog, (hop->dialog_count + 1u) * sizeof *hop->dialog);
    dialog = &hop->dialog[hop->dialog_count];
    memset(dialog, 0, sizeof *dialog);
    dialog->tag = text_copy(tag);
    if (hop->dialog_count > 0) {
        sst_watch_fork(&dialog->watch, &hop->asked);
        dialog->course.request_frame = hop->dialog[0].course.request_frame;
    } else {
        sst_watch_init(&dialog->watch, absolute_min);
        sst_watch_init(&hop->asked, absolute_min);
    }
    hop->dialog_count++;
    return dialog;
}

struct dialog *hop_dialog(struct hop *hop, const struct view *view, enum sst_party party,
                          uint32_t absolute_min)
{
    const char *tag = hop_callee_tag(view, party);
    bool refusal = !view->request && view->status >= 300;
    struct dialog *first;

    for (unsigned i = 0; i < hop->dialog_count; i++) {
        if (strcmp(hop->dialog[i].tag, tag) == 0) {
            return &hop->dialog[i];
        }
    }
    if (hop->dialog_count == 0) {
        return add_dialog(hop, tag, absolute_min);
    }
    first = &hop->dialog[0];
    if (tag[0] == '\0') {
        if (view->request && !first->established && view->msg.method == SST_METHOD_INVITE) {
            /* A retry after a rejection: its response has another tag. */
            first->tag[0] = '\0';
        }
        return first;
    }
    if (refusal && !first->established) {
        return first;
    }
    if (first->tag[0] == '\0') {
        free(first->tag);
        first->tag = text_copy(tag);
        return first;
    }
    return add_dialog(hop, tag, absolute_min);
}

void hop_free(struct hop *hop)
{
    for (unsigned i = 0; i < hop->dialog_count; i++) {
        free(hop->dialog[i].tag);
        course_clear(&hop->dialog[i].course);
    }
    free(hop->dialog);
    free(hop->tag);
    free(hop);
}
