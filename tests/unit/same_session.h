/* SPDX-License-Identifier: MIT */
/* Sessions compared field by field, because some platforms have padding between the fields. */
#ifndef SAME_SESSION_H
#define SAME_SESSION_H

#include <sst/session.h>

static inline bool is_same_session(const struct sst_session *a, const struct sst_session *b)
{
    return a->policy == b->policy && a->start_ms == b->start_ms && a->refresh_ms == b->refresh_ms &&
           a->interval == b->interval && a->guard_ms == b->guard_ms && a->min_se == b->min_se &&
           a->call_min_se == b->call_min_se && a->next_cseq == b->next_cseq &&
           a->queue_index == b->queue_index && a->violations == b->violations &&
           a->flags == b->flags && a->events == b->events && a->raised_s == b->raised_s &&
           a->ack_s == b->ack_s && a->named_s == b->named_s && a->attempts == b->attempts &&
           a->ladder == b->ladder && a->generation == b->generation && a->reason == b->reason &&
           a->queue_key == b->queue_key;
}

#endif
