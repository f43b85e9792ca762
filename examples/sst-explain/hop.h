/* SPDX-License-Identifier: MIT */
/* Which hop and dialog of a call a message belongs to. */
#ifndef SST_EXPLAIN_HOP_H
#define SST_EXPLAIN_HOP_H

#include "call.h"

/* Whether two ends are the same: ports count if both have one. */
bool hop_same_end(const struct end *a, const struct end *b);

/* The ends of a packet: with ports only if the hosts are the same. */
void hop_ends(const struct packet *packet, struct end *from, struct end *to);

/* The hops of a message in the order it passes them, created if new. Usually there is one; there
 * are several if the ends of a dialog send directly what a proxy without Record-Route forwarded
 * during call setup. *party becomes the sender. @return how many; 0 if there are too many */
unsigned hop_path(struct call *call, const struct view *view, const struct packet *packet,
                  enum sst_party *party, struct hop *path[HOPS_MAX]);

/* The dialog of a message, created if a response forked; NULL if there are too many. */
struct dialog *hop_dialog(struct hop *hop, const struct view *view, enum sst_party party,
                          uint32_t absolute_min);

/* The callee's tag in a message; empty if none. */
const char *hop_callee_tag(const struct view *view, enum sst_party party);

/* The rank of a dialog: answered ones come first, of these the one with this tag, then one that was
 * used; a rejected one comes last. An empty tag matches none. */
unsigned hop_rank_dialog(const struct dialog *dialog, const char *tag);

/* The highest-ranking dialog of a hop; NULL if it has none. */
struct dialog *hop_main_dialog(const struct hop *hop, const char *tag);

/* The hop with the same caller's tag that begins where this one ends, on the callee's side; NULL if
 * none. Of several, as after a fork or a retry at another target, the one whose dialog ranks
 * highest. */
struct hop *hop_after(const struct call *call, const struct hop *hop, const char *tag);
struct hop *hop_before(const struct call *call, const struct hop *hop, const char *tag);

void hop_free(struct hop *hop);

#endif
