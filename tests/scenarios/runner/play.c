/* SPDX-License-Identifier: MIT */
/* A scenario from its first line to its last. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

static struct host *host_of_line(struct world *world)
{
    const char *name = world->line->host;
    struct host *host = host_find(world, name);
    const struct party *party = story_party(world->story, name);
    if (host == NULL && strcmp(party->name, name) == 0) {
        host = host_add(world, party, name);
    }
    if (host == NULL) {
        (void)fail(world, "a dialog of this name", "there is none");
    }
    return host;
}

static bool play_line(struct world *world)
{
    enum line_kind kind = world->line->kind;
    if (kind == QUIET) {
        return nothing_untold(world);
    }
    if (kind == MESSAGE) {
        return nothing_untold(world) && play_message(world);
    }
    struct host *host = host_of_line(world);
    if (host == NULL) {
        return false;
    }
    switch (kind) {
    case TELLS:
        return play_telling(host);
    case STATE:
        return play_state(host);
    case COUNTS:
        return play_counts(host);
    default:
        break;
    }
    ladder_mark(&world->ladder, world->now_ms, host->name, '!', world->line->words.text[0]);
    return nothing_untold(world) && play_happening(host);
}

/* Hosts exist from the beginning, so that a rejected policy shows at once. */
static bool add_hosts(struct world *world)
{
    for (unsigned i = 0; i < world->story->party_count; i++) {
        const struct party *party = &world->story->party[i];
        if (party->kind != SCRIPTED && host_add(world, party, party->name) == NULL) {
            return fail(world, "a policy that libsst accepts", party->name);
        }
    }
    return true;
}

static bool play_steps(struct world *world)
{
    const struct story *story = world->story;
    for (size_t i = 0; i < story->step_count; i++) {
        const struct step *step = &story->steps[i];
        world->line = step->line;
        world->shift_ms = step->shift_ms;
        if (!run_to(world, step->at_ms) || !play_line(world) || world->failed) {
            return false;
        }
    }
    /* The host's next call reports the effects of its last answer. */
    return run_to(world, world->now_ms) && nothing_untold(world);
}

bool play(const struct story *story, enum way way, bool show, struct capture *capture)
{
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL) {
        return false;
    }
    world->story = story;
    world->way = way;
    world->capture = capture;
    world->dice = 1;
    bool good = ladder_init(&world->ladder, story) && add_hosts(world) && play_steps(world);
    if (good && show) {
        ladder_print(&world->ladder);
    }
    for (unsigned i = 0; i < world->host_count; i++) {
        host_free(&world->host[i]);
    }
    ladder_free(&world->ladder);
    free(world);
    return good;
}
