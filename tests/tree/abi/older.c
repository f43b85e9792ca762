/* SPDX-License-Identifier: MIT */
/*
 * A program compiled with older headers than the library: its policies are in blocks of exactly
 * their size, and a sanitizer watches the memory after them. Newer fields have their defaults.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sst/sst.h>

static int failed;

static void expect(bool condition, const char *what)
{
    if (!condition) {
        printf("FAILED  %s\n", what);
        failed = 1;
    }
}

static void fields(struct sst_policy *policy)
{
    char text[SST_VALUE_SIZE];
    const char *name;
    struct sst_policy_error error;

    for (size_t i = 0; sst_policy_field(i, &name, NULL, NULL, NULL); i++) {
        size_t length = sst_policy_get_n(policy, name, strlen(name), text, sizeof text);
        bool newer = strcmp(name, "future_s") == 0;
        int result = sst_policy_set_n(policy, name, strlen(name), text, length, &error);
        expect(result == (newer ? SST_ERR_UNKNOWN_NAME : SST_OK), name);
        expect(!newer || strcmp(text, "5") == 0, "the default of the newer field");
    }
}

static void session(const struct sst_policy *policy)
{
    struct sst_session session;
    struct sst_tx tx = {0};
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_event event;
    struct sst_event last = {.type = SST_EVENT_NONE};

    expect(sst_session_init(&session, policy, SST_CALLER) == SST_OK, "session");
    sst_session_request(&session, &tx, SST_METHOD_INVITE, SST_REQUEST_OFFER, 0, &headers);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    sst_msg_header_n(&msg, "Session-Expires", 15, "90;refresher=uas", 16);
    sst_session_response(&session, &tx, &msg, 0, &verdict);
    while (sst_session_next_event(&session, sst_session_deadline(&session), &event)) {
        last = event;
    }
    expect(last.type == SST_EVENT_ENDED && last.since_ms == 60000, "the call ends after 60 s");
}

static void proxy(const struct sst_proxy_policy *policy)
{
    struct sst_msg msg;
    struct sst_proxy_tx tx;
    struct sst_proxy_edit edit;

    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&msg, 60, SST_REFRESHER_NONE);
    sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER);
    expect(sst_proxy_request(policy, &tx, &msg, &edit) == SST_OK && edit.status == 422, "a 422");
}

int main(void)
{
    struct sst_policy *policy = malloc(sizeof *policy);
    struct sst_proxy_policy *relay = malloc(sizeof *relay);

    if (policy == NULL || relay == NULL) {
        return 1;
    }
    sst_policy_init(policy);
    expect(policy->size == sizeof *policy, "the policy keeps the size that this program knows");
    fields(policy);
    expect(sst_policy_check(policy, NULL) == SST_OK, "policy");
    session(policy);
    sst_proxy_policy_init(relay);
    expect(relay->size == sizeof *relay, "so does the proxy's");
    expect(sst_proxy_policy_check(relay, NULL) == SST_OK, "proxy's policy");
    proxy(relay);
    free(policy);
    free(relay);
    expect(sst_sizes_ok(), "the other structures are the same");
    if (!failed) {
        printf("ok %s\n", sst_version());
    }
    return failed;
}
