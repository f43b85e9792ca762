/* SPDX-License-Identifier: MIT */
/* Which hops of a call follow each other, and which dialog on them counts. */
#include <string.h>

#include "hop.h"

unsigned hop_rank_dialog(const struct dialog *dialog, const char *tag)
{
    bool by_tag = tag[0] != '\0' && strcmp(dialog->tag, tag) == 0;

    if (!dialog->established) {
        return dialog->over ? 0 : 1;
    }
    return (by_tag ? 4u : 2u) + (dialog->used ? 1u : 0u);
}

struct dialog *hop_main_dialog(const struct hop *hop, const char *tag)
{
    struct dialog *best = hop->dialog;

    for (unsigned i = 1; i < hop->dialog_count; i++) {
        if (hop_rank_dialog(&hop->dialog[i], tag) > hop_rank_dialog(best, tag)) {
            best = &hop->dialog[i];
        }
    }
    return best;
}

/* The rank of a hop next to another: first by its dialog, then higher if it does not lead back,
 * then if the request reaches it in its turn. */
static unsigned rank(const struct hop *hop, const char *tag, bool in_turn, bool back)
{
    const struct dialog *dialog = hop_main_dialog(hop, tag);

    return (dialog != NULL ? hop_rank_dialog(dialog, tag) : 0) * 4u + (back ? 0 : 2u) +
           (in_turn ? 1u : 0u);
}

static bool follows(const struct hop *last, const struct hop *next)
{
    return hop_same_end(&last->end[1], &next->end[0]) && strcmp(last->tag, next->tag) == 0;
}

struct hop *hop_after(const struct call *call, const struct hop *hop, const char *tag)
{
    struct hop *best = NULL;
    unsigned best_rank = 0;
    bool later = false;

    for (struct hop *next = call->hops; next != NULL; next = next->next) {
        bool back = hop_same_end(&hop->end[0], &next->end[1]);

        later = later || next == hop;
        if (next != hop && follows(hop, next) && (later || !back) &&
            (best == NULL || rank(next, tag, later, back) > best_rank)) {
            best = next;
            best_rank = rank(next, tag, later, back);
        }
    }
    return best;
}

struct hop *hop_before(const struct call *call, const struct hop *hop, const char *tag)
{
    struct hop *best = NULL;
    unsigned best_rank = 0;
    bool earlier = true;

    for (struct hop *last = call->hops; last != NULL; last = last->next) {
        bool back = hop_same_end(&last->end[0], &hop->end[1]);

        earlier = earlier && last != hop;
        if (last != hop && follows(last, hop) && (earlier || !back) &&
            (best == NULL || rank(last, tag, earlier, back) >= best_rank + !earlier)) {
            best = last;
            best_rank = rank(last, tag, earlier, back);
        }
    }
    return best;
}
