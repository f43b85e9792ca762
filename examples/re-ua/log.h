/* SPDX-License-Identifier: MIT */
/* What happens, on standard output: text, or one JSON object a line with the keys of sst-ua's log.
 */
#ifndef SST_RE_UA_LOG_H
#define SST_RE_UA_LOG_H

#include "ua.h"

void log_listening(const struct ua *ua);

/* Every datagram, from libre's trace handler; arg is the struct ua. */
void log_datagram(bool sent, enum sip_transp transport, const struct sa *source,
                  const struct sa *destination, const uint8_t *bytes, size_t length, void *arg);

/* An event from libsst. */
void log_event(const struct ua *ua, const struct sst_event *event);

void log_free(void);

#endif
