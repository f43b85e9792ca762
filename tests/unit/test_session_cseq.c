/* SPDX-License-Identifier: MIT */
/* The order of the peer's requests, and their retransmissions: RFC 3261 §12.2.2, §8.1.1.5. */
#include "talk.h"

#define TIMER "Supported: timer"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

/* A request from the peer with a CSeq that the test chooses. */
static const char *hears_cseq(struct talk *t, enum sst_method method, uint32_t cseq,
                              const char *headers)
{
    uint32_t kept = t->peer_cseq;
    const char *advice;

    t->peer_cseq = cseq - 1u;
    advice = hears(t, method, headers);
    t->peer_cseq = kept;
    return advice;
}

static void copies(struct talk *t, enum sst_method method, uint32_t cseq, bool copy)
{
    struct sst_msg request;
    struct sst_advice advice;

    sst_msg_request(&request, method, cseq);
    msg_headers(&request, PEER_90);
    ck_assert_int_eq(
        sst_session_receive(t->session, &t->peer[method == UPDATE], &request, t->now_ms, &advice),
        SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    ck_assert_int_eq(advice.copy, copy);
}

/* Shows: EC-107 */
START_TEST(a_lower_cseq_is_out_of_order)
{
    struct talk *t = called("", PEER_90);

    until(t, 10);
    expect(hears_cseq(t, UPDATE, 100, PEER_90), "0");
    answers(t, UPDATE, 200);
    until(t, 20);
    expect(hears_cseq(t, UPDATE, 99, PEER_90), "500 " TIMER " | Retry-After: 5");
    expect(hears_cseq(t, OTHER, 98, ""), "500 " TIMER " | Retry-After: 5");
    expect(told(t), "10 refreshed 90 remote; 20 violation cseq_low; 20 violation cseq_low");
    ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms + 10000);
    expect(hears_cseq(t, OTHER, 101, ""), "0");
    end_talk(t);
}
END_TEST

/* The sender of a BYE has left: rejecting it would keep a dead call up. */
/* Shows: EC-117 */
START_TEST(a_bye_is_never_out_of_order)
{
    struct talk *t = called("", PEER_90);

    until(t, 10);
    expect(hears_cseq(t, OTHER, 100, ""), "0");
    expect(hears_cseq(t, SST_METHOD_BYE, 99, ""), "0");
    expect(hears_cseq(t, SST_METHOD_BYE, 0, ""), "0");
    expect(hears_cseq(t, SST_METHOD_BYE, 4294967295u, ""), "0");
    expect(told(t), "10 violation cseq_low; 10 violation cseq_low; 10 violation cseq_range");
    expect(hears_cseq(t, OTHER, 99, ""), "500 " TIMER " | Retry-After: 5"); /* 100 is remembered */
    expect(hears_cseq(t, OTHER, 100, ""), "0");
    end_talk(t);
}
END_TEST

/* Shows: EC-133 EC-107 */
START_TEST(zero_is_a_number_and_2_to_the_31_is_none)
{
    struct talk *t = callee("");

    expect(hears_cseq(t, INVITE, 5, PEER_90), "0");
    answers(t, INVITE, 200);
    expect(hears_cseq(t, UPDATE, 0, PEER_90), "500 " TIMER " | Retry-After: 5");
    expect(hears_cseq(t, UPDATE, 4294967295u, PEER_90), "400 " TIMER);
    expect(hears_cseq(t, UPDATE, UINT32_C(1) << 31, PEER_90), "400 " TIMER);
    expect(hears_cseq(t, OTHER, UINT32_C(1) << 31, ""), "400 " TIMER);
    expect(hears_cseq(t, UPDATE, 6, PEER_90), "0"); /* it is not remembered */
    answers(t, UPDATE, 200);
    expect(told(t), "0 negotiated 90 remote; 0 violation cseq_low; 0 violation cseq_range; "
                    "0 violation cseq_range; 0 violation cseq_range; 0 refreshed 90 remote");
    expect(hears_cseq(t, UPDATE, (UINT32_C(1) << 31) - 1u, PEER_90), "0"); /* the last there is */
    answers(t, UPDATE, 200);
    copies(t, UPDATE, (UINT32_C(1) << 31) - 1u, true);
    end_talk(t);

    t = callee(""); /* a dialog may begin with it */
    expect(hears_cseq(t, INVITE, 0, PEER_90), "0");
    copies(t, INVITE, 0, true);
    answers(t, INVITE, 200);
    copies(t, INVITE, 0, true);
    expect(hears_cseq(t, UPDATE, 0, PEER_90), "0"); /* equal is not lower */
    end_talk(t);
}
END_TEST

/* A host that does not know the numbers says so, and nothing is in or out of order. */
/* Shows: EC-133 */
START_TEST(a_number_that_is_not_known_is_in_order)
{
    struct talk *t = called("", PEER_90);
    struct sst_msg request;
    struct sst_advice advice;

    expect(hears_cseq(t, OTHER, 100, ""), "0");
    sst_msg_request(&request, OTHER, SST_CSEQ_UNKNOWN);
    ck_assert_int_eq(sst_session_receive(t->session, NULL, &request, t->now_ms, &advice), SST_OK);
    ck_assert_uint_eq(advice.status, 0);
    expect(hears_cseq(t, OTHER, 99, ""), "500 " TIMER " | Retry-After: 5");
    end_talk(t);
}
END_TEST

/* Shows: EC-78 EC-31 */
START_TEST(a_copy_is_answered_as_before)
{
    struct talk *t = called("", PEER_90);

    until(t, 10);
    hears_cseq(t, UPDATE, 50, PEER_90);
    copies(t, UPDATE, 50, true);
    answers(t, UPDATE, 200);
    until(t, 20);
    copies(t, UPDATE, 50, true); /* answered, and received again */
    struct sst_headers headers;
    ck_assert_int_eq(sst_session_answer(t->session, &t->peer[1], 200, t->now_ms, &headers),
                     SST_ERR_STATE);
    ck_assert_uint_eq(info_of(t).start_ms, t->begin_ms + 10000);
    copies(t, UPDATE, 51, false);
    end_talk(t);

    struct talk *other = called("", PEER_90); /* the same structure for another dialog */
    memset(&other->peer[1], 0, sizeof other->peer[1]);
    hears_cseq(other, UPDATE, 7, PEER_90);
    answers(other, UPDATE, 200);
    t = called("", PEER_90);
    t->peer[1] = other->peer[1];
    copies(t, UPDATE, 7, false);
    end_talk(t);
    end_talk(other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_cseq");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_lower_cseq_is_out_of_order);
    tcase_add_test(tcase, a_bye_is_never_out_of_order);
    tcase_add_test(tcase, zero_is_a_number_and_2_to_the_31_is_none);
    tcase_add_test(tcase, a_number_that_is_not_known_is_in_order);
    tcase_add_test(tcase, a_copy_is_answered_as_before);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
