/* SPDX-License-Identifier: MIT */
/* Dialogs that are saved and restored after each of their steps, and continue as if nothing had
 * happened. */
#include "restore.h"
#include "talk.h"

static char transcript[2][16384];
static char *transcript_now;

/* Moves the session to another process, so to speak, with a different clock. */
static void move_to(struct talk *t, uint64_t now_ms, uint64_t elapsed_ms, uint64_t spread_ms,
                    unsigned flags)
{
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t shift = now_ms - t->now_ms;
    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    memset(t->session, 0xA5, sizeof *t->session);
    ck_assert_int_eq(sst_session_restore(t->session, &t->policy,
                                         FROM(image, sizeof image, elapsed_ms, spread_ms, flags),
                                         now_ms),
                     SST_OK);
    ck_assert_uint_eq(t->session->queue_index, 0);
    t->begin_ms += shift;
    t->now_ms = now_ms;
    if (t->refresh.type == SST_EVENT_REFRESH) {
        t->refresh.not_after_ms += shift;
    }
    t->may_move = true;
    talk_check(t);
}

static void stay(struct talk *t)
{
    (void)t;
}

/* Each time to a clock on which the talk began at another time. */
static void wander(struct talk *t)
{
    static const uint64_t begins[] = {0, UINT64_C(1) << 61, 1, 7000000, UINT64_C(5000000000000)};
    static size_t next_begin;
    uint64_t begin = begins[next_begin++ % COUNT_OF(begins)];
    move_to(t, t->now_ms + (begin - t->begin_ms), 0, 0, SST_RESTORE_TRANSACTIONS);
}

typedef void between(struct talk *t);

/* Records the outcome of a step, and then may do something else. */
static void step(struct talk *t, between *then, const char *outcome)
{
    size_t used = strlen(transcript_now);
    size_t room = sizeof transcript[0] - used;
    int more = snprintf(transcript_now + used, room, "%s [%s] ", outcome, told(t));
    ck_assert_uint_lt((size_t)more, room);
    used += (size_t)more;
    room -= (size_t)more;
    more = snprintf(transcript_now + used, room, "%s\n", next(t));
    ck_assert_uint_lt((size_t)more, room);
    then(t);
}

static void step_until(struct talk *t, between *then, double seconds)
{
    until(t, seconds);
    step(t, then, "");
}

#define PEER "Supported: timer | Allow: INVITE, ACK, BYE, UPDATE"

/* A caller: 422, refreshes rejected and repeated; then the other side refreshes until it stops. */
static void caller_story(between *then)
{
    struct talk *t = caller("mode=request");
    step(t, then, "");
    step(t, then, asks(t, INVITE));
    step(t, then, gets(t, INVITE, 422, "Min-SE: 1900"));
    step(t, then, asks(t, INVITE));
    step(t, then, gets(t, INVITE, 180, PEER));
    step(t, then, gets(t, INVITE, 200, PEER " | Session-Expires: 1900;refresher=uac"));
    step_until(t, then, 949.5);
    step_until(t, then, 950);
    step(t, then, refreshes(t));
    step(t, then, gets(t, UPDATE, 503, "Retry-After: 3"));
    step_until(t, then, 953);
    step(t, then, refreshes(t));
    step(t, then, gets(t, INVITE, 491, "")); /* EC-111: the other way */
    step_until(t, then, 957);
    step(t, then, refreshes(t));
    step(t, then, gets(t, INVITE, 422, "Min-SE: 2000"));
    step(t, then, asks(t, INVITE));
    step(t, then, gets(t, INVITE, 200, PEER " | Session-Expires: 2000;refresher=uas"));
    step_until(t, then, 1000);
    step(t, then, hears(t, INVITE, PEER " | Session-Expires: 2000;refresher=uac"));
    step(t, then, answers(t, INVITE, 200));
    step_until(t, then, 1001);
    hears_ack(t);
    step(t, then, asks(t, INVITE));
    step(t, then, gets(t, INVITE, 200, PEER " | Session-Expires: 2000;refresher=uas"));
    step_until(t, then, 2500);
    step_until(t, then, 2968.999);
    step_until(t, then, 4000);
    step(t, then, hears(t, INVITE, PEER));
    end_talk(t);
}

/* A callee that refreshes, and every method is rejected. */
static void callee_story(between *then)
{
    struct talk *t = callee("mode=accept");
    step(t, then, hears(t, INVITE, PEER " | Session-Expires: 90;refresher=uas | Min-SE: 90"));
    step(t, then, answers(t, INVITE, 180));
    step(t, then, answers(t, INVITE, 200));
    hears_ack(t);
    step_until(t, then, 45);
    step(t, then, refreshes(t));
    step(t, then, gets(t, UPDATE, 405, ""));
    step_until(t, then, 46);
    step(t, then, refreshes(t));
    step(t, then, gets(t, INVITE, 100, ""));
    step(t, then, gets(t, INVITE, 488, ""));
    step_until(t, then, 47);
    step(t, then, refreshes(t));
    step(t, then, gets(t, INVITE, 403, ""));
    step_until(t, then, 89.999);
    step_until(t, then, 90);
    step_until(t, then, 1000);
    end_talk(t);
}

/* A local INVITE blocks a refresh until it is nearly too late; then silence. */
static void blocked_story(between *then)
{
    struct talk *t = connected("mode=request session_expires=120",
                               "Supported: timer | Session-Expires: 120;refresher=uac");
    step_until(t, then, 59);
    step(t, then, asks(t, INVITE));
    step_until(t, then, 87);
    step_until(t, then, 100);
    step(t, then, gets(t, INVITE, 486, ""));
    step_until(t, then, 101);
    step(t, then, refreshes(t));
    step_until(t, then, 119.999);
    step_until(t, then, 121);
    end_talk(t);
}

static void (*const stories[])(between *) = {caller_story, callee_story, blocked_story};
static const char *const endings[] = {"ended not_refreshed", "ended refresh_refused",
                                      "ended refresh_unanswered"};

START_TEST(saved_and_restored_after_each_step)
{
    between *ways[] = {stay, wander};
    for (size_t i = 0; i < 2; i++) {
        transcript_now = transcript[i];
        transcript_now[0] = '\0';
        stories[_i](ways[i]);
    }
    ck_assert_msg(strstr(transcript[0], endings[_i]) != NULL, "%s", transcript[0]);
    ck_assert_str_eq(transcript[0], transcript[1]);
}
END_TEST

START_TEST(events_that_wait_are_saved)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    t->pull = true;
    t->hold_pull = true;
    talk_pull(t);
    t->policy.on_event = NULL;
    until(t, 10);
    expect(gets(t, OTHER, 200, "Session-Expires: 90 | Min-SE: x"), "none");
    move_to(t, 3, 0, 0, 0);
    from_here(t);
    expect(next(t), "-0.003"); /* zero on the clock: something waits */
    t->hold_pull = false;
    looks(t);
    expect(told(t), "0 violation se_misplaced; 0 violation min_se_malformed");
    expect(next(t), "890");
    end_talk(t);
}
END_TEST

static uint64_t since_ms;

static int note_since(struct talk *t, const struct sst_event *event)
{
    (void)t;
    since_ms = event->since_ms;
    return SST_CALLBACK_DONE;
}

/* The machine was restarted: the session is older than its clock. */
START_TEST(session_may_be_older_than_the_clock)
{
    struct talk *t = called("", PEER " | Session-Expires: 1800;refresher=uac");
    t->on_event = note_since;
    until(t, 1000);
    move_to(t, 0, 0, 0, 0);
    ck_assert_uint_eq(info_of(t).start_ms, 0); /* as close as can be shown */
    ck_assert_uint_eq(info_of(t).expires_ms, 800000);
    from_here(t);
    until(t, 2000);
    expect(told(t), "334 overdue; 768 ended not_refreshed");
    ck_assert_uint_eq(since_ms, 1768000);
    end_talk(t);
}
END_TEST

START_TEST(time_passes_between_saving_and_restoring)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 100);
    move_to(t, 50, 500000, 0, 0);
    from_here(t);
    expect(next(t), "300");
    move_to(t, 50, 299999, 0, 0);
    from_here(t);
    expect(next(t), "0.001");
    move_to(t, 50, 1000, 0, 0);
    from_here(t);
    expect(next(t), "-0.05"); /* overdue since before the clock's zero */
    looks(t);
    expect(told(t), "0 refresh UPDATE");
    end_talk(t);
}
END_TEST

START_TEST(session_that_expired_meanwhile_ends)
{
    static const uint64_t elapsed_ms[] = {1700000, 1800000, UINT64_MAX / 2, UINT64_MAX};
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 100);
    move_to(t, 0, elapsed_ms[_i], 0, 0);
    from_here(t);
    looks(t);
    expect(told(t), "0 ended refresh_not_sent");
    end_talk(t);
}
END_TEST

START_TEST(clock_at_its_end_breaks_nothing)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    move_to(t, SST_NEVER - 1, 0, 1000, 0);
    (void)sst_session_advance(t->session, SST_NEVER - 1);
    end_talk(t);
}
END_TEST

START_TEST(clock_that_stepped_back_is_the_start)
{
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_session restored;
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    ck_assert_int_eq(sst_session_save(t->session, t->begin_ms - 5000, image, sizeof image, NULL),
                     SST_OK);
    ck_assert_int_eq(
        sst_session_restore(&restored, &t->policy, FROM(image, sizeof image, 0, 0, 0), 0), SST_OK);
    ck_assert_uint_eq(sst_session_deadline(&restored), 900000);
    end_talk(t);
}
END_TEST

/* ---- Transactions that did not survive ---- */

START_TEST(refresh_under_way_is_sent_again)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 900);
    refreshes(t);
    told(t);
    until(t, 910);
    move_to(t, 1000, 0, 0, 0);
    from_here(t);
    expect(next(t), "0");
    looks(t);
    expect(told(t), "0 refresh UPDATE");
    memset(t->own, 0, sizeof t->own);
    expect(refreshes(t), "UPDATE Supported: timer | Session-Expires: 1800;refresher=uac");
    expect(gets(t, UPDATE, 200, "Session-Expires: 1800;refresher=uac"), "refreshed");
    end_talk(t);
}
END_TEST

START_TEST(refresh_that_was_asked_for_is_asked_for_again)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 900);
    told(t);
    move_to(t, 1000, 0, 0, 0);
    from_here(t);
    until(t, 2);
    expect(told(t), "0 refresh UPDATE; 2 refresh UPDATE"); /* the first wait again */
    end_talk(t);
}
END_TEST

/* What a 422 left out of one request is in the next: that one was never sent. */
START_TEST(retry_that_was_under_way_leaves_nothing_out)
{
    struct talk *t =
        connected("max_session_expires=1800", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 422, "Min-SE: 2000"), "retry");
    move_to(t, 1000, 0, 0, 0);
    looks(t);
    expect(refreshes(t),
           "UPDATE Supported: timer | Session-Expires: 2000;refresher=uac | Min-SE: 2000");
    end_talk(t);
}
END_TEST

/* Meanwhile the peer took the role: the watcher does not repeat what was pending. */
START_TEST(refresh_under_way_is_forgotten_where_the_peer_refreshes_now)
{
    struct talk *t = connected("mode=request", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 900);
    refreshes(t);
    serves(t, INVITE, PEER " | Session-Expires: 1800;refresher=uac");
    hears_ack(t);
    told(t);
    until(t, 910);
    move_to(t, 1000, 0, 0, 0);
    from_here(t);
    expect(next(t), "1324");
    until(t, 1758);
    expect(told(t), "1324 overdue; 1758 ended not_refreshed");
    end_talk(t);
}
END_TEST

START_TEST(transaction_of_the_peer_holds_nothing_up)
{
    struct talk *t = called("", PEER " | Session-Expires: 1800;refresher=uac");
    until(t, 1700);
    told(t);
    hears(t, INVITE, PEER " | Session-Expires: 1800;refresher=uac");
    expect(next(t), "1800"); /* EC-36 */
    move_to(t, 10000000, 0, 0, 0);
    from_here(t);
    expect(next(t), "68");
    expect(serves(t, INVITE, PEER " | Session-Expires: 1800;refresher=uac"),
           "Supported: timer | Session-Expires: 1800;refresher=uac | Require: timer");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_talk");
    TCase *tcase = tcase_create("talk");
    tcase_add_loop_test(tcase, saved_and_restored_after_each_step, 0, COUNT_OF(stories));
    tcase_add_test(tcase, events_that_wait_are_saved);
    tcase_add_test(tcase, session_may_be_older_than_the_clock);
    tcase_add_test(tcase, time_passes_between_saving_and_restoring);
    tcase_add_loop_test(tcase, session_that_expired_meanwhile_ends, 0, 4);
    tcase_add_test(tcase, clock_at_its_end_breaks_nothing);
    tcase_add_test(tcase, clock_that_stepped_back_is_the_start);
    tcase_add_test(tcase, refresh_under_way_is_sent_again);
    tcase_add_test(tcase, refresh_that_was_asked_for_is_asked_for_again);
    tcase_add_test(tcase, retry_that_was_under_way_leaves_nothing_out);
    tcase_add_test(tcase, refresh_under_way_is_forgotten_where_the_peer_refreshes_now);
    tcase_add_test(tcase, transaction_of_the_peer_holds_nothing_up);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
