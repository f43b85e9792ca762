/* SPDX-License-Identifier: MIT */
/*
 * One self-contained page: no scripts, nothing loaded from elsewhere. It is written call by call,
 * so memory does not depend on their number.
 */
#ifndef SST_EXPLAIN_HTML_H
#define SST_EXPLAIN_HTML_H

#include <stdio.h>

#include "account.h"

struct html {
    FILE *out;
    unsigned long counts[SST_WATCH_VERDICT_COUNT];
};

/* @param name of the capture. @return false if the file cannot be created; errno says why */
bool html_begin(struct html *html, const char *path, const char *name);
void html_call(struct html *html, const struct account *account);
/* @return false if something could not be written */
bool html_end(struct html *html);

/* Text escaped for an element or an attribute. */
void html_text(FILE *out, const char *text);

#endif
