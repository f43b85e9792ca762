/* SPDX-License-Identifier: MIT */
/*
 * Runs a target on stored inputs, without libFuzzer: sst-fuzz-TARGET FILE... Each input is in a
 * heap block of its exact size, as with libFuzzer, and runs whole and cut off at every length: so a
 * small corpus reaches the ends of everything that is read.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#define SIZE_MAXIMUM 65536
/* Longer inputs are cut off in this many places, evenly spaced. */
#define CUTS 400

static uint8_t bytes[SIZE_MAXIMUM];

static void run(size_t size)
{
    struct block block = block_of(bytes, size);

    (void)LLVMFuzzerTestOneInput((const uint8_t *)block.at, size);
    block_free(&block);
}

static size_t replay(const char *name)
{
    FILE *file = fopen(name, "rb");
    size_t runs = 0;

    if (file == NULL) {
        perror(name);
        exit(2);
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    size_t step = size / CUTS + 1;
    for (size_t cut = size; cut > step; cut -= step) {
        run(cut);
        runs++;
    }
    run(0);
    return runs + 1;
}

int main(int argc, char **argv)
{
    size_t runs = 0;

    for (int i = 1; i < argc; i++) {
        runs += replay(argv[i]);
    }
    printf("%d inputs, %zu runs\n", argc - 1, runs);
    return argc > 1 ? 0 : 2;
}
