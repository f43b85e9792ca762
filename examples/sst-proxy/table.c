/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>

#include "text.h"

static struct node **bucket(const struct table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->room - 1)];
}

static void put(struct table *table, struct node *node)
{
    struct node **first = bucket(table, node->hash);

    node->next = *first;
    *first = node;
}

/* Twice as large, so that there is about one node in a bucket. */
static void grow(struct table *table)
{
    struct table larger = {.room = table->room == 0 ? 64 : table->room * 2, .count = table->count};
    struct node *node;

    larger.buckets = memory(larger.room * sizeof(struct node *));
    for (size_t i = 0; i < table->room; i++) {
        while ((node = table->buckets[i]) != NULL) {
            table->buckets[i] = node->next;
            put(&larger, node);
        }
    }
    free(table->buckets);
    *table = larger;
}

void table_add(struct table *table, struct node *node, uint64_t hash, void *owner)
{
    if (table->count == table->room) {
        grow(table);
    }
    node->hash = hash;
    node->owner = owner;
    put(table, node);
    table->count++;
}

void table_remove(struct table *table, struct node *node)
{
    struct node **place = bucket(table, node->hash);

    while (*place != node) {
        place = &(*place)->next;
    }
    *place = node->next;
    table->count--;
}

static struct node *with_hash(struct node *node, uint64_t hash)
{
    while (node != NULL && node->hash != hash) {
        node = node->next;
    }
    return node;
}

struct node *table_find(const struct table *table, uint64_t hash)
{
    return table->room == 0 ? NULL : with_hash(*bucket(table, hash), hash);
}

struct node *table_next(const struct node *node)
{
    return with_hash(node->next, node->hash);
}

void table_free(struct table *table)
{
    free(table->buckets);
    *table = (struct table){0};
}
