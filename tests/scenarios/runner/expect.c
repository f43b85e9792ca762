/* SPDX-License-Identifier: MIT */
/* Compares what a line says libsst reports with what it reported. */
#include "world.h"

#include <inttypes.h>
#include <string.h>

/* The words of the line, except for the times that are compared separately. */
static void spell(const struct words *words, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < words->count && used < size; i++) {
        const char *word = words->text[i];
        char seconds[32];
        uint64_t ms;
        if (strcmp(word, "until") == 0 || strcmp(word, "since") == 0) {
            i++;
            continue;
        }
        if (i > 0 && strcmp(words->text[i - 1u], "wait") == 0 && read_seconds(word, &ms)) {
            print_seconds(seconds, sizeof seconds, ms); /* 3.050 is 3.05 */
            word = seconds;
        }
        int length = snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " ", word);
        used += length < 0 ? 0 : (size_t)length;
    }
}

static bool check_time(struct world *world, const char *name, uint64_t came_ms, uint64_t shift_ms)
{
    const struct words *words = &world->line->words;
    int place = words_find(words, name);
    uint64_t expected_ms = 0;
    char expected[48];
    char came[48];
    char seconds[32];
    if (place < 0 || !read_seconds(words->text[place + 1], &expected_ms)) {
        return true;
    }
    expected_ms += shift_ms;
    if (came_ms == expected_ms) {
        return true;
    }
    print_seconds(seconds, sizeof seconds, expected_ms);
    (void)snprintf(expected, sizeof expected, "%s %s", name, seconds);
    print_seconds(seconds, sizeof seconds, came_ms);
    (void)snprintf(came, sizeof came, "%s %s", name, came_ms == SST_NEVER ? "never" : seconds);
    return fail(world, expected, came);
}

bool play_telling(struct host *host)
{
    struct world *world = host->world;
    char expected[64];
    char came[128];
    char at[32];
    spell(&world->line->words, expected, sizeof expected);
    if (host->told_count == 0) {
        return fail(world, expected, "nothing was told");
    }
    struct told told = host->told[0];
    if (strcmp(told.text, expected) != 0) {
        print_seconds(at, sizeof at, told.at_ms);
        (void)snprintf(came, sizeof came, "%s, at %s", told.text, at);
        return fail(world, expected, came);
    }
    host->told_count--;
    memmove(&host->told[0], &host->told[1], host->told_count * sizeof host->told[0]);
    return check_time(world, "until", told.until_ms, world->shift_ms) &&
           check_time(world, "since", told.since_ms, 0);
}
