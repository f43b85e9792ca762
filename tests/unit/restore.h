/* SPDX-License-Identifier: MIT */
/* What a session is restored from, as one expression. */
#ifndef RESTORE_H
#define RESTORE_H

#include <sst/session.h>

#define FROM(image, length, elapsed_ms, spread_ms, flags)                                          \
    (&(const struct sst_restore){(image), (length), (elapsed_ms), (spread_ms), (flags)})

#endif
