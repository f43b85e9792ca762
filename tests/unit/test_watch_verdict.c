/* SPDX-License-Identifier: MIT */
/* Whole calls as a capture shows them, and why they ended. Times by hand: with 1800 s the refresh
 * is due at 900, the other side hangs up at 1768; with 90 s at 45 and at 60. RFC 4028 §7.2, §10. */
#include "watched.h"

#include <stdio.h>

#define LINES_MAX 24

/* The capture of a call: its lines, and the 200 to the BYE. */
struct capture {
    const char *lines[LINES_MAX + 1];
    size_t count;
    char end[32];
};

/* A call of 1800 s that the caller refreshes, or the callee. */
#define CALLER_REFRESHES                                                                           \
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE, UPDATE",                                   \
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uac | Require: timer | Allow: INVITE, "   \
        "UPDATE",                                                                                  \
        "2.1 > ACK 1"
#define CALLEE_REFRESHES                                                                           \
    "0 > INVITE 1 | k: timer | x: 1800 | Allow: INVITE, UPDATE",                                   \
        "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | Require: timer | Allow: INVITE, "   \
        "UPDATE",                                                                                  \
        "2.1 > ACK 1"
#define NINETY                                                                                     \
    "0 > INVITE 1 | k: timer | x: 90", "2 < 200 INVITE 1 | k: timer | x: 90;refresher=uas",        \
        "2.1 > ACK 1"

struct call {
    const char *title;
    const char *lines[LINES_MAX];
    double at; /* how far the capture goes */
    enum sst_watch_verdict verdict;
    enum sst_watch_who who;
};

static const struct call calls[] = {
    /* ---- nothing wrong ---- */
    {"in progress", {CALLER_REFRESHES}, 1000, SST_WATCH_RUNNING, SST_WHO_NONE},
    {"still ringing",
     {"0 > INVITE 1 | k: timer | x: 1800", "1 < 180 INVITE 1"},
     30,
     SST_WATCH_RUNNING,
     SST_WHO_NONE},
    {"hung up by a user",
     {CALLER_REFRESHES, "300 < BYE 1"},
     400,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"refreshed three times, then hung up",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.1 < 200 UPDATE 2 | x: 1800;refresher=uac | Require: timer",
      "1802 > UPDATE 3 | k: timer | x: 1800;refresher=uac",
      "1802.1 < 200 UPDATE 3 | x: 1800;refresher=uac | Require: timer",
      "2702 > INVITE 4 | k: timer | x: 1800;refresher=uac | offer",
      "2702.1 < 200 INVITE 4 | x: 1800;refresher=uac | Require: timer", "2702.2 > ACK 4",
      "3000 > BYE 5"},
     3600,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"no timer at all",
     {"0 > INVITE 1", "2 < 200 INVITE 1", "2.1 > ACK 1", "5000 > BYE 2"},
     6000,
     SST_WATCH_NO_TIMER,
     SST_WHO_NONE},
    {"busy",
     {"0 > INVITE 1 | k: timer | x: 1800", "1 < 486 INVITE 1", "1 > ACK 1"},
     100,
     SST_WATCH_NO_TIMER,
     SST_WHO_NONE},
    {"a 422 that was followed",
     {"0 > INVITE 1 | k: timer | x: 90", "0.1 < 422 INVITE 1 | Min-SE: 120", "0.2 > ACK 1",
      "0.3 > INVITE 2 | k: timer | x: 120 | Min-SE: 120",
      "2 < 200 INVITE 2 | x: 120;refresher=uac | Require: timer", "2.1 > ACK 2", "30 > BYE 3"},
     60,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"a 491 and its retry",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer", "902.1 < 491 INVITE 2",
      "902.1 > 491 INVITE 1", "902.2 > ACK 2", "902.2 < ACK 1",
      "905 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer",
      "905.1 < 200 INVITE 3 | x: 1800;refresher=uac | Require: timer", "905.2 > ACK 3",
      "1200 > BYE 4"},
     3600,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"the watcher tolerates a late refresh",
     {NINETY, "72 < UPDATE 1 | k: timer | x: 90;refresher=uac",
      "72.1 > 200 UPDATE 1 | x: 90;refresher=uac | Require: timer", "100 > BYE 2"},
     200,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"hung up at half of the interval, by a user",
     {NINETY, "47 > BYE 2"},
     200,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},

    /* ---- not refreshed ---- */
    {"the callee never refreshes",
     {CALLEE_REFRESHES, "1770 > BYE 2"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"the caller never refreshes, the callee hangs up",
     {CALLER_REFRESHES, "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"the watcher waits for the whole interval",
     {CALLEE_REFRESHES, "1802 > BYE 2"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"only the first refresh comes",
     {NINETY, "47 < UPDATE 1 | k: timer | x: 90;refresher=uac",
      "47.1 > 200 UPDATE 1 | x: 90;refresher=uac | Require: timer", "107.1 > BYE 2"},
     200,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"a hold restarts the interval, and nothing follows",
     {CALLEE_REFRESHES, "300 > INVITE 2 | k: timer | x: 1800;refresher=uas | offer",
      "300.1 < 200 INVITE 2 | x: 1800;refresher=uas | Require: timer", "300.2 > ACK 2",
      "2068.1 > BYE 3"},
     3000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"its refresh crosses the BYE: too late",
     {CALLEE_REFRESHES, "1770 > BYE 2", "1770.1 < UPDATE 1 | k: timer | x: 1800;refresher=uac"},
     2000,
     SST_WATCH_REFRESHED_LATE,
     SST_WHO_CALLEE},
    {"a late refresh that is refused",
     {NINETY, "80 < UPDATE 1 | k: timer | x: 90;refresher=uac", "80.1 > 481 UPDATE 1",
      "80.2 < BYE 2"},
     200,
     SST_WATCH_REFRESHED_LATE,
     SST_WHO_CALLEE},

    {"the BYE comes while a late refresh is pending",
     {NINETY, "80 < UPDATE 1 | k: timer | x: 90;refresher=uac", "92 > BYE 2"},
     200,
     SST_WATCH_REFRESHED_LATE,
     SST_WHO_CALLEE},

    /* ---- unanswered ---- */
    {"a refresh without answer, 64*T1 later a BYE",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "934 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"the same, retransmitted, the BYE comes later",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "903.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "1200 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"the callee does not answer, and hangs up for want of a refresh",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"rings for ever",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902.1 < 180 INVITE 2", "1802 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},
    {"two that are not answered",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "934 > INVITE 3 | k: timer | x: 1800;refresher=uac | offer", "966 > BYE 4"},
     2000,
     SST_WATCH_REFRESH_UNANSWERED,
     SST_WHO_CALLEE},

    /* ---- refused ---- */
    {"488, and nothing else is tried",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902.1 < 488 INVITE 2", "902.2 > ACK 2", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"503, and the refresher hangs up at once",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "902.1 < 503 UPDATE 2",
      "902.2 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"401 without another try is the refresher's",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "902.1 < 401 UPDATE 2",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLER},
    {"491 without another try is the refresher's",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "902.1 < 491 UPDATE 2",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLER},
    {"491 again and again is the other side's",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "902.1 < 491 UPDATE 2",
      "905 > UPDATE 3 | k: timer | x: 1800;refresher=uac", "905.1 < 491 UPDATE 3", "1770 < BYE 1"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLEE},
    {"481",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac", "902.1 < 481 UPDATE 2",
      "902.2 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_DIALOG_LOST,
     SST_WHO_CALLEE},
    {"408, and a BYE much later",
     {CALLEE_REFRESHES, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac", "934 > 408 UPDATE 1",
      "1770 > BYE 2"},
     2000,
     SST_WATCH_REFRESH_DIALOG_LOST,
     SST_WHO_CALLER},
    {"a refused hold is not the refresh that did not come",
     {CALLEE_REFRESHES, "10 < INVITE 1 | k: timer | x: 1800;refresher=uac | offer",
      "10.1 > 488 INVITE 1", "10.2 < ACK 1", "1770 > BYE 2"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLEE},
    {"a refused hold, and its sender hangs up",
     {NINETY, "50 < INVITE 1 | k: timer | x: 90;refresher=uac | offer", "50.1 > 488 INVITE 1",
      "50.2 < ACK 1", "54 > BYE 2"},
     200,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},

    {"a refused hold, and the other side hangs up at once",
     {NINETY, "50 < INVITE 1 | k: timer | x: 90;refresher=uac | offer", "50.1 > 488 INVITE 1",
      "50.2 < ACK 1", "50.5 > BYE 2"},
     200,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"500 to the second of two INVITE at once, 491 to the first",
     {"0 > INVITE 1 | k: timer | x: 90",
      "2 < 200 INVITE 1 | k: timer | x: 90;refresher=uac | Require: timer", "2.1 > ACK 1",
      "46.9 > INVITE 2 | k: timer | x: 90;refresher=uac | offer",
      "47 > INVITE 3 | k: timer | x: 90;refresher=uac | offer", "47 < 500 INVITE 3", "47 > ACK 3",
      "47.1 < 491 INVITE 2", "47.1 > ACK 2", "47.2 > BYE 4"},
     200,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_CALLER},
    {"both refresh, both send 491, and the call ends: nobody's fault",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902 < INVITE 1 | k: timer | x: 1800;refresher=uas | offer", "902.1 < 491 INVITE 2",
      "902.1 > 491 INVITE 1", "902.2 > ACK 2", "902.2 < ACK 1", "902.3 > BYE 3"},
     2000,
     SST_WATCH_REFRESH_REFUSED,
     SST_WHO_NONE},

    /* ---- 422, 420, 421 ---- */
    {"422 that the caller does not follow",
     {"0 > INVITE 1 | k: timer | x: 90", "0.1 < 422 INVITE 1 | Min-SE: 120", "0.2 > ACK 1"},
     60,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLER},
    {"422 without Min-SE",
     {"0 > INVITE 1 | k: timer | x: 90", "0.1 < 422 INVITE 1", "0.2 > ACK 1"},
     60,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLEE},
    {"422 that asks for no more than there was",
     {"0 > INVITE 1 | k: timer | x: 600", "0.1 < 422 INVITE 1 | Min-SE: 700", "0.2 > ACK 1",
      "0.3 > INVITE 2 | k: timer | x: 700 | Min-SE: 700", "0.4 < 422 INVITE 2 | Min-SE: 700",
      "0.5 > ACK 2"},
     60,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLEE},
    {"422 to a caller without support",
     {"0 > INVITE 1 | x: 60", "0.1 < 422 INVITE 1 | Min-SE: 120", "0.2 > ACK 1"},
     60,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLEE},
    {"a 422 to a refresh that is not followed",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.1 < 422 UPDATE 2 | Min-SE: 3600", "1770 < BYE 1"},
     2000,
     SST_WATCH_INTERVAL_REFUSED,
     SST_WHO_CALLER},
    {"420 of a callee that does not know the extension",
     {"0 > INVITE 1 | k: timer | Require: timer | x: 1800",
      "0.1 < 420 INVITE 1 | Unsupported: timer", "0.2 > ACK 1"},
     60,
     SST_WATCH_EXTENSION_REFUSED,
     SST_WHO_CALLER},
    {"420 though nothing was required",
     {"0 > INVITE 1 | k: timer | x: 1800", "0.1 < 420 INVITE 1 | Unsupported: timer",
      "0.2 > ACK 1"},
     60,
     SST_WATCH_EXTENSION_REFUSED,
     SST_WHO_CALLEE},
    {"421",
     {"0 > INVITE 1", "0.1 < 421 INVITE 1 | Require: timer", "0.2 > ACK 1"},
     60,
     SST_WATCH_EXTENSION_REFUSED,
     SST_WHO_CALLEE},

    /* ---- whose turn it is ---- */
    {"a hold without Session-Expires turns the timer off, and one side counts on",
     {CALLEE_REFRESHES, "300 < INVITE 1 | k: timer | offer", "300.1 > 200 INVITE 1 | k: timer",
      "300.2 < ACK 1", "1770 > BYE 2"},
     2000,
     SST_WATCH_TIMER_LOST,
     SST_WHO_CALLEE},
    {"two holds without it, and one side counts on from before them",
     {CALLEE_REFRESHES, "300 < INVITE 1 | k: timer | offer", "300.1 > 200 INVITE 1 | k: timer",
      "300.2 < ACK 1", "400 < INVITE 2 | k: timer | offer", "400.1 > 200 INVITE 2 | k: timer",
      "400.2 < ACK 2", "1770 > BYE 2"},
     2000,
     SST_WATCH_TIMER_LOST,
     SST_WHO_CALLEE},
    {"the other side leaves it out, refreshes go on, and a user hangs up after one of them",
     {NINETY, "47 < UPDATE 1 | k: timer | x: 90;refresher=uac", "47.1 > 200 UPDATE 1",
      "92 < UPDATE 2 | k: timer | x: 90;refresher=uac", "92.1 > 200 UPDATE 2", "92.3 < BYE 3"},
     200,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"the 2xx to a refresh leaves it out, and the other side counts from there",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.1 < 200 UPDATE 2 | k: timer", "2670 < BYE 1"},
     3000,
     SST_WATCH_TIMER_LOST,
     SST_WHO_CALLEE},
    {"turned off, and hung up by a user",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.1 < 200 UPDATE 2 | k: timer", "2000 < BYE 1"},
     3000,
     SST_WATCH_ENDED_NORMALLY,
     SST_WHO_NONE},
    {"a 2xx without refresher",
     {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | k: timer | x: 1800", "2.1 > ACK 1",
      "1770 < BYE 1"},
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"refresher=uac for a caller without support",
     {"0 > INVITE 1 | x: 1800", "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer",
      "2.1 > ACK 1", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"a 2xx with two intervals, of which the smaller is over",
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | x: 1800;refresher=uac | x: 90 | Require: timer", "2.1 > ACK 1",
      "62 < BYE 1"},
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"refresher=uac without Require",
     {"0 > INVITE 1 | k: timer | x: 1800", "2 < 200 INVITE 1 | x: 1800;refresher=uac",
      "2.1 > ACK 1", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"the same where the caller had offered to refresh",
     {"0 > INVITE 1 | k: timer | x: 1800;refresher=uac", "2 < 200 INVITE 1 | x: 1800;refresher=uac",
      "2.1 > ACK 1", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOT_REFRESHED,
     SST_WHO_CALLER},
    {"a 2xx that gives the other side the turn it had not asked for",
     {"0 > INVITE 1 | k: timer | x: 1800;refresher=uas",
      "2 < 200 INVITE 1 | x: 1800;refresher=uac | Require: timer", "2.1 > ACK 1", "1770 < BYE 1"},
     2000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"a refresher that names the other side",
     {CALLEE_REFRESHES, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uas",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uas | Require: timer", "2670.1 < BYE 2"},
     3000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_CALLEE},
    {"two negotiations that cross and differ: nobody's fault",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800",
      "902 < UPDATE 1 | k: timer | x: 1800",
      "902.1 < 200 UPDATE 2 | x: 1800;refresher=uas | Require: timer",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uas | Require: timer", "2670.1 < BYE 2"},
     3000,
     SST_WATCH_NOBODY_REFRESHES,
     SST_WHO_NONE},

    /* ---- the BYE itself ---- */
    {"counted from the INVITE, not from its 2xx",
     {"0 > INVITE 1 | k: timer | x: 90", "0.1 < 180 INVITE 1",
      "30 < 200 INVITE 1 | k: timer | x: 90;refresher=uac | Require: timer", "30.1 > ACK 1",
      "60 < BYE 1"},
     200,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLEE},
    {"counted from the 2xx before the last",
     {CALLEE_REFRESHES, "902 < UPDATE 1 | k: timer | x: 1800;refresher=uac",
      "902.1 > 200 UPDATE 1 | x: 1800;refresher=uac | Require: timer", "1770 > BYE 2"},
     2000,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLER},
    {"its Reason says so",
     {CALLEE_REFRESHES, "600 > BYE 2 | timer"},
     2000,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLER},
    {"for a timer that there is none of",
     {"0 > INVITE 1", "2 < 200 INVITE 1", "2.1 > ACK 1", "90 < BYE 1 | timer"},
     200,
     SST_WATCH_HUNG_UP_EARLY,
     SST_WHO_CALLEE},
    {"a zombie", {CALLEE_REFRESHES}, 4000, SST_WATCH_KEPT_TOO_LONG, SST_WHO_CALLER},
    {"a zombie whose refreshes nobody answered",
     {CALLER_REFRESHES, "902 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "902.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac",
      "903.5 > UPDATE 2 | k: timer | x: 1800;refresher=uac"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"more requests at once than can be followed",
     {CALLEE_REFRESHES, "10 > INVITE 2 | k: timer | x: 1800;refresher=uas",
      "11 > UPDATE 3 | k: timer | x: 1800;refresher=uas",
      "12 < INVITE 1 | k: timer | x: 1800;refresher=uac",
      "13 < UPDATE 2 | k: timer | x: 1800;refresher=uac", "1770 > BYE 4"},
     2000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
    {"hung up long after the expiration",
     {CALLEE_REFRESHES, "2500 < BYE 1"},
     4000,
     SST_WATCH_KEPT_TOO_LONG,
     SST_WHO_CALLER},
    {"no ACK for 32 s",
     {"0 > INVITE 1 | k: timer | x: 1800",
      "2 < 200 INVITE 1 | k: timer | x: 1800;refresher=uas | Require: timer", "34 < BYE 1"},
     100,
     SST_WATCH_ACK_MISSING,
     SST_WHO_NONE},
    {"for another reason",
     {CALLEE_REFRESHES, "600 > BYE 2 | other"},
     2000,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"right after a refresh",
     {CALLER_REFRESHES, "902 > INVITE 2 | k: timer | x: 1800;refresher=uac | offer",
      "902.1 < 200 INVITE 2 | x: 1800;refresher=uac | Require: timer", "902.2 > ACK 2",
      "902.9 < BYE 1"},
     2000,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLEE},
};

/* Without one of its messages each looks like another call, and nobody can tell. */
static const struct call sole_calls[] = {
    {"refresh and BYE within two seconds: neither knew",
     {NINETY, "61 < UPDATE 1 | k: timer | x: 90;refresher=uac", "62 > BYE 2"},
     200,
     SST_WATCH_ENDED_OTHERWISE,
     SST_WHO_CALLER},
    {"a zombie, or a capture that lacks the rest",
     {CALLEE_REFRESHES, "10 > INFO 5"},
     4000,
     SST_WATCH_INCOMPLETE,
     SST_WHO_NONE},
};

static void add(struct capture *capture, const char *line)
{
    ck_assert_uint_lt(capture->count, LINES_MAX);
    capture->lines[capture->count++] = line;
    capture->lines[capture->count] = NULL;
}

static void take(const char *const *lines, struct capture *capture)
{
    *capture = (struct capture){.count = 0};
    for (size_t i = 0; lines[i] != NULL; i++) {
        add(capture, lines[i]);
        const char *bye = strstr(lines[i], "BYE");
        if (bye != NULL) {
            bool by_caller = strchr(lines[i], '>') != NULL;
            (void)snprintf(capture->end, sizeof capture->end, "%.1f %c 200 BYE %ld",
                           strtod(lines[i], NULL) + 0.1, by_caller ? '<' : '>',
                           strtol(bye + 3, NULL, 10));
            add(capture, capture->end);
        }
    }
}

static void check(const char *title, const char *what, const char *line,
                  const struct sst_watch_result *result, enum sst_watch_who who)
{
    bool accuses = result->who != SST_WHO_NONE && result->verdict != SST_WATCH_ENDED_OTHERWISE;
    ck_assert_msg(!accuses || result->who == who, "%s, %s `%s`: %s by %s", title, what, line,
                  sst_watch_verdict_name(result->verdict), sst_watch_who_name(result->who));
}

static void judge_call(const struct call *story)
{
    struct capture capture;
    struct watched call;
    take(story->lines, &capture);
    hear_all(&call, capture.lines);
    struct sst_watch_result result = judged(&call, story->at);
    ck_assert_msg(result.verdict == story->verdict && result.who == story->who,
                  "%s: %s by %s, not %s by %s", story->title,
                  sst_watch_verdict_name(result.verdict), sst_watch_who_name(result.who),
                  sst_watch_verdict_name(story->verdict), sst_watch_who_name(story->who));
}

START_TEST(calls_end_for_what_they_end_for)
{
    judge_call(&calls[_i]);
}
END_TEST

START_TEST(so_do_those_that_one_message_decides)
{
    judge_call(&sole_calls[_i]);
}
END_TEST

/* Nobody is blamed by one half of the messages. */
START_TEST(one_direction_is_incomplete)
{
    struct capture whole;
    take(calls[_i].lines, &whole);
    for (int kept = '<'; kept <= '>'; kept += '>' - '<') {
        struct capture half = {.count = 0};
        for (size_t i = 0; i < whole.count; i++) {
            if (strchr(whole.lines[i], kept) != NULL) {
                add(&half, whole.lines[i]);
            }
        }
        struct watched call;
        hear_all(&call, half.lines);
        struct sst_watch_result result = judged(&call, calls[_i].at);
        assert_verdict(result, INCOMPLETE, NONE);
    }
}
END_TEST

/* One message that is missing never makes another side guilty. */
START_TEST(a_lost_message_accuses_nobody_else)
{
    struct capture whole;
    take(calls[_i].lines, &whole);
    for (size_t lost = 0; lost < whole.count; lost++) {
        struct capture rest = {.count = 0};
        for (size_t i = 0; i < whole.count; i++) {
            if (i != lost) {
                add(&rest, whole.lines[i]);
            }
        }
        struct watched call;
        hear_all(&call, rest.lines);
        struct sst_watch_result result = judged(&call, calls[_i].at);
        check(calls[_i].title, "without", whole.lines[lost], &result, calls[_i].who);
    }
}
END_TEST

/* What begins or ends in the middle accuses nobody else either. */
START_TEST(a_cut_capture_accuses_nobody_else)
{
    struct capture whole;
    struct watched call;
    take(calls[_i].lines, &whole);
    for (size_t first = 1; first < whole.count; first++) {
        hear_all(&call, whole.lines + first);
        struct sst_watch_result result = judged(&call, calls[_i].at);
        check(calls[_i].title, "from", whole.lines[first], &result, calls[_i].who);
    }
    for (size_t last = whole.count - 1; last > 0; last--) {
        whole.lines[last] = NULL;
        hear_all(&call, whole.lines);
        struct sst_watch_result result = judged(&call, strtod(whole.lines[last - 1], NULL));
        check(calls[_i].title, "up to", whole.lines[last - 1], &result, calls[_i].who);
    }
}
END_TEST

static Suite *watch_verdict_suite(void)
{
    Suite *suite = suite_create("watch_verdict");
    TCase *tests = tcase_create("watch_verdict");
    tcase_add_loop_test(tests, calls_end_for_what_they_end_for, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, so_do_those_that_one_message_decides, 0, COUNT_OF(sole_calls));
    tcase_add_loop_test(tests, one_direction_is_incomplete, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_lost_message_accuses_nobody_else, 0, COUNT_OF(calls));
    tcase_add_loop_test(tests, a_cut_capture_accuses_nobody_else, 0, COUNT_OF(calls));
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    return run_suite(watch_verdict_suite());
}
