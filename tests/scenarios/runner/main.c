/* SPDX-License-Identifier: MIT */
/*
 * sst-scenario [--ladder] FILE...: plays scenarios against libsst's public functions, on virtual
 * time. docs/scenarios.md describes the format. Exit status: 0 all as written; 1 something was not;
 * 2 a file cannot be read.
 */
#include "world.h"

#include <string.h>

static int run(const char *path, bool show)
{
    struct story story;
    int status = 0;
    if (!story_read(&story, path)) {
        status = 2;
    }
    for (int way = 0; way < WAY_COUNT && status == 0; way++) {
        if (!play(&story, (enum way)way, show && way == 0)) {
            status = 1;
        }
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
    int files = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--ladder") == 0) {
            show = true;
            continue;
        }
        int one = run(argv[i], show);
        status = one > status ? one : status;
        files++;
    }
    if (files == 0) {
        fprintf(stderr, "usage: sst-scenario [--ladder] FILE...\n");
        return 2;
    }
    return status;
}
