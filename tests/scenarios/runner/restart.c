/* SPDX-License-Identifier: MIT */
/* A host is restarted, perhaps on another machine: its session survives in an image. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* How far the new machine's clock differs. */
#define OTHER_CLOCK_MS UINT64_C(77000777)

bool restart_save(struct host *host)
{
    size_t need = 0;
    if (sst_session_save(host->session, host_now(host), host->image, sizeof host->image, &need) !=
        SST_OK) {
        return fail(host->world, "a session that can be saved", "an error");
    }
    host->image_length = need;
    return true;
}

/* Restores the image, into other memory and on another clock. */
static bool restore(struct host *host, uint64_t elapsed_ms, uint64_t spread_ms, unsigned flags)
{
    const struct sst_restore how = {
        .image = host->image,
        .length = host->image_length,
        .elapsed_ms = elapsed_ms,
        .spread_ms = spread_ms,
        .flags = flags,
    };
    host_free(host);
    host->clock_ms += OTHER_CLOCK_MS;
    host->session = malloc(sizeof *host->session);
    if (host->session == NULL) {
        return fail(host->world, "memory", "none");
    }
    memset(host->session, 0xA5, sizeof *host->session);
    int result =
        sst_session_restore(host->session, &host->settings[host->current].ua, &how, host_now(host));
    host->image_length = 0;
    if (result != SST_OK) {
        free(host->session);
        host->session = NULL;
        return fail(host->world, "a session that is restored", sst_result_name(result));
    }
    return true;
}

bool restart_restore(struct host *host)
{
    unsigned flags = host->keeps_transactions ? (unsigned)SST_RESTORE_TRANSACTIONS : 0;
    flags |= host->takes_over ? (unsigned)SST_RESTORE_TAKEOVER : 0;
    host->asked = false;
    for (unsigned i = 0; i < MAX_SLOTS && !host->keeps_transactions; i++) {
        host->slot[i].used = false;
    }
    return restore(host, host->elapsed_ms, host->spread_ms, flags) && host_after(host);
}

bool restart_at_once(struct host *host)
{
    return restart_save(host) && restore(host, 0, 0, SST_RESTORE_TRANSACTIONS);
}
