/* SPDX-License-Identifier: MIT */
/* Reading a scenario: from lines of text to steps in time. */
#include "story.h"

#include <string.h>

#define LINE_ROOM 512

struct reader {
    struct story *story;
    unsigned number;      /* of the line */
    const char *text;     /* of the line */
    bool timed;           /* the first line with a time was read: no more declarations */
    struct line *message; /* the following header fields belong to it */
    uint64_t last_ms;
    unsigned cycles; /* of the open block, 0 for none */
    uint64_t base_ms;
    uint64_t every_ms;
    size_t first_step;
};

static bool wrong(const struct reader *reader, const char *what, const char *detail)
{
    fprintf(stderr, "%s:%u: %s%s%s\n", reader->story->path, reader->number, what,
            detail != NULL ? ": " : "", detail != NULL ? detail : "");
    return false;
}

static struct line *new_line(struct reader *reader, enum line_kind kind)
{
    struct line *line = story_add_line(reader->story, kind);
    if (line != NULL) {
        line->number = reader->number;
        (void)copy_text(line->text, sizeof line->text, reader->text);
    }
    return line;
}

/* ---- Declarations ---- */

static bool declare(struct reader *reader, const struct words *words, enum party_kind kind)
{
    for (unsigned i = 1; i < words->count; i++) {
        struct party *party = story_mention(reader->story, words->text[i], kind);
        if (party == NULL || party->kind != kind) {
            return wrong(reader, "no name for a host, or too many hosts", words->text[i]);
        }
    }
    return words->count > 1 || wrong(reader, "whom?", NULL);
}

/* peers NAME..., relays NAME... */
static bool declare_peers(struct reader *reader, const struct words *words, bool relays)
{
    if (!declare(reader, words, SCRIPTED)) {
        return false;
    }
    for (unsigned i = 1; i < words->count; i++) {
        struct party *party = story_mention(reader->story, words->text[i], SCRIPTED);
        party->stands = true;
        party->relays = relays;
    }
    return true;
}

static bool declare_legs(struct reader *reader, const struct words *words)
{
    if (words->count != 3 || !declare(reader, words, LIBRARY)) {
        return wrong(reader, "legs takes two names", NULL);
    }
    struct party *one = story_mention(reader->story, words->text[1], LIBRARY);
    struct party *two = story_mention(reader->story, words->text[2], LIBRARY);
    return copy_text(one->other_leg, NAME_ROOM, two->name) &&
           copy_text(two->other_leg, NAME_ROOM, one->name);
}

/* policy [HOST] name=value ... and wrong policy [HOST] name=value ... : RESULT */
static bool declare_policy(struct reader *reader, const struct words *words, unsigned first,
                           enum line_kind kind)
{
    struct line *line = new_line(reader, kind);
    if (line == NULL) {
        return wrong(reader, "no memory", NULL);
    }
    if (first < words->count && strchr(words->text[first], '=') == NULL) {
        copy_text(line->host, NAME_ROOM, words->text[first]);
        first++;
    }
    for (unsigned i = first; i < words->count; i++) {
        copy_text(line->words.text[line->words.count], WORD_ROOM, words->text[i]);
        line->words.count++;
    }
    const char *problem = grammar_check(reader->story, line);
    return problem == NULL || wrong(reader, problem, NULL);
}

static bool read_declaration(struct reader *reader, const char *text, const struct words *words)
{
    const char *word = words->text[0];
    struct story *story = reader->story;
    if (reader->timed) {
        return wrong(reader, "this belongs above the first line with a time", word);
    }
    if (strcmp(word, "title") == 0) {
        text += strlen("title");
        return copy_text(story->title, sizeof story->title, text + strspn(text, " \t"));
    }
    if (strcmp(word, "shows") == 0) {
        return words->count > 1 || wrong(reader, "shows what?", NULL);
    }
    if (strcmp(word, "library") == 0) {
        return declare(reader, words, LIBRARY);
    }
    if (strcmp(word, "proxy") == 0) {
        return declare(reader, words, PROXY);
    }
    if (strcmp(word, "peers") == 0 || strcmp(word, "relays") == 0) {
        return declare_peers(reader, words, word[0] == 'r');
    }
    if (strcmp(word, "legs") == 0) {
        return declare_legs(reader, words);
    }
    if (strcmp(word, "policy") == 0) {
        return declare_policy(reader, words, 1, POLICY);
    }
    if (strcmp(word, "wrong") == 0 && words->count > 1 && strcmp(words->text[1], "policy") == 0) {
        return declare_policy(reader, words, 2, WRONG_POLICY);
    }
    return wrong(reader, "unknown word", word);
}

/* ---- Lines with a time ---- */

static bool read_repeat(struct reader *reader, const struct words *words, uint64_t at_ms)
{
    uint32_t cycles;
    if (reader->cycles != 0) {
        return wrong(reader, "repeat within repeat", NULL);
    }
    if (words->count != 5 || !read_number(words->text[2], &cycles) || cycles == 0 ||
        strcmp(words->text[3], "every") != 0 || !read_seconds(words->text[4], &reader->every_ms)) {
        return wrong(reader, "TIME repeat NUMBER every SECONDS", NULL);
    }
    reader->cycles = cycles;
    reader->base_ms = at_ms;
    reader->first_step = reader->story->step_count;
    reader->last_ms = 0; /* times within are relative */
    return true;
}

/* The steps of the block are stored once; they are moved to its base, and added once per cycle. */
static bool read_end(struct reader *reader)
{
    struct story *story = reader->story;
    size_t first = reader->first_step;
    size_t count = story->step_count - first;
    if (reader->cycles == 0 || count == 0) {
        return wrong(reader, "end of what?", NULL);
    }
    if (story->steps[story->step_count - 1].at_ms - story->steps[first].at_ms > reader->every_ms) {
        return wrong(reader, "the cycle is longer than it may be", NULL);
    }
    for (unsigned cycle = 1; cycle < reader->cycles; cycle++) {
        for (size_t i = 0; i < count; i++) {
            struct step step = story->steps[first + i];
            step.shift_ms = reader->base_ms + reader->every_ms * cycle;
            step.at_ms += step.shift_ms;
            if (!story_add_step(story, &step)) {
                return wrong(reader, "too many steps", NULL);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        story->steps[first + i].shift_ms = reader->base_ms;
        story->steps[first + i].at_ms += reader->base_ms;
    }
    reader->last_ms = story->steps[story->step_count - 1].at_ms;
    reader->cycles = 0;
    return true;
}

static void take_words(struct line *line, const struct words *words, unsigned first)
{
    for (unsigned i = first; i < words->count; i++) {
        copy_text(line->words.text[line->words.count], WORD_ROOM, words->text[i]);
        line->words.count++;
    }
}

/* TIME A -> B METHOD ..., or STATUS METHOD ... */
static bool read_message(struct line *line, const struct words *words)
{
    unsigned next = 4;
    uint32_t status = 0;
    if (words->count < 5 || !copy_text(line->peer, NAME_ROOM, words->text[3])) {
        return false;
    }
    if (read_number(words->text[next], &status)) {
        next++;
    }
    if (next >= words->count || !copy_text(line->method, sizeof line->method, words->text[next])) {
        return false;
    }
    line->status = status;
    take_words(line, words, next + 1);
    return true;
}

static bool read_action(struct reader *reader, struct line *line, const struct words *words)
{
    const char *sign = words->count > 2 ? words->text[2] : "";
    if (!copy_text(line->host, NAME_ROOM, words->text[1])) {
        return wrong(reader, "the name is too long", words->text[1]);
    }
    if (strcmp(sign, "->") == 0) {
        line->kind = MESSAGE;
        if (!read_message(line, words)) {
            return wrong(reader, "TIME SENDER -> RECEIVER METHOD, or STATUS METHOD", NULL);
        }
        if (story_mention(reader->story, line->host, SCRIPTED) == NULL ||
            story_mention(reader->story, line->peer, SCRIPTED) == NULL) {
            return wrong(reader, "no name for a host, or too many hosts", NULL);
        }
        reader->message = line;
        return true;
    }
    take_words(line, words, 3);
    if (strcmp(sign, "!") == 0) {
        line->kind = HAPPENS;
    } else if (strcmp(sign, ":") == 0) {
        line->kind = TELLS;
    } else if (strcmp(sign, "=") == 0) {
        line->kind = STATE;
    } else if (strcmp(sign, "counts") == 0) {
        line->kind = COUNTS;
    } else {
        return wrong(reader, "a time is followed by HOST and one of -> : = ! counts", sign);
    }
    return true;
}

static bool read_timed(struct reader *reader, const struct words *words)
{
    struct step step = {NULL, 0, 0};
    if (!reader->timed && reader->story->party_count == 0) {
        (void)story_mention(reader->story, "L", LIBRARY);
    }
    reader->timed = true;
    reader->message = NULL;
    if (!read_seconds(words->text[0], &step.at_ms)) {
        return wrong(reader, "a time is seconds with up to three decimals", words->text[0]);
    }
    if (step.at_ms < reader->last_ms) {
        return wrong(reader, "earlier than the line before", words->text[0]);
    }
    reader->last_ms = step.at_ms;
    if (words->count > 1 && strcmp(words->text[1], "repeat") == 0) {
        return read_repeat(reader, words, step.at_ms);
    }
    struct line *line = new_line(reader, QUIET);
    if (line == NULL) {
        return wrong(reader, "no memory", NULL);
    }
    if (words->count < 2) {
        return wrong(reader, "a time, and then?", NULL);
    }
    if (strcmp(words->text[1], "quiet") != 0 && !read_action(reader, line, words)) {
        return false;
    }
    const char *problem = grammar_check(reader->story, line);
    if (problem != NULL) {
        return wrong(reader, problem, NULL);
    }
    step.line = line;
    return story_add_step(reader->story, &step) || wrong(reader, "too many steps", NULL);
}

/* \r, \n, \t and \\ mean the same as in C, so that folded lines can be written. */
static void unescape(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++, to++) {
        *to = *text;
        if (*text == '\\' && text[1] != '\0') {
            text++;
            *to = *text == 'r' ? '\r' : *text == 'n' ? '\n' : *text == 't' ? '\t' : *text;
        }
    }
    *to = '\0';
}

static bool read_field(struct reader *reader, const char *text)
{
    struct line *line = reader->message;
    const char *colon = strchr(text, ':');
    if (line == NULL || colon == NULL) {
        return wrong(reader, "neither a line with a time nor a header field of a message", text);
    }
    if (line->field_count == MAX_HEADERS) {
        return wrong(reader, "too many header fields", NULL);
    }
    struct field *field = &line->field[line->field_count];
    size_t length = (size_t)(colon - text);
    if (length == 0 || length >= sizeof field->name) {
        return wrong(reader, "no name of a header field", text);
    }
    memcpy(field->name, text, length);
    field->name[length] = '\0';
    colon++;
    if (!copy_text(field->value, sizeof field->value, colon + strspn(colon, " \t"))) {
        return wrong(reader, "the value is too long", NULL);
    }
    unescape(field->value);
    line->field_count++;
    return true;
}

static bool read_line(struct reader *reader, char *text)
{
    struct words words;
    text[strcspn(text, "\r\n")] = '\0';
    const char *start = text + strspn(text, " \t");
    bool indented = start != text;
    reader->text = start;
    if (*start == '\0' || *start == '#') {
        return true;
    }
    bool digit = *start >= '0' && *start <= '9';
    if (indented && !digit && strcmp(start, "end") != 0) {
        return read_field(reader, start);
    }
    if (!words_split(&words, start)) {
        /* Only a title may have long words. */
        if (strncmp(start, "title ", 6) != 0 && strncmp(start, "shows ", 6) != 0) {
            return wrong(reader, "too many words, or one too long", NULL);
        }
        words.count = words.count == 0 ? 1 : words.count;
    }
    if (digit) {
        return read_timed(reader, &words);
    }
    if (strcmp(start, "end") == 0) {
        reader->message = NULL;
        return read_end(reader);
    }
    return read_declaration(reader, start, &words);
}

bool story_read(struct story *story, const char *path)
{
    char text[LINE_ROOM];
    struct reader reader = {0};
    memset(story, 0, sizeof *story);
    story->path = path;
    reader.story = story;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return wrong(&reader, "cannot be read", NULL);
    }
    bool good = true;
    while (good && fgets(text, sizeof text, file) != NULL) {
        reader.number++;
        if (strchr(text, '\n') == NULL && !feof(file)) {
            good = wrong(&reader, "the line is too long", NULL);
        } else {
            good = read_line(&reader, text);
        }
    }
    fclose(file);
    if (good && reader.cycles != 0) {
        good = wrong(&reader, "repeat without end", NULL);
    }
    if (good && (story->title[0] == '\0' || story->step_count == 0)) {
        good = wrong(&reader, "a scenario has a title, and something happens in it", NULL);
    }
    return good;
}
