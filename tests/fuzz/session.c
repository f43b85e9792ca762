/* SPDX-License-Identifier: MIT */
/*
 * Target: the input is a host's life with one dialog. Eight bytes of clock and policy, then one
 * call after another: four bits say what, four bits how (calls.c), followed by the call's data.
 * Bytes of the same input say what the host does during events, including further calls. After each
 * call everything that watch.c knows is checked.
 */
#include "calls.h"

#include <stdlib.h>

/* A longer life shows nothing more. */
#define CALLS_AT_MOST 2000
#define DEPTH_AT_MOST 3

static uint32_t number(void *user)
{
    struct host *host = user;

    /* Not from the input: a draw must not shift the meaning of everything that follows. */
    host->drawn = host->drawn * UINT32_C(1664525) + UINT32_C(1013904223);
    return host->drawn;
}

static int within_event(struct host *host)
{
    uint8_t byte = take8(&host->input);

    if (fuzz_habits && byte >= 128 && byte <= 250 && host->depth <= DEPTH_AT_MOST) {
        static const int answers[] = {SST_CALLBACK_DONE, true, -2, 77}; /* all but 0: read as 0 */
        one_call(host);
        if ((byte & 4) && host->session != NULL) {
            one_call(host);
        }
        return host->session == NULL ? SST_CALLBACK_GONE : answers[byte & 3];
    }
    if (byte < 128 || host->depth > DEPTH_AT_MOST) {
        if (byte & 1) {
            not_sent(host, NULL, false);
        }
        return SST_CALLBACK_DONE;
    }
    if (byte > 250) {
        free(host->session);
        host->session = NULL;
        return SST_CALLBACK_GONE;
    }
    one_call(host);
    return host->session == NULL ? SST_CALLBACK_GONE : (byte & 1) * 77; /* 77: read as DONE */
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct host *host = user;

    HOLDS(session == host->session);
    watch_event(&host->watch, session, event, host->now_ms);
    property_event(host, event);
    host->depth++;
    int answer = within_event(host);
    host->depth--;
    return answer;
}

void after_call(struct host *host)
{
    if (host->session == NULL) {
        return;
    }
    if (host->depth > 0) {
        return; /* the enclosing call is not finished yet */
    }
    watch_check(&host->watch, host->session);
    watch_image(host->session, host->now_ms);
}

/* At one moment, everything that is due comes, and then nothing more. */
static void settle(struct host *host)
{
    unsigned rounds = 0;

    while (host->session != NULL && sst_session_deadline(host->session) <= host->now_ms) {
        HOLDS(++rounds < 64);
        if (host->policy->on_event == NULL) {
            (void)watch_pull(&host->watch, host->session, host->now_ms);
        } else {
            HOLDS(sst_session_advance(host->session, host->now_ms) == SST_OK);
            after_call(host);
        }
    }
}

/* A policy is read-only while a session uses it, so another structure is used each time. */
static struct sst_policy *next_policy(struct host *host, bool told)
{
    struct sst_policy *policy = &host->policies[host->changes++ % POLICIES];

    read_policy(&host->input, policy);
    widen_policy(&host->input, policy);
    policy->on_event = told ? on_event : NULL;
    policy->random = number;
    policy->user = host;
    policy->counters = &host->counters;
    return policy;
}

void change_policy(struct host *host)
{
    host->policy = next_policy(host, host->policy->on_event != NULL);
    HOLDS(sst_session_set_policy(host->session, host->policy) == SST_OK);
}

static void begin(struct host *host)
{
    host->session = malloc(sizeof *host->session);
    if (host->session == NULL) {
        abort();
    }
    uint8_t kind = take8(&host->input);
    host->now_ms = kind & 8 ? UINT64_C(1) << 50 : (uint64_t)take8(&host->input) * 1000u;
    host->policy = next_policy(host, kind & 1);
    if (kind & 2) {
        host->policy->random = NULL;
    }
    HOLDS(sst_session_init(host->session, host->policy, (kind & 16) ? SST_CALLER : SST_CALLEE) ==
          SST_OK);
    watch_begin(&host->watch);
    watch_check(&host->watch, host->session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host host = {.input = {data, size}, .floor = UINT32_MAX};

    begin(&host);
    for (int i = 0; i < CALLS_AT_MOST && host.input.left > 0 && host.session != NULL; i++) {
        one_call(&host);
        if (i % 2 == 0) {
            settle(&host);
        }
    }
    settle(&host);
    free(host.session);
    return 0;
}
