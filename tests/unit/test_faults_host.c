/* SPDX-License-Identifier: MIT */
/*
 * Faults of version 0.1, kinds F (callbacks and the queue) and G (misuse that goes unnoticed): what
 * hosts do. No generator finds most of these: a misuse that is answered with OK looks like correct
 * use from outside, and a generator of correct use does not produce it.
 */
#include "talk.h"

#include <sst/sst.h>

#define REFRESHES "Supported: timer | Session-Expires: 90;refresher=uac | Allow: INVITE, UPDATE"
#define AGREED "Session-Expires: 90;refresher=uac | Require: timer | Allow: INVITE, UPDATE"

/* Sends the refresh and returns what C programmers return. */
static int send_and_return_true(struct talk *t, const struct sst_event *event)
{
    if (event->type == SST_EVENT_REFRESH) {
        struct sst_headers headers;
        must(try_ask(t, event->method, SST_REQUEST_REFRESH, &headers) == SST_OK);
    }
    return true;
}

START_TEST(f1_true_is_no_answer_that_undoes_a_refresh)
{
    struct talk *t = connected("mode=request", AGREED);

    t->on_event = send_and_return_true;
    until(t, 45);
    expect(gets(t, UPDATE, 200, AGREED), "refreshed");
    end_talk(t);
}
END_TEST

static int begun; /* the result of starting the other refresh */

/* Answers the peer's INVITE, so that no refresh is due any more, begins one all the same, and
 * reports that it did not send what was asked for. */
static int answer_begin_and_refuse(struct talk *t, const struct sst_event *event)
{
    struct sst_headers headers;

    if (event->type != SST_EVENT_REFRESH || t->depth > 1) {
        return SST_CALLBACK_DONE;
    }
    answers(t, INVITE, 200);
    begun = try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers);
    must(sst_session_not_sent(t->session, NULL, SST_NEVER, t->now_ms) == SST_ERR_NOT_DUE);
    return SST_CALLBACK_DONE;
}

START_TEST(f2_only_what_this_event_asked_for_is_given_up)
{
    struct talk *t = connected("mode=request", AGREED);

    until(t, 44);
    expect(hears(t, INVITE, "Supported: timer | Session-Expires: 90;refresher=uas"), "0");
    t->on_event = answer_begin_and_refuse;
    t->may_move = true;
    t->now_ms = t->begin_ms + 45000;
    must(sst_session_advance(t->session, t->now_ms) == SST_OK);
    must(sst_session_check(t->session) == NULL);
    t->on_event = NULL;
    must(begun == SST_ERR_NOT_DUE);
    asks(t, UPDATE);
    expect(gets(t, UPDATE, 200, AGREED), "refreshed");
    end_talk(t);
}
END_TEST

static struct sst_queue queues[2];
static struct sst_queue_slot slots[2][4];

/* Prepares the refresh, moves the session to the other queue, and does not send it after all. The
 * queue is notified, as after each call. */
static int move_and_refuse(struct talk *t, const struct sst_event *event)
{
    struct sst_headers headers;

    if (event->type != SST_EVENT_REFRESH) {
        return SST_CALLBACK_DONE;
    }
    must(sst_session_request(t->session, &t->own[1], event->method, SST_REQUEST_REFRESH, t->now_ms,
                             &headers) == SST_OK);
    sst_queue_remove(&queues[0], t->session);
    must(sst_queue_update(&queues[1], t->session) == SST_OK);
    must(sst_session_not_sent(t->session, &t->own[1], SST_NEVER, t->now_ms) == SST_OK);
    must(sst_queue_update(&queues[1], t->session) == SST_OK);
    return SST_CALLBACK_DONE;
}

START_TEST(f3_no_deadline_moves_behind_the_key_of_a_queue)
{
    struct talk *t = connected("mode=request", AGREED);

    for (int i = 0; i < 2; i++) {
        must(sst_queue_init(&queues[i], slots[i], 4) == SST_OK);
    }
    must(sst_queue_update(&queues[0], t->session) == SST_OK);
    t->on_event = move_and_refuse;
    t->now_ms = t->begin_ms + 45000;
    (void)sst_queue_run(&queues[0], t->now_ms, 10);
    must(queues[1].count == 1);
    must(sst_queue_check(&queues[1]) == NULL);
    must(sst_queue_deadline(&queues[1]) <= sst_session_deadline(t->session));
    sst_queue_remove(&queues[1], t->session);
    end_talk(t);
}
END_TEST

START_TEST(f4_an_answer_calls_nobody_back)
{
    struct talk *t = callee("");
    struct sst_headers headers;

    expect(hears(t, INVITE, REFRESHES), "0");
    t->may_move = true;
    must(sst_session_answer(t->session, &t->peer[0], 200, t->now_ms, &headers) == SST_OK);
    must(t->count[SST_EVENT_NEGOTIATED] == 0);
    must(sst_session_deadline(t->session) == 0);
    must(sst_session_advance(t->session, t->now_ms) == SST_OK);
    must(t->count[SST_EVENT_NEGOTIATED] == 1);
    end_talk(t);
}
END_TEST

/* Begins the refresh without saying that it is one. */
static int begin_unnamed_and_refuse(struct talk *t, const struct sst_event *event)
{
    struct sst_headers headers;

    if (event->type != SST_EVENT_REFRESH || t->refreshes > 1) {
        return SST_CALLBACK_DONE;
    }
    must(try_ask(t, event->method, 0, &headers) == SST_OK);
    must(sst_session_not_sent(t->session, &t->own[1], SST_NEVER, t->now_ms) == SST_OK);
    return SST_CALLBACK_DONE;
}

/* What was prepared is undone, whatever it was: the next REFRESH can be obeyed. */
START_TEST(f5_a_request_that_is_not_named_a_refresh_is_given_up_too)
{
    struct talk *t = connected("mode=request", AGREED);

    t->on_event = begin_unnamed_and_refuse;
    until(t, 50);
    must(t->refreshes >= 2 && t->refresh.method == UPDATE);
    refreshes(t);
    end_talk(t);
}
END_TEST

/* A timer from the first 2xx on. */
static void agree(struct talk *t)
{
    t->may_move = true;
    asks(t, INVITE);
    gets(t, INVITE, 200, AGREED);
}

START_TEST(f6_a_session_begun_anew_in_a_queue_is_found)
{
    struct sst_queue queue;
    struct sst_queue_slot two[2];
    struct sst_event event;
    struct talk *t = connected("mode=request", AGREED);

    must(sst_queue_init(&queue, two, 2) == SST_OK);
    must(sst_queue_update(&queue, t->session) == SST_OK);
    must(sst_session_init(t->session, &t->policy, SST_CALLER) == SST_OK);
    t->expires_ms = SST_NEVER;
    must(sst_queue_check(&queue) != NULL);
    must(sst_queue_run(&queue, UINT64_MAX / 4, 9) == 1); /* polled, and gone */
    must(queue.count == 0 && sst_queue_check(&queue) == NULL);
    must(t->session->queue_index == 0);

    /* The same, pulled, and in a different place for the call that was begun again. */
    agree(t);
    must(sst_queue_update(&queue, t->session) == SST_OK);
    must(sst_session_init(t->session, &t->policy, SST_CALLER) == SST_OK);
    t->expires_ms = SST_NEVER;
    agree(t);
    must(sst_queue_update(&queue, t->session) == SST_OK);
    must(queue.count == 2 && sst_queue_check(&queue) != NULL);
    must(sst_queue_next_event(&queue, t->now_ms + 1000, &event) == NULL); /* nothing is due */
    while (queue.count > 1) {
        t->policy.on_event = NULL;
        (void)sst_queue_next_event(&queue, sst_queue_deadline(&queue), &event);
    }
    must(sst_queue_check(&queue) == NULL);
    must(sst_queue_deadline(&queue) <= sst_session_deadline(t->session));
    sst_queue_remove(&queue, t->session);
    must(queue.count == 0);
    end_talk(t);
}
END_TEST

START_TEST(g_a_response_to_an_invite_needs_its_transaction)
{
    struct talk *t = connected("mode=request", AGREED);
    struct sst_verdict verdict;
    struct sst_msg msg;

    sst_msg_response(&msg, 200, INVITE, 7);
    must(sst_session_response(t->session, NULL, &msg, t->now_ms, &verdict) != SST_OK);
    end_talk(t);
}
END_TEST

START_TEST(g_an_answer_to_what_was_never_received_has_no_timer)
{
    struct talk *t = callee("");
    struct sst_headers headers;
    struct sst_tx tx = {0};

    must(sst_session_answer(t->session, &tx, 200, t->now_ms, &headers) == SST_ERR_STATE);
    must(sst_headers_get(&headers, "Session-Expires") == NULL);
    end_talk(t);
}
END_TEST

START_TEST(g_unknown_flag_bits_are_an_error)
{
    struct talk *t = connected("mode=request", AGREED);
    struct sst_headers headers;

    must(try_ask(t, UPDATE, 1u << 7, &headers) == SST_ERR_ARGUMENT);
    must(try_ask(t, UPDATE, 1u << 31, &headers) == SST_ERR_ARGUMENT);
    must(try_ask(t, UPDATE, 0, &headers) == SST_OK);
    end_talk(t);
}
END_TEST

START_TEST(g_no_update_before_any_dialog)
{
    struct talk *t = caller("mode=request");
    struct sst_headers headers;

    must(try_ask(t, UPDATE, 0, &headers) != SST_OK);
    end_talk(t);
}
END_TEST

START_TEST(g_no_refresh_where_none_is_due)
{
    struct talk *t = connected("mode=request", AGREED);
    struct sst_headers headers;

    must(try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers) != SST_OK);
    until(t, 45);
    must(try_ask(t, UPDATE, SST_REQUEST_REFRESH, &headers) == SST_OK);
    end_talk(t);
}
END_TEST

/* The tx of an INVITE that still waits for its ACK: starting it again would lose the ACK. */
START_TEST(g_one_tx_is_not_for_two_open_transactions)
{
    struct talk *t = called("", REFRESHES);
    struct sst_headers headers;

    serves(t, INVITE, REFRESHES);
    must(sst_session_request(t->session, &t->peer[0], UPDATE, 0, t->now_ms, &headers) != SST_OK);
    hears_ack(t);
    must(sst_session_request(t->session, &t->peer[0], UPDATE, 0, t->now_ms, &headers) == SST_OK);
    end_talk(t);
}
END_TEST

#define CASES                                                                                      \
    CASE(f1_true_is_no_answer_that_undoes_a_refresh)                                               \
    CASE(f2_only_what_this_event_asked_for_is_given_up)                                            \
    CASE(f3_no_deadline_moves_behind_the_key_of_a_queue)                                           \
    CASE(f4_an_answer_calls_nobody_back)                                                           \
    CASE(f5_a_request_that_is_not_named_a_refresh_is_given_up_too)                                 \
    CASE(f6_a_session_begun_anew_in_a_queue_is_found)                                              \
    CASE(g_a_response_to_an_invite_needs_its_transaction)                                          \
    CASE(g_an_answer_to_what_was_never_received_has_no_timer)                                      \
    CASE(g_unknown_flag_bits_are_an_error)                                                         \
    CASE(g_no_update_before_any_dialog)                                                            \
    CASE(g_no_refresh_where_none_is_due)                                                           \
    CASE(g_one_tx_is_not_for_two_open_transactions)

int main(void)
{
    Suite *suite = suite_create("faults_host");
    TCase *tcase = tcase_create("all");

#define CASE(name) tcase_add_test(tcase, name);
    CASES
#undef CASE
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
