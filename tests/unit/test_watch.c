/* SPDX-License-Identifier: MIT */
/* The observer message by message: the timer in force, retransmissions, forks, early dialogs,
 * clocks. */
#include "watched.h"

#include <stdio.h>

static const char *const plain_call[] = {
    "0 > INVITE 1 | k: timer | x: 1800",
    "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | Require: timer",
    "2.1 > ACK 1",
    NULL,
};

/* RFC 4028 §7.2, §10: half of 1800 s, 32 s before the end, the end. */
START_TEST(deadlines_are_those_of_the_rfc)
{
    struct watched call;
    struct sst_watch_timer timer;
    hear_all(&call, plain_call);
    sst_watch_inspect(&call.watch, &timer);
    ck_assert_uint_eq(timer.start_ms, 2000);
    ck_assert_uint_eq(timer.interval, 1800);
    ck_assert_int_eq(timer.refresher, SST_WHO_CALLEE);
    ck_assert_uint_eq(timer.refresh_by_ms, 902000);
    ck_assert_uint_eq(timer.hangup_at_ms, 1770000);
    ck_assert_uint_eq(timer.expires_ms, 1802000);
}
END_TEST

START_TEST(no_timer_has_no_deadline)
{
    struct sst_watch watch;
    struct sst_watch_timer timer;
    sst_watch_init(&watch, SST_ABSOLUTE_MIN_S);
    sst_watch_inspect(&watch, &timer);
    ck_assert_uint_eq(timer.expires_ms, SST_NEVER);
    ck_assert_uint_eq(timer.hangup_at_ms, SST_NEVER);
    ck_assert_uint_eq(timer.interval, 0);
    ck_assert_int_eq(timer.refresher, SST_WHO_NONE);
    memset(&timer, 0xAA, sizeof timer);
    sst_watch_inspect(NULL, &timer);
    ck_assert_uint_eq(timer.start_ms, SST_NEVER);
    ck_assert_uint_eq(timer.refresh_by_ms, SST_NEVER);
    ck_assert_uint_eq(timer.interval, 0);
}
END_TEST

/* §7.2: the 2xx counts when it is first sent; retransmissions of it, and of requests, move nothing.
 * */
START_TEST(retransmissions_change_nothing)
{
    static const char *const copies[] = {
        "2.5 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | Require: timer",
        "2.6 > ACK 1",
        "3 > INVITE 1 | k: timer | x: 1800",
    };
    struct watched call;
    hear_all(&call, plain_call);
    struct sst_watch_timer before = call.seen.timer;
    for (size_t i = 0; i < COUNT_OF(copies); i++) {
        hear(&call, copies[i]);
        ck_assert_int_eq(call.seen.step, SST_STEP_COPY);
        ck_assert_uint_eq(call.seen.timer.start_ms, before.start_ms);
    }
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
}
END_TEST

START_TEST(steps_say_what_a_message_did)
{
    static const struct {
        const char *line;
        enum sst_watch_step step;
    } steps[] = {
        {"0 > INVITE 1 | k: timer | x: 1800", SST_STEP_REQUEST},
        {"0.1 < 100 INVITE 1", SST_STEP_PROVISIONAL},
        {"1 < 180 INVITE 1", SST_STEP_PROVISIONAL},
        {"1.1 > PRACK 2", SST_STEP_NONE},
        {"2 < 200 INVITE 1 | x: 1800;refresher=uas", SST_STEP_NEGOTIATED},
        {"2.05 < 200 INVITE 1 | x: 1800;refresher=uas", SST_STEP_COPY},
        {"2.06 > INVITE 1 | k: timer | x: 1800", SST_STEP_COPY},
        {"2.1 > ACK 1", SST_STEP_ACKED},
        {"2.2 > ACK 1", SST_STEP_COPY},
        {"9 > INVITE 3 | k: timer | x: 1800;refresher=uas", SST_STEP_REQUEST},
        {"9.1 < 488 INVITE 3", SST_STEP_REFUSED},
        {"9.1 < 488 INVITE 3", SST_STEP_COPY},
        {"9.2 > ACK 3", SST_STEP_COPY},
        {"10 < INFO 1", SST_STEP_NONE},
        {"10.1 < INFO 1", SST_STEP_COPY},
        {"10.1 > 200 INFO 1", SST_STEP_COPY},
        {"11 > CANCEL 3", SST_STEP_NONE},
        {"20 < BYE 2", SST_STEP_ENDED},
        {"20.1 > 200 BYE 2", SST_STEP_COPY},
        {"30 > UPDATE 4 | k: timer", SST_STEP_NONE},
        {"31 > INVITE 3 | k: timer", SST_STEP_COPY},
        {"32 > INFO 5", SST_STEP_COPY},
    };
    static const char *const nothing[] = {NULL};
    struct watched call;
    hear_all(&call, nothing);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        hear(&call, steps[i].line);
        ck_assert_msg(call.seen.step == steps[i].step, "%s: %d", steps[i].line, call.seen.step);
    }
}
END_TEST

/* §7.4: uac and uas are relative to the transaction; the refresher stays the same UA. */
START_TEST(refresher_does_not_change_with_the_direction)
{
    struct watched call;
    char line[128];
    hear_all(&call, plain_call);
    for (unsigned i = 1; i <= 6; i++) {
        bool caller = i % 2 == 0;
        unsigned cseq = caller ? 1 + i / 2 : (i + 1) / 2;
        (void)snprintf(line, sizeof line, "%u %c UPDATE %u | k: timer | x: 1800;refresher=%s",
                       900 * i, caller ? '>' : '<', cseq, caller ? "uas" : "uac");
        hear(&call, line);
        (void)snprintf(line, sizeof line,
                       "%u %c 200 UPDATE %u | x: 1800;refresher=%s | Require: timer", 900 * i,
                       caller ? '<' : '>', cseq, caller ? "uas" : "uac");
        hear(&call, line);
        ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_CALLEE);
        ck_assert_uint_eq(call.seen.timer.start_ms, 900000u * i);
    }
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
}
END_TEST

/* EC-20: in an early dialog nothing runs, and the 2xx to the INVITE decides. */
START_TEST(early_update_starts_no_timer)
{
    static const char *const early[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "1 < 183 INVITE 1",
        "1.1 > UPDATE 2 | k: timer | x: 120;refresher=uas | to",
        "1.2 < 200 UPDATE 2 | x: 120;refresher=uas",
        NULL,
    };
    struct watched call;
    hear_all(&call, early);
    ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_NONE);
    hear(&call, "5 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer");
    ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_CALLER);
    ck_assert_uint_eq(call.seen.timer.interval, 1800);
}
END_TEST

/* §7.2: each dialog of a fork has its own timer, whenever its 2xx comes. */
START_TEST(forks_have_timers_of_their_own)
{
    static const char *const parent_lines[] = {"0 > INVITE 1 | k: timer | x: 1800", NULL};
    struct watched parent;
    struct watched before;
    struct watched after;
    hear_all(&parent, parent_lines);
    before = parent;
    sst_watch_fork(&before.watch, &parent.watch);
    hear(&parent, "2 < 200 INVITE 1 | x: 1800;refresher=uas");
    hear(&parent, "2.1 > ACK 1");
    after = parent;
    sst_watch_fork(&after.watch, &parent.watch);
    hear(&before, "3 < 200 INVITE 1 | x: 600;refresher=uac | Require: timer");
    hear(&after, "4 < 200 INVITE 1");
    ck_assert_uint_eq(before.seen.timer.interval, 600);
    ck_assert_int_eq(before.seen.timer.refresher, SST_WHO_CALLER);
    ck_assert_int_eq(after.seen.timer.refresher, SST_WHO_NONE);
    ck_assert_int_eq(after.seen.step, SST_STEP_NEGOTIATED);
    hear(&after, "4.1 > ACK 1");
    hear(&after, "50 > BYE 2");
    struct sst_watch_result result = judged(&after, 60);
    assert_verdict(result, NO_TIMER, NONE);
    sst_watch_inspect(&parent.watch, &parent.seen.timer);
    ck_assert_uint_eq(parent.seen.timer.interval, 1800);
}
END_TEST

/* The fork has the INVITE, and nothing from the UPDATE in the first early dialog. */
START_TEST(a_fork_knows_what_the_invite_asked_for)
{
    static const char *const early[] = {
        "0 > INVITE 1 | k: timer | x: 600 | Allow: INVITE, UPDATE",
        "1 < 183 INVITE 1",
        "1.1 > UPDATE 2 | k: timer | to",
        "1.2 < UPDATE 1 | k: timer | to",
        NULL,
    };
    struct watched parent;
    struct watched child;
    hear_all(&parent, early);
    child = parent;
    sst_watch_fork(&child.watch, &parent.watch);
    hear(&child, "3 < 200 INVITE 1 | x: 1800;refresher=uas");
    ck_assert_int_eq(child.seen.step, SST_STEP_NEGOTIATED);
    ck_assert_uint_eq(child.seen.by_callee, BROKE(SE_ABOVE_ASKED));
    hear(&child, "3.1 > ACK 1");
    ck_assert_int_eq(child.seen.step, SST_STEP_ACKED);
    hear(&child, "4 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    ck_assert_int_eq(child.seen.step, SST_STEP_REQUEST);
    ck_assert_uint_eq(child.seen.by_callee, 0); /* the caller's Allow was in the INVITE */
    hear(&child, "10 > BYE 2");
    struct sst_watch_result result = judged(&child, 20);
    assert_verdict(result, ENDED_NORMALLY, NONE);
    ck_assert_uint_eq(result.missing, 0);
}
END_TEST

/* Nor does it forget what the caller allows. */
START_TEST(a_fork_knows_what_the_caller_allows)
{
    static const char *const invite[] = {"0 > INVITE 1 | k: timer | x: 600 | Allow: INVITE", NULL};
    struct watched parent;
    struct watched child;
    hear_all(&parent, invite);
    child = parent;
    sst_watch_fork(&child.watch, &parent.watch);
    hear(&child, "3 < 200 INVITE 1 | k: timer | x: 600;refresher=uas");
    hear(&child, "3.1 > ACK 1");
    hear(&child, "303 < UPDATE 1 | k: timer | x: 600;refresher=uac");
    ck_assert_uint_eq(child.seen.by_callee, FOUND(UPDATE_UNLISTED));
}
END_TEST

/* A response to a request that is not in the capture shows that something is missing. */
START_TEST(responses_without_request_are_noticed)
{
    static const struct {
        const char *line;
        enum sst_watch_step step;
    } steps[] = {
        {"10 < 200 INFO 9", SST_STEP_NONE},
        {"11 < 200 INFO 9", SST_STEP_COPY},
        {"12 < 180 INVITE 11", SST_STEP_PROVISIONAL},
        {"13 < 488 INVITE 12", SST_STEP_NONE},
        {"14 < 200 UPDATE 13 | x: 1800;refresher=uas", SST_STEP_NEGOTIATED},
        {"15 < 200 INFO 4294967295", SST_STEP_NONE}, /* no CSeq, but nothing wraps */
        {"16 > INFO 14", SST_STEP_COPY},
        {"20 > 200 BYE 1", SST_STEP_ENDED},
    };
    struct watched call;
    hear_all(&call, plain_call);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        hear(&call, steps[i].line);
        ck_assert_msg(call.seen.step == steps[i].step, "%s: %d", steps[i].line, call.seen.step);
        struct sst_watch_result result = judged(&call, 30);
        ck_assert_uint_eq(result.missing, SST_MISSING_REQUEST);
    }
    struct sst_watch_result result = judged(&call, 30);
    ck_assert_int_eq(result.ended_by, SST_WHO_CALLEE);
    ck_assert_uint_eq(result.decided_ms, 20000);
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
}
END_TEST

/* What began before the capture is known from the first 2xx. */
START_TEST(a_capture_may_begin_in_the_middle)
{
    static const char *const middle[] = {
        "0 > INVITE 5 | k: timer | x: 1800;refresher=uac | to",
        NULL,
    };
    struct watched call;
    hear_all(&call, middle);
    struct sst_watch_result result = judged(&call, 1);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_BEGINNING | SST_MISSING_CALLEE);
    hear(&call, "0.1 < 200 INVITE 5 | x: 1800;refresher=uac | Require: timer");
    hear(&call, "0.2 > ACK 5");
    hear(&call, "1768.1 < BYE 9");
    result = judged(&call, 2000);
    assert_verdict(result, NOT_REFRESHED, CALLER);
    ck_assert_uint_eq(result.missing, SST_MISSING_BEGINNING);
}
END_TEST

/* A test capture: an absolute minimum of 1 s, 4 s instead of 1800. A third is the guard. */
START_TEST(accelerated_captures_are_judged_alike)
{
    struct watched call = {.dialog = false};
    sst_watch_init(&call.watch, 1);
    hear(&call, "0 > INVITE 1 | k: timer | x: 4");
    hear(&call, "0.1 < 200 INVITE 1 | x: 4;refresher=uas");
    hear(&call, "0.2 > ACK 1");
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
    ck_assert_uint_eq(call.seen.timer.hangup_at_ms, 100 + 4000 - 1333);
    hear(&call, "2.8 > BYE 2");
    struct sst_watch_result result = judged(&call, 10);
    assert_verdict(result, NOT_REFRESHED, CALLEE);
}
END_TEST

/* 136 years: nothing is due, and nothing wraps. */
START_TEST(largest_interval_is_never_over)
{
    static const char *const lines[] = {
        "0 > INVITE 1 | k: timer | x: 4294967295",
        "2 < 200 INVITE 1 | x: 4294967295;refresher=uas",
        "2.1 > ACK 1",
        NULL,
    };
    struct watched call;
    hear_all(&call, lines);
    struct sst_watch_result result = judged(&call, 1e9);
    assert_verdict(result, RUNNING, NONE);
    ck_assert_uint_eq(call.seen.timer.expires_ms, 2000 + UINT64_C(4294967295000));
}
END_TEST

/* After a BYE the verdict stays, whatever comes later, and whenever it is asked for. */
START_TEST(end_is_the_end)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "100 > BYE 2");
    struct sst_watch_result result = judged(&call, 100);
    assert_verdict(result, ENDED_NORMALLY, NONE);
    ck_assert_uint_eq(result.decided_ms, 100000);
    ck_assert_int_eq(result.ended_by, SST_WHO_CALLER);
    hear(&call, "900 > INVITE 3 | k: timer | x: 90");
    hear(&call, "901 < 200 INVITE 3 | x: 90;refresher=uac");
    result = judged(&call, 5000);
    assert_verdict(result, ENDED_NORMALLY, NONE);
}
END_TEST

/* The host knows of losses: silence means nothing until the next negotiation. */
START_TEST(known_losses_accuse_nobody)
{
    struct watched call;
    hear_all(&call, plain_call);
    sst_watch_lost(&call.watch);
    struct watched ended = call;
    hear(&ended, "1770 > BYE 2");
    struct sst_watch_result result = judged(&ended, 2000);
    assert_verdict(result, INCOMPLETE, NONE);
    hear(&call, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.1 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer");
    hear(&call, "2670.1 > BYE 2");
    result = judged(&call, 3000);
    assert_verdict(result, NOT_REFRESHED, CALLEE);
}
END_TEST

START_TEST(results_say_more_than_the_verdict)
{
    static const char *const refused[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer | Allow: INVITE, UPDATE",
        "2.1 > ACK 1",
        "902 > INVITE 2 | k: timer | x: 1800;refresher=uac",
        "902.1 < 488 INVITE 2",
        "902.2 > ACK 2",
        "1770 < BYE 1",
        NULL,
    };
    struct watched call;
    hear_all(&call, refused);
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, REFRESH_REFUSED, CALLEE);
    ck_assert_uint_eq(result.status, 488);
    ck_assert_int_eq(result.method, SST_METHOD_INVITE);
    ck_assert(result.untried); /* UPDATE, which the callee allows */
    ck_assert_int_eq(result.refresher, SST_WHO_CALLER);
    ck_assert_int_eq(result.ended_by, SST_WHO_CALLEE);

    hear_all(&call, plain_call);
    hear(&call, "1803 > BYE 2");
    result = judged(&call, 2000);
    assert_verdict(result, NOT_REFRESHED, CALLEE);
    ck_assert_uint_eq(result.limit_ms, 1770000);
    ck_assert_uint_eq(result.by_callee, FOUND(REFRESH_MISSING));
    ck_assert_uint_eq(result.by_caller, FOUND(BYE_LATE)); /* harmless: not a cause */
    ck_assert_uint_eq(result.causes, FOUND(REFRESH_MISSING));
}
END_TEST

static const char *const caller_refreshes[] = {
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE, UPDATE",
    "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer | Allow: INVITE, UPDATE",
    "2.1 > ACK 1",
    NULL,
};

/* The newest of two is an INVITE that replaced an older one. */
START_TEST(the_newest_request_counts)
{
    struct watched call;
    hear_all(&call, caller_refreshes);
    hear(&call, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "902.1 > UPDATE 3 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.2 < 503 INVITE 2");
    hear(&call, "902.3 > ACK 2");
    hear(&call, "904 > INVITE 4 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "936 > BYE 5");
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, REFRESH_UNANSWERED, CALLEE);
    ck_assert_int_eq(result.method, SST_METHOD_INVITE);
    ck_assert_uint_eq(result.limit_ms, 936000);
    ck_assert_uint_eq(result.causes, FOUND(REFRESH_UNANSWERED));
    ck_assert_uint_eq(result.by_callee, FOUND(REFRESH_UNANSWERED));
}
END_TEST

/* Both methods were tried. */
START_TEST(ways_that_were_left_are_named)
{
    struct watched call;
    hear_all(&call, caller_refreshes);
    hear(&call, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.1 < 503 UPDATE 2");
    struct watched other = call;
    hear(&call, "910 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "910.1 < 504 INVITE 3");
    hear(&call, "910.2 > ACK 3");
    hear(&call, "1770 < BYE 1");
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, REFRESH_REFUSED, CALLEE);
    ck_assert_uint_eq(result.status, 504);
    ck_assert_int_eq(result.method, SST_METHOD_INVITE);
    ck_assert(!result.untried);

    /* A 420 to the callee's hold is not what the refresh got. */
    hear(&other, "1000 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer");
    hear(&other, "1000.1 > 420 INVITE 1 | Unsupported: timer");
    hear(&other, "1000.2 < ACK 1");
    hear(&other, "1770 < BYE 2");
    result = judged(&other, 2000);
    ck_assert_uint_eq(result.status, 503);
    ck_assert_int_eq(result.method, SST_METHOD_UPDATE);
    ck_assert(result.untried); /* every UA accepts a re-INVITE */
    ck_assert_uint_eq(other.by_caller | other.by_callee, 0);
}
END_TEST

/* An INVITE that was rejected, and still a BYE. */
START_TEST(a_rejected_call_may_have_a_bye)
{
    struct watched call;
    static const char *const rejected[] = {
        "0 > INVITE 1 | k: timer | x: 90",
        "0.1 < 422 INVITE 1 | Min-SE: 120",
        "0.2 > ACK 1",
        NULL,
    };
    hear_all(&call, rejected);
    struct sst_watch_result result = judged(&call, 60);
    assert_verdict(result, INTERVAL_REFUSED, CALLER);
    ck_assert_uint_eq(result.decided_ms, 100);
    ck_assert_uint_eq(result.status, 422);
    ck_assert_uint_eq(result.by_caller, FOUND(422_IGNORED));
    hear(&call, "40 > BYE 2");
    result = judged(&call, 60);
    assert_verdict(result, INTERVAL_REFUSED, CALLER);
    ck_assert_uint_eq(result.decided_ms, 40000);
}
END_TEST

/* The side that had to hang up is to blame, and there was no refresh either. */
START_TEST(a_zombie_has_two_causes)
{
    struct watched call;
    hear_all(&call, plain_call);
    struct sst_watch_result result = judged(&call, 4000);
    ck_assert_int_eq(result.verdict, SST_WATCH_KEPT_TOO_LONG);
    ck_assert_uint_eq(result.by_caller | result.by_callee,
                      FOUND(BYE_MISSING) | FOUND(REFRESH_MISSING));
    ck_assert_uint_eq(result.causes, FOUND(BYE_MISSING) | FOUND(REFRESH_MISSING));
}
END_TEST

/* The callee's ACK did not come. */
START_TEST(who_owes_the_ack_is_named)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "902 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "902.1 > 200 INVITE 1 | x: 1800;refresher=uac | Require: timer");
    hear(&call, "934.1 > BYE 2");
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, ACK_MISSING, NONE);
    ck_assert_uint_eq(result.by_callee, FOUND(ACK_MISSING));
    ck_assert_uint_eq(result.by_caller, 0);
    ck_assert_uint_eq(result.causes, FOUND(ACK_MISSING));
    ck_assert_int_eq(result.method, SST_METHOD_INVITE);
}
END_TEST

/* A rejection is not silence: nothing else is missing. */
START_TEST(a_refused_refresh_is_not_missing)
{
    struct watched call;
    hear_all(&call, caller_refreshes);
    struct sst_watch_result result = judged(&call, 4000);
    ck_assert_uint_eq(result.by_caller, FOUND(REFRESH_MISSING));
    hear(&call, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.1 < 503 UPDATE 2");
    result = judged(&call, 4000);
    assert_verdict(result, KEPT_TOO_LONG, CALLEE);
    ck_assert_uint_eq(result.by_caller, 0);
    ck_assert_uint_eq(result.by_callee, FOUND(BYE_MISSING));
    ck_assert_uint_eq(result.limit_ms, 1802000);
}
END_TEST

/* §10: not before the limit and not after the expiration; the refresher may hang up at any time. */
START_TEST(a_late_bye_is_a_finding)
{
    static const struct {
        const char *line;
        uint64_t by_caller;
    } ends[] = {
        {"1770 > BYE 2", 0},
        {"1801.999 > BYE 2", 0},
        {"1802 > BYE 2", FOUND(BYE_LATE)},
        {"1802 < BYE 1", 0},
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct watched call;
        hear_all(&call, plain_call);
        hear(&call, ends[i].line);
        struct sst_watch_result result = judged(&call, 2000);
        assert_verdict(result, NOT_REFRESHED, CALLEE);
        ck_assert_uint_eq(result.by_caller, ends[i].by_caller);
        ck_assert_uint_eq(result.by_callee, FOUND(REFRESH_MISSING));
        ck_assert_uint_eq(result.limit_ms, 1770000);
    }
}
END_TEST

/* A 422 that cannot be followed is its sender's fault, whatever is wrong with it. */
START_TEST(a_useless_422_is_the_cause)
{
    static const char *const useless[] = {
        "0 > INVITE 1 | k: timer | x: 90",
        "0.1 < 422 INVITE 1",
        "0.2 > ACK 1",
        NULL,
    };
    struct watched call;
    hear_all(&call, useless);
    struct sst_watch_result result = judged(&call, 60);
    assert_verdict(result, INTERVAL_REFUSED, CALLEE);
    ck_assert_uint_eq(result.causes,
                      FOUND(422_UNSUPPORTED) | BROKE(422_USELESS) | BROKE(422_WITHOUT_MIN_SE));
    ck_assert_uint_eq(result.by_caller | result.by_callee, 0);
}
END_TEST

/* Whatever makes it unclear whose turn it is counts as the cause of the end. */
START_TEST(causes_name_what_was_said_wrongly)
{
    static const struct {
        const char *request;
        const char *response;
        uint64_t causes;
    } negotiations[] = {
        {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | x: 1800",
         BROKE(REFRESHER_MISSING)},
        {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | x: 1800;refresher=uac",
         BROKE(REQUIRE_MISSING)},
        {"0 > INVITE 1 | x: 1800", "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer",
         FOUND(UAC_NAMED)},
        {"0 > INVITE 1 | k: timer | x: 1800;refresher=uas",
         "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer", BROKE(REFRESHER_OVERRULED)},
        {"0 > INVITE 1 | k: timer | x: 1800",
         "2 < 200 INVITE 1 | x: 1800;refresher=uac | x: 1800 | Require: timer",
         BROKE(SE_MALFORMED)},
    };
    for (size_t i = 0; i < COUNT_OF(negotiations); i++) {
        struct watched call;
        const char *const lines[] = {negotiations[i].request, negotiations[i].response,
                                     "2.1 > ACK 1", "1770 < BYE 1", NULL};
        hear_all(&call, lines);
        struct sst_watch_result result = judged(&call, 2000);
        assert_verdict(result, NOBODY_REFRESHES, CALLEE);
        ck_assert_uint_eq(result.causes, negotiations[i].causes);
    }
}
END_TEST

/* One side leaves Session-Expires out, and the other still counts on the timer. */
START_TEST(a_lost_timer_has_two_causes)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "300 > INVITE 2 | k: timer | offer");
    hear(&call, "300.1 < 200 INVITE 2 | k: timer");
    hear(&call, "300.2 > ACK 2");
    hear(&call, "1770 < BYE 1");
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, TIMER_LOST, CALLER);
    ck_assert_uint_eq(result.causes, FOUND(SE_LEFT_OUT) | FOUND(SE_DROPPED));
}
END_TEST

/* The rejection that a BYE follows at once is named, whatever it rejected. */
START_TEST(a_refusal_before_the_bye_is_named)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "50 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "50.1 > 488 INVITE 1");
    hear(&call, "50.2 < ACK 1");
    hear(&call, "50.5 > BYE 2");
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, ENDED_OTHERWISE, CALLER);
    ck_assert_uint_eq(result.status, 488);
    ck_assert_int_eq(result.method, SST_METHOD_INVITE);
}
END_TEST

/* Milliseconds since 1970 are beyond 32 bits. */
START_TEST(any_clock_will_do)
{
    static const char *const rejected[] = {
        "1700000000 > INVITE 1 | k: timer | x: 90",
        "1700000000.1 < 422 INVITE 1 | Min-SE: 120",
        "1700000000.2 > ACK 1",
        NULL,
    };
    struct watched call;
    hear_all(&call, rejected);
    struct sst_watch_result result = judged(&call, 1700000020);
    assert_verdict(result, RUNNING, NONE); /* a retry may come */
    result = judged(&call, 1700000060);
    assert_verdict(result, INTERVAL_REFUSED, CALLER);
    ck_assert_uint_eq(result.decided_ms, UINT64_C(1700000000100));
}
END_TEST

/* A clock that steps back stands still. */
START_TEST(no_interval_begins_before_the_last)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.1 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer");
    hear(&call, "900 < UPDATE 2 | k: timer | x: 1800;refresher=uac");
    hear(&call, "900.1 > 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer");
    ck_assert_int_eq(call.seen.step, SST_STEP_NEGOTIATED);
    ck_assert_uint_eq(call.seen.timer.start_ms, 902100);
    hear(&call, "2670.1 > BYE 2");
    struct sst_watch_result result = judged(&call, 3000);
    assert_verdict(result, NOT_REFRESHED, CALLEE);
}
END_TEST

/* EC-102: what cannot be read extends a timer, and starts none. */
START_TEST(an_unreadable_interval_starts_nothing)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "902.1 > 200 UPDATE 1 | x: abc");
    ck_assert_uint_eq(call.seen.timer.start_ms, 902100);
    ck_assert_uint_eq(call.seen.timer.interval, 1800);
    ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_CALLEE);
    hear(&call, "903 < UPDATE 2 | k: timer");
    hear(&call, "903.1 > 200 UPDATE 2");
    ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_NONE);
    hear(&call, "904 < UPDATE 3 | k: timer | x: 1800");
    hear(&call, "904.1 > 200 UPDATE 3 | x: abc");
    ck_assert_int_eq(call.seen.step, SST_STEP_NEGOTIATED);
    ck_assert_int_eq(call.seen.timer.refresher, SST_WHO_NONE);
}
END_TEST

/* An ACK without the 2xx: the capture lacks it. */
START_TEST(an_ack_shows_that_there_was_a_response)
{
    static const char *const lines[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "1 < 180 INVITE 1",
        "2.1 > ACK 1",
        NULL,
    };
    struct watched call;
    hear_all(&call, lines);
    ck_assert_int_eq(call.seen.step, SST_STEP_NONE);
    struct sst_watch_result result = judged(&call, 60);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_RESPONSE);
    hear(&call, "3 > ACK 2"); /* nor was its INVITE seen */
    ck_assert_int_eq(call.seen.step, SST_STEP_COPY);
    result = judged(&call, 60);
    ck_assert_uint_eq(result.missing, SST_MISSING_RESPONSE | SST_MISSING_REQUEST);
}
END_TEST

/* If four overlap, the observer forgets the least useful one: one that has its 2xx, otherwise the
 * oldest. */
START_TEST(more_than_three_at_once)
{
    struct watched call;
    hear_all(&call, plain_call);
    hear(&call, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uas");
    hear(&call, "902 > INVITE 3 | k: timer | x: 1800;refresher=uas | offer");
    hear(&call, "902.1 < 200 INVITE 3 | x: 1800;refresher=uas | Require: timer");
    hear(&call, "903 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "904 < INVITE 2 | k: timer | x: 1800;refresher=uac | offer");
    struct sst_watch_result result = judged(&call, 905);
    assert_verdict(result, RUNNING, NONE);
    ck_assert_uint_eq(result.missing, 0);
    hear(&call, "905 < 200 UPDATE 2 | x: 1800;refresher=uas");
    ck_assert_int_eq(call.seen.step, SST_STEP_NEGOTIATED);

    hear_all(&call, plain_call);
    hear(&call, "902 > INVITE 2 | k: timer | x: 1800;refresher=uas | offer");
    hear(&call, "903 > UPDATE 3 | k: timer | x: 1800;refresher=uas");
    hear(&call, "903.1 < 488 INVITE 2");
    hear(&call, "904 < UPDATE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "905 < INVITE 2 | k: timer | x: 1800;refresher=uac | offer");
    hear(&call, "906 > INVITE 4 | k: timer | x: 1800;refresher=uas | offer");
    result = judged(&call, 906);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_RESPONSE);
    hear(&call, "906.1 < 200 UPDATE 3 | x: 1800;refresher=uas");
    ck_assert_int_eq(call.seen.step, SST_STEP_COPY);
    hear(&call, "907 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer");
    ck_assert_int_eq(call.seen.step, SST_STEP_NEGOTIATED);
}
END_TEST

/* With 4 s, a tenth of the interval either way: the limit is at 2767 ms, the end at 4100 ms. */
START_TEST(slack_is_a_tenth_of_small_intervals)
{
    static const struct {
        const char *line;
        enum sst_watch_verdict verdict;
    } ends[] = {
        {"2.366 > BYE 2", SST_WATCH_ENDED_NORMALLY}, {"2.367 > BYE 2", SST_WATCH_NOT_REFRESHED},
        {"4.5 > BYE 2", SST_WATCH_NOT_REFRESHED},    {"4.501 > BYE 2", SST_WATCH_KEPT_TOO_LONG},
        {"3.167 < BYE 1", SST_WATCH_NOT_REFRESHED},  {"3.168 < BYE 1", SST_WATCH_ENDED_NORMALLY},
        {"3.699 < BYE 1", SST_WATCH_ENDED_NORMALLY}, {"3.7 < BYE 1", SST_WATCH_NOT_REFRESHED},
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct watched call = {.dialog = false};
        sst_watch_init(&call.watch, 1);
        hear(&call, "0 > INVITE 1 | k: timer | x: 4");
        hear(&call, "0.1 < 200 INVITE 1 | x: 4;refresher=uas");
        hear(&call, "0.2 > ACK 1");
        hear(&call, ends[i].line);
        struct sst_watch_result result = judged(&call, 10);
        ck_assert_msg(result.verdict == ends[i].verdict, "%s: %s", ends[i].line,
                      sst_watch_verdict_name(result.verdict));
    }
}
END_TEST

/* A final response without its request ends nothing, unless it is a 2xx. */
START_TEST(a_stray_refusal_leaves_the_timer)
{
    static const char *const lines[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1",
        "902.1 < 300 UPDATE 2", NULL};
    struct watched call;
    hear_all(&call, lines);
    ck_assert_int_eq(call.seen.step, SST_STEP_NONE);
    ck_assert_uint_eq(call.seen.timer.interval, 1800);
}
END_TEST

/* The last of two rejections is reported, if no requests overlapped. */
START_TEST(the_last_refusal_counts)
{
    static const char *const lines[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer",
        "2.1 > ACK 1",
        "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
        "902.1 < 500 UPDATE 2",
        "902.2 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer",
        "902.3 < 488 INVITE 3",
        "902.4 > ACK 3",
        "902.5 > BYE 4",
        NULL};
    struct watched call;
    hear_all(&call, lines);
    struct sst_watch_result result = judged(&call, 1000);
    assert_verdict(result, REFRESH_REFUSED, CALLEE);
    ck_assert_uint_eq(result.status, 488);
    ck_assert(!result.untried);
}
END_TEST

START_TEST(what_is_missing_is_named)
{
    static const char *const lines[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer",
        "2.1 > ACK 1",
        "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
        "1770 < BYE 1",
        NULL};
    struct watched call;
    hear_all(&call, lines);
    struct sst_watch_result result = judged(&call, 2000);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_RESPONSE);
    sst_watch_lost(&call.watch);
    result = judged(&call, 2000);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_REQUEST | SST_MISSING_RESPONSE);

    static const char *const one_way[] = {"0 > INVITE 1 | k: timer | x: 1800", "30 > BYE 2", NULL};
    hear_all(&call, one_way);
    result = judged(&call, 60);
    assert_verdict(result, INCOMPLETE, NONE);
    ck_assert_uint_eq(result.missing, SST_MISSING_CALLEE);
}
END_TEST

START_TEST(who_owes_an_ack_is_named)
{
    static const char *const by_caller[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "34 < BYE 1", NULL};
    static const char *const by_callee[] = {
        "0 > INVITE 1 | k: timer | x: 1800",
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas",
        "2.1 > ACK 1",
        "902 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer",
        "902.1 > 200 INVITE 1 | x: 1800;refresher=uac | Require: timer",
        "934.1 > BYE 2",
        NULL};
    struct watched call;
    hear_all(&call, by_caller);
    struct sst_watch_result result = judged(&call, 60);
    assert_verdict(result, ACK_MISSING, NONE);
    ck_assert_uint_eq(result.by_caller, FOUND(ACK_MISSING));
    ck_assert_uint_eq(result.by_callee, 0);
    hear_all(&call, by_callee);
    result = judged(&call, 1000);
    assert_verdict(result, ACK_MISSING, NONE);
    ck_assert_uint_eq(result.by_caller, 0);
    ck_assert_uint_eq(result.by_callee, FOUND(ACK_MISSING));
}
END_TEST

START_TEST(misuse_is_an_error)
{
    struct sst_watch watch;
    struct sst_msg msg;
    sst_watch_init(&watch, SST_ABSOLUTE_MIN_S);
    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    ck_assert_int_eq(sst_watch_message(NULL, &msg, SST_CALLER, 0, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_watch_message(&watch, NULL, SST_CALLER, 0, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_watch_message(&watch, &msg, (enum sst_party)0, 0, 0, NULL),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_watch_message(&watch, &msg, SST_CALLER, 8, 0, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_watch_message(&watch, &msg, SST_CALLER, 0, 0, NULL), SST_OK);
    sst_msg_request(&msg, SST_METHOD_BYE, SST_CSEQ_UNKNOWN); /* not SIP: it means nothing */
    ck_assert_int_eq(sst_watch_message(&watch, &msg, SST_CALLEE, 0, 0, NULL), SST_OK);
    sst_msg_request(&msg, SST_METHOD_OTHER, 7);
    msg.method = 77; /* not an enumerator: treated like any other method */
    ck_assert_int_eq(sst_watch_message(&watch, &msg, SST_CALLEE, 0, 0, NULL), SST_OK);
    struct sst_watch_result result;
    sst_watch_judge(&watch, 1000, &result);
    assert_verdict(result, RUNNING, NONE);
    ck_assert_uint_eq(result.missing, 0);
    ck_assert_uint_le(sizeof(struct sst_watch), 100);
}
END_TEST

static Suite *watch_suite(void)
{
    Suite *suite = suite_create("watch");
    TCase *tests = tcase_create("watch");
    tcase_add_test(tests, deadlines_are_those_of_the_rfc);
    tcase_add_test(tests, no_timer_has_no_deadline);
    tcase_add_test(tests, retransmissions_change_nothing);
    tcase_add_test(tests, steps_say_what_a_message_did);
    tcase_add_test(tests, refresher_does_not_change_with_the_direction);
    tcase_add_test(tests, early_update_starts_no_timer);
    tcase_add_test(tests, forks_have_timers_of_their_own);
    tcase_add_test(tests, a_fork_knows_what_the_invite_asked_for);
    tcase_add_test(tests, a_fork_knows_what_the_caller_allows);
    tcase_add_test(tests, responses_without_request_are_noticed);
    tcase_add_test(tests, a_capture_may_begin_in_the_middle);
    tcase_add_test(tests, the_newest_request_counts);
    tcase_add_test(tests, ways_that_were_left_are_named);
    tcase_add_test(tests, a_rejected_call_may_have_a_bye);
    tcase_add_test(tests, a_zombie_has_two_causes);
    tcase_add_test(tests, who_owes_the_ack_is_named);
    tcase_add_test(tests, a_refused_refresh_is_not_missing);
    tcase_add_test(tests, accelerated_captures_are_judged_alike);
    tcase_add_test(tests, largest_interval_is_never_over);
    tcase_add_test(tests, end_is_the_end);
    tcase_add_test(tests, known_losses_accuse_nobody);
    tcase_add_test(tests, results_say_more_than_the_verdict);
    tcase_add_test(tests, a_late_bye_is_a_finding);
    tcase_add_test(tests, a_useless_422_is_the_cause);
    tcase_add_test(tests, no_interval_begins_before_the_last);
    tcase_add_test(tests, an_unreadable_interval_starts_nothing);
    tcase_add_test(tests, an_ack_shows_that_there_was_a_response);
    tcase_add_test(tests, more_than_three_at_once);
    tcase_add_test(tests, slack_is_a_tenth_of_small_intervals);
    tcase_add_test(tests, causes_name_what_was_said_wrongly);
    tcase_add_test(tests, a_lost_timer_has_two_causes);
    tcase_add_test(tests, a_refusal_before_the_bye_is_named);
    tcase_add_test(tests, any_clock_will_do);
    tcase_add_test(tests, a_stray_refusal_leaves_the_timer);
    tcase_add_test(tests, the_last_refusal_counts);
    tcase_add_test(tests, what_is_missing_is_named);
    tcase_add_test(tests, who_owes_an_ack_is_named);
    tcase_add_test(tests, misuse_is_an_error);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_suite());
}
