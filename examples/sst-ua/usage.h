/* SPDX-License-Identifier: MIT */
/* What --help prints. */
#ifndef SST_UA_USAGE_H
#define SST_UA_USAGE_H

extern const char usage_text[];

#endif
