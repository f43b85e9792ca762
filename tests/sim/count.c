/* SPDX-License-Identifier: MIT */
/* Counts how often each thing occurred, and reports what never did. */
#include "sim.h"

#include <string.h>

static const char *const fault_names[FAULT_COUNT] = {"message lost",
                                                     "message late",
                                                     "message copied",
                                                     "message overtaken",
                                                     "partition",
                                                     "host crashed",
                                                     "host restarted",
                                                     "host restarted with an old image",
                                                     "fail-over",
                                                     "host slept",
                                                     "clock set ahead",
                                                     "clock set back",
                                                     "request refused by a host",
                                                     "late answer",
                                                     "no answer",
                                                     "refresh not sent",
                                                     "events pulled late",
                                                     "header field removed by a proxy",
                                                     "message of a rogue",
                                                     "ACK never came",
                                                     "transaction timed out",
                                                     "transport failed"};

static const char *const act_names[ACT_COUNT] = {"hold by INVITE",
                                                 "hold by UPDATE",
                                                 "INVITE without offer",
                                                 "UPDATE without offer",
                                                 "INFO",
                                                 "CANCEL",
                                                 "UPDATE in an early dialog",
                                                 "BYE by a user",
                                                 "poll before the deadline",
                                                 "another policy"};

static const char *const scene_names[SCENE_COUNT] = {"fair world",
                                                     "2xx with timer",
                                                     "2xx without timer",
                                                     "timer for the own benefit",
                                                     "422 by a UAS",
                                                     "422 by a proxy",
                                                     "interval by a proxy",
                                                     "491",
                                                     "overlapping negotiations",
                                                     "both sides compared",
                                                     "retransmission told to the library",
                                                     "call that failed",
                                                     "side that pulls",
                                                     "side with callback",
                                                     "side that acts in callback",
                                                     "call that survived faults",
                                                     "rescue by the watcher",
                                                     "side that pulls late",
                                                     "call between an event and its pull",
                                                     "request after an end that was not pulled",
                                                     "another policy during a transaction",
                                                     "another policy in an event"};

static const char *const cause_names[CAUSE_COUNT] = {"the other host is dead",
                                                     "the other side hung up",
                                                     "a host was restarted",
                                                     "a host slept",
                                                     "a clock was set",
                                                     "the network lost or delayed messages",
                                                     "a proxy removes header fields",
                                                     "the other side is a rogue",
                                                     "a host refused a request",
                                                     "a host answered late or never",
                                                     "a host did not send its refresh",
                                                     "a host pulled its events late",
                                                     "a minimum is above the owner's maximum",
                                                     "an early negotiation crossed the 2xx"};

static const char *const action_names[] = {"none", "retry", "auth", "wait", "failed", "ignore"};
static const char *const advice_names[] = {"go on", "400", "420", "422", "481", "491", "500"};

const char *fault_name(enum fault fault)
{
    return fault_names[fault];
}

struct row {
    const char *group;
    const char *name;
    uint64_t value;
};

/* Row number n of all counters. False if there is no such row. */
static bool row_of(const struct counts *c, unsigned n, struct row *row)
{
    const struct {
        const char *group;
        const char *const *names;
        const uint64_t *values;
        unsigned count;
    } groups[] = {
        {"fault", fault_names, c->fault, FAULT_COUNT},
        {"act", act_names, c->act, ACT_COUNT},
        {"scene", scene_names, c->scene, SCENE_COUNT},
        {"habit", habit_names, c->habit, HABIT_COUNT},
        {"action", action_names, c->action, SST_ACTION_IGNORE + 1},
        {"advice", advice_names, c->advice, 7},
        {"ending explained by", cause_names, c->explained, CAUSE_COUNT},
        {"event", NULL, c->told + 1, SST_EVENT_ENDED},
        {"end reason", NULL, c->ended + 1, SST_END_COUNT - 1},
        {"violation", NULL, c->library.violations, SST_VIOLATION_COUNT},
        {"refresh failed", NULL, c->library.refreshes_failed + SST_OUTCOME_GONE,
         SST_OUTCOME_COUNT - SST_OUTCOME_GONE},
    };
    for (unsigned g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        if (n >= groups[g].count) {
            n -= groups[g].count;
            continue;
        }
        row->group = groups[g].group;
        row->value = groups[g].values[n];
        row->name = groups[g].names != NULL           ? groups[g].names[n]
                    : groups[g].values == c->told + 1 ? sst_event_name((enum sst_event_type)(n + 1))
                    : groups[g].values == c->ended + 1
                        ? sst_end_reason_name((enum sst_end_reason)(n + 1))
                    : groups[g].values == c->library.violations
                        ? sst_violation_name((enum sst_violation)n)
                        : sst_outcome_name((enum sst_outcome)(n + SST_OUTCOME_GONE));
        return true;
    }
    return false;
}

void print_counts(const struct counts *counts, FILE *out)
{
    struct row row;
    const char *group = "";
    for (unsigned n = 0; row_of(counts, n, &row); n++) {
        if (row.group != group) {
            fprintf(out, "%s\n", row.group);
        }
        group = row.group;
        fprintf(out, "  %-42s %12llu\n", row.name, (unsigned long long)row.value);
    }
}

unsigned print_missing(const struct counts *counts, FILE *out)
{
    struct row row;
    unsigned missing = 0;
    bool habits = false; /* none if the command line switched them off */
    for (unsigned h = 0; h < HABIT_COUNT; h++) {
        habits = habits || counts->habit[h] != 0;
    }
    for (unsigned n = 0; row_of(counts, n, &row); n++) {
        /* each cause of an ending may be rare: the faults themselves have rows of their own */
        bool off = !habits && strcmp(row.group, "habit") == 0;
        if (row.value == 0 && !off && strcmp(row.group, "ending explained by") != 0) {
            fprintf(out, "never occurred: %s: %s\n", row.group, row.name);
            missing++;
        }
    }
    return missing;
}
