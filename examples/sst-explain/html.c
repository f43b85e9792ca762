/* SPDX-License-Identifier: MIT */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "sentence.h"
#include "svg.h"

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1c2024;--dim:#5c666f;--line:#c9d0d6;"
    "--bad:#b3261e;--odd:#8a5a00;--good:#1b6e3c;--refresh:#1f5fbf;--box:#f4f6f8}\n"
    "@media (prefers-color-scheme:dark){:root{--back:#15181b;--text:#e6e9ec;--dim:#9aa5af;"
    "--line:#3a424a;--bad:#ff8a80;--odd:#f0c060;--good:#7fd8a0;--refresh:#8ab8ff;--box:#1f2428}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--text);"
    "font:1rem/1.45 system-ui,sans-serif;display:flex;flex-direction:column;gap:.5rem}\n"
    "h1{font-size:1.35rem;margin:0;order:-2;overflow-wrap:anywhere}\n"
    "form{order:-1;display:flex;flex-wrap:wrap;gap:.4rem;margin:0;border:0;padding:0}\n"
    "form label{border:1px solid var(--line);border-radius:1rem;padding:.15rem "
    ".7rem;cursor:pointer}\n"
    "form input{position:absolute;opacity:0}\n"
    "form label:has(:checked){background:var(--text);color:var(--back)}\n"
    "form label:has(:focus-visible){outline:2px solid var(--refresh)}\n"
    "details{border:1px solid var(--line);border-radius:.5rem;background:var(--box);"
    "padding:.6rem .8rem}\n"
    "summary{cursor:pointer;overflow-wrap:anywhere}\n"
    "summary b{margin-right:.5rem}\n"
    ".bad summary b{color:var(--bad)}.odd summary b{color:var(--odd)}.good summary "
    "b{color:var(--good)}\n"
    ".what{display:block;margin-top:.25rem}\n"
    ".meta{color:var(--dim);font-size:.9rem;overflow-wrap:anywhere}\n"
    ".ladder{overflow-x:auto;margin-top:.6rem}\n"
    "svg{display:block;min-width:34rem;width:100%;max-width:68rem;height:auto;"
    "font:13px ui-monospace,monospace;fill:var(--text)}\n"
    "svg .rail{stroke:var(--line)}svg .arrow{stroke:var(--text);stroke-width:1.5}\n"
    "svg .copy{stroke:var(--dim);stroke-dasharray:3 4}svg .dim{fill:var(--dim)}\n"
    "svg .wrong{stroke:var(--bad)}svg .wrongtext{fill:var(--bad)}\n"
    "svg .refresh{stroke:var(--refresh);stroke-dasharray:6 4}svg "
    ".refreshtext{fill:var(--refresh)}\n"
    "svg .hangup{stroke:var(--bad);stroke-dasharray:2 3;stroke-width:2}\n"
    "svg .hanguptext{fill:var(--bad)}\n"
    "ul{margin:.5rem 0;padding-left:1.2rem}li{overflow-wrap:anywhere}\n"
    "footer{color:var(--dim);font-size:.85rem}\n";

void html_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
            break;
        }
    }
}

bool html_begin(struct html *html, const char *path, const char *name)
{
    *html = (struct html){.out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w")};
    if (html->out == NULL) {
        return false;
    }
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n<title>Why calls dropped: ",
          html->out);
    html_text(html->out, name);
    fputs("</title>\n<style>\n", html->out);
    fputs(style, html->out);
    fputs("</style>\n</head>\n<body>\n<h1>Why calls dropped: ", html->out);
    html_text(html->out, name);
    fputs("</h1>\n", html->out);
    return true;
}

static const char *class_of(enum sst_watch_verdict verdict)
{
    if (account_is_bad(verdict)) {
        return "bad";
    }
    return verdict == SST_WATCH_INCOMPLETE || verdict == SST_WATCH_ACK_MISSING ||
                   verdict == SST_WATCH_ENDED_OTHERWISE
               ? "odd"
               : "good";
}

static void put_findings(FILE *out, const struct account *account)
{
    if (account->finding_count == 0) {
        return;
    }
    fputs("<p class=\"meta\">Rules that were broken:</p>\n<ul class=\"meta\">\n", out);
    for (size_t i = 0; i < account->finding_count; i++) {
        const struct finding *finding = &account->finding[i];

        fprintf(out, "<li>%s, by the %s, %s", sst_finding_name(finding->what),
                sst_watch_who_name(finding->who), sst_finding_section(finding->what));
        if (finding->frame != 0) {
            fprintf(out, ", frame %lu", finding->frame);
        }
        if (finding->count > 1) {
            fprintf(out, ", %lu times", finding->count);
        }
        fputs(finding->harmless ? " (harmless here)</li>\n" : "</li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void put_steps(FILE *out, const struct account *account)
{
    const char *const *step = sentence_steps(account);

    if (*step == NULL) {
        return;
    }
    fputs("<p class=\"meta\">What to do:</p>\n<ul>\n", out);
    for (; *step != NULL; step++) {
        fputs("<li>", out);
        html_text(out, *step);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}

void html_call(struct html *html, const struct account *account)
{
    enum sst_watch_verdict verdict = account->result.verdict;
    const char *name = sst_watch_verdict_name(verdict);
    FILE *out = html->out;
    char *sentence = sentence_of(account);

    html->counts[verdict]++;
    fprintf(out, "<details class=\"call %s v-%s\"%s>\n<summary><b>%s</b>", class_of(verdict), name,
            account_is_bad(verdict) ? " open" : "", name);
    html_text(out, account->from);
    fputs(" &rarr; ", out);
    html_text(out, account->to);
    fputs("<span class=\"what\">", out);
    html_text(out, sentence);
    fprintf(out,
            "</span></summary>\n<p class=\"meta\">%.3f s to %.3f s of the capture, %lu messages, "
            "Call-ID ",
            account->began, account->ended, account->messages);
    html_text(out, account->call_id);
    fputs("</p>\n", out);
    put_steps(out, account);
    fputs("<div class=\"ladder\">\n", out);
    svg_print(out, account);
    fputs("</div>\n", out);
    put_findings(out, account);
    fputs("</details>\n", out);
    free(sentence);
}

/* Written at the end of the file and shown above the list: the counts are known only now. */
static void put_filter(struct html *html)
{
    unsigned long all = 0;

    for (unsigned i = 0; i < SST_WATCH_VERDICT_COUNT; i++) {
        all += html->counts[i];
    }
    fprintf(
        html->out,
        "<form><label><input type=\"radio\" name=\"v\" id=\"f-all\" checked>all (%lu)</label>\n",
        all);
    for (unsigned i = 0; i < SST_WATCH_VERDICT_COUNT; i++) {
        const char *name = sst_watch_verdict_name((enum sst_watch_verdict)i);

        if (html->counts[i] > 0) {
            fprintf(html->out,
                    "<label><input type=\"radio\" name=\"v\" id=\"f-%s\">%s (%lu)</label>\n", name,
                    name, html->counts[i]);
        }
    }
    fputs("</form>\n<style>\n", html->out);
    for (unsigned i = 0; i < SST_WATCH_VERDICT_COUNT; i++) {
        const char *name = sst_watch_verdict_name((enum sst_watch_verdict)i);

        if (html->counts[i] > 0) {
            fprintf(html->out, "body:has(#f-%s:checked) .call:not(.v-%s){display:none}\n", name,
                    name);
        }
    }
    fputs("</style>\n", html->out);
}

bool html_end(struct html *html)
{
    bool good;

    put_filter(html);
    fputs(
        "<footer>Written by sst-explain, which judges by RFC 4028. It names what a capture shows: "
        "what was lost before or after the capture point it cannot see.</footer>\n"
        "</body>\n</html>\n",
        html->out);
    good = ferror(html->out) == 0;
    return (html->out == stdout ? fflush(html->out) : fclose(html->out)) == 0 && good;
}
