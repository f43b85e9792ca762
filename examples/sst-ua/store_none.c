/* SPDX-License-Identifier: MIT */
/* Replaces store_redis.c if hiredis is missing. */
#include "store.h"

#include <stdio.h>

#include "text.h"

struct store *store_open(const char *url, const char *group, const char *node,
                         const struct store_events *events)
{
    (void)group;
    (void)node;
    (void)events;
    fprintf(stderr, PROGRAM ": --store %s: built without hiredis\n", url);
    return NULL;
}

void store_close(struct store *store)
{
    (void)store;
}
