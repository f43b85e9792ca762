/* SPDX-License-Identifier: MIT */
/* Makes one judgement from the watches of a call. */
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "hop.h"
#include "mask.h"
#include "text.h"

/* Which of two verdicts says more about a call: first one that ended it, then one that says
 * anything. */
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

/* One dialog of a call, over all its hops. */
struct leg {
    struct dialog *dialog; /* on the hop next to the caller */
    struct sst_watch_result result;
    const struct end *ends[4]; /* indexed by enum sst_watch_who */
};

/* Of two faults, the one that ended its leg first: the other leg ended because of it. */
static bool says_more(const struct leg *leg, const struct leg *than)
{
    const struct sst_watch_result *a = &leg->result;
    const struct sst_watch_result *b = &than->result;

    if (weight(a) != weight(b)) {
        return weight(a) > weight(b);
    }
    if (account_is_bad(a->verdict)) {
        return a->decided_ms < b->decided_ms;
    }
    return a->verdict == SST_WATCH_RUNNING && b->verdict != SST_WATCH_RUNNING;
}

/* The hop next to the caller: of several, as when another target was tried, the one that was
 * answered. */
static struct hop *nearest_caller(const struct call *call, const char *tag)
{
    struct hop *best = NULL;

    for (struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        if (hop->dialog_count > 0 && strcmp(hop->tag, tag) == 0 &&
            hop_before(call, hop, "") == NULL &&
            (best == NULL || hop_rank_dialog(hop_main_dialog(hop, ""), "") >
                                 hop_rank_dialog(hop_main_dialog(best, ""), ""))) {
            best = hop;
        }
    }
    return best;
}

/* Adds the next hop. If a proxy is to blame already, what is missing on the hops after it is its
 * fault too, unless the next proxy did something wrong itself. */
static void add_hop(struct leg *leg, const struct hop *hop, const struct hop *next, uint64_t now_ms)
{
    struct sst_watch_result *result = &leg->result;
    struct sst_watch_result other;
    struct sst_watch_result both;

    sst_watch_judge(&hop_main_dialog(next, leg->dialog->tag)->watch, now_ms, &other);
    sst_watch_across(result, &other, hop->proxy, &both);
    leg->ends[SST_WHO_CALLEE] = &next->end[1];
    if (result->who == SST_WHO_PROXY && both.who == SST_WHO_PROXY &&
        (hop->proxy & both.causes) == 0) {
        result->by_callee = both.by_callee;
        return;
    }
    leg->ends[SST_WHO_PROXY] = &hop->end[1];
    *result = both;
}

/* From the hop next to the caller to the one next to the callee. */
static void judge_leg(const struct call *call, const struct hop *first, struct dialog *dialog,
                      uint64_t now_ms, struct leg *leg)
{
    const struct hop *hop = first;

    *leg = (struct leg){.dialog = dialog};
    leg->ends[SST_WHO_CALLER] = &hop->end[0];
    leg->ends[SST_WHO_CALLEE] = &hop->end[1];
    sst_watch_judge(&dialog->watch, now_ms, &leg->result);
    for (unsigned i = 0; i < call->hop_count; i++) {
        const struct hop *next = hop_after(call, hop, dialog->tag);

        if (next == NULL || next->dialog_count == 0) {
            break;
        }
        add_hop(leg, hop, next, now_ms);
        hop = next;
    }
}

/* Judges the dialogs that were answered, and of those the ones that were used; if there are none,
 * the first. */
static void judge_legs(const struct call *call, const struct hop *hop, uint64_t now_ms,
                       struct leg *best)
{
    unsigned top = hop_rank_dialog(hop_main_dialog(hop, ""), "");
    bool answered = hop_main_dialog(hop, "")->established;

    for (unsigned i = 0; i < (answered ? hop->dialog_count : 1); i++) {
        struct leg leg;

        if (answered && hop_rank_dialog(&hop->dialog[i], "") < top) {
            continue;
        }
        judge_leg(call, hop, &hop->dialog[i], now_ms, &leg);
        if (best->dialog == NULL || says_more(&leg, best)) {
            *best = leg;
        }
    }
}

/* Each caller's tag has legs of its own: those of a B2BUA, or of a reused Call-ID. */
static void judge_all(const struct call *call, uint64_t now_ms, struct leg *best)
{
    for (const struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        const struct hop *same = call->hops;
        const struct hop *first;

        while (strcmp(same->tag, hop->tag) != 0) {
            same = same->next;
        }
        first = same == hop ? nearest_caller(call, hop->tag) : NULL;
        if (first != NULL) {
            judge_legs(call, first, now_ms, best);
        }
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

/* Findings of the party to blame, and of the other side those that only the end shows: a side that
 * hangs up late was not refreshed either. */
static bool is_cause(const struct sst_watch_result *result, const struct finding *finding)
{
    uint64_t at_end = finding->who == SST_WHO_CALLER   ? result->by_caller
                      : finding->who == SST_WHO_CALLEE ? result->by_callee
                                                       : 0;

    return (result->causes & SST_FINDING_BIT(finding->what)) != 0 &&
           (finding->who == result->who || (at_end & SST_FINDING_BIT(finding->what)) != 0);
}

static void mark_causes(struct account *account)
{
    const struct sst_watch_result *result = &account->result;

    for (size_t i = 0; i < account->finding_count; i++) {
        struct finding *finding = &account->finding[i];

        finding->harmless = !is_cause(result, finding);
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
    struct leg leg = {.dialog = NULL};

    judge_all(call, now_ms, &leg);
    if (leg.dialog == NULL) {
        result->verdict = SST_WATCH_INCOMPLETE;
        result->limit_ms = result->decided_ms = SST_NEVER;
        account->who_address = text_copy("");
        return;
    }
    *result = leg.result;
    account_take_course(account, &leg.dialog->course);
    account_add_findings(account, result->by_caller, SST_WHO_CALLER, 0);
    account_add_findings(account, result->by_callee, SST_WHO_CALLEE, 0);
    account_add_findings(account, result->causes & SST_FINDING_BIT(SST_FINDING_PROXY_BYE),
                         SST_WHO_PROXY, account->course.bye_frame);
    account->who_address = shown(call, result->who < 4 ? leg.ends[result->who] : NULL);
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
