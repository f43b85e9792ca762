/* SPDX-License-Identifier: MIT */
/* What to print when something differs from the scenario. */
#include "world.h"

#include <inttypes.h>

static const char *const way_names[] = {"called", "from a queue", "pulled",
                                        "called, the session saved and restored"};

/* What a host is waiting for: the best hint if something did not come. */
static void print_state(const struct host *host)
{
    static const char *const sides[] = {"no timer", "refreshes itself", "watches the peer"};
    struct sst_session_info info;
    char when[32];
    char expires[32];
    if (host->session == NULL) {
        return;
    }
    sst_session_inspect(host->session, &info);
    if (info.ended) {
        printf("  %s: has ended\n", host->name);
        return;
    }
    uint64_t next = host_time(host, sst_session_deadline(host->session));
    print_seconds(when, sizeof when, next);
    print_seconds(expires, sizeof expires, host_time(host, info.expires_ms));
    printf("  %s: %s", host->name, sides[info.side]);
    if (info.side != SST_SIDE_NONE) {
        printf(", interval %" PRIu32 ", expires at %s", info.interval,
               info.expires_ms == SST_NEVER ? "never" : expires);
    }
    printf(", next is due at %s\n", next == SST_NEVER ? "never" : when);
}

bool fail(struct world *world, const char *expected, const char *came)
{
    char now[32];
    if (world->failed) {
        return false;
    }
    world->failed = true;
    print_seconds(now, sizeof now, world->now_ms);
    printf("%s:%u: %s\n", world->story->path, world->line != NULL ? world->line->number : 0,
           world->line != NULL ? world->line->text : "");
    printf("  expected: %s\n", expected);
    printf("  instead:  %s\n", came);
    for (unsigned i = 0; i < world->host_count; i++) {
        print_state(&world->host[i]);
    }
    printf("  what happened until %s (events %s):\n\n", now, way_names[world->way]);
    ladder_print(&world->ladder);
    return false;
}
