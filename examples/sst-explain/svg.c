/* SPDX-License-Identifier: MIT */
#include "svg.h"

#include <stdlib.h>

#include "html.h"
#include "timeline.h"

#define ROW_HEIGHT 26
#define TOP 44
#define LEFT 130
#define NOTES 300
#define WIDTH 1040

static int column_x(const struct account *account, unsigned column)
{
    int gaps = account->column_count > 1 ? (int)account->column_count - 1 : 1;

    return LEFT + (int)column * (WIDTH - LEFT - NOTES) / gaps;
}

static void put_time(FILE *out, double at, int y)
{
    fprintf(out, "<text class=\"dim\" x=\"88\" y=\"%d\" text-anchor=\"end\">%.3f</text>\n", y + 4,
            at);
}

static void put_rails(FILE *out, const struct account *account, int height)
{
    for (unsigned i = 0; i < account->column_count; i++) {
        int x = column_x(account, i);
        const char *anchor = i == 0 ? "start" : "middle";

        fprintf(out, "<line class=\"rail\" x1=\"%d\" y1=\"30\" x2=\"%d\" y2=\"%d\"/>\n", x, x,
                height - 6);
        fprintf(out, "<text x=\"%d\" y=\"20\" text-anchor=\"%s\">", i == 0 ? x - 30 : x, anchor);
        html_text(out, account->column[i]);
        fputs("</text>\n", out);
    }
}

static void put_message(FILE *out, const struct account *account, const struct row *row, int y)
{
    int from = column_x(account, row->from);
    int to = column_x(account, row->to);
    int head = to > from ? -7 : 7;
    const char *text = row->wrong ? " class=\"wrongtext\"" : row->copy ? " class=\"dim\"" : "";

    put_time(out, row->at, y);
    fprintf(out, "<path class=\"arrow%s%s\" fill=\"none\" d=\"M%d %dH%dm%d -4l%d 4l%d 4\"/>\n",
            row->copy ? " copy" : "", row->wrong ? " wrong" : "", from, y, to, head, -head, head);
    fprintf(out, "<text%s x=\"%d\" y=\"%d\" text-anchor=\"middle\">", text, (from + to) / 2, y - 4);
    html_text(out, row->label);
    fprintf(out, "</text>\n<text%s x=\"%d\" y=\"%d\">", text, WIDTH - NOTES + 16, y + 4);
    html_text(out, row->note);
    fprintf(out, "<tspan class=\"dim\">%s#%lu</tspan></text>\n", row->note[0] != '\0' ? "  " : "",
            row->frame);
}

static void put_deadline(FILE *out, const struct account *account, const struct moment *moment,
                         int y)
{
    const char *kind = moment->kind == MOMENT_HANGUP_AT ? "hangup" : "refresh";
    char *words = timeline_words(account, moment);

    put_time(out, moment->at, y);
    fprintf(out, "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", kind, LEFT - 30,
            y, WIDTH - NOTES, y);
    fprintf(out, "<text class=\"%stext\" x=\"%d\" y=\"%d\">", kind, LEFT + 12, y - 4);
    html_text(out, words);
    fputs("</text>\n", out);
    free(words);
}

void svg_print(FILE *out, const struct account *account)
{
    size_t count;
    struct moment *moments = timeline_of(account, &count);
    int height = TOP + (int)count * ROW_HEIGHT + 10;

    fprintf(out,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Messages of the call between %u "
            "ends\">\n",
            WIDTH, height, account->column_count);
    put_rails(out, account, height);
    for (size_t i = 0; i < count; i++) {
        int y = TOP + (int)i * ROW_HEIGHT + 14;

        if (moments[i].kind == MOMENT_MESSAGE) {
            put_message(out, account, &account->row[moments[i].index], y);
        } else {
            put_deadline(out, account, &moments[i], y);
        }
    }
    fputs("</svg>\n", out);
    free(moments);
}
