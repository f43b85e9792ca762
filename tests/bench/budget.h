/* SPDX-License-Identifier: MIT */
/* Refreshes of one call, for budget.c. */
#ifndef BENCH_BUDGET_H
#define BENCH_BUDGET_H

/* Calls of both kinds, in a queue. */
void budget_refresh_prepare(void);
void budget_refresh_prepare_peer(void);

/* This side's refresh comes due, is sent, and is answered with 200. */
void budget_refresh_own(void);

/* The peer's refresh arrives and is answered with 200. */
void budget_refresh_peer(void);

#endif
