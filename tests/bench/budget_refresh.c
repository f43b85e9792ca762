/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include "measure.h"

#include <sst/sst.h>

static struct sst_policy policy;
static struct sst_queue queue;
static struct sst_queue_slot slots[2];
static struct sst_session own;
static struct sst_session peers;
static struct sst_tx own_tx;
static struct sst_tx peers_tx;
static uint64_t now_ms;

static void read_fields(struct sst_msg *msg)
{
    (void)sst_msg_header_n(msg, "Allow", 5, "INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE", 41);
    (void)sst_msg_header_n(msg, "Supported", 9, "100rel, timer, replaces", 23);
    (void)sst_msg_header_n(msg, "Session-Expires", 15, "1800;refresher=uac", 18);
}

static void receive_200(enum sst_method method)
{
    struct sst_msg msg;
    struct sst_verdict verdict;

    sst_msg_response(&msg, 200, method, SST_CSEQ_UNKNOWN);
    read_fields(&msg);
    (void)sst_msg_header_n(&msg, "Require", 7, "timer", 5);
    bench_must(sst_session_response(&own, &own_tx, &msg, now_ms, &verdict));
    bench_must(sst_queue_update(&queue, &own));
}

static void serve(enum sst_method method)
{
    struct sst_msg msg;
    struct sst_advice advice;
    struct sst_headers headers;

    sst_msg_request(&msg, method, SST_CSEQ_UNKNOWN);
    read_fields(&msg);
    bench_must(sst_session_receive(&peers, &peers_tx, &msg, now_ms, &advice));
    bench_must(sst_session_answer(&peers, &peers_tx, 200, now_ms, &headers));
    bench_must(sst_session_advance(&peers, now_ms)); /* its events are reported */
    bench_must(sst_queue_update(&queue, &peers));
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct sst_headers headers;

    (void)user;
    if (event->type == SST_EVENT_REFRESH) {
        bench_must(sst_session_request(session, &own_tx, event->method, SST_REQUEST_REFRESH, now_ms,
                                       &headers));
    }
    return SST_CALLBACK_DONE;
}

void budget_refresh_prepare(void)
{
    struct sst_headers headers;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.on_event = on_event;
    bench_must(sst_session_init(&own, &policy, SST_CALLER));
    bench_must(sst_queue_init(&queue, slots, 2));
    bench_must(
        sst_session_request(&own, &own_tx, SST_METHOD_INVITE, SST_REQUEST_OFFER, now_ms, &headers));
    receive_200(SST_METHOD_INVITE);
}

void budget_refresh_prepare_peer(void)
{
    bench_must(sst_session_init(&peers, &policy, SST_CALLEE));
    serve(SST_METHOD_INVITE);
    bench_must(sst_session_ack(&peers, &peers_tx, now_ms));
}

void budget_refresh_own(void)
{
    uint64_t before = sst_session_deadline(&own);

    now_ms = before;
    (void)sst_queue_run(&queue, now_ms, 2);
    receive_200(SST_METHOD_UPDATE);
    if (sst_session_deadline(&own) != before + 900000u) {
        bench_fail("the call was not refreshed");
    }
}

void budget_refresh_peer(void)
{
    uint64_t before = sst_session_deadline(&peers);

    now_ms += 1000;
    serve(SST_METHOD_UPDATE);
    if (sst_session_deadline(&peers) != before + 1000u) {
        bench_fail("the call was not refreshed");
    }
}
