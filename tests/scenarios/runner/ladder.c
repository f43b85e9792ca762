/* SPDX-License-Identifier: MIT */
#include "ladder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COLUMN_WIDTH 17u
#define ROW_ROOM 600u
#define ROWS_SHOWN 60u

static unsigned column(const struct ladder *ladder, const char *name)
{
    const struct party *party = story_party(ladder->story, name);
    return party == NULL ? 0 : ladder->column_of[party - ladder->story->party];
}

static void place(struct ladder *ladder, bool *placed, const char *name)
{
    const struct party *party = story_party(ladder->story, name);
    if (party == NULL || placed[party - ladder->story->party]) {
        return;
    }
    placed[party - ladder->story->party] = true;
    ladder->column_of[party - ladder->story->party] = ladder->columns;
    ladder->columns++;
}

static void add_row(struct ladder *ladder, uint64_t at_ms, const char *rails, const char *note)
{
    if (ladder->room - ladder->length < ROW_ROOM) {
        size_t room = ladder->room * 2u;
        char *larger = realloc(ladder->text, room);
        if (larger == NULL) {
            return;
        }
        ladder->text = larger;
        ladder->room = room;
    }
    char *row = ladder->text + ladder->length;
    int length = snprintf(row, ROW_ROOM, "%9" PRIu64 ".%03u  %s  %s", at_ms / 1000u,
                          (unsigned)(at_ms % 1000u), rails, note);
    size_t used = length < 0 ? 0 : (size_t)length;
    used = used >= ROW_ROOM - 1u ? ROW_ROOM - 2u : used;
    while (used > 0 && row[used - 1u] == ' ') {
        used--;
    }
    row[used] = '\n';
    ladder->length += used + 1u;
}

static size_t draw_rails(const struct ladder *ladder, char *rails)
{
    size_t width = (ladder->columns - 1u) * COLUMN_WIDTH + 1u;
    memset(rails, ' ', width);
    rails[width] = '\0';
    for (unsigned i = 0; i < ladder->columns; i++) {
        rails[i * COLUMN_WIDTH] = '|';
    }
    return width;
}

bool ladder_init(struct ladder *ladder, const struct story *story)
{
    bool placed[MAX_PARTIES] = {false};
    memset(ladder, 0, sizeof *ladder);
    ladder->story = story;
    for (const struct line *line = story->lines; line != NULL; line = line->next) {
        if (line->kind == MESSAGE) {
            place(ladder, placed, line->host);
            place(ladder, placed, line->peer);
        }
    }
    for (unsigned i = 0; i < story->party_count; i++) {
        place(ladder, placed, story->party[i].name);
    }
    ladder->room = 16u * ROW_ROOM;
    ladder->text = malloc(ladder->room);
    return ladder->text != NULL;
}

void ladder_free(struct ladder *ladder)
{
    free(ladder->text);
    ladder->text = NULL;
}

void ladder_keep_place(struct ladder *ladder)
{
    ladder->place = ladder->length;
}

/* Moves the newest row up to the reserved place. */
static void move_up(struct ladder *ladder, size_t start)
{
    char row[ROW_ROOM];
    size_t length = ladder->length - start;
    if (ladder->place >= start || length > sizeof row) {
        return;
    }
    memcpy(row, ladder->text + start, length);
    memmove(ladder->text + ladder->place + length, ladder->text + ladder->place,
            start - ladder->place);
    memcpy(ladder->text + ladder->place, row, length);
}

void ladder_message(struct ladder *ladder, uint64_t at_ms, const char *from, const char *to,
                    const char *label, const char *note, bool lost)
{
    char rails[MAX_PARTIES * COLUMN_WIDTH + 1u];
    (void)draw_rails(ladder, rails);
    size_t start = column(ladder, from) * (size_t)COLUMN_WIDTH;
    size_t end = column(ladder, to) * (size_t)COLUMN_WIDTH;
    size_t left = (start < end ? start : end) + 1u;
    size_t right = start < end ? end : start;
    size_t length = strlen(label);
    if (right <= left) {
        return;
    }
    memset(rails + left, '-', right - left);
    if (start < end) {
        rails[right - 1u] = lost ? 'x' : '>';
    } else {
        rails[left] = lost ? 'x' : '<';
    }
    if (length > right - left - 2u) {
        length = right - left - 2u;
    }
    memcpy(rails + left + (right - left - length) / 2u, label, length);
    size_t row = ladder->length;
    add_row(ladder, at_ms, rails, note);
    move_up(ladder, row);
}

void ladder_mark(struct ladder *ladder, uint64_t at_ms, const char *who, char mark,
                 const char *note)
{
    char rails[MAX_PARTIES * COLUMN_WIDTH + 1u];
    char text[ROW_ROOM];
    (void)draw_rails(ladder, rails);
    rails[column(ladder, who) * (size_t)COLUMN_WIDTH] = mark;
    (void)snprintf(text, sizeof text, "%s %s", who, note);
    add_row(ladder, at_ms, rails, text);
}

void ladder_print(const struct ladder *ladder)
{
    size_t start = ladder->length;
    for (unsigned rows = 0; start > 0 && rows <= ROWS_SHOWN; rows++) {
        start--;
        while (start > 0 && ladder->text[start - 1u] != '\n') {
            start--;
        }
    }
    printf("               ");
    for (unsigned c = 0; c < ladder->columns; c++) {
        for (unsigned i = 0; i < ladder->story->party_count; i++) {
            if (ladder->column_of[i] == c) {
                printf("%-*s", (int)COLUMN_WIDTH, ladder->story->party[i].name);
            }
        }
    }
    printf("\n");
    if (start > 0) {
        printf("               ...\n");
    }
    fwrite(ladder->text + start, 1, ladder->length - start, stdout);
}
