/* SPDX-License-Identifier: MIT */
/* Responses, with what their method and status ask for. */
#ifndef SST_UA_REPLY_H
#define SST_UA_REPLY_H

#include "call.h"

/* A request from the peer that waits for its response. */
struct question {
    struct ua *ua;
    struct call *call; /* NULL: outside of any dialog */
    osip_transaction_t *transaction;
    osip_message_t *request;
    struct sst_tx *tx; /* of INVITE and UPDATE within a dialog, else NULL */
};

/* A response that is still to be sent; with Contact and Allow where it is a 2xx. */
osip_message_t *reply_new(const struct question *question, int status);

/* Puts the library's header fields in, and sends it. */
void reply_send(const struct question *question, osip_message_t *response);

/* Both at once, for what needs nothing more. */
void reply(const struct question *question, int status);

/* A refusal that the library asked for. */
void reply_advice(const struct question *question, const struct sst_advice *advice);

/* Refuses with 420 and the option tags of Require that are not known here; false where there are
 * none. The library judges timer itself. */
bool reply_bad_extension(const struct question *question, const struct sst_advice *advice);

#endif
