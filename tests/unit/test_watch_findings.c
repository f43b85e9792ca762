/* SPDX-License-Identifier: MIT */
/* What each side did wrong, message by message, and which side it was. */
#include "watched.h"

#include <limits.h>
#include <stdio.h>

#define LINES_MAX 12

static const struct {
    const char *title;
    const char *lines[LINES_MAX];
    uint64_t by_caller;
    uint64_t by_callee;
} calls[] = {
    {"nothing",
     {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas",
      "2.1 > ACK 1", "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer", "1000 > BYE 2"},
     0,
     0},

    /* about a single message: RFC 4028 §4, §5, Table 1 */
    {"Session-Expires in a provisional response",
     {"0 > INVITE 1 | k: timer", "1 < 180 INVITE 1 | x: 1800"},
     0,
     BROKE(SE_MISPLACED)},
    {"in another method", {"0 > INFO 1 | x: 90 | to"}, BROKE(SE_MISPLACED), 0},
    {"Min-SE in a 2xx",
     {"0 > INVITE 1 | k: timer", "1 < 200 INVITE 1 | Min-SE: 90"},
     0,
     BROKE(MIN_SE_MISPLACED)},
    {"a request below 90 s", {"0 > INVITE 1 | k: timer | x: 60"}, BROKE(SE_BELOW_ABSOLUTE), 0},
    {"a request below its own Min-SE",
     {"0 > INVITE 1 | k: timer | x: 300 | Min-SE: 600"},
     BROKE(SE_BELOW_MIN_SE),
     0},
    {"a Min-SE below 90 s",
     {"0 > INVITE 1 | k: timer | x: 300 | Min-SE: 30"},
     BROKE(MIN_SE_BELOW_ABSOLUTE),
     0},
    {"Require without Supported", {"0 > INVITE 1 | Require: timer"}, BROKE(REQUIRE_UNSUPPORTED), 0},
    {"refresher without Supported",
     {"0 > INVITE 1 | x: 1800;refresher=uac"},
     BROKE(REFRESHER_UNSUPPORTED),
     0},
    {"a caller that lists nothing, in every request",
     {"0 > INVITE 1 | x: 1800", "2 < 200 INVITE 1 | x: 1800;refresher=uas", "2.1 > ACK 1",
      "9 > INVITE 2 | x: 1800"},
     0,
     0},
    {"not a number", {"0 > INVITE 1 | k: timer | x: abc"}, BROKE(SE_MALFORMED), 0},
    {"a CSeq of 2^31", {"0 > INVITE 2147483648 | k: timer"}, BROKE(CSEQ_RANGE), 0},

    /* about a 2xx and its request: §9, Table 2 */
    {"below Min-SE",
     {"0 > INVITE 1 | k: timer | x: 1800 | Min-SE: 600", "1 < 200 INVITE 1 | x: 300;refresher=uas"},
     0,
     BROKE(SE_BELOW_MIN)},
    {"above what was asked",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | x: 1800;refresher=uas"},
     0,
     BROKE(SE_ABOVE_ASKED)},
    {"above a Session-Expires that is below its own Min-SE",
     {"0 > INVITE 1 | k: timer | x: 300 | Min-SE: 600", "1 < 200 INVITE 1 | x: 600;refresher=uas"},
     BROKE(SE_BELOW_MIN_SE),
     0},
    {"above a Session-Expires below 90 s, as no 2xx may be: an INVITE without support (EC-12)",
     {"0 > INVITE 1 | x: 60", "1 < 200 INVITE 1 | x: 90;refresher=uas"},
     BROKE(SE_BELOW_ABSOLUTE),
     0},
    {"the same in mid-call, where a 422 may end the call (EC-134)",
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1",
      "902 > UPDATE 2 | k: timer | x: 60;refresher=uac",
      "902.1 < 200 UPDATE 2 | x: 90;refresher=uac | Require: timer"},
     BROKE(SE_BELOW_ABSOLUTE),
     0},
    {"but above 90 s as well",
     {"0 > INVITE 1 | x: 60", "1 < 200 INVITE 1 | x: 91;refresher=uas"},
     BROKE(SE_BELOW_ABSOLUTE),
     BROKE(SE_ABOVE_ASKED)},
    {"below 90 s",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | x: 60;refresher=uas"},
     0,
     BROKE(SE_BELOW_ABSOLUTE)},
    {"without refresher",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | x: 600"},
     0,
     BROKE(REFRESHER_MISSING)},
    {"uac without Require",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | x: 600;refresher=uac"},
     0,
     BROKE(REQUIRE_MISSING)},
    {"the same if the request is not in the capture",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | x: 600;refresher=uas", "1.1 > ACK 1",
      "301 < 200 UPDATE 2 | x: 600;refresher=uac"},
     0,
     BROKE(REQUIRE_MISSING)},
    {"Require and nothing else",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | Require: timer"},
     0,
     BROKE(REQUIRE_ALONE)},
    {"the choice overruled",
     {"0 > INVITE 1 | k: timer | x: 600;refresher=uac", "1 < 200 INVITE 1 | x: 600;refresher=uas"},
     0,
     BROKE(REFRESHER_OVERRULED)},
    {"uac for a caller without support",
     {"0 > INVITE 1 | x: 600", "1 < 200 INVITE 1 | x: 600;refresher=uac | Require: timer"},
     0,
     FOUND(UAC_NAMED)},
    {"left out by a callee that supports it",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | k: timer"},
     0,
     FOUND(SE_DROPPED)},
    {"overruled after a retransmission",
     {"0 > INVITE 1 | k: timer | x: 600;refresher=uas",
      "0.5 > INVITE 1 | k: timer | x: 600;refresher=uas",
      "1 < 200 INVITE 1 | x: 600;refresher=uac | Require: timer"},
     0,
     BROKE(REFRESHER_OVERRULED)},
    {"left out when nobody asked for it",
     {"0 > INVITE 1 | k: timer", "1 < 200 INVITE 1 | k: timer"},
     0,
     0},
    {"left out when only a failure, perhaps from a proxy, lists support",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 300 INVITE 1 | k: timer", "1.1 > ACK 1",
      "2 > INVITE 2 | k: timer | x: 600", "3 < 200 INVITE 2"},
     0,
     0},
    {"left out by one that does not",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1"},
     0,
     0},

    {"left out although a caller without support asked for it",
     {"0 > INVITE 1 | x: 600", "1 < 200 INVITE 1 | k: timer"},
     0,
     0},
    {"not left out, but not readable",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 200 INVITE 1 | k: timer | x: abc"},
     0,
     BROKE(SE_MALFORMED)},

    /* about a 422: §6, §8.1 */
    {"without Min-SE",
     {"0 > INVITE 1 | k: timer | x: 90", "1 < 422 INVITE 1"},
     0,
     BROKE(422_WITHOUT_MIN_SE)},
    {"useless",
     {"0 > INVITE 1 | k: timer | x: 600", "1 < 422 INVITE 1 | Min-SE: 90"},
     0,
     BROKE(422_USELESS)},
    {"to a caller without support",
     {"0 > INVITE 1 | x: 90", "1 < 422 INVITE 1 | Min-SE: 600"},
     0,
     FOUND(422_UNSUPPORTED)},
    {"asked for again",
     {"0 > INVITE 1 | k: timer | x: 90", "1 < 422 INVITE 1 | Min-SE: 600", "1.1 > ACK 1",
      "2 > INVITE 2 | k: timer | x: 90"},
     FOUND(422_IGNORED),
     0},

    {"asked for no more",
     {"0 > INVITE 1 | k: timer | x: 90", "1 < 422 INVITE 1 | Min-SE: 600", "1.1 > ACK 1",
      "2 > INVITE 2 | k: timer"},
     0,
     0},
    {"to a caller without support, which need not follow it",
     {"0 > INVITE 1 | x: 90", "1 < 422 INVITE 1 | Min-SE: 600", "1.1 > ACK 1",
      "2 > INVITE 2 | x: 90"},
     0,
     FOUND(422_UNSUPPORTED)},

#define TIMER_OF_CALLEE                                                                            \
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE",                                           \
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | Allow: INVITE, UPDATE",             \
        "2.1 > ACK 1"
    /* about later requests: §7.4 */
    {"without Session-Expires",
     {TIMER_OF_CALLEE, "9 > INVITE 2 | k: timer | offer"},
     FOUND(SE_LEFT_OUT),
     0},
    {"without refresher",
     {TIMER_OF_CALLEE, "9 > INVITE 2 | k: timer | x: 1800"},
     FOUND(REFRESHER_LEFT_OUT),
     0},
    {"without Supported", {TIMER_OF_CALLEE, "9 > INVITE 2 | x: 1800"}, BROKE(SUPPORTED_MISSING), 0},
    {"the role inverted",
     {TIMER_OF_CALLEE, "9 < INVITE 1 | k: timer | x: 1800;refresher=uas"},
     0,
     FOUND(ROLE_INVERTED)},
    {"by one that does not list the extension any more",
     {TIMER_OF_CALLEE, "9 < INVITE 1 | x: 1800;refresher=uas"},
     0,
     BROKE(SUPPORTED_MISSING) | BROKE(REFRESHER_UNSUPPORTED)},
    {"not without Session-Expires, but not readable",
     {TIMER_OF_CALLEE, "9 > INVITE 2 | k: timer | x: abc | offer"},
     BROKE(SE_MALFORMED),
     0},
    {"the sender of the 422 need not follow it",
     {TIMER_OF_CALLEE, "902 < INVITE 1 | k: timer | x: 1800;refresher=uac",
      "902.1 > 422 INVITE 1 | Min-SE: 3600", "902.2 < ACK 1",
      "903 > INVITE 2 | k: timer | x: 1800;refresher=uas"},
     0,
     0},
    {"the role taken over, which is allowed",
     {TIMER_OF_CALLEE, "9 > INVITE 2 | k: timer | x: 1800;refresher=uac"},
     0,
     0},
    {"UPDATE to a side that does not list it",
     {TIMER_OF_CALLEE, "9 < UPDATE 1 | k: timer | x: 1800;refresher=uac"},
     0,
     FOUND(UPDATE_UNLISTED)},
    {"UPDATE to one that does not list it any more",
     {"0 > INVITE 1 | k: timer", "2 < 200 INVITE 1 | Allow: INVITE, UPDATE", "2.1 > ACK 1",
      "9 < INFO 1 | Allow: INVITE", "9.1 > 200 INFO 1", "19 > UPDATE 2 | k: timer"},
     FOUND(UPDATE_UNLISTED),
     0},
    {"a Min-SE from the other side, after a request without one",
     {TIMER_OF_CALLEE, "9 < INVITE 1 | k: timer | x: 1800;refresher=uac",
      "9.1 > 200 INVITE 1 | x: 1800;refresher=uac | Require: timer", "9.2 < ACK 1",
      "19 > INVITE 2 | k: timer | x: 1800;refresher=uas | Min-SE: 120",
      "19.1 < 200 INVITE 2 | x: 1800;refresher=uas", "19.2 > ACK 2",
      "29 < INVITE 2 | k: timer | x: 1800;refresher=uac"},
     0,
     FOUND(MIN_SE_FORGOTTEN)},
    {"the same after a 422 without one",
     {TIMER_OF_CALLEE, "9 > UPDATE 2 | k: timer | x: 1800;refresher=uas", "9.1 < 422 UPDATE 2",
      "19 > INVITE 3 | k: timer | x: 1800;refresher=uas | Min-SE: 120",
      "19.1 < 200 INVITE 3 | x: 1800;refresher=uas", "19.2 > ACK 3",
      "29 < INVITE 1 | k: timer | x: 1800;refresher=uac"},
     0,
     BROKE(422_WITHOUT_MIN_SE) | FOUND(MIN_SE_FORGOTTEN)},
    {"UPDATE to one that does",
     {TIMER_OF_CALLEE, "9 > UPDATE 2 | k: timer | x: 1800;refresher=uas"},
     0,
     0},
    {"an INVITE while its own is pending",
     {TIMER_OF_CALLEE, "9 > INVITE 2 | k: timer | x: 1800;refresher=uas",
      "10 > INVITE 3 | k: timer | x: 1800;refresher=uas"},
     FOUND(INVITE_OVERLAP),
     0},
    {"the Min-SE of the INVITE forgotten",
     {"0 > INVITE 1 | k: timer | x: 1800 | Min-SE: 600",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas", "2.1 > ACK 1",
      "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac"},
     0,
     FOUND(MIN_SE_FORGOTTEN)},
    {"the Min-SE of a 422 is forgotten with the dialog",
     {"0 > INVITE 1 | k: timer | x: 90", "0.1 < 422 INVITE 1 | Min-SE: 600", "0.2 > ACK 1",
      "1 > INVITE 2 | k: timer | x: 600", "2 < 200 INVITE 2 | k: timer | x: 600;refresher=uas",
      "2.1 > ACK 2", "302 < UPDATE 1 | k: timer | x: 600;refresher=uac | Min-SE: 120",
      "302.1 > 200 UPDATE 1 | k: timer | x: 600;refresher=uac | Require: timer",
      "303 > UPDATE 3 | k: timer | x: 600;refresher=uas | Min-SE: 120"},
     0,
     0},
    {"that of a later request forgotten",
     {TIMER_OF_CALLEE, "902 < INVITE 1 | k: timer | x: 1800;refresher=uac | Min-SE: 600",
      "902.1 > 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer", "902.2 < ACK 1",
      "1000 > INVITE 2 | k: timer | x: 1800;refresher=uas"},
     FOUND(MIN_SE_FORGOTTEN),
     0},
    {"and repeated",
     {"0 > INVITE 1 | k: timer | x: 1800 | Min-SE: 600",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas", "2.1 > ACK 1",
      "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac | Min-SE: 600"},
     0,
     0},
    {"each end has a different one to repeat: nobody can tell which",
     {"0 > INVITE 1 | k: timer | x: 1800 | Min-SE: 600",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas", "2.1 > ACK 1",
      "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac | Min-SE: 900",
      "902.1 > 200 UPDATE 1 | k: timer | x: 1800;refresher=uac | Require: timer",
      "903 > UPDATE 2 | k: timer | x: 1800;refresher=uas"},
     0,
     0},
    {"a refresh after the limit of 1770 s",
     {TIMER_OF_CALLEE, "1772 < INVITE 1 | k: timer | x: 1800;refresher=uac"},
     0,
     FOUND(REFRESH_LATE)},
    {"one within it",
     {TIMER_OF_CALLEE, "1769 < INVITE 1 | k: timer | x: 1800;refresher=uac"},
     0,
     0},

    /* CSeq: RFC 3261 §12.2 */
    {"a BYE with the number of the refresh",
     {TIMER_OF_CALLEE, "902 < INVITE 7 | k: timer | x: 1800;refresher=uac", "934 < BYE 7"},
     0,
     FOUND(CSEQ_REUSED)},
    {"a BYE with a lower one",
     {TIMER_OF_CALLEE, "902 < INVITE 7 | k: timer | x: 1800;refresher=uac", "934 < BYE 5"},
     0,
     BROKE(CSEQ_LOW)},
    {"a refusal that ends the dialog",
     {TIMER_OF_CALLEE, "902 < INVITE 1 | k: timer | x: 1800;refresher=uac", "902.1 > 404 INVITE 1"},
     BROKE(DIALOG_LOST),
     0},
};

START_TEST(findings_name_who_it_was)
{
    struct watched call;
    hear_all(&call, calls[_i].lines);
    ck_assert_msg(call.by_caller == calls[_i].by_caller, "%s: caller %llx, not %llx",
                  calls[_i].title, (unsigned long long)call.by_caller,
                  (unsigned long long)calls[_i].by_caller);
    ck_assert_msg(call.by_callee == calls[_i].by_callee, "%s: callee %llx, not %llx",
                  calls[_i].title, (unsigned long long)call.by_callee,
                  (unsigned long long)calls[_i].by_callee);
}
END_TEST

/* Each has a name of its own, and a rule; numbers without a finding have neither. */
START_TEST(findings_have_names_and_rules)
{
    for (unsigned a = 0; a < SST_FINDING_END; a++) {
        bool used = a < SST_VIOLATION_COUNT || a >= SST_FINDING_REFRESH_LATE;
        ck_assert_int_eq(strcmp(sst_finding_name(a), "unknown") != 0, used);
        ck_assert_int_eq(strncmp(sst_finding_section(a), "RFC ", 4) == 0, used);
        for (unsigned b = 0; used && b < a; b++) {
            ck_assert_str_ne(sst_finding_name(a), sst_finding_name(b));
        }
    }
    ck_assert_str_eq(sst_finding_name(SST_VIOLATION_SE_MALFORMED), "se_malformed");
    ck_assert_str_eq(sst_finding_name(SST_FINDING_REFRESH_LATE), "refresh_late");
    ck_assert_str_eq(sst_finding_section(SST_FINDING_PROXY_BYE), "RFC 4028 section 8.3");
    ck_assert_str_eq(sst_finding_name(SST_FINDING_END), "unknown");
    ck_assert_str_eq(sst_finding_section(SST_FINDING_END), "unknown");
    ck_assert_str_eq(sst_finding_section(UINT_MAX), "unknown");
}
END_TEST

START_TEST(verdicts_and_ends_have_names)
{
    ck_assert_str_eq(sst_watch_verdict_name(SST_WATCH_RUNNING), "running");
    ck_assert_str_eq(sst_watch_verdict_name(SST_WATCH_INCOMPLETE), "incomplete");
    ck_assert_str_eq(sst_watch_verdict_name((enum sst_watch_verdict)SST_WATCH_VERDICT_COUNT),
                     "unknown");
    ck_assert_str_eq(sst_watch_who_name(SST_WHO_NONE), "none");
    ck_assert_str_eq(sst_watch_who_name(SST_WHO_PROXY), "proxy");
    ck_assert_str_eq(sst_watch_who_name((enum sst_watch_who)4), "unknown");
}
END_TEST

/* A call that one end refreshes thirty times, with this pause before each. */
static void refresh_often(struct watched *call, bool by_caller, const char *interval, double pause)
{
    char line[128];
    const char from = by_caller ? '>' : '<';
    const char to = by_caller ? '<' : '>';
    for (unsigned i = 1; i <= 30; i++) {
        double at = 10.0 + i * pause;
        unsigned cseq = by_caller ? i + 1 : i;
        (void)snprintf(line, sizeof line, "%.2f %c INVITE %u | k: timer | x: %s;refresher=uac", at,
                       from, cseq, interval);
        hear(call, line);
        (void)snprintf(line, sizeof line,
                       "%.2f %c 200 INVITE %u | x: %s;refresher=uac | Require: timer", at, to, cseq,
                       interval);
        hear(call, line);
        (void)snprintf(line, sizeof line, "%.2f %c ACK %u", at, from, cseq);
        hear(call, line);
    }
}

/* RFC 4028 §10, §11.1: a refresh every second, and one every ten. */
START_TEST(refreshes_without_pause_are_a_storm)
{
    static const char *const call_up[] = {TIMER_OF_CALLEE, NULL};
    bool by_caller = _i;
    struct watched call;
    hear_all(&call, call_up);
    refresh_often(&call, by_caller, "1800", 1.0);
    struct sst_watch_result result = judged(&call, 600);
    ck_assert_uint_eq(call.by_caller, by_caller ? FOUND(STORM) : 0);
    ck_assert_uint_eq(call.by_callee, by_caller ? 0 : FOUND(STORM));
    ck_assert_int_eq(result.verdict, SST_WATCH_STORM);
    ck_assert_int_eq(result.who, by_caller ? SST_WHO_CALLER : SST_WHO_CALLEE);
    ck_assert_uint_eq(result.causes, FOUND(STORM));

    hear_all(&call, call_up);
    refresh_often(&call, by_caller, "1800", 10.0);
    result = judged(&call, 600);
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
    assert_verdict(result, RUNNING, NONE);
}
END_TEST

/* In a test capture with intervals of 4 s, an eighth of one is a pause. */
START_TEST(storms_of_accelerated_calls_are_faster)
{
    for (unsigned fast = 0; fast < 2; fast++) {
        struct watched call = {.dialog = false};
        sst_watch_init(&call.watch, 1);
        hear(&call, "9.5 > INVITE 1 | k: timer | x: 4");
        hear(&call, "9.6 < 200 INVITE 1 | x: 4;refresher=uac | Require: timer");
        hear(&call, "9.7 > ACK 1");
        refresh_often(&call, true, "4", fast ? 0.4 : 0.6);
        ck_assert_uint_eq(call.by_caller, fast ? FOUND(STORM) : 0);
    }
}
END_TEST

/* Rejections without a pause are a storm as well; a request that follows a rejection after a pause
 * is not. */
START_TEST(rejections_count_from_when_they_came)
{
    static const char *const call_up[] = {TIMER_OF_CALLEE, NULL};
    struct watched call;
    char line[128];
    hear_all(&call, call_up);
    for (unsigned i = 1; i <= 20; i++) {
        (void)snprintf(line, sizeof line, "%u < INVITE %u | k: timer | x: 1800;refresher=uac",
                       10 + i, i);
        hear(&call, line);
        (void)snprintf(line, sizeof line, "%u > 488 INVITE %u", 10 + i, i);
        hear(&call, line);
    }
    ck_assert_uint_eq(call.by_callee, FOUND(STORM));
    ck_assert_uint_eq(call.by_caller, 0);

    hear_all(&call, call_up);
    hear(&call, "5 > INVITE 2 | k: timer | x: 1800;refresher=uas");
    hear(&call, "9 < 488 INVITE 2");
    hear(&call, "9.5 < INVITE 1 | k: timer | x: 1800;refresher=uac");
    hear(&call, "9.6 > 200 INVITE 1 | x: 1800;refresher=uac | Require: timer");
    hear(&call, "9.7 < ACK 1");
    for (unsigned i = 2; i <= 30; i++) {
        (void)snprintf(line, sizeof line, "%u < INVITE %u | k: timer | x: 1800;refresher=uac",
                       10 + 5 * i, i);
        hear(&call, line);
        (void)snprintf(line, sizeof line,
                       "%u > 200 INVITE %u | x: 1800;refresher=uac | Require: timer", 10 + 5 * i,
                       i);
        hear(&call, line);
        (void)snprintf(line, sizeof line, "%u < ACK %u", 10 + 5 * i, i);
        hear(&call, line);
    }
    ck_assert_uint_eq(call.by_caller | call.by_callee, 0);
}
END_TEST

/* Fourteen quick ones are no storm, the fifteenth is; after a pause, or a refresh by the other
 * side, the count starts again. */
START_TEST(storms_are_counted)
{
    static const char *const call_up[] = {TIMER_OF_CALLEE, NULL};
    struct watched call;
    char line[128];
    hear_all(&call, call_up);
    for (unsigned i = 1; i <= 32; i++) {
        double at = i <= 15 ? 10.0 + i : 20.0 + i; /* the pause comes before the sixteenth */
        (void)snprintf(line, sizeof line, "%.1f < INVITE %u | k: timer | x: 1800;refresher=uac", at,
                       i);
        hear(&call, line);
        ck_assert_uint_eq(call.by_callee, i < 31 ? 0 : FOUND(STORM));
        ck_assert_uint_eq(call.seen.by_callee, i == 31 ? FOUND(STORM) : 0);
        (void)snprintf(line, sizeof line,
                       "%.1f > 200 INVITE %u | x: 1800;refresher=uac | Require: timer", at, i);
        hear(&call, line);
        (void)snprintf(line, sizeof line, "%.1f < ACK %u", at, i);
        hear(&call, line);
    }
}
END_TEST

static Suite *watch_findings_suite(void)
{
    Suite *suite = suite_create("watch_findings");
    TCase *tests = tcase_create("watch_findings");
    tcase_add_loop_test(tests, findings_name_who_it_was, 0, COUNT_OF(calls));
    tcase_add_test(tests, findings_have_names_and_rules);
    tcase_add_test(tests, verdicts_and_ends_have_names);
    tcase_add_loop_test(tests, refreshes_without_pause_are_a_storm, 0, 2);
    tcase_add_test(tests, storms_of_accelerated_calls_are_faster);
    tcase_add_test(tests, rejections_count_from_when_they_came);
    tcase_add_test(tests, storms_are_counted);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_findings_suite());
}
