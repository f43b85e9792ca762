/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile sig_atomic_t signals;
static int signal_pipe[2];

static void on_signal(int number)
{
    char byte = (char)number;

    /* A second signal ends the program at once, for users who do not want to wait. */
    if (number != SIGUSR1 && ++signals > 1) {
        _exit(0);
    }
    if (write(signal_pipe[1], &byte, 1) < 0) {
        _exit(0);
    }
}

bool signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe(signal_pipe) != 0) {
        perror("sst-ua: pipe");
        return false;
    }
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    /* A closed connection should fail a write, not end the calls. */
    signal(SIGPIPE, SIG_IGN);
    return true;
}

struct pollfd signals_watch(void)
{
    return (struct pollfd){.fd = signal_pipe[0], .events = POLLIN};
}

enum signal_wish signals_take(void)
{
    char number;

    if (read(signal_pipe[0], &number, 1) != 1) {
        return SIGNAL_NONE;
    }
    return number == SIGUSR1 ? SIGNAL_COUNTERS : SIGNAL_END;
}
