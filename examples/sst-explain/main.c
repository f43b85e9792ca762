/* SPDX-License-Identifier: MIT */
/*
 * sst-explain: a capture in, and for each call one sentence out: who broke which rule of RFC 4028,
 * where, and what to set. docs/sst-explain.md. Exit status: 0 nothing wrong with session timers,
 * 1 wrong usage or unreadable, 3 calls that a session timer ended.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <osipparser2/osip_parser.h>

#include "calls.h"
#include "html.h"
#include "json.h"
#include "list.h"
#include "mask.h"
#include "settings.h"
#include "source.h"
#include "text.h"

/* How many messages pass between two updates of the progress. */
#define PROGRESS_STEP 8192u

struct explain {
    struct settings settings;
    struct calls calls;
    struct list list;
    struct html html;
    struct account *first; /* the first call: it gets a ladder if it is the only one */
    unsigned long count;
    unsigned long bad;
    bool shows_progress;
    bool failed; /* some output could not be written */
};

/* If standard output is not a terminal but a pager, for example, COLUMNS has the width. */
static unsigned terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns != NULL ? strtoul(columns, NULL, 10) : 0;
    struct winsize size;

    if (width > 0 && width < 1000) {
        return (unsigned)width;
    }

    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
               ? size.ws_col
               : 0;
}

static void clear_progress(const struct explain *explain)
{
    if (explain->shows_progress) {
        fputs("\r\033[K", stderr);
    }
}

static void print_text(struct explain *explain, struct account *account)
{
    clear_progress(explain);
    if (explain->first != NULL) {
        list_print(&explain->list, explain->first);
        account_free(explain->first);
        explain->first = NULL;
    }
    list_print(&explain->list, account);
}

/* A call has ended. The calling function frees the account, except the first one, which is kept. */
static bool on_done(void *user, struct account *account)
{
    struct explain *explain = user;
    bool text = !explain->settings.json && explain->settings.html == NULL;

    explain->count++;
    explain->bad += account_is_bad(account->result.verdict);
    if (explain->settings.html != NULL) {
        html_call(&explain->html, account);
    }
    if (explain->settings.json) {
        explain->failed = !json_print(stdout, account) || explain->failed;
    }
    if (text && explain->count == 1) {
        explain->first = account;
        return true;
    }
    if (text) {
        print_text(explain, account);
    }
    fflush(stdout);
    return false;
}

static void take(void *user, const struct packet *packet)
{
    struct explain *explain = user;

    calls_take(&explain->calls, packet);
    if (explain->shows_progress && explain->calls.messages % PROGRESS_STEP == 0) {
        fprintf(stderr, "\r%lu messages, %lu calls, %.0f s of the capture\033[K",
                explain->calls.messages, explain->count,
                call_clock_s(&explain->calls.clock, explain->calls.now_ms));
    }
}

static void tick(void *user, uint64_t at_us)
{
    struct explain *explain = user;

    calls_tick(&explain->calls, at_us);
}

static void lose(void *user, const struct packet *gap)
{
    struct explain *explain = user;

    calls_lose(&explain->calls, gap);
}

static void print_left_out(const struct explain *explain)
{
    const struct left_out *left_out = &explain->calls.left_out;

    if (left_out->fragments > 0 || left_out->streams > 0) {
        fprintf(stderr,
                "sst-explain: left out: %lu fragments and %lu segments of TCP or SCTP; with tshark "
                "installed they are read\n",
                left_out->fragments, left_out->streams);
    }
    if (left_out->messages > 0) {
        fprintf(stderr, "sst-explain: skipped %lu messages that cannot be parsed as SIP\n",
                left_out->messages);
    }
}

static bool read_all(struct explain *explain)
{
    const struct sink sink = {explain, take, tick, lose, &explain->calls.left_out};
    bool good = true;

    if (explain->settings.interface != NULL) {
        return source_listen(&explain->settings, &sink);
    }
    for (char **file = explain->settings.files; *file != NULL; file++) {
        unsigned long before = explain->calls.messages;

        /* What comes before the damage in a capture is still good; the damage was reported. */
        good =
            (source_read(&explain->settings, *file, &sink) || explain->calls.messages > before) &&
            good;
    }
    return good;
}

static bool finish(struct explain *explain)
{
    calls_finish(&explain->calls);
    clear_progress(explain);
    if (explain->first != NULL) {
        list_ladder(&explain->list, explain->first);
        account_free(explain->first);
    }
    if (explain->settings.html != NULL && !html_end(&explain->html)) {
        explain->failed = true;
    }
    if (fflush(stdout) != 0 || explain->failed) {
        fprintf(stderr, "sst-explain: %s\n", strerror(errno));
        return false;
    }
    print_left_out(explain);
    if (explain->count == 0) {
        fputs("sst-explain: no calls found\n", stderr);
        return explain->calls.left_out.messages == 0;
    }
    return true;
}

/* A page that goes to others must not reveal where its file was. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool start(struct explain *explain)
{
    struct settings *settings = &explain->settings;
    char *name;
    bool good;

    explain->list = (struct list){stdout, settings->color, terminal_width()};
    explain->shows_progress = isatty(STDERR_FILENO) && settings->interface == NULL;
    explain->calls = (struct calls){.clock = {0, settings->speed},
                                    .absolute_min = settings->absolute_min,
                                    .keeps_rows = !settings->json || settings->html != NULL,
                                    .only = settings->call,
                                    .user = explain,
                                    .done = on_done};
    if (settings->anonymize) {
        mask_start();
    }
    osip_trace_initialize(TRACE_LEVEL0, stderr);
    if (parser_init() != 0) {
        return false;
    }
    if (settings->html == NULL) {
        return true;
    }
    name = text_copy(settings->anonymize || settings->interface != NULL
                         ? "a capture"
                         : base_name(settings->files[0]));
    good = html_begin(&explain->html, settings->html, name);
    free(name);
    if (!good) {
        fprintf(stderr, "sst-explain: %s: %s\n", settings->html, strerror(errno));
    }
    return good;
}

int main(int argc, char **argv)
{
    static struct explain explain;
    bool good;

    if (!settings_read(&explain.settings, argc, argv) || !start(&explain)) {
        return 1;
    }
    good = read_all(&explain);
    good = finish(&explain) && good;
    return !good ? 1 : explain.bad > 0 ? 3 : 0;
}
