/* SPDX-License-Identifier: MIT */
/* A scenario in memory. */
#include "story.h"

#include <stdlib.h>
#include <string.h>

const struct party *story_party(const struct story *story, const char *name)
{
    size_t length = strcspn(name, "/");
    for (unsigned i = 0; i < story->party_count; i++) {
        const struct party *party = &story->party[i];
        if (strlen(party->name) == length && memcmp(party->name, name, length) == 0) {
            return party;
        }
    }
    return NULL;
}

struct party *story_mention(struct story *story, const char *name, enum party_kind kind)
{
    const struct party *known = story_party(story, name);
    if (known != NULL) {
        return &story->party[known - story->party];
    }
    if (story->party_count == MAX_PARTIES) {
        return NULL;
    }
    struct party *party = &story->party[story->party_count];
    size_t length = strcspn(name, "/");
    if (length == 0 || length >= NAME_ROOM) {
        return NULL;
    }
    memcpy(party->name, name, length);
    party->name[length] = '\0';
    party->kind = kind;
    party->other_leg[0] = '\0';
    story->party_count++;
    return party;
}

struct line *story_add_line(struct story *story, enum line_kind kind)
{
    struct line *line = calloc(1, sizeof *line);
    if (line == NULL) {
        return NULL;
    }
    line->kind = kind;
    if (story->last_line == NULL) {
        story->lines = line;
    } else {
        story->last_line->next = line;
    }
    story->last_line = line;
    return line;
}

bool story_add_step(struct story *story, const struct step *step)
{
    if (story->step_count == story->step_room) {
        size_t room = story->step_room == 0 ? 64 : story->step_room * 2u;
        struct step *larger = realloc(story->steps, room * sizeof *larger);
        if (larger == NULL || room > MAX_STEPS) {
            free(larger != NULL ? larger : story->steps);
            story->steps = NULL;
            story->step_count = 0;
            return false;
        }
        story->steps = larger;
        story->step_room = room;
    }
    story->steps[story->step_count] = *step;
    story->step_count++;
    return true;
}

void story_free(struct story *story)
{
    while (story->lines != NULL) {
        struct line *next = story->lines->next;
        free(story->lines);
        story->lines = next;
    }
    free(story->steps);
    story->steps = NULL;
}
