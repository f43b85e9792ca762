/* SPDX-License-Identifier: MIT */
/* What can occur in a simulated call, and how often it did. */
#ifndef SIM_COUNT_H
#define SIM_COUNT_H

#include "habit.h"

#include <stdio.h>

/* Why a call may end although nobody hung up: what went wrong in this world. */
enum cause {
    CAUSE_DEAD,    /* the other host crashed and stayed away */
    CAUSE_GONE,    /* the other side hung up, and its BYE was lost */
    CAUSE_RESTART, /* a host was away, and came back with a saved image */
    CAUSE_SLEEP,   /* a host slept, or stalled */
    CAUSE_CLOCK,   /* a clock was set */
    CAUSE_NETWORK, /* several messages in a row were lost, or some were over a second late */
    CAUSE_HEADERS, /* a proxy removes the extension's header fields */
    CAUSE_ROGUE,   /* the other side breaks the rules of RFC 4028 */
    CAUSE_REFUSED, /* a host rejected a request for a reason of its own */
    CAUSE_LATE,    /* a host answered a request late, or never */
    CAUSE_UNSENT,  /* a host could not send a refresh that was due */
    CAUSE_PULL,    /* a host pulled its events late */
    CAUSE_POLICY,  /* somebody's minimum is above the owner's maximum; EC-27 */
    CAUSE_EARLY,   /* a proxy's interval in an early UPDATE crossed the 2xx to the INVITE; EC-20 */
    CAUSE_COUNT
};

enum fault {
    FAULT_LOST,
    FAULT_LATE_MESSAGE,
    FAULT_COPY,
    FAULT_REORDERED,
    FAULT_PARTITION,
    FAULT_CRASH,
    FAULT_RESTART,
    FAULT_OLD_IMAGE,
    FAULT_FAILOVER,
    FAULT_SLEEP,
    FAULT_CLOCK_AHEAD,
    FAULT_CLOCK_BACK,
    FAULT_REFUSAL,
    FAULT_LATE_ANSWER,
    FAULT_NO_ANSWER,
    FAULT_UNSENT,
    FAULT_LATE_PULL,
    FAULT_STRIPPED,
    FAULT_ROGUE_MESSAGE,
    FAULT_ACK_TIMEOUT,
    FAULT_TIMEOUT,
    FAULT_TRANSPORT,
    FAULT_COUNT
};

enum act {
    ACT_HOLD_INVITE,
    ACT_HOLD_UPDATE,
    ACT_PLAIN_INVITE,
    ACT_PLAIN_UPDATE,
    ACT_INFO,
    ACT_CANCEL,
    ACT_EARLY_UPDATE,
    ACT_HANG_UP,
    ACT_SPURIOUS_POLL,
    ACT_POLICY,
    ACT_COUNT,
    /* planned by habits */
    ACT_PING,
    ACT_ALLOW,
    ACT_CSEQ,
    ACT_RASH,
    ACT_EARLY_INVITE,
    ACT_UPDATE_BESIDE,
    ACT_DIE
};

enum scene {
    SCENE_FAIR,
    SCENE_TIMER,
    SCENE_NO_TIMER,
    SCENE_OWN_BENEFIT,
    SCENE_422_BY_UAS,
    SCENE_422_BY_PROXY,
    SCENE_PROXY_INSERTS,
    SCENE_GLARE,
    SCENE_OVERLAP,
    SCENE_QUIET,
    SCENE_COPY_TOLD,
    SCENE_FAILED_CALL,
    SCENE_PULL,
    SCENE_PUSH,
    SCENE_REENTRANT,
    SCENE_SURVIVED_FAULT,
    SCENE_RESCUED,
    SCENE_LAZY,
    SCENE_BETWEEN,
    SCENE_ENDED_UNTOLD,
    SCENE_POLICY_BESIDE,
    SCENE_POLICY_IN_EVENT,
    SCENE_COUNT
};

struct counts {
    uint64_t calls, events, messages, virtual_ms;
    uint64_t fault[FAULT_COUNT];
    uint64_t act[ACT_COUNT];
    uint64_t scene[SCENE_COUNT];
    uint64_t habit[HABIT_COUNT];
    uint64_t told[SST_EVENT_ENDED + 1];
    uint64_t ended[SST_END_COUNT];
    uint64_t explained[CAUSE_COUNT];
    uint64_t action[SST_ACTION_IGNORE + 1];
    uint64_t advice[7];
    struct sst_counters library;
};

void print_counts(const struct counts *counts, FILE *out);
unsigned print_missing(const struct counts *counts, FILE *out);
const char *fault_name(enum fault fault);

#endif
