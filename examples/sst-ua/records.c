/* SPDX-License-Identifier: MIT */
#include "records.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h> /* c-ares before 1.19 needs it in its header */

#include <ares.h>

#include "random.h"
#include "text.h"

static void add(struct records *records, struct record record)
{
    if (records->count < RECORDS_MAX) {
        records->at[records->count++] = record;
    }
}

struct records *records_copy(const struct records *records)
{
    struct records *copy = memory(sizeof *copy);

    *copy = *records;
    for (size_t i = 0; i < copy->count; i++) {
        copy->at[i].name = text_copy(records->at[i].name);
    }
    return copy;
}

void records_free(struct records *records)
{
    for (size_t i = 0; records != NULL && i < records->count; i++) {
        free(records->at[i].name);
    }
    free(records);
}

static struct records *unless_empty(struct records *records)
{
    if (records->count > 0) {
        return records;
    }
    records_free(records);
    return NULL;
}

struct records *records_of_srv(const unsigned char *answer, int length)
{
    struct ares_srv_reply *found = NULL;
    struct records *records;

    if (ares_parse_srv_reply(answer, length, &found) != ARES_SUCCESS) {
        return NULL;
    }
    records = memory(sizeof *records);
    for (struct ares_srv_reply *at = found; at != NULL; at = at->next) {
        /* RFC 2782: the root as target means that the service is not offered. */
        if (at->host != NULL && at->host[0] != '\0' && strcmp(at->host, ".") != 0 &&
            at->port != 0) {
            add(records, (struct record){.first = at->priority,
                                         .second = at->weight,
                                         .name = text_copy(at->host),
                                         .port = at->port});
        }
    }
    ares_free_data(found);
    records_order_srv(records, random_number, NULL);
    return unless_empty(records);
}

struct records *records_of_naptr(const unsigned char *answer, int length)
{
    struct ares_naptr_reply *found = NULL;
    struct records *records;

    if (ares_parse_naptr_reply(answer, length, &found) != ARES_SUCCESS) {
        return NULL;
    }
    records = memory(sizeof *records);
    for (struct ares_naptr_reply *at = found; at != NULL; at = at->next) {
        enum transport transport = records_service((const char *)at->service);

        if (strcasecmp((const char *)at->flags, "s") == 0 && transport != TRANSPORT_NONE &&
            at->replacement != NULL) {
            add(records, (struct record){.first = at->order,
                                         .second = at->preference,
                                         .name = text_copy(at->replacement),
                                         .transport = transport});
        }
    }
    ares_free_data(found);
    records_order_naptr(records);
    return unless_empty(records);
}

enum transport records_service(const char *service)
{
    static const struct {
        const char *name;
        enum transport transport;
    } known[] = {
        {"SIP+D2U", TRANSPORT_UDP}, {"SIP+D2T", TRANSPORT_TCP}, {"SIPS+D2T", TRANSPORT_TLS}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(service, known[i].name) == 0) {
            return known[i].transport;
        }
    }
    return TRANSPORT_NONE;
}

static int compare(const void *a, const void *b)
{
    const struct record *left = a;
    const struct record *right = b;

    if (left->first != right->first) {
        return left->first < right->first ? -1 : 1;
    }
    return left->second == right->second ? 0 : left->second < right->second ? -1 : 1;
}

void records_order_naptr(struct records *records)
{
    qsort(records->at, records->count, sizeof *records->at, compare);
}

/* The end of the records with the same priority as the first, and the sum of their weights. */
static size_t same_priority(const struct records *records, size_t start, uint32_t *weights)
{
    size_t end = start;

    *weights = 0;
    while (end < records->count && records->at[end].first == records->at[start].first) {
        *weights += records->at[end++].second;
    }
    return end;
}

static void move_to(struct records *records, size_t from, size_t to)
{
    struct record record = records->at[from];

    memmove(&records->at[to + 1], &records->at[to], (from - to) * sizeof record);
    records->at[to] = record;
}

void records_order_srv(struct records *records, uint32_t (*random)(void *user), void *user)
{
    /* Weight 0 comes first within its priority, as the draw of RFC 2782 requires. */
    qsort(records->at, records->count, sizeof *records->at, compare);
    for (size_t start = 0; start < records->count; start++) {
        uint32_t weights;
        size_t end = same_priority(records, start, &weights);
        uint32_t drawn = random(user) % (weights + 1);
        uint32_t sum = 0;

        for (size_t i = start; i < end; i++) {
            sum += records->at[i].second;
            if (sum >= drawn) {
                move_to(records, i, start);
                break;
            }
        }
    }
}
