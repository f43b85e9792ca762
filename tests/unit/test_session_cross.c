/* SPDX-License-Identifier: MIT */
/* Requests from the peer that cross others: RFC 3261 §14.2, RFC 3311 §5.2, RFC 5407. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

/* Shows: EC-70 EC-71 EC-72 EC-73 EC-74 EC-75 FB-71 */
START_TEST(requests_that_cross)
{
    static const char *const wait = "500 " TIMER " | Retry-After: 5"; /* the middle of 0 to 10 */
    static const char *const glare = "491 " TIMER;
    struct talk *t = called("", "");

    hears(t, INVITE, "");
    expect(hears(t, INVITE, ""), wait); /* EC-70 */
    answers(t, INVITE, 486);            /* that does not affect the first */
    hears(t, UPDATE, "");
    expect(hears(t, UPDATE, ""), wait); /* EC-72, without an offer too */
    answers(t, UPDATE, 200);
    end_talk(t);

    t = called("", "");
    asks(t, INVITE);
    expect(hears(t, INVITE, ""), glare); /* EC-71 */
    expect(hears(t, INVITE, "plain"), glare);
    expect(hears(t, UPDATE, "offer"), glare); /* EC-74 */
    expect(serves(t, UPDATE, ""), TIMER); /* EC-73: a stack that says 491 here kills refreshes */
    end_talk(t);

    t = called("", "");
    asks(t, UPDATE);
    expect(hears(t, UPDATE, ""), "0");
    answers(t, UPDATE, 200);
    expect(hears(t, UPDATE, "offer"), "0"); /* we have no offer pending */
    answers(t, UPDATE, 200);
    expect(hears(t, INVITE, ""), "0");
    end_talk(t);

    struct sst_headers headers;
    t = called("", "");
    ck_assert_int_eq(try_ask(t, UPDATE, SST_REQUEST_OFFER, &headers), SST_OK);
    expect(hears(t, UPDATE, "offer"), glare);
    expect(hears(t, INVITE, ""), glare);
    expect(hears(t, INVITE, "plain"), "0");
    answers(t, INVITE, 486);
    gets(t, UPDATE, 200, "");
    expect(hears(t, UPDATE, "offer"), "0"); /* ours is answered */
    end_talk(t);

    t = called("", "");
    hears(t, INVITE, "");
    expect(hears(t, UPDATE, "offer"), wait); /* EC-74: theirs is pending */
    expect(hears(t, UPDATE, ""), "0");
    end_talk(t);
}
END_TEST

/* Shows: EC-20 EC-74 */
START_TEST(offers_in_an_early_dialog_are_the_hosts_to_judge)
{
    struct talk *t = callee(""); /* it knows what its 1xx responses have answered */

    hears(t, INVITE, "");
    expect(hears(t, UPDATE, "offer"), "0");
    answers(t, UPDATE, 200);
    answers(t, INVITE, 200);
    end_talk(t);
    t = caller("");
    asks(t, INVITE);
    gets(t, INVITE, 183, "");
    expect(hears(t, UPDATE, "offer"), "0");
    expect(hears(t, UPDATE, ""), "500 " TIMER " | Retry-After: 5"); /* EC-72 always holds */
    end_talk(t);
}
END_TEST

/* Shows: EC-75 FB-98 */
START_TEST(a_re_invite_before_the_ack)
{
    struct talk *t = callee("");

    serves(t, INVITE, PEER_90);
    expect(hears(t, INVITE, PEER_90), "0"); /* RFC 5407 §3.1.4 */
    answers(t, INVITE, 200);
    hears_ack(t);
    end_talk(t);

    t = callee("");
    serves(t, INVITE, "plain | " PEER_90); /* our 2xx has the offer, and it is unanswered */
    expect(hears(t, INVITE, PEER_90), "491 " TIMER); /* RFC 5407 §3.1.5 */
    expect(hears(t, INVITE, "plain | " PEER_90), "0");
    answers(t, INVITE, 486);
    hears_ack(t);
    expect(hears(t, INVITE, PEER_90), "0");
    end_talk(t);

    t = callee(""); /* a host that does not report ACKs must not reject for ever */
    serves(t, INVITE, "plain | " PEER_90);
    until(t, 31.999);
    expect(hears(t, UPDATE, "offer | " PEER_90), "491 " TIMER);
    until(t, 32);
    expect(hears(t, UPDATE, "offer | " PEER_90), "0");
    end_talk(t);
}
END_TEST

/* Shows: EC-21 */
START_TEST(a_second_negotiation_beside_the_own_where_the_owner_is_strict)
{
    struct talk *t = connected("strict_overlap=yes", UPDATES LOCAL_90);

    asks(t, UPDATE);
    expect(hears(t, UPDATE, PEER_90), "491 " TIMER);
    expect(hears(t, UPDATE, TIMER), "0"); /* it asks for none */
    answers(t, UPDATE, 200);
    gets(t, UPDATE, 200, LOCAL_90);
    expect(hears(t, UPDATE, PEER_90), "0");
    answers(t, UPDATE, 200);
    asks(t, INVITE);
    expect(hears(t, UPDATE, PEER_90), "491 " TIMER);
    ck_assert_uint_eq(t->counters.rejected_491, 2);
    end_talk(t);
    t = connected("", UPDATES LOCAL_90);
    asks(t, UPDATE);
    expect(hears(t, UPDATE, PEER_90), "0");
    end_talk(t);
}
END_TEST

/* A re-INVITE that rings must not end the call: 59 s is the peer's last attempt, 52 s is halfway
 * from 45 s. */
/* Shows: EC-21 */
START_TEST(a_strict_owner_lets_late_refreshes_in)
{
    struct talk *t = connected("strict_overlap=yes", UPDATES "Session-Expires: 90;refresher=uas");

    until(t, 40);
    asks(t, INVITE);
    expect(gets(t, INVITE, 180, ""), "none");
    until(t, 51.999);
    expect(hears(t, UPDATE, PEER_90), "491 " TIMER);
    until(t, 52);
    expect(hears(t, UPDATE, PEER_90), "0");
    answers(t, UPDATE, 200);
    expect(hears(t, UPDATE, PEER_90), "491 " TIMER); /* in the interval that this began */
    until(t, 141);
    ck_assert(!info_of(t).ended);
    end_talk(t);
}
END_TEST

/* Shows: EC-70 EC-72 */
START_TEST(who_crossed_comes_back_after_up_to_ten_seconds)
{
    unsigned seen = 0;
    char wanted[64];

    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct talk *t = called("", "");
        talk_use_random(t, seed);
        hears(t, INVITE, "");
        const char *advice = hears(t, INVITE, "");
        const char *number = strrchr(advice, ' ') + 1;
        unsigned long seconds = strtoul(number, NULL, 10);
        ck_assert_uint_le(seconds, 10);
        snprintf(wanted, sizeof wanted, "500 " TIMER " | Retry-After: %lu", seconds);
        expect(advice, wanted);
        seen |= 1u << seconds;
        end_talk(t);
    }
    ck_assert_uint_eq(seen, 0x7FF); /* each of them */
}
END_TEST

/* The peer sends an INVITE into a dialog whose initial INVITE, from this side, has no final
 * response. */
/* Shows: EC-128 EC-71 */
START_TEST(an_invite_before_the_own_initial_one_is_answered)
{
    struct talk *t = caller("");

    asks(t, INVITE);
    gets(t, INVITE, 183, TIMER);
    expect(hears(t, INVITE, PEER_90), "491 " TIMER);
    expect(hears(t, INVITE, "plain | " PEER_90), "491 " TIMER);
    gets(t, INVITE, 200, LOCAL_90);
    expect(hears(t, INVITE, PEER_90), "0");
    ck_assert_uint_eq(t->counters.rejected_491, 2);
    end_talk(t);
}
END_TEST

/* ---- Offers answered in a reliable provisional response: EC-122 ---- */

/* RFC 6141, figure 3: our re-INVITE's offer has its answer already, and the peer sends a new offer.
 * */
/* Shows: EC-122 EC-74 */
START_TEST(an_own_offer_that_was_answered_stands_in_nobodys_way)
{
    struct talk *t = called("", PEER_90);

    asks(t, INVITE);
    gets(t, INVITE, 183, "");
    expect(hears(t, UPDATE, "offer"), "491 " TIMER); /* unreported, it counts as pending */
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->own[0]), SST_OK);
    expect(serves(t, UPDATE, "offer | " PEER_90),
           TIMER " | Session-Expires: 90;refresher=uac | Require: timer");
    expect(hears(t, INVITE, ""), "491 " TIMER); /* but the INVITE is as pending as before */
    gets(t, INVITE, 200, REMOTE_90);
    asks(t, INVITE); /* it was only that offer */
    expect(hears(t, UPDATE, "offer"), "491 " TIMER);
    end_talk(t);

    struct sst_headers headers;
    t = called("", PEER_90); /* likewise for an UPDATE with an offer, whatever answered it */
    ck_assert_int_eq(try_ask(t, UPDATE, SST_REQUEST_OFFER, &headers), SST_OK);
    expect(hears(t, UPDATE, "offer"), "491 " TIMER);
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->own[1]), SST_OK);
    expect(hears(t, UPDATE, "offer"), "0");
    end_talk(t);
}
END_TEST

/* RFC 6141, figure 4: the peer's re-INVITE has its answer already, and the peer sends a new offer.
 * */
/* Shows: EC-122 EC-74 */
START_TEST(an_offer_of_the_peers_that_was_answered_stands_in_nobodys_way)
{
    struct talk *t = called("", PEER_90);

    hears(t, INVITE, PEER_90);
    expect(hears(t, UPDATE, "offer"), "500 " TIMER " | Retry-After: 5");
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->peer[0]), SST_OK);
    expect(serves(t, UPDATE, "offer | " PEER_90),
           TIMER " | Session-Expires: 90;refresher=uac | Require: timer");
    expect(hears(t, INVITE, ""), "500 " TIMER " | Retry-After: 5");
    answers(t, INVITE, 200);
    end_talk(t);

    t = called("", PEER_90);
    hears(t, INVITE, "plain | " PEER_90); /* the offer was in our 1xx, the answer in the PRACK */
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->peer[0]), SST_OK);
    answers(t, INVITE, 200);
    expect(hears(t, UPDATE, "offer"), "0"); /* so it is not awaiting an ACK with the answer */
    end_talk(t);
}
END_TEST

START_TEST(only_a_pending_request_has_an_offer_to_be_answered)
{
    struct talk *t = called("", PEER_90);
    struct sst_tx never = {0};

    ck_assert_int_eq(sst_session_offer_answered(t->session, &never), SST_ERR_STATE);
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->peer[0]), SST_ERR_STATE);
    asks(t, INVITE);
    gets(t, INVITE, 200, REMOTE_90);
    ck_assert_int_eq(sst_session_offer_answered(t->session, &t->own[0]), SST_ERR_STATE);
    expect(hears(t, UPDATE, "offer"), "0");
    end_talk(t);
}
END_TEST

/* A host that mixes up its transactions gets an error, and nothing is stuck. */
START_TEST(an_open_transaction_is_not_taken_for_another)
{
    struct talk *t = called("", PEER_90);
    struct sst_msg request;
    struct sst_advice advice;

    t->peer_cseq = 49;
    hears(t, INVITE, PEER_90);
    sst_msg_request(&request, INVITE, 51);
    ck_assert_int_eq(sst_session_receive(t->session, &t->peer[0], &request, t->now_ms, &advice),
                     SST_ERR_STATE);
    asks(t, UPDATE);
    sst_msg_request(&request, UPDATE, 52);
    ck_assert_int_eq(sst_session_receive(t->session, &t->own[1], &request, t->now_ms, &advice),
                     SST_ERR_STATE);
    sst_msg_request(&request, UPDATE, t->own_cseq); /* a local one has no copies from the peer */
    ck_assert_int_eq(sst_session_receive(t->session, &t->own[1], &request, t->now_ms, &advice),
                     SST_ERR_STATE);
    answers(t, INVITE, 486);
    expect(gets(t, UPDATE, 200, REMOTE_90), "refreshed");
    t->peer_cseq = 52;
    expect(hears(t, INVITE, PEER_90), "0");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_cross");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, requests_that_cross);
    tcase_add_test(tcase, offers_in_an_early_dialog_are_the_hosts_to_judge);
    tcase_add_test(tcase, a_re_invite_before_the_ack);
    tcase_add_test(tcase, a_second_negotiation_beside_the_own_where_the_owner_is_strict);
    tcase_add_test(tcase, a_strict_owner_lets_late_refreshes_in);
    tcase_add_test(tcase, who_crossed_comes_back_after_up_to_ten_seconds);
    tcase_add_test(tcase, an_invite_before_the_own_initial_one_is_answered);
    tcase_add_test(tcase, an_own_offer_that_was_answered_stands_in_nobodys_way);
    tcase_add_test(tcase, an_offer_of_the_peers_that_was_answered_stands_in_nobodys_way);
    tcase_add_test(tcase, only_a_pending_request_has_an_offer_to_be_answered);
    tcase_add_test(tcase, an_open_transaction_is_not_taken_for_another);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
