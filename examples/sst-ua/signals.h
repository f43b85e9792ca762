/* SPDX-License-Identifier: MIT */
/* Signals, as events that the loop waits for. */
#ifndef SST_UA_SIGNALS_H
#define SST_UA_SIGNALS_H

#include <poll.h>
#include <stdbool.h>

enum signal_wish {
    SIGNAL_NONE,
    SIGNAL_COUNTERS, /* SIGUSR1 */
    SIGNAL_END       /* SIGINT, SIGTERM; a second one ends the program at once */
};

/* Catches signals from here on. On error says what is wrong on standard error and returns false. */
bool signals_catch(void);

struct pollfd signals_watch(void);

/* What the next signal wants. */
enum signal_wish signals_take(void);

#endif
