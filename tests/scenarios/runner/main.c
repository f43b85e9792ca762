/* SPDX-License-Identifier: MIT */
/* sst-scenario [--ladder] [--pcap FILE] FILE...: plays scenarios against libsst's public
 * functions, on virtual time. docs/scenarios.md describes the format. Exit status: 0 all as
 * written; 1 something was not; 2 a file cannot be read, or the capture cannot be written. */
#include "world.h"

#include <string.h>

static int run(const char *path, bool show, const char *pcap)
{
    struct story story;
    struct capture *capture = NULL;
    int status = 0;
    if (!story_read(&story, path)) {
        status = 2;
    }
    if (pcap != NULL && status == 0) {
        capture = capture_open(pcap, &story);
        status = capture == NULL ? 2 : 0;
    }
    for (int way = 0; way < WAY_COUNT && status == 0; way++) {
        if (!play(&story, (enum way)way, show && way == 0, way == 0 ? capture : NULL)) {
            status = 1;
        }
    }
    if (capture != NULL && !capture_close(capture)) {
        status = 2;
    }
    if (pcap != NULL && status == 2) {
        fprintf(stderr, "%s: %s cannot be written\n", path, pcap);
    }
    if (status == 0) {
        printf("%s: as written: %s\n", path, story.title);
    }
    story_free(&story);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0;
    bool show = false;
    const char *pcap = NULL;
    int files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ladder") == 0) {
            show = true;
            continue;
        }
        if (strcmp(argv[i], "--pcap") == 0 && i + 1 < argc) {
            i++;
            pcap = argv[i];
            continue;
        }
        int one = run(argv[i], show, pcap);
        status = one > status ? one : status;
        files++;
    }
    if (files == 0 || (pcap != NULL && files > 1)) {
        fprintf(stderr, "usage: sst-scenario [--ladder] [--pcap FILE] FILE...\n"
                        "--pcap is for one scenario\n");
        return 2;
    }
    return status;
}
