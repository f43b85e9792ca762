/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <string.h>

#include "hop.h"

static struct passed *find(struct hop *hop, bool by_caller, const struct view *view)
{
    for (unsigned i = 0; hop != NULL && i < PASSED_MAX; i++) {
        struct passed *passed = &hop->passed[i];

        if (passed->used && passed->by_caller == by_caller && passed->cseq == view->cseq &&
            passed->request.method == view->msg.method) {
            return passed;
        }
    }
    return NULL;
}

static uint64_t compare_request(struct call *call, struct hop *hop, const struct view *view,
                                bool by_caller, uint32_t absolute_min)
{
    const char *tag = hop_callee_tag(view, by_caller ? SST_CALLER : SST_CALLEE);
    struct hop *from = by_caller ? hop_before(call, hop, tag) : hop_after(call, hop, tag);
    struct passed *in = find(from, by_caller, view);
    struct passed *out = &hop->passed[hop->passed_next];
    uint64_t findings;

    hop->passed_next = (hop->passed_next + 1u) % PASSED_MAX;
    memset(out, 0, sizeof *out);
    out->used = true;
    out->by_caller = by_caller;
    out->cseq = view->cseq;
    out->request = view->msg;
    if (in == NULL) {
        return 0;
    }
    findings = sst_relay_request(&out->relay, &in->request, &view->msg, absolute_min);
    (by_caller ? from : hop)->proxy |= findings;
    return findings;
}

static uint64_t compare_response(struct call *call, struct hop *hop, const struct view *view,
                                 bool by_caller)
{
    const char *tag = hop_callee_tag(view, by_caller ? SST_CALLEE : SST_CALLER);
    struct hop *from = by_caller ? hop_after(call, hop, tag) : hop_before(call, hop, tag);
    struct passed *in = find(from, by_caller, view);
    struct passed *out = find(hop, by_caller, view);
    uint64_t findings;

    if (out == NULL || out->answered) {
        return 0;
    }
    out->answered = true;
    out->response = view->msg;
    if (in == NULL || !in->answered) {
        return 0;
    }
    findings = sst_relay_response(&in->relay, &in->response, &view->msg);
    (by_caller ? hop : from)->proxy |= findings;
    return findings;
}

uint64_t relay_compare(struct call *call, struct hop *hop, const struct view *view,
                       enum sst_party party, uint32_t absolute_min)
{
    if (view->msg.method != SST_METHOD_INVITE && view->msg.method != SST_METHOD_UPDATE) {
        return 0;
    }
    if (view->request) {
        return compare_request(call, hop, view, party == SST_CALLER, absolute_min);
    }
    if (view->status / 100u == 2u) {
        return compare_response(call, hop, view, party == SST_CALLEE);
    }
    return 0;
}
