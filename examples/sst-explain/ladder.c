/* SPDX-License-Identifier: MIT */
/* The ladder of one call, as text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "list.h"
#include "sentence.h"
#include "text.h"
#include "timeline.h"

#define TIME_WIDTH 12u
#define NOTE_WIDTH 34u
#define COLUMN_LEAST 16u
#define COLUMN_MOST 30u
#define LINE_ROOM (COLUMNS_MAX * COLUMN_MOST + 1u)

static unsigned column_width(const struct list *list, const struct account *account)
{
    unsigned gaps = account->column_count > 1 ? account->column_count - 1 : 1;
    unsigned room =
        list->width > TIME_WIDTH + NOTE_WIDTH ? list->width - TIME_WIDTH - NOTE_WIDTH : 0;
    unsigned width = list->width == 0 ? 24u : room / gaps;

    return width < COLUMN_LEAST ? COLUMN_LEAST : width > COLUMN_MOST ? COLUMN_MOST : width;
}

static void draw_rails(const struct account *account, unsigned width, char *line)
{
    size_t length = (account->column_count - 1) * (size_t)width + 1;

    memset(line, ' ', length);
    line[length] = '\0';
    for (unsigned i = 0; i < account->column_count; i++) {
        line[(size_t)i * width] = '|';
    }
}

static void draw_arrow(const struct row *row, unsigned width, char *line)
{
    size_t from = row->from * (size_t)width;
    size_t to = row->to * (size_t)width;
    size_t left = (from < to ? from : to) + 1;
    size_t right = from < to ? to : from;
    size_t length = strlen(row->label);

    if (right <= left + 2) {
        return;
    }
    memset(line + left, row->copy ? '.' : '-', right - left);
    line[from < to ? right - 1 : left] = from < to ? '>' : '<';
    length = length > right - left - 2 ? right - left - 2 : length;
    memcpy(line + left + (right - left - length) / 2, row->label, length);
}

static void print_heads(const struct list *list, const struct account *account, unsigned width)
{
    fprintf(list->out, "%*s  ", (int)TIME_WIDTH - 2, "seconds");
    for (unsigned i = 0; i < account->column_count; i++) {
        bool last = i + 1 == account->column_count;

        fprintf(list->out, "%-*.*s", last ? 0 : (int)width, (int)width - 1, account->column[i]);
    }
    fputs("\n", list->out);
}

static void print_message(const struct list *list, const struct account *account,
                          const struct row *row, unsigned width)
{
    char line[LINE_ROOM];

    draw_rails(account, width, line);
    draw_arrow(row, width, line);
    fprintf(list->out, "%10.3f  %s%s%s  %s%s#%lu\n", row->at,
            row->wrong ? list_color(list, SST_WATCH_NOT_REFRESHED) : "", line,
            row->wrong ? list_plain(list) : "", row->note, row->note[0] != '\0' ? "  " : "",
            row->frame);
}

static void print_deadline(const struct list *list, const struct account *account,
                           const struct moment *moment, unsigned width)
{
    char line[LINE_ROOM];
    char *words = timeline_words(account, moment);
    bool hangs_up = moment->kind == MOMENT_HANGUP_AT;

    draw_rails(account, width, line);
    for (char *c = line; *c != '\0'; c++) {
        if (*c == '|') {
            *c = '+';
        } else {
            *c = hangs_up ? '=' : '.';
        }
    }
    fprintf(list->out, "%10.3f  %s%s%s  %s\n", moment->at,
            list_color(list, hangs_up ? SST_WATCH_INCOMPLETE : SST_WATCH_RUNNING), line,
            list_plain(list), words);
    free(words);
}

static void print_findings(const struct list *list, const struct account *account)
{
    for (size_t i = 0; i < account->finding_count; i++) {
        const struct finding *finding = &account->finding[i];
        char frame[32] = "";
        char times[32] = "";
        char *text;

        if (finding->frame != 0) {
            snprintf(frame, sizeof frame, ", frame %lu", finding->frame);
        }
        if (finding->count > 1) {
            snprintf(times, sizeof times, ", %lu times", finding->count);
        }
        text = text_print("- %s: the %s, %s%s%s%s", sst_finding_name(finding->what),
                          sst_watch_who_name(finding->who), sst_finding_section(finding->what),
                          frame, times, finding->harmless ? " (harmless here)" : "");
        list_wrapped(list, text, 2);
        free(text);
    }
}

static void print_head(const struct list *list, const struct account *account)
{
    time_t began = (time_t)(account->began_us / 1000000u);
    struct tm parts;
    char stamp[40] = "";

    /* A log without dates begins in 1970. */
    if (began > (time_t)86400 * 365 && gmtime_r(&began, &parts) != NULL) {
        strftime(stamp, sizeof stamp, ", %Y-%m-%d %H:%M:%S UTC", &parts);
    }
    fprintf(list->out, "%s -> %s\nCall-ID %s%s\n\n", account->from, account->to, account->call_id,
            stamp);
}

void list_ladder(const struct list *list, const struct account *account)
{
    enum sst_watch_verdict verdict = account->result.verdict;
    unsigned width = column_width(list, account);
    char *sentence = sentence_of(account);
    size_t count;
    struct moment *moments = timeline_of(account, &count);

    print_head(list, account);
    if (account->column_count > 0) {
        print_heads(list, account, width);
    }
    for (size_t i = 0; i < count; i++) {
        if (moments[i].kind == MOMENT_MESSAGE) {
            print_message(list, account, &account->row[moments[i].index], width);
        } else {
            print_deadline(list, account, &moments[i], width);
        }
    }
    if (account->rows_left_out > 0) {
        fprintf(list->out, "%lu messages before the last one are left out\n",
                account->rows_left_out);
    }
    fprintf(list->out, "\n%s%s%s\n", list_color(list, verdict), sst_watch_verdict_name(verdict),
            list_plain(list));
    list_wrapped(list, sentence, 2);
    for (const char *const *step = sentence_steps(account); *step != NULL; step++) {
        char *text = text_print("* %s", *step);

        list_wrapped(list, text, 2);
        free(text);
    }
    print_findings(list, account);
    free(moments);
    free(sentence);
}
