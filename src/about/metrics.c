/* SPDX-License-Identifier: MIT */
/* Counters as OpenMetrics text. */
#include <sst/counters.h>
#include <sst/session.h>
#include <sst/types.h>

#include <stddef.h>

#include "about/text.h"

/* What splits a family's counters: nothing, or the kinds of an enumeration. */
enum split { BY_NOTHING, BY_OUTCOME, BY_REASON, BY_VIOLATION };

static const char labels[][8] = {"", "outcome", "reason", "kind"};

/* Tables without pointers, which would have to be relocated when a program is loaded. */
struct family {
    char name[20];
    char help[64];
    uint8_t split;   /* enum split */
    uint8_t first;   /* kind that can occur */
    uint8_t count;   /* one more than the last kind */
    uint16_t offset; /* of kind 0 in struct sst_counters */
};

#define SINGLE(field, help) {#field, help, BY_NOTHING, 0, 1, offsetof(struct sst_counters, field)}
#define MANY(field, help, split, first, count)                                                     \
    {#field, help, split, first, count, offsetof(struct sst_counters, field)}

static const struct family families[] = {
    SINGLE(negotiated, "Session timers turned on."),
    SINGLE(turned_off, "Session timers turned off while the dialog continued."),
    SINGLE(refreshes_due, "Times that the host was asked to refresh."),
    SINGLE(refreshes_sent, "Refreshes that the host began."),
    SINGLE(refreshes_answered, "Local requests with a 2xx that extends the session."),
    SINGLE(refreshes_received, "Requests of the peer with a 2xx that extends the session."),
    MANY(refreshes_failed, "Refreshes that failed, by outcome.", BY_OUTCOME,
         SST_OUTCOME_PROVISIONAL + 1, SST_OUTCOME_COUNT),
    SINGLE(rejected_422, "Requests rejected for too small an interval."),
    SINGLE(received_422, "Local requests rejected for too small an interval."),
    SINGLE(glare, "Local requests that met glare (491)."),
    SINGLE(rejected_491, "Requests of the peer that met glare (491)."),
    SINGLE(overdue, "Times that the peer's refresh was overdue."),
    SINGLE(blocked, "Times that another transaction blocked a due refresh."),
    MANY(ended, "Sessions that libsst ended, by reason.", BY_REASON, SST_END_NONE + 1,
         SST_END_COUNT),
    MANY(violations, "Rules that peers broke, by kind.", BY_VIOLATION, 0, SST_VIOLATION_COUNT),
};

/* Divides *number by 10. It works in parts of 32 bits, because small processors lack 64-bit
 * division and 64-bit shifts by a variable. @return the remainder */
static unsigned divide_by_10(uint64_t *number)
{
    uint32_t high = (uint32_t)(*number >> 32);
    uint32_t low = (uint32_t)*number;
    uint32_t middle = high % 10u << 16 | low >> 16;
    uint32_t last = middle % 10u << 16 | (low & 0xffffu);

    *number = (uint64_t)(high / 10u) << 32 | (uint64_t)(middle / 10u) << 16 | last / 10u;
    return last % 10u;
}

static void put_number(struct sst_growing *text, uint64_t number)
{
    char digits[21]; /* of 2^64-1, and the terminator */
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + divide_by_10(&number));
    } while (number != 0);
    sst_put(text, digits + at);
}

static const char *kind_name(unsigned split, unsigned kind)
{
    switch (split) {
    case BY_OUTCOME:
        return sst_outcome_name((enum sst_outcome)kind);
    case BY_REASON:
        return sst_end_reason_name((enum sst_end_reason)kind);
    default:
        return sst_violation_name((enum sst_violation)kind);
    }
}

static void put_sample(struct sst_growing *text, const struct family *family, unsigned kind,
                       uint64_t value)
{
    sst_put(text, "sst_");
    sst_put(text, family->name);
    sst_put(text, "_total");
    if (family->split != BY_NOTHING) {
        sst_put(text, "{");
        sst_put(text, labels[family->split]);
        sst_put(text, "=\"");
        sst_put(text, kind_name(family->split, kind));
        sst_put(text, "\"}");
    }
    sst_put(text, " ");
    put_number(text, value);
    sst_put(text, "\n");
}

static void put_family(struct sst_growing *text, const struct family *family,
                       const struct sst_counters *counters)
{
    const uint64_t *values =
        (const uint64_t *)(const void *)((const char *)counters + family->offset);

    sst_put(text, "# TYPE sst_");
    sst_put(text, family->name);
    sst_put(text, " counter\n# HELP sst_");
    sst_put(text, family->name);
    sst_put(text, " ");
    sst_put(text, family->help);
    sst_put(text, "\n");
    for (unsigned kind = family->first; kind < family->count; kind++) {
        put_sample(text, family, kind, values[kind]);
    }
}

int sst_counters_print(const struct sst_counters *counters, char *buffer, size_t size, size_t *need)
{
    struct sst_growing text = {buffer, size, 0};

    if (counters == NULL || (buffer == NULL && size != 0)) {
        return SST_ERR_ARGUMENT;
    }
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        put_family(&text, &families[i], counters);
    }
    if (need != NULL) {
        *need = text.length + 1u;
    }
    if (text.length >= size) {
        if (size != 0) {
            buffer[0] = '\0';
        }
        return SST_ERR_SPACE;
    }
    buffer[text.length] = '\0';
    return SST_OK;
}
