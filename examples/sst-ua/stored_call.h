/* SPDX-License-Identifier: MIT */
/* A call as a text from which another host can continue it: one JSON object. */
#ifndef SST_UA_STORED_CALL_H
#define SST_UA_STORED_CALL_H

#include "call.h"

/* The key of a call in the store. To be freed. */
char *stored_call_key(const struct call *call);

/* The record of a call that is up, to be freed. cseq: the highest local CSeq number reserved. */
char *stored_call_write(const struct call *call, uint32_t cseq);

/* Creates a call from a record of this age, in ms by the store's clock. Its session is restored
 * (EC-131), and its refresh is spread over the given ms. NULL if the record is invalid; the
 * existing call if there is one already. */
struct call *stored_call_read(struct ua *ua, const char *record, size_t length, uint64_t age_ms,
                              uint64_t spread_ms);

#endif
