/* SPDX-License-Identifier: MIT */
/* Random numbers and tokens: tags, Call-IDs and branches must be unique and hard to guess. */
#ifndef SST_UA_RANDOM_H
#define SST_UA_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Room for a token, terminator included. */
#define RANDOM_TOKEN_SIZE 17

/* A uniformly distributed number; the unused argument makes it fit sst_policy.random. */
uint32_t random_number(void *unused);

/* Sixteen hexadecimal digits. */
void random_token(char token[RANDOM_TOKEN_SIZE]);

#endif
