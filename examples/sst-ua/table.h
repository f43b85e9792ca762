/* SPDX-License-Identifier: MIT */
/* A hash table on uthash for entries that may share a key; nodes are embedded in their owners. */
#ifndef SST_UA_TABLE_H
#define SST_UA_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

struct node {
    UT_hash_handle hh;
    struct node *next; /* with the same hash */
    uint64_t hash;
    void *owner;
};

struct table {
    struct node *first;
    size_t count;
};

void table_add(struct table *table, struct node *node, uint64_t hash, void *owner);
void table_remove(struct table *table, struct node *node);

/* The first node with a hash, and the next one with the same; NULL if there is none. */
struct node *table_find(const struct table *table, uint64_t hash);
struct node *table_next(const struct node *node);

/* Frees the table, not its entries. */
void table_free(struct table *table);

#endif
