/* SPDX-License-Identifier: MIT */
/*
 * A user's program in C99: both ends of one call, with an interval of 90 s. The caller must be
 * asked for its refresh after 45 s; the callee must hang up 30 s before the end.
 */
#include <stdio.h>
#include <string.h>

#include <sst/sst.h>

static int failed;

static void expect(int condition, const char *what)
{
    if (!condition) {
        printf("FAILED  %s\n", what);
        failed = 1;
    }
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)session;
    *(enum sst_event_type *)user = event->type;
    return SST_CALLBACK_DONE;
}

/* The header fields of one side's message as the other side reads them. */
static void carry(struct sst_msg *msg, const struct sst_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct sst_header *item = &headers->item[i];
        sst_msg_header_n(msg, item->name, strlen(item->name), item->value, strlen(item->value));
    }
}

static void talk(struct sst_session *caller, struct sst_session *callee)
{
    struct sst_tx asked = {0}, answered = {0};
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_advice advice;
    struct sst_verdict verdict;

    expect(sst_session_request(caller, &asked, SST_METHOD_INVITE, SST_REQUEST_OFFER, 0, &headers) ==
               SST_OK,
           "the INVITE");
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    carry(&msg, &headers);
    expect(sst_session_receive(callee, &answered, &msg, 0, &advice) == SST_OK, "its arrival");
    expect(sst_session_answer(callee, &answered, 200, 0, &headers) == SST_OK, "the answer");
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, 1);
    carry(&msg, &headers);
    expect(sst_session_response(caller, &asked, &msg, 0, &verdict) == SST_OK, "its arrival");
    expect(sst_session_ack(callee, &answered, 0) == SST_OK, "the ACK");
}

int main(void)
{
    enum sst_event_type last[2] = {SST_EVENT_NONE, SST_EVENT_NONE};
    struct sst_policy policies[2];
    struct sst_session caller, callee;

    expect(sst_sizes_ok(), "structures of headers and library");
    expect(sst_version_number() == SST_VERSION_NUMBER, "version");
    for (int i = 0; i < 2; i++) {
        sst_policy_init(&policies[i]);
        policies[i].mode = SST_MODE_REQUEST;
        policies[i].session_expires = 90;
        policies[i].on_event = on_event;
        policies[i].user = &last[i];
        expect(sst_policy_check(&policies[i], NULL) == SST_OK, "policy");
    }
    expect(sst_session_init(&caller, &policies[0], SST_CALLER) == SST_OK, "caller");
    expect(sst_session_init(&callee, &policies[1], SST_CALLEE) == SST_OK, "callee");
    talk(&caller, &callee);

    expect(sst_session_deadline(&caller) == 45000, "refresh at half of the interval");
    sst_session_advance(&caller, 45000);
    expect(last[0] == SST_EVENT_REFRESH, "the caller is asked to refresh");
    sst_session_advance(&callee, 59999);
    expect(last[1] != SST_EVENT_ENDED, "the callee waits");
    sst_session_advance(&callee, 60000);
    expect(last[1] == SST_EVENT_ENDED, "the callee hangs up");
    if (!failed) {
        printf("ok %s\n", sst_version());
    }
    return failed;
}
