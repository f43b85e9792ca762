/* SPDX-License-Identifier: MIT */
/* RFC 4028 §8 by libsst: what to change in transit, and how long a dialog's state is kept. */
#ifndef SST_PROXY_DIALOG_H
#define SST_PROXY_DIALOG_H

#include "proxy.h"
#include "route.h"

/* Judges a request and changes it; tx is what each of its branches must remember. Returns 0, or
 * the status to reject it with. */
int dialog_request(struct proxy *proxy, osip_message_t *request, struct sst_proxy_tx *tx,
                   struct field *field);

/* Changes a final response that goes upstream; tx belongs to its branch and, for a 2xx, its To
 * tag. */
void dialog_response(struct branch *branch, osip_message_t *response, struct sst_proxy_tx *tx);

/* The next expiration in real time, CLOCK_NEVER if there is none. */
uint64_t dialogs_due_ms(const struct proxy *proxy);

/* Frees what has expired. */
void dialogs_expire(struct proxy *proxy);

void dialogs_free(struct proxy *proxy);

#endif
