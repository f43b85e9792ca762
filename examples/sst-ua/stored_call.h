/* SPDX-License-Identifier: MIT */
/* A call as a text that another host can go on with: one JSON object. */
#ifndef SST_UA_STORED_CALL_H
#define SST_UA_STORED_CALL_H

#include "call.h"

/* Where a call is kept in the store. To be freed. */
char *stored_call_key(const struct call *call);

/* A call that is up, to be freed; cseq: the highest of its own numbers that are set aside. */
char *stored_call_write(const struct call *call, uint32_t cseq);

/*
 * Makes a call of a record that is so old, in ms by the store's clock: its session is taken over
 * (EC-131), its refresh spread over so many ms. NULL where the record is none;
 * the call itself where it is there already.
 */
struct call *stored_call_read(struct ua *ua, const char *record, size_t length, uint64_t age_ms,
                              uint64_t spread_ms);

#endif
