/* SPDX-License-Identifier: MIT */
/* Found by the simulation: what did not happen because the clock was set back. */
#include "suite.h"

#include <sst/sst.h>

#include <check.h>
#include <stdlib.h>

static unsigned refreshes;

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    (void)session;
    refreshes += event->type == SST_EVENT_REFRESH;
    return SST_CALLBACK_DONE;
}

/*
 * An UPDATE that gets no response is followed by a re-INVITE at once (EC-50). For the session the
 * clock stands still at the interval's start (EC-44), which is in the host's future. A deadline
 * there would let the host sleep until its clock has caught up, while the peer gives up.
 */
/* Shows: EC-44 EC-46 I9 */
START_TEST(what_is_due_is_due_at_once_by_a_clock_that_was_set_back)
{
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx invite = {0};
    struct sst_tx update = {0};
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_msg response;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.on_event = on_event;
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    ck_assert_int_eq(sst_session_request(&session, &invite, SST_METHOD_INVITE, SST_REQUEST_OFFER,
                                         5000000, &headers),
                     SST_OK);
    sst_msg_response(&response, 200, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&response, 1800, SST_REFRESHER_UAC);
    sst_msg_set_flags(&response, SST_MSG_REQUIRE_TIMER);
    sst_session_response(&session, &invite, &response, 5000000, &verdict);

    /* set back by an hour */
    ck_assert_int_eq(
        sst_session_request(&session, &update, SST_METHOD_UPDATE, 0, 1400000, &headers), SST_OK);
    sst_session_failed(&session, &update, SST_OUTCOME_TIMEOUT, 1432000, &verdict);
    ck_assert_uint_eq(refreshes, 0);
    ck_assert(sst_session_deadline(&session) <= 1432000);
    sst_session_advance(&session, 1432000);
    ck_assert_uint_eq(refreshes, 1);
    ck_assert(sst_session_deadline(&session) > 1432000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("found_clock");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, what_is_due_is_due_at_once_by_a_clock_that_was_set_back);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
