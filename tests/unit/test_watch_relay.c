/* SPDX-License-Identifier: MIT */
/* One message on both sides of an element: what RFC 4028 §8 lets a proxy change. */
#include "watched.h"

static const struct {
    const char *title;
    const char *in;
    const char *out;
    uint64_t found;
} requests[] = {
    {"nothing changed", "INVITE 1 | k: timer | x: 1800;refresher=uac",
     "INVITE 1 | k: timer | x: 1800;refresher=uac", 0},
    {"nothing there to change", "INVITE 1 | k: timer", "INVITE 1 | k: timer", 0},
    {"Require kept", "INVITE 1 | k: timer | Require: timer | x: 1800",
     "INVITE 1 | k: timer | Require: timer | x: 1800", 0},
    {"put in", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", 0},
    {"reduced", "INVITE 1 | k: timer | x: 1800;refresher=uas",
     "INVITE 1 | k: timer | x: 600;refresher=uas", 0},
    {"reduced to Min-SE", "INVITE 1 | k: timer | x: 1800 | Min-SE: 600",
     "INVITE 1 | k: timer | x: 600 | Min-SE: 600", 0},
    {"both raised for a caller without support", "INVITE 1 | x: 60",
     "INVITE 1 | x: 120 | Min-SE: 120", 0},
    {"Min-SE raised for one without support", "INVITE 1 | x: 60 | Min-SE: 90",
     "INVITE 1 | x: 120 | Min-SE: 120", 0},
    {"Require put in", "INVITE 1", "INVITE 1 | x: 1800 | Require: timer", FOUND(PROXY_REQUIRE)},

    {"inserted below Min-SE", "INVITE 1 | k: timer | Min-SE: 600",
     "INVITE 1 | k: timer | x: 300 | Min-SE: 600", FOUND(PROXY_SE_LOWERED)},
    {"inserted below 90 s", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 60",
     FOUND(PROXY_SE_LOWERED)},
    {"inserted with a refresher", "INVITE 1 | k: timer",
     "INVITE 1 | k: timer | x: 1800;refresher=uac", FOUND(PROXY_REFRESHER)},
    {"refresher inserted", "INVITE 1 | k: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800;refresher=uac", FOUND(PROXY_REFRESHER)},
    {"refresher changed", "UPDATE 2 | k: timer | x: 1800;refresher=uas",
     "UPDATE 2 | k: timer | x: 1800;refresher=uac", FOUND(PROXY_REFRESHER)},
    {"refresher lost", "UPDATE 2 | k: timer | x: 1800;refresher=uac",
     "UPDATE 2 | k: timer | x: 1800", FOUND(PROXY_REFRESHER)},
    {"reduced below Min-SE", "INVITE 1 | k: timer | x: 1800 | Min-SE: 700",
     "INVITE 1 | k: timer | x: 600 | Min-SE: 700", FOUND(PROXY_SE_LOWERED)},
    {"raised", "INVITE 1 | k: timer | x: 600", "INVITE 1 | k: timer | x: 1800",
     FOUND(PROXY_SE_RAISED)},
    {"removed", "INVITE 1 | k: timer | x: 600", "INVITE 1 | k: timer", FOUND(PROXY_SE_REMOVED)},
    {"Min-SE inserted for a caller with support", "INVITE 1 | k: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800 | Min-SE: 120", FOUND(PROXY_MIN_SE)},
    {"Min-SE lowered", "INVITE 1 | x: 1800 | Min-SE: 600", "INVITE 1 | x: 1800 | Min-SE: 120",
     FOUND(PROXY_MIN_SE)},
    {"Min-SE removed", "INVITE 1 | k: timer | x: 1800 | Min-SE: 600",
     "INVITE 1 | k: timer | x: 1800", FOUND(PROXY_MIN_SE)},
    {"Supported taken out", "INVITE 1 | k: timer | x: 1800", "INVITE 1 | x: 1800",
     FOUND(PROXY_TAGS)},
    {"Supported put in", "INVITE 1 | x: 1800", "INVITE 1 | k: timer | x: 1800", FOUND(PROXY_TAGS)},
    {"Require taken out", "INVITE 1 | k: timer | Require: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800", FOUND(PROXY_TAGS)},

    /* no proxy, or no refresh */
    {"another CSeq", "INVITE 1 | k: timer | x: 1800", "INVITE 7", 0},
    {"another method", "INVITE 1 | x: 1800", "UPDATE 1", 0},
    {"INFO", "INFO 3 | k: timer", "INFO 3", 0},
    {"a response", "200 INVITE 1 | k: timer | x: 1800", "200 INVITE 1", 0},
    {"what cannot be read is for the UAS to judge", "INVITE 1 | k: timer | x: abc",
     "INVITE 1 | k: timer", 0},
    {"nor is what a proxy makes of it", "INVITE 1 | k: timer | x: abc",
     "INVITE 1 | k: timer | x: 60", 0},
    {"the option tags of it are compared all the same", "INVITE 1 | k: timer | x: abc",
     "INVITE 1 | x: abc", FOUND(PROXY_TAGS)},
};

START_TEST(requests_are_compared)
{
    struct sst_msg in;
    struct sst_msg out;
    struct sst_relay relay;
    read_message(requests[_i].in, &in);
    read_message(requests[_i].out, &out);
    uint64_t found = sst_relay_request(&relay, &in, &out, SST_ABSOLUTE_MIN_S);
    ck_assert_msg(found == requests[_i].found, "%s: %llx, not %llx", requests[_i].title,
                  (unsigned long long)found, (unsigned long long)requests[_i].found);
}
END_TEST

static const struct {
    const char *title;
    const char *request;     /* as received */
    const char *request_out; /* as forwarded */
    const char *in;
    const char *out;
    uint64_t found;
} responses[] = {
    {"passed", "INVITE 1 | k: timer | x: 1800", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 1 | x: 1800;refresher=uas", "200 INVITE 1 | x: 1800;refresher=uas", 0},
    {"inserted, as asked", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "200 INVITE 1",
     "200 INVITE 1 | x: 1800;refresher=uac | Require: timer", 0},
    {"inserted, as accepted", "INVITE 1 | k: timer | x: 1800", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 1", "200 INVITE 1 | x: 1800;refresher=uac | Require: timer", 0},
    {"the caller does not support it", "INVITE 1", "INVITE 1 | x: 1800", "200 INVITE 1",
     "200 INVITE 1", 0},
    {"passed by an element that only watches", "INVITE 1 | k: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800", "200 INVITE 1", "200 INVITE 1", 0},
    {"a refusal", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "486 INVITE 1",
     "486 INVITE 1", 0},
    {"another transaction's", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 2", "200 INVITE 2", 0},

    {"a provisional response", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "180 INVITE 1", "180 INVITE 1 | x: 1800", 0},
    {"of another method", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "200 UPDATE 1",
     "200 UPDATE 1", 0},
    {"with a method that refreshes nothing", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "200 INFO 1", "200 INFO 1", 0},
    {"of a B2BUA", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "200 INVITE 1",
     "200 INVITE 101", 0},
    {"to a request that was not seen", "INFO 1 | k: timer", "INFO 1 | k: timer", "200 INVITE 1",
     "200 INVITE 1 | x: 1800;refresher=uas", 0},
    {"what cannot be read is the UAS's business", "INVITE 1 | k: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800", "200 INVITE 1 | x: abc", "200 INVITE 1", 0},
    {"nor is what comes out of it then", "INVITE 1 | k: timer | x: 1800",
     "INVITE 1 | k: timer | x: 1800", "200 INVITE 1 | x: 1800;refresher=uas",
     "200 INVITE 1 | x: abc", 0},

    {"not inserted", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "200 INVITE 1",
     "200 INVITE 1", FOUND(PROXY_2XX_NOT_INSERTED)},
    {"inserted for a caller without support", "INVITE 1", "INVITE 1 | x: 1800", "200 INVITE 1",
     "200 INVITE 1 | x: 1800;refresher=uac | Require: timer", FOUND(PROXY_2XX_INSERTED)},
    {"inserted without refresher", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 1", "200 INVITE 1 | x: 1800 | Require: timer", FOUND(PROXY_2XX_INSERTED)},
    {"inserted with uas", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800", "200 INVITE 1",
     "200 INVITE 1 | x: 1800;refresher=uas | Require: timer", FOUND(PROXY_2XX_INSERTED)},
    {"inserted without Require", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 1", "200 INVITE 1 | x: 1800;refresher=uac", FOUND(PROXY_2XX_INSERTED)},
    {"inserted with another value", "INVITE 1 | k: timer", "INVITE 1 | k: timer | x: 1800",
     "200 INVITE 1", "200 INVITE 1 | x: 900;refresher=uac | Require: timer",
     FOUND(PROXY_2XX_INSERTED)},
    {"changed", "UPDATE 2 | k: timer | x: 1800;refresher=uac",
     "UPDATE 2 | k: timer | x: 1800;refresher=uac", "200 UPDATE 2 | x: 1800;refresher=uac",
     "200 UPDATE 2 | x: 900;refresher=uac", FOUND(PROXY_2XX_CHANGED)},
    {"another refresher", "UPDATE 2 | k: timer | x: 1800;refresher=uac",
     "UPDATE 2 | k: timer | x: 1800;refresher=uac", "200 UPDATE 2 | x: 1800;refresher=uac",
     "200 UPDATE 2 | x: 1800;refresher=uas", FOUND(PROXY_2XX_CHANGED)},
    {"removed", "UPDATE 2 | k: timer | x: 1800;refresher=uac",
     "UPDATE 2 | k: timer | x: 1800;refresher=uac", "200 UPDATE 2 | x: 1800;refresher=uac",
     "200 UPDATE 2", FOUND(PROXY_SE_REMOVED)},
};

START_TEST(responses_are_compared)
{
    struct sst_msg in;
    struct sst_msg out;
    struct sst_relay relay;
    read_message(responses[_i].request, &in);
    read_message(responses[_i].request_out, &out);
    (void)sst_relay_request(&relay, &in, &out, SST_ABSOLUTE_MIN_S);
    read_message(responses[_i].in, &in);
    read_message(responses[_i].out, &out);
    uint64_t found = sst_relay_response(&relay, &in, &out);
    ck_assert_msg(found == responses[_i].found, "%s: %llx, not %llx", responses[_i].title,
                  (unsigned long long)found, (unsigned long long)responses[_i].found);
}
END_TEST

/* Nothing is compared if the request is missing, whatever the number of the response. */
START_TEST(a_response_alone_is_not_compared)
{
    struct sst_msg in;
    struct sst_msg out;
    const struct sst_relay relay = {0};
    read_message("200 INVITE 0 | x: 1800;refresher=uas", &in);
    read_message("200 INVITE 0", &out);
    ck_assert_uint_eq(sst_relay_response(&relay, &in, &out), 0);
}
END_TEST

START_TEST(b2bua_is_told_apart)
{
    struct sst_msg in;
    struct sst_msg out;
    read_message("INVITE 1 | k: timer", &in);
    read_message("INVITE 1", &out);
    ck_assert(!sst_relay_is_b2bua(&in, &out));
    read_message("INVITE 101", &out);
    ck_assert(sst_relay_is_b2bua(&in, &out));
    read_message("UPDATE 1", &out);
    ck_assert(sst_relay_is_b2bua(&in, &out));
    read_message("200 INVITE 1", &in);
    read_message("200 INVITE 1 | x: 90", &out);
    ck_assert(!sst_relay_is_b2bua(&in, &out));
    read_message("202 INVITE 1", &out);
    ck_assert(sst_relay_is_b2bua(&in, &out));
}
END_TEST

/* A proxy that uses libsst never breaks a rule, whatever it was asked for. */
START_TEST(libsst_as_a_proxy_is_not_accused)
{
    static const uint32_t seconds[] = {0, 60, 90, 120, 600, 1800, 3600};
    struct sst_proxy_policy policy;
    sst_proxy_policy_init(&policy);
    policy.session_expires = 1800;
    policy.min_se = 120;
    policy.max_session_expires = 1800;
    policy.reject_small = false;
    for (size_t se = 0; se < COUNT_OF(seconds); se++) {
        for (size_t min = 0; min < COUNT_OF(seconds); min++) {
            struct sst_msg in;
            struct sst_msg out;
            struct sst_proxy_tx tx;
            struct sst_proxy_edit edit;
            struct sst_relay relay;
            sst_msg_request(&in, SST_METHOD_INVITE, 1);
            sst_msg_set_flags(&in, _i ? SST_MSG_SUPPORTED_TIMER : 0u);
            if (seconds[se] != 0) {
                sst_msg_set_session_expires(&in, seconds[se], SST_REFRESHER_NONE);
            }
            if (seconds[min] != 0) {
                sst_msg_set_min_se(&in, seconds[min]);
            }
            ck_assert_int_eq(sst_proxy_request(&policy, &tx, &in, &edit), SST_OK);
            out = in;
            if (edit.set_session_expires) {
                out.has |= SST_MSG_SESSION_EXPIRES;
                out.session_expires = edit.session_expires;
            }
            if (edit.set_min_se) {
                out.has |= SST_MSG_MIN_SE;
                out.min_se = edit.min_se;
            }
            ck_assert_uint_eq(sst_relay_request(&relay, &in, &out, SST_ABSOLUTE_MIN_S), 0);
        }
    }
}
END_TEST

static Suite *watch_relay_suite(void)
{
    Suite *suite = suite_create("watch_relay");
    TCase *tests = tcase_create("watch_relay");
    tcase_add_loop_test(tests, requests_are_compared, 0, COUNT_OF(requests));
    tcase_add_loop_test(tests, responses_are_compared, 0, COUNT_OF(responses));
    tcase_add_test(tests, a_response_alone_is_not_compared);
    tcase_add_test(tests, b2bua_is_told_apart);
    tcase_add_loop_test(tests, libsst_as_a_proxy_is_not_accused, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_relay_suite());
}
