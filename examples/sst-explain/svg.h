/* SPDX-License-Identifier: MIT */
/* The ladder of one call, as SVG within a page. */
#ifndef SST_EXPLAIN_SVG_H
#define SST_EXPLAIN_SVG_H

#include <stdio.h>

#include "account.h"

void svg_print(FILE *out, const struct account *account);

#endif
