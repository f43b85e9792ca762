/* SPDX-License-Identifier: MIT */
/* The library's counters for a monitoring system, as OpenMetrics text in a file. */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>

#include <sst/counters.h>

/* Writes the file anew. Who reads it meanwhile finds the old text or the new one, and nothing
 * between; what goes wrong is said on standard error. */
bool metrics_write(const char *path, const struct sst_counters *counters);

#endif
