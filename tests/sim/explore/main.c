/* SPDX-License-Identifier: MIT */
/* sst-explore: searches breadth first, so that the shortest sequence of calls shows a failure. */
#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct frontier {
    struct state *states;
    size_t count;
    size_t room;
};

struct configuration {
    const char *name;
    bool is_caller;
    bool changes; /* policies change, events are pulled */
    const char *settings[6][2];
    const char *before[4]; /* inputs applied before all others */
};

#define CALLING {"ask INVITE", "200 INVITE 90;uac"}
#define CALLED {"hear INVITE 120;uac", "answer INVITE 200", "hear ACK"}

static const struct configuration configurations[] = {
    {"a call from its beginning", true, false, {{"mode", "request"}}, {0}},
    {"the called side from the beginning", false, false, {{"mode", "accept"}}, {0}},
    {"the caller refreshes", true, false, {{"mode", "request"}}, CALLING},
    {"the callee watches", false, false, {{"mode", "accept"}}, CALLED},
    {"the caller keeps, retries and rescues",
     true,
     false,
     {{"refused", "keep"}, {"rescue", "yes"}, {"timeout_retries", "1"}},
     CALLING},
    {"the callee rescues",
     false,
     false,
     {{"refused", "keep"}, {"rescue", "yes"}, {"timeout_retries", "1"}},
     CALLED},
    {"the callee asks, re-INVITE first",
     false,
     false,
     {{"mode", "request"}, {"method", "invite"}, {"own_benefit", "yes"}, {"expire_at", "guard"}},
     CALLED},
    {"the own benefit",
     true,
     false,
     {{"mode", "request"}, {"own_benefit", "yes"}},
     {"ask INVITE", "200 INVITE"}},
    {"the caller requires, UPDATE first",
     true,
     false,
     {{"mode", "require"}, {"method", "update"}, {"strict_overlap", "yes"}, {"guard", "none"}},
     CALLING},
    {"off", true, false, {{"mode", "off"}}, CALLING},
    {"an offer whose ACK nobody reports",
     false,
     false,
     {{"mode", "accept"}},
     {"hear INVITE 120;uac", "answer INVITE 200", "33 s later"}},
    {"another policy, from the beginning", true, true, {{"mode", "request"}}, {0}},
    {"another policy for the caller",
     true,
     true,
     {{"mode", "request"}, {"rescue", "yes"}},
     CALLING},
    {"another policy for the callee",
     false,
     true,
     {{"method", "update"}, {"rescue", "yes"}},
     CALLED},
};

static bool add(struct frontier *f, const struct state *state)
{
    if (f->count == f->room) {
        return false;
    }
    f->states[f->count++] = *state;
    return true;
}

static bool has_ended(const struct state *state)
{
    struct sst_session_info info;
    sst_session_inspect(&state->session, &info);
    return info.ended;
}

static void show(const struct state *state, unsigned last, const char *wrong)
{
    printf("FAILED: %s, after\n", wrong);
    for (unsigned i = 0; i < state->depth; i++) {
        printf("  %s\n", input_name(state->path[i]));
    }
    printf("  %s\n", input_name(last));
}

#define KINDS_MAX 32

/* Each kind of failure: its first sequence is the shortest. */
static struct {
    const char *what;
    uint64_t count;
} kinds[KINDS_MAX];

static void note_property(const struct state *state, unsigned last, const char *wrong)
{
    unsigned i = 0;
    while (i < KINDS_MAX && kinds[i].what != NULL && strcmp(kinds[i].what, wrong) != 0) {
        i++;
    }
    if (i == KINDS_MAX) {
        return;
    }
    if (kinds[i].what == NULL) {
        kinds[i].what = wrong;
        show(state, last, wrong);
    }
    kinds[i].count++;
}

static bool print_kinds(void)
{
    unsigned i = 0;
    for (; i < KINDS_MAX && kinds[i].what != NULL; i++) {
        printf("%8llu times: %s\n", (unsigned long long)kinds[i].count, kinds[i].what);
    }
    return i == 0;
}

static bool expand(struct search *search, const struct state *state, struct frontier *next)
{
    for (unsigned input = 0; input < input_count(); input++) {
        struct state after = *state;
        if (!do_input(search, &after, input)) {
            continue;
        }
        const char *lacks = search->habits ? check_property(search, state) : NULL;
        if (lacks != NULL) {
            note_property(state, input, lacks);
            continue; /* what follows from it is nothing new */
        }
        const char *wrong = check_step(search, state, &after, input);
        if (wrong != NULL && search->habits) {
            note_property(state, input, wrong);
            continue;
        }
        if (wrong != NULL) {
            show(state, input, wrong);
            return false;
        }
        bool over = has_ended(state); /* after the end, one call is as good as many */
        if (over || after.depth == DEPTH_MAX || seen_before(&after)) {
            continue;
        }
        after.path[after.depth++] = (uint8_t)input;
        if (!add(next, &after)) {
            return true; /* the last level is only partly explored */
        }
    }
    return true;
}

static bool set(struct sst_policy *policy, const char *name, const char *value)
{
    return sst_policy_set_n(policy, name, strlen(name), value, strlen(value), NULL) == SST_OK;
}

static bool make_policies(struct search *search, const struct configuration *c)
{
    struct sst_policy *first = &search->policies[POLICY_FIRST];
    bool right = true;
    sst_policy_init(first);
    for (unsigned i = 0; i < 6 && c->settings[i][0] != NULL; i++) {
        right = right && set(first, c->settings[i][0], c->settings[i][1]);
    }
    first->on_event = on_event;
    first->user = search;
    for (unsigned i = POLICY_FIRST + 1u; i < POLICIES; i++) {
        search->policies[i] = *first;
    }
    search->policies[POLICY_PULLED].on_event = NULL;
    struct sst_policy *other = &search->policies[POLICY_OTHER];
    right = right && set(&search->policies[POLICY_OFF], "mode", "off") &&
            set(other, "mode", "require") && set(other, "method", "invite") &&
            set(other, "guard", "none") && set(other, "expire_at", "guard") &&
            set(other, "refused", "keep") && set(other, "own_benefit", "no") &&
            set(other, "accept_refresher_missing", "no") && set(other, "timeout_retries", "1");
    other->min_se = 100;
    other->max_session_expires = other->session_expires;
    return right;
}

static bool prepare(struct search *search, const struct configuration *c, bool habits,
                    struct state *state)
{
    memset(search, 0, sizeof *search);
    memset(state, 0, sizeof *state);
    search->habits = habits;
    search->changes = c->changes;
    state->now = 1000000;
    if (!make_policies(search, c) ||
        sst_session_init(&state->session, &search->policies[POLICY_FIRST],
                         c->is_caller ? SST_CALLER : SST_CALLEE) != SST_OK) {
        return false;
    }
    for (unsigned i = 0; i < 4 && c->before[i] != NULL; i++) {
        unsigned input = 0;
        while (input < input_count() && strcmp(input_name(input), c->before[i]) != 0) {
            input++;
        }
        if (input == input_count() || !do_input(search, state, input)) {
            return false;
        }
        state->path[state->depth++] = (uint8_t)input;
    }
    return true;
}

/* @return whether all held */
static bool explore(const struct configuration *c, bool habits, struct frontier *level,
                    struct frontier *next, size_t limit)
{
    struct search search;
    struct state first;
    size_t total = 1;
    unsigned depth = 0;
    if (!prepare(&search, c, habits, &first)) {
        printf("%s: the policy is wrong\n", c->name);
        return false;
    }
    seen_clear();
    seen_before(&first);
    level->count = 0;
    add(level, &first);
    while (level->count != 0 && total < limit && depth < DEPTH_MAX) {
        next->count = 0;
        for (size_t i = 0; i < level->count; i++) {
            if (!expand(&search, &level->states[i], next)) {
                return false;
            }
            if (total + next->count >= limit) {
                break;
            }
        }
        struct frontier swap = *level;
        *level = *next;
        *next = swap;
        total += level->count;
        depth++;
    }
    printf("%-40s %8zu states, %10llu calls, depth %u%s; events:", c->name, total,
           (unsigned long long)search.steps, depth, level->count == 0 ? ", all there are" : "");
    for (unsigned i = 1; i <= SST_EVENT_ENDED; i++) {
        printf(" %s %llu", sst_event_name((enum sst_event_type)i),
               (unsigned long long)search.told_in_all[i]);
    }
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    size_t limit = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    bool habits = argc > 2 && strcmp(argv[2], "habits") == 0;
    struct frontier level = {NULL, 0, limit};
    struct frontier next = {NULL, 0, limit};
    level.states = malloc(limit * sizeof *level.states);
    next.states = malloc(limit * sizeof *next.states);
    bool held =
        limit != 0 && level.states != NULL && next.states != NULL && seen_create(2u * limit + 64u);
    clock_t began = clock();
    for (size_t i = 0; held && i < sizeof configurations / sizeof configurations[0]; i++) {
        held = explore(&configurations[i], habits, &level, &next, limit);
    }
    printf("%.1f s\n", (double)(clock() - began) / (double)CLOCKS_PER_SEC);
    free(level.states);
    free(next.states);
    held = print_kinds() && held;
    return held ? 0 : 1;
}
