/* SPDX-License-Identifier: MIT */
/* Applying a message to a watch. */
#ifndef SST_WATCH_RECEIVE_H
#define SST_WATCH_RECEIVE_H

#include "watch/state.h"

/* Add to found: the findings about each end. */
enum sst_watch_step sst_watch_request(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                      unsigned flags, uint64_t now, uint64_t found[2]);
enum sst_watch_step sst_watch_response(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                       uint64_t now, uint64_t found[2]);
/* Ends the dialog. */
void sst_watch_end(struct sst_watch *w, unsigned by, unsigned flags, uint64_t now);

#endif
