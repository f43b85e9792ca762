/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t random_number(void *unused)
{
    static FILE *source;
    uint32_t number;

    (void)unused;
    if (source == NULL) {
        source = fopen("/dev/urandom", "rb");
    }
    if (source == NULL || fread(&number, sizeof number, 1, source) != 1) {
        perror("sst-ua: /dev/urandom");
        exit(1);
    }
    return number;
}

void random_token(char token[RANDOM_TOKEN_SIZE])
{
    uint32_t high = random_number(NULL);

    snprintf(token, RANDOM_TOKEN_SIZE, "%08" PRIx32 "%08" PRIx32, high, random_number(NULL));
}
