/* SPDX-License-Identifier: MIT */
/* From the watches of a call to one judgement. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "hop.h"
#include "mask.h"
#include "text.h"

/* Which of two verdicts says more about a call: one that ended it, one that tells anything. */
static int weight(const struct sst_watch_result *result)
{
    if (account_is_bad(result->verdict)) {
        return 3;
    }
    switch (result->verdict) {
    case SST_WATCH_ACK_MISSING:
    case SST_WATCH_ENDED_OTHERWISE:
        return 2;
    case SST_WATCH_INCOMPLETE:
        return 0;
    default:
        return 1;
    }
}

/* Of the dialogs on a hop those count that were answered; without any, the first. */
static void judge_hop(const struct hop *hop, uint64_t now_ms, struct sst_watch_result *result)
{
    bool found = false;

    sst_watch_judge(&hop->dialog[0].watch, now_ms, result);
    for (unsigned i = 0; i < hop->dialog_count; i++) {
        struct sst_watch_result other;

        if (!hop->dialog[i].established) {
            continue;
        }
        sst_watch_judge(&hop->dialog[i].watch, now_ms, &other);
        if (!found || weight(&other) > weight(result)) {
            *result = other;
        }
        found = true;
    }
}

static const struct hop *nearest_caller(const struct call *call)
{
    for (const struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        if (hop->dialog_count > 0 && hop_before(call, hop) == NULL) {
            return hop;
        }
    }
    return call->hops;
}

/* From the hop next to the caller to the one next to the callee. */
static void join(const struct call *call, const struct hop *first, uint64_t now_ms,
                 struct sst_watch_result *result, const struct end **ends)
{
    const struct hop *hop = first;

    judge_hop(hop, now_ms, result);
    ends[SST_WHO_CALLER] = &hop->end[0];
    ends[SST_WHO_CALLEE] = &hop->end[1];
    for (unsigned i = 0; i < call->hop_count; i++) {
        struct sst_watch_result other;
        const struct hop *next = hop_after(call, hop);

        if (next == NULL || next->dialog_count == 0) {
            break;
        }
        judge_hop(next, now_ms, &other);
        if (strcmp(next->tag, hop->tag) == 0) {
            if (ends[SST_WHO_PROXY] == NULL || hop->proxy != 0) {
                ends[SST_WHO_PROXY] = &hop->end[1];
            }
            sst_watch_across(result, &other, hop->proxy, result);
        } else if (weight(&other) > weight(result)) {
            *result = other;
        }
        ends[SST_WHO_CALLEE] = &next->end[1];
        hop = next;
    }
}

static char *shown(const struct call *call, const struct end *end)
{
    for (unsigned i = 0; end != NULL && i < call->account->column_count; i++) {
        if (hop_same_end(&call->column[i], end)) {
            return text_copy(call->account->column[i]);
        }
    }
    return text_copy("");
}

static void mark_causes(struct account *account)
{
    const struct sst_watch_result *result = &account->result;

    for (size_t i = 0; i < account->finding_count; i++) {
        struct finding *finding = &account->finding[i];

        finding->harmless = !(finding->who == result->who &&
                              (result->causes & SST_FINDING_BIT(finding->what)) != 0);
        for (size_t k = 0; !finding->harmless && k < account->row_count; k++) {
            account->row[k].wrong =
                account->row[k].wrong || account->row[k].frame == finding->frame;
        }
    }
}

void call_judge(struct call *call, const struct call_clock *clock, uint64_t now_ms)
{
    struct account *account = call->account;
    struct sst_watch_result *result = &account->result;
    const struct end *ends[4] = {NULL, NULL, NULL, NULL};

    if (call->hops == NULL || call->hops->dialog_count == 0) {
        result->verdict = SST_WATCH_INCOMPLETE;
        result->limit_ms = result->decided_ms = SST_NEVER;
        account->who_address = text_copy("");
        return;
    }
    join(call, nearest_caller(call), now_ms, result, ends);
    account_add_findings(account, result->by_caller, SST_WHO_CALLER, 0);
    account_add_findings(account, result->by_callee, SST_WHO_CALLEE, 0);
    account->who_address = shown(call, result->who < 4 ? ends[result->who] : NULL);
    if (result->limit_ms != SST_NEVER) {
        account->limit = call_clock_s(clock, result->limit_ms);
    }
    if (result->decided_ms != SST_NEVER) {
        account->decided = call_clock_s(clock, result->decided_ms);
    }
    if (result->limit_ms != SST_NEVER && result->decided_ms != SST_NEVER &&
        result->decided_ms > result->limit_ms) {
        account->late_s = (double)(result->decided_ms - result->limit_ms) / 1000.0;
    }
    mark_causes(account);
}
