/* SPDX-License-Identifier: MIT */
/* A scenario as written: who takes part, and what happens when. docs/scenarios.md describes the
 * format. */
#ifndef STORY_H
#define STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define NAME_ROOM 24
#define WORD_ROOM 48
#define MAX_WORDS 24
#define MAX_HEADERS 12
#define MAX_PARTIES 16
#define MAX_STEPS 400000

enum party_kind { SCRIPTED, LIBRARY, PROXY };

/* A participant. Columns of the ladder are in the order of first mention. */
struct party {
    char name[NAME_ROOM];
    enum party_kind kind;
    char other_leg[NAME_ROOM]; /* of a host with two dialogs, else empty */
    bool stands; /* scripted: declared, so that it may talk to other scripted parties */
    bool relays; /* scripted: what it sends is a message that it received */
};

/* One header field as the scenario has it. */
struct field {
    char name[32];
    char value[200];
};

struct words {
    unsigned count;
    char text[MAX_WORDS][WORD_ROOM];
};

enum line_kind { MESSAGE, HAPPENS, TELLS, STATE, COUNTS, QUIET, POLICY, WRONG_POLICY };

/* A line of the file, with the header fields below it. */
struct line {
    struct line *next;
    unsigned number;
    char text[120]; /* as written, or its beginning */
    enum line_kind kind;
    char host[NAME_ROOM]; /* the sender, or the subject; empty in POLICY for all */
    char peer[NAME_ROOM]; /* receiver of a MESSAGE */
    unsigned status;      /* of a MESSAGE; 0 in a request */
    char method[16];
    struct words words; /* the other words */
    unsigned field_count;
    struct field field[MAX_HEADERS];
};

/* A line with its time; lines of a cycle appear more than once. */
struct step {
    const struct line *line;
    uint64_t at_ms;
    uint64_t shift_ms; /* added to other times in the line */
};

struct story {
    const char *path;
    char title[200];
    unsigned party_count;
    struct party party[MAX_PARTIES];
    struct line *lines;
    struct line *last_line;
    struct step *steps;
    size_t step_count;
    size_t step_room;
};

/* Reads a file; read.c. On error, prints a message with file and line to stderr. */
bool story_read(struct story *story, const char *path);
void story_free(struct story *story);

/* @return the party of a name, or of NAME/TAG; NULL if there is none */
const struct party *story_party(const struct story *story, const char *name);

/* Adds a party if it is new; kind only matters on first mention. NULL for no name, or too many. */
struct party *story_mention(struct story *story, const char *name, enum party_kind kind);
struct line *story_add_line(struct story *story, enum line_kind kind);
bool story_add_step(struct story *story, const struct step *step);

/* ---- words.c: helpers for the format ---- */

/* Splits at white space. @return false if there are too many words, or one is too long */
bool words_split(struct words *words, const char *text);
/* @return the place of a word, or -1 */
int words_find(const struct words *words, const char *word);
/* Seconds with up to three decimals to ms. @return false for anything else */
bool read_seconds(const char *text, uint64_t *ms);
bool read_number(const char *text, uint32_t *number);
/* Prints ms as seconds, without trailing zeros. */
void print_seconds(char *buffer, size_t size, uint64_t ms);
/* Copies what fits. @return whether all of it did */
bool copy_text(char *to, size_t size, const char *from);

/* ---- grammar.c: can this line be played? ---- */

/* @return NULL, or what is wrong */
const char *grammar_check(const struct story *story, const struct line *line);

#endif
