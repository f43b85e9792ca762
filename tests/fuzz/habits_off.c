/* SPDX-License-Identifier: MIT */
/* The target session. */
#include "calls.h"

const bool fuzz_habits = false;

void widen_policy(struct input *input, struct sst_policy *policy)
{
    (void)input;
    (void)policy;
}

void property_request(const struct host *host, enum tx_place place)
{
    (void)host;
    (void)place;
}

void property_event(struct host *host, const struct sst_event *event)
{
    (void)host;
    (void)event;
}
