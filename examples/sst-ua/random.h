/* SPDX-License-Identifier: MIT */
/* Random numbers and tokens: tags, Call-IDs and branches must not be guessed or met twice. */
#ifndef SST_UA_RANDOM_H
#define SST_UA_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* Room for a token, terminator included. */
#define RANDOM_TOKEN_SIZE 17

/* An evenly distributed number; the argument is unused, as sst_policy.random has one. */
uint32_t random_number(void *unused);

/* Sixteen hexadecimal digits. */
void random_token(char token[RANDOM_TOKEN_SIZE]);

#endif
