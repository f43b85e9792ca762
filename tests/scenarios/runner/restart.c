/* SPDX-License-Identifier: MIT */
/* A host is started anew, perhaps on another machine: its session lives on in an image. */
#include "world.h"

#include <string.h>

/* The clock of the machine that goes on. */
#define OTHER_CLOCK_MS UINT64_C(77000777)

bool restart_save(struct host *host)
{
    (void)OTHER_CLOCK_MS;
    return fail(host->world, "a library that can save", "it cannot yet");
}

bool restart_restore(struct host *host)
{
    return fail(host->world, "a library that can restore", "it cannot yet");
}
