/* SPDX-License-Identifier: MIT */
/*
 * Target: the input is a message in lines: `INVITE 7` or `200 UPDATE 7`, then header fields. It
 * goes through the view, the rules of both user agents and those of a proxy.
 */
#include "fuzz.h"

#include <string.h>

/* A number at the beginning of a line, and what follows it and a space. */
static unsigned number_of(struct line *line)
{
    unsigned number = 0;

    while (line->length > 0 && *line->at >= '0' && *line->at <= '9' && number < 100000) {
        number = number * 10u + (unsigned)(*line->at - '0');
        line->at++;
        line->length--;
    }
    if (line->length > 0 && *line->at == ' ') {
        line->at++;
        line->length--;
    }
    return number;
}

static void begin(struct sst_msg *msg, struct line first)
{
    unsigned status = number_of(&first);
    const char *space = first.length > 0 ? memchr(first.at, ' ', first.length) : NULL;
    size_t length = space != NULL ? (size_t)(space - first.at) : first.length;
    struct block name = block_of(first.at, length);
    enum sst_method method = sst_method_from_name(name.at, name.length);

    block_free(&name);
    if (space != NULL) {
        first.at += length + 1;
        first.length -= length + 1;
    }
    unsigned cseq = space != NULL ? number_of(&first) : 0;
    if (status != 0) {
        sst_msg_response(msg, status, method, cseq);
        HOLDS(msg->status == (status >= 100 && status <= 699 ? status : 0));
    } else {
        sst_msg_request(msg, method, cseq);
        HOLDS(msg->status == 0);
    }
    HOLDS(msg->method == method && msg->cseq == cseq && msg->has == SST_MSG_CSEQ);
}

static void check_view(const struct sst_msg *msg)
{
    bool interval = msg->has & SST_MSG_SESSION_EXPIRES;

    HOLDS(msg->session_expires <= msg->session_expires_max);
    HOLDS(interval || (msg->session_expires_max == 0 && msg->refresher == SST_REFRESHER_NONE));
    HOLDS((msg->has & SST_MSG_MIN_SE) || msg->min_se == 0);
    HOLDS((msg->has & SST_MSG_RETRY_AFTER) || msg->retry_after == 0);
    HOLDS((msg->has & SST_MSG_ALLOW) || !(msg->has & SST_MSG_ALLOW_UPDATE));
    HOLDS(msg->refresher <= SST_REFRESHER_UAS);
    HOLDS(msg->violations >> SST_VIOLATION_COUNT == 0);
}

static void add(struct sst_msg *msg, const struct line *line)
{
    const char *colon = line->length > 0 ? memchr(line->at, ':', line->length) : NULL;
    size_t length = colon != NULL ? (size_t)(colon - line->at) : line->length;
    size_t rest = colon != NULL ? line->length - length - 1 : 0;
    struct block name = block_of(line->at, length);
    struct block swapped = block_swapped(&name);
    struct block value = block_of(colon != NULL ? colon + 1 : NULL, rest);
    struct sst_msg before = *msg;
    struct sst_msg twin;

    memcpy(&twin, msg, sizeof twin);
    HOLDS(sst_msg_header_n(msg, name.at, name.length, value.at, value.length) == SST_OK);
    HOLDS(sst_msg_header_n(&twin, swapped.at, swapped.length, value.at, value.length) == SST_OK);
    HOLDS(memcmp(msg, &twin, sizeof twin) == 0);
    /* What was there stays. */
    HOLDS((msg->has & before.has) == before.has);
    HOLDS((msg->violations & before.violations) == before.violations);
    HOLDS(msg->min_se >= before.min_se && msg->retry_after >= before.retry_after);
    check_view(msg);
    block_free(&value);
    block_free(&swapped);
    block_free(&name);
}

static bool in_list(const struct sst_headers *headers)
{
    return headers->count <= SST_HEADERS_MAX;
}

static void as_callee(const struct sst_policy *policy, const struct sst_msg *request)
{
    struct sst_dialog dialog = {.established = request->cseq & 1};
    struct sst_facts facts;
    struct sst_answer answer;
    struct sst_headers headers;
    uint32_t violations = 0;
    uint32_t min_se = 0;
    unsigned status = sst_uas_refuse(policy, &dialog, request, &min_se);

    HOLDS(status == 0 || status == 400 || status == 420 || status == 422);
    HOLDS(status != 422 || min_se >= SST_ABSOLUTE_MIN_S);
    sst_refusal_headers(policy, status, min_se, &headers);
    HOLDS(in_list(&headers));
    sst_uas_facts(policy, request, &facts, &violations);
    HOLDS(violations >> SST_VIOLATION_COUNT == 0);
    sst_uas_answer(policy, &dialog, &facts, &answer);
    sst_answer_headers(&answer, &headers);
    HOLDS(in_list(&headers));
    if (status != 0 || answer.refresher == SST_REFRESHER_NONE) {
        return;
    }
    HOLDS(answer.session_expires >= SST_ABSOLUTE_MIN_S);
    if (facts.has_session_expires && answer.session_expires > facts.session_expires) {
        /* EC-12: only an interval that was too small to begin with, and could not be rejected. */
        HOLDS(!facts.supports);
    }
    HOLDS(facts.supports || answer.refresher == SST_REFRESHER_UAS); /* Table 2 */
    HOLDS(answer.require || answer.refresher != SST_REFRESHER_UAC); /* §9 */
    HOLDS(!answer.require || facts.supports);
}

static void as_caller(const struct sst_policy *policy, const struct sst_msg *response)
{
    struct sst_dialog dialog = {.peer_supports = response->cseq & 1};
    struct sst_timer timer;
    struct sst_ask ask;
    struct sst_headers headers;
    uint32_t violations = 0;
    uint32_t min_se = 0;

    sst_uac_ask(policy, &dialog, SST_METHOD_INVITE, 0, &ask);
    HOLDS(ask.session_expires == 0 || ask.session_expires >= SST_ABSOLUTE_MIN_S);
    sst_uac_2xx(policy, &dialog, &ask, response, &timer, &violations);
    HOLDS(!timer.own_benefit || timer.side == SST_SIDE_LOCAL);
    enum sst_422 verdict =
        sst_uac_422(policy, &dialog, &ask, response, response->cseq % 7u, &min_se, &violations);
    HOLDS(min_se == 0 || min_se >= SST_ABSOLUTE_MIN_S);
    HOLDS(response->cseq % 7u < SST_422_ROUNDS_MAX || verdict == SST_422_FAIL);
    HOLDS(violations >> SST_VIOLATION_COUNT == 0);
    dialog.min_se = min_se;
    sst_uac_ask(policy, &dialog, SST_METHOD_INVITE, 0, &ask);
    HOLDS(ask.session_expires == 0 || ask.session_expires >= min_se); /* I7 */
    sst_ask_headers(&ask, &headers);
    HOLDS(in_list(&headers));
}

/* A proxy that wants a timer: I8 and RFC 4028 §8.1. */
static void as_proxy(const struct sst_proxy_policy *policy, const struct sst_msg *msg)
{
    struct sst_proxy_tx tx = {
        .session_expires = 900, .uac_supports = msg->cseq & 1, .active = true};
    struct sst_proxy_edit edit;
    struct sst_proxy_dialog dialog = {1, 1};

    if (msg->status != 0) {
        HOLDS(sst_proxy_response(policy, &tx, msg, UINT64_MAX - 2u, &edit, &dialog) == SST_OK);
        HOLDS(edit.status == 0 && !edit.set_min_se);
        HOLDS(!edit.insert_refresher_uac || (tx.uac_supports && edit.add_require));
        return;
    }
    HOLDS(sst_proxy_request(policy, &tx, msg, &edit) == SST_OK);
    HOLDS(edit.status == 0 || (edit.status == 422 && in_list(&edit.headers)));
    HOLDS(!edit.insert_refresher_uac);
    HOLDS(!edit.set_min_se || !tx.uac_supports);
    if (edit.status == 0 && edit.set_session_expires) {
        HOLDS(edit.session_expires >= SST_ABSOLUTE_MIN_S);
        HOLDS(edit.session_expires >= (edit.set_min_se ? edit.min_se : msg->min_se));
    }
}

static void rules(const struct sst_msg *msg)
{
    for (unsigned i = 0; i < 4; i++) {
        struct sst_policy policy;
        struct sst_proxy_policy proxy;

        sst_policy_init(&policy);
        policy.mode = (enum sst_mode)i;
        policy.max_session_expires = i == 1 ? 3600 : 0;
        policy.accept_malformed = policy.accept_repeated = i != 2;
        HOLDS(sst_policy_check(&policy, NULL) == SST_OK);
        sst_proxy_policy_init(&proxy);
        proxy.session_expires = i == 0 ? 0 : 1800;
        proxy.min_se = i == 2 ? 600 : 90;
        proxy.max_session_expires = i == 3 ? 1800 : 0;
        HOLDS(sst_proxy_policy_check(&proxy, NULL) == SST_OK);
        if (msg->status == 0) {
            as_callee(&policy, msg);
        } else {
            as_caller(&policy, msg);
        }
        as_proxy(&proxy, msg);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct line line;
    struct sst_msg msg;

    if (!take_line(&input, false, &line)) {
        return 0;
    }
    begin(&msg, line);
    while (take_line(&input, true, &line)) {
        add(&msg, &line);
    }
    rules(&msg);
    return 0;
}
