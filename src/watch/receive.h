/* SPDX-License-Identifier: MIT */
/* What a message does to a watch. */
#ifndef SST_WATCH_RECEIVE_H
#define SST_WATCH_RECEIVE_H

#include "watch/state.h"

/* found: findings by each end, which more are added to. */
enum sst_watch_step sst_watch_request(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                      unsigned flags, uint64_t now, uint64_t found[2]);
enum sst_watch_step sst_watch_response(struct sst_watch *w, const struct sst_msg *msg, unsigned by,
                                       uint64_t now, uint64_t found[2]);
/* The dialog is over. */
void sst_watch_end(struct sst_watch *w, unsigned by, unsigned flags, uint64_t now);

#endif
