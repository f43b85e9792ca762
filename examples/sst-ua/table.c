/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

struct node *table_find(const struct table *table, uint64_t hash)
{
    struct node *found = NULL;

    HASH_FIND(hh, table->first, &hash, sizeof hash, found);
    return found;
}

struct node *table_next(const struct node *node)
{
    return node->next;
}

void table_add(struct table *table, struct node *node, uint64_t hash, void *owner)
{
    struct node *same = table_find(table, hash);

    node->hash = hash;
    node->owner = owner;
    node->next = NULL;
    table->count++;
    if (same != NULL) {
        node->next = same->next;
        same->next = node;
        return;
    }
    HASH_ADD(hh, table->first, hash, sizeof node->hash, node);
}

void table_remove(struct table *table, struct node *node)
{
    struct node *at = table_find(table, node->hash);
    struct node *follows = node->next;

    table->count--;
    if (at == node) {
        HASH_DELETE(hh, table->first, node);
        if (follows != NULL) {
            HASH_ADD(hh, table->first, hash, sizeof follows->hash, follows);
        }
        return;
    }
    while (at != NULL && at->next != node) {
        at = at->next;
    }
    if (at != NULL) {
        at->next = follows;
    }
}

void table_free(struct table *table)
{
    HASH_CLEAR(hh, table->first);
    table->count = 0;
}
