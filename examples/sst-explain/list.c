/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "sentence.h"

#define INDENT 12u

const char *list_color(const struct list *list, enum sst_watch_verdict verdict)
{
    if (!list->color) {
        return "";
    }
    if (account_is_bad(verdict)) {
        return "\033[1;31m";
    }
    return verdict == SST_WATCH_INCOMPLETE || verdict == SST_WATCH_ACK_MISSING ||
                   verdict == SST_WATCH_ENDED_OTHERWISE
               ? "\033[33m"
               : "\033[32m";
}

const char *list_plain(const struct list *list)
{
    return list->color ? "\033[0m" : "";
}

void list_wrapped(const struct list *list, const char *text, unsigned indent)
{
    unsigned room = list->width > indent + 20u ? list->width - indent : 20u;

    if (list->width == 0) {
        fprintf(list->out, "%*s%s\n", (int)indent, "", text);
        return;
    }
    while (*text != '\0') {
        size_t length = strlen(text);
        size_t end = length;

        if (length > room) {
            for (end = room; end > 0 && text[end] != ' '; end--) {
            }
            end = end == 0 ? room : end;
        }
        fprintf(list->out, "%*s%.*s\n", (int)indent, "", (int)end, text);
        text += end;
        text += strspn(text, " ");
    }
}

void list_print(const struct list *list, const struct account *account)
{
    enum sst_watch_verdict verdict = account->result.verdict;
    char *sentence = sentence_of(account);

    fprintf(list->out, "%10.3f  %s -> %s  %s%s%s%s", account->began, account->from, account->to,
            list_color(list, verdict), sst_watch_verdict_name(verdict), list_plain(list),
            list->width == 0 ? "  " : "\n");
    if (list->width == 0) {
        fprintf(list->out, "%s\n", sentence);
    } else {
        list_wrapped(list, sentence, INDENT);
    }
    free(sentence);
}
