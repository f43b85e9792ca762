/* SPDX-License-Identifier: MIT */
/* libsst's counters for a monitoring system, as OpenMetrics text in a file. */
#ifndef METRICS_H
#define METRICS_H

#include <stdbool.h>

#include <sst/counters.h>

/* Replaces the file. A reader sees either the old text or the new one, never a mixture. Errors
 * are reported on standard error. */
bool metrics_write(const char *path, const struct sst_counters *counters);

#endif
