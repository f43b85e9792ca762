/* SPDX-License-Identifier: MIT */
/* Responses, with what their method and status require. */
#ifndef SST_UA_REPLY_H
#define SST_UA_REPLY_H

#include "call.h"

/* A request from the peer that awaits its response. */
struct question {
    struct ua *ua;
    struct call *call; /* NULL: outside of any dialog */
    osip_transaction_t *transaction;
    osip_message_t *request;
    struct sst_tx *tx; /* for INVITE and UPDATE within a dialog, else NULL */
};

/* A response yet to be sent; a 2xx has Contact and Allow. */
osip_message_t *reply_new(const struct question *question, int status);

/* Adds libsst's header fields and sends it. */
void reply_send(const struct question *question, osip_message_t *response);

/* Both at once, if the response needs nothing more. */
void reply(const struct question *question, int status);

/* A rejection that libsst asked for. */
void reply_advice(const struct question *question, const struct sst_advice *advice);

/* Rejects with 420 and the unknown option tags of Require; false if there are none. libsst
 * itself judges timer. */
bool reply_bad_extension(const struct question *question, const struct sst_advice *advice);

#endif
