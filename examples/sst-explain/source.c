/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "trace.h"
#include "tshark.h"
#include "ualog.h"
#include "view.h"

/* Passes on what tshark exports, interleaved with the gaps that it found. */
struct dissected {
    const struct sink *sink;
    struct tshark tshark;
    bool unsure; /* a message came over TCP, and gaps are not reported */
};

static void pass_gaps(struct dissected *dissected, unsigned long frame)
{
    struct packet gap;

    while (tshark_gap(&dissected->tshark, frame, &gap)) {
        dissected->sink->lost(dissected->sink->user, &gap);
    }
}

static void pass_packet(void *user, const struct packet *packet)
{
    struct dissected *dissected = user;
    struct packet told = *packet;

    pass_gaps(dissected, packet->frame);
    told.unsure = packet->stream && !dissected->tshark.tells_gaps;
    dissected->unsure = dissected->unsure || told.unsure;
    dissected->sink->take(dissected->sink->user, &told);
}

static void pass_tick(void *user, uint64_t at_us)
{
    struct dissected *dissected = user;

    dissected->sink->tick(dissected->sink->user, at_us);
}

static bool read_by_tshark(const struct settings *settings, const char *path, const char *name,
                           const struct sink *sink)
{
    struct dissected dissected = {.sink = sink};
    const struct sink between = {&dissected, pass_packet, pass_tick, NULL, sink->left_out};
    bool good;

    if (!tshark_start(&dissected.tshark, path, settings->interface, settings->keylog)) {
        return false;
    }
    good = capture_read(dissected.tshark.out, name, &between);
    pass_gaps(&dissected, ULONG_MAX);
    if (dissected.unsure) {
        fputs("sst-explain: this tshark runs no Lua scripts, and so does not say which segments of "
              "TCP are missing; silence is not judged there\n",
              stderr);
    }
    return tshark_end(&dissected.tshark) && good;
}

static bool read_text(FILE *file, const struct sink *sink)
{
    int first = getc(file);
    bool good;

    if (first != EOF) {
        ungetc(first, file);
    }
    good = first == '{' ? ualog_read(file, sink) : trace_read(file, sink);
    if (file != stdin) {
        fclose(file);
    }
    return good;
}

static bool read_stdin(const struct sink *sink)
{
    int first = getc(stdin);

    if (first == EOF) {
        fputs("sst-explain: -: the input is empty\n", stderr);
        return false;
    }
    ungetc(first, stdin);
    /* The first byte tells captures from text. */
    return first == 0x0a || first == 0xa1 || first == 0xd4 || first == 0x4d
               ? capture_read(stdin, "-", sink)
               : read_text(stdin, sink);
}

/* name: the path as it can be shown. */
static bool read_file(const char *path, const char *name, bool capture, const struct sink *sink)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        fprintf(stderr, "sst-explain: %s: %s\n", name, strerror(errno));
        return false;
    }
    return capture ? capture_read(file, name, sink) : read_text(file, sink);
}

bool source_read(const struct settings *settings, const char *path, const struct sink *sink)
{
    char *name;
    bool capture;
    bool good;

    if (strcmp(path, "-") == 0) {
        return read_stdin(sink);
    }
    name = view_clean(path);
    capture = capture_is_one(path);
    good = capture && !settings->no_tshark && tshark_is_there()
               ? read_by_tshark(settings, path, name, sink)
               : read_file(path, name, capture, sink);
    free(name);
    return good;
}

bool source_listen(const struct settings *settings, const struct sink *sink)
{
    if (!tshark_is_there()) {
        fputs("sst-explain: --interface needs tshark and dumpcap\n", stderr);
        return false;
    }
    return read_by_tshark(settings, NULL, settings->interface, sink);
}
