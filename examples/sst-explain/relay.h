/* SPDX-License-Identifier: MIT */
/* What an element between two hops does to a message, judged by the rules for proxies. */
#ifndef SST_EXPLAIN_RELAY_H
#define SST_EXPLAIN_RELAY_H

#include "call.h"

/* For a new INVITE or UPDATE, or the first 2xx to one. @return findings about the proxy */
uint64_t relay_compare(struct call *call, struct hop *hop, const struct view *view,
                       enum sst_party party, uint32_t absolute_min);

#endif
