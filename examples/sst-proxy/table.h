/* SPDX-License-Identifier: MIT */
/* A hash table that grows, so that one is found among tens of thousands as fast as among few. */
#ifndef SST_PROXY_TABLE_H
#define SST_PROXY_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A part of its owner. */
struct node {
    struct node *next;
    uint64_t hash;
    void *owner;
};

struct table {
    struct node **buckets;
    size_t room; /* 0 or a power of two */
    size_t count;
};

void table_add(struct table *table, struct node *node, uint64_t hash, void *owner);
void table_remove(struct table *table, struct node *node);

/* A node with a hash, and the next one with the same; NULL for none. */
struct node *table_find(const struct table *table, uint64_t hash);
struct node *table_next(const struct node *node);

/* Frees the table, not what is in it. */
void table_free(struct table *table);

#endif
