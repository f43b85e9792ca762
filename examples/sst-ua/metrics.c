/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool write_all(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        return false;
    }
    bool written = fputs(text, file) >= 0 && fputs("# EOF\n", file) >= 0;
    return fclose(file) == 0 && written;
}

bool metrics_write(const char *path, const struct sst_counters *counters)
{
    static char text[SST_COUNTERS_TEXT_SIZE];
    char *beside = text_print("%s.new", path);
    bool done = beside != NULL && sst_counters_print(counters, text, sizeof text, NULL) == SST_OK &&
                write_all(beside, text) && rename(beside, path) == 0;

    if (!done) {
        fprintf(stderr, PROGRAM ": %s: %s\n", path, strerror(errno));
    }
    free(beside);
    return done;
}
