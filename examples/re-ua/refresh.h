/* SPDX-License-Identifier: MIT */
/* Our refreshes. libre 1.1 sends no UPDATE, and its sipsess_modify() takes no header fields for
 * the re-INVITE. So both are built here, on the dialog of its session. */
#ifndef SST_RE_UA_REFRESH_H
#define SST_RE_UA_REFRESH_H

#include "ua.h"

/* Sends what SST_EVENT_REFRESH asks for, and reports to libsst if that is impossible now. */
void refresh_send(struct ua *ua, enum sst_method method, bool with_offer);

/* A response that no transaction took: a retransmitted 2xx gets its ACK again. For sip_listen(). */
bool refresh_ack_again(const struct sip_msg *msg, void *arg);

/* Forgets the pending request, whatever its response will be. */
void refresh_drop(struct ua *ua);

#endif
