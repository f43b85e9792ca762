/* SPDX-License-Identifier: MIT */
/* One JSON object per line for each call. */
#ifndef SST_EXPLAIN_JSON_H
#define SST_EXPLAIN_JSON_H

#include <stdio.h>

#include "account.h"

/* @return false if it could not be written */
bool json_print(FILE *out, const struct account *account);

#endif
