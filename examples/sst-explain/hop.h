/* SPDX-License-Identifier: MIT */
/* Which hop and which dialog of a call a message is of. */
#ifndef SST_EXPLAIN_HOP_H
#define SST_EXPLAIN_HOP_H

#include "call.h"

/* Whether two ends are one: a port counts where both have one. */
bool hop_same_end(const struct end *a, const struct end *b);

/* The ends of a packet: with ports only where the hosts are the same. */
void hop_ends(const struct packet *packet, struct end *from, struct end *to);

/* The hops of a message in the order in which it passes them, made where it is new: one, but
 * several where the ends of a dialog send directly what a proxy, which does not record-route,
 * forwarded when the call was set up. @return how many; 0 where there are too many. *party: who
 * sent it. */
unsigned hop_path(struct call *call, const struct view *view, const struct packet *packet,
                  enum sst_party *party, struct hop *path[HOPS_MAX]);

/* The dialog of a message, made where a response has forked off; NULL where there are too many. */
struct dialog *hop_dialog(struct hop *hop, const struct view *view, enum sst_party party,
                          uint32_t absolute_min);

/* The callee's tag in a message; empty for none. */
const char *hop_callee_tag(const struct view *view, enum sst_party party);

/* How much a dialog counts: most where it was answered and used, then by the side with this tag,
 * least where it was refused. An empty tag is of no account. */
unsigned hop_rank_dialog(const struct dialog *dialog, const char *tag);

/* The dialog of a hop that counts most; NULL where it has none. */
struct dialog *hop_main_dialog(const struct hop *hop, const char *tag);

/* The hop of the same caller's tag that begins where this one ends, on the callee's side; NULL for
 * none. Of several, as after a fork or where another target was tried, the one whose dialog counts
 * most. */
struct hop *hop_after(const struct call *call, const struct hop *hop, const char *tag);
struct hop *hop_before(const struct call *call, const struct hop *hop, const char *tag);

void hop_free(struct hop *hop);

#endif
