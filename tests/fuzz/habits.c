/* SPDX-License-Identifier: MIT */
/*
 * The target habits: session.c with every policy that the check accepts, with hosts that mix up
 * their transactions, do anything during events and return anything from them, and with the
 * property of tests/sim/property.c, as far as one side can see it.
 */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

const bool fuzz_habits = true;

/* Any field by name, any value: what the check rejects is set back. */
void widen_policy(struct input *input, struct sst_policy *policy)
{
    static const char *const values[] = {
        "0",     "1",          "2",      "3",      "5",      "10",      "25",      "33",
        "34",    "45",         "50",     "60",     "90",     "91",      "120",     "1800",
        "3600",  "4294967295", "yes",    "no",     "accept", "request", "require", "uac",
        "uas",   "none",       "auto",   "update", "invite", "rfc",     "percent", "expiration",
        "guard", "keep",       "expire", "off",    "report"};
    size_t fields = 0;
    const char *name;

    while (sst_policy_field(fields, &name, NULL, NULL, NULL)) {
        fields++;
    }
    for (unsigned n = take8(input) % 16u; n > 0; n--) {
        struct sst_policy sound = *policy;
        size_t field = take8(input) % fields;
        const char *value = values[take8(input) % (sizeof values / sizeof values[0])];
        if (!sst_policy_field(field, &name, NULL, NULL, NULL) ||
            strcmp(name, "absolute_min") == 0 || /* that one is for tests only */
            sst_policy_set_n(policy, name, strlen(name), value, strlen(value), NULL) != SST_OK ||
            sst_policy_check(policy, NULL) != SST_OK) {
            *policy = sound;
        }
    }
}

/* SST_FUZZ_SKIP names what is not judged, such as "beside,floor": one finding often hides the rest.
 * */
static bool is_judged(const char *name)
{
    const char *skip = getenv("SST_FUZZ_SKIP");

    return skip == NULL || strstr(skip, name) == NULL;
}

/* EC-130 */
void property_request(const struct host *host, enum tx_place place)
{
    bool peers = host->asked[PEER_INVITE].open || host->asked[PEER_INVITE_2].open;

    HOLDS(!is_judged("beside") || place != OWN_INVITE || !peers || host->mixed);
}

/* EC-125 */
void property_event(struct host *host, const struct sst_event *event)
{
    struct sst_session_info info;

    sst_session_inspect(host->session, &info);
    if (event->type != SST_EVENT_REFRESH) {
        return;
    }
    if (host->policy->refresh_floor < host->floor) {
        host->floor = host->policy->refresh_floor;
    }
    if (event->side != SST_SIDE_LOCAL || (host->has_begun && info.start_ms == host->begun_in)) {
        return;
    }
    HOLDS(!is_judged("floor") || !host->has_begun || host->now_ms < host->begun_at ||
          host->now_ms - host->begun_at >= (uint64_t)host->floor * 1000u);
    host->has_begun = true;
    host->begun_at = host->now_ms;
    host->begun_in = info.start_ms;
    host->floor = host->policy->refresh_floor;
}
