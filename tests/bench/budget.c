/* SPDX-License-Identifier: MIT */
/*
 * The hot paths, each run a hundred times, so that budget.py can count their instructions. Prints
 * the name of each call of measured(), in order.
 */
#include "budget.h"

#include "measure.h"
#include "text.h"
#include "timers.h"

#include <stdio.h>

#define TIMES 100u
#define TIMERS 1000u

static struct text_value value;

static void se_short(size_t i)
{
    (void)i;
    text_sst[TEXT_SE_SHORT](&value);
}

static void se_long(size_t i)
{
    (void)i;
    text_sst[TEXT_SE_LONG](&value);
}

static void three(size_t i)
{
    (void)i;
    text_sst[TEXT_THREE](&value);
}

static void print(size_t i)
{
    (void)i;
    text_sst[TEXT_PRINT](&value);
}

static uint64_t any_time(size_t i)
{
    return 900000u + i * 7919u % 900000u;
}

static void later(size_t i)
{
    timers_later(i, 2700000u + i);
}

static void cancel(size_t i)
{
    timers_cancel(i);
}

static void add(size_t i)
{
    timers_add(i, any_time(i));
}

static void earlier(size_t i)
{
    timers_move(i, 800000u - i * 7919u % 700000u);
}

static void hurry(size_t i)
{
    timers_hurry(i);
}

static void run(size_t i)
{
    if (i == 0) {
        timers_run();
    }
}

static void own(size_t i)
{
    (void)i;
    budget_refresh_own();
}

static void peer(size_t i)
{
    (void)i;
    budget_refresh_peer();
}

void timers_fired(size_t i)
{
    (void)i;
}

static const struct {
    const char *name;
    void (*path)(size_t i);
} paths[] = {
    {"parse a short Session-Expires", se_short},
    {"parse a long Session-Expires", se_long},
    {"pass on three header fields", three},
    {"print a Session-Expires", print},
    {"move a deadline later", later},
    {"take a session out of the queue", cancel},
    {"put a session into the queue", add},
    {"move a deadline earlier", earlier},
    {"make a session due", hurry},
    {"end a session that is due", run},
    {"refresh a call", own},
    {"answer a refresh", peer},
};

/* The function that is counted: everything that it calls, and nothing else. */
void measured(size_t path);

void measured(size_t path)
{
    for (size_t i = 0; i < TIMES; i++) {
        paths[path].path(i);
    }
}

int main(void)
{
    void (*volatile call)(size_t) = measured; /* so that it does not become part of main() */

    timers_create(TIMERS);
    for (size_t i = 0; i < TIMERS; i++) {
        timers_add(i, any_time(i));
    }
    budget_refresh_prepare();
    for (size_t path = 0; path < sizeof paths / sizeof paths[0]; path++) {
        printf("%s\n", paths[path].name);
        if (paths[path].path == peer) {
            budget_refresh_prepare_peer(); /* not before: the local refreshes take years */
        }
        call(path);
    }
    return 0;
}
