/* SPDX-License-Identifier: MIT */
/*
 * Target: a dialog seen from outside, with any messages from both ends in any order. Each message
 * takes eight bytes: sender and kind, CSeq, header fields, status, interval, Min-SE, the time since
 * the previous one in tenths of a second.
 */
#include "fuzz.h"

#include <sst/watch.h>

#include <string.h>

#define ENTRY 8u

enum kind {
    KIND_INVITE = 0,
    KIND_UPDATE = 1,
    KIND_ACK = 2,
    KIND_BYE = 3,
    KIND_OTHER = 4,
    KIND_OF_INVITE = 5, /* a response to it */
    KIND_OF_UPDATE = 6,
    KIND_OF_BYE = 7
};

struct seen {
    unsigned senders; /* bits of the sides that have sent something */
    bool ended;
};

static const uint16_t statuses[] = {200, 100, 180, 202, 300, 401, 404, 408, 420,
                                    421, 422, 481, 486, 488, 491, 500, 503, 603};

static void read_message(struct input *input, struct sst_msg *msg, enum sst_party *from,
                         unsigned *flags)
{
    static const enum sst_method methods[] = {
        SST_METHOD_INVITE, SST_METHOD_UPDATE, SST_METHOD_ACK,    SST_METHOD_BYE,
        SST_METHOD_OTHER,  SST_METHOD_INVITE, SST_METHOD_UPDATE, SST_METHOD_BYE};
    uint8_t what = take8(input);
    uint8_t cseq = take8(input);
    uint8_t has = take8(input);
    uint8_t which = take8(input);
    unsigned status = statuses[which % (sizeof statuses / sizeof statuses[0])];
    uint8_t interval = take8(input);
    uint8_t min_se = take8(input);
    enum kind kind = (enum kind)(what >> 1 & 7);
    *from = (what & 1) ? SST_CALLEE : SST_CALLER;
    *flags = (what >> 4 & 3u) | (which & 128 ? SST_OVER_STREAM : 0u);
    if (kind >= KIND_OF_INVITE) {
        sst_msg_response(msg, status, methods[kind], cseq);
    } else {
        sst_msg_request(msg, methods[kind], cseq == 255 ? UINT32_MAX : cseq);
    }
    if (has & 1) {
        sst_msg_set_session_expires(msg, interval_of(interval), (enum sst_refresher)(has >> 1 & 3));
    }
    if (has & 8) {
        sst_msg_set_min_se(msg, interval_of(min_se));
    }
    sst_msg_set_flags(
        msg, (has & 16 ? SST_MSG_SUPPORTED_TIMER : 0u) | (has & 32 ? SST_MSG_REQUIRE_TIMER : 0u) |
                 (has & 64 ? SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE : 0u) |
                 (has & 128 ? SST_MSG_IN_DIALOG : 0u) | (what & 64 ? SST_MSG_OFFER : 0u) |
                 (what & 128 ? SST_MSG_ALLOW : 0u));
}

static void check_timer(const struct sst_watch_timer *timer)
{
    if (timer->refresher == SST_WHO_NONE) {
        HOLDS(timer->interval == 0 && timer->start_ms == SST_NEVER);
        HOLDS(timer->refresh_by_ms == SST_NEVER && timer->hangup_at_ms == SST_NEVER);
        HOLDS(timer->expires_ms == SST_NEVER);
        return;
    }
    HOLDS(timer->refresher <= SST_WHO_CALLEE);
    HOLDS(timer->start_ms <= timer->refresh_by_ms && timer->refresh_by_ms <= timer->hangup_at_ms);
    HOLDS(timer->hangup_at_ms <= timer->expires_ms && timer->expires_ms < SST_NEVER);
}

static bool names_nobody(enum sst_watch_verdict verdict)
{
    return verdict == SST_WATCH_RUNNING || verdict == SST_WATCH_ENDED_NORMALLY ||
           verdict == SST_WATCH_NO_TIMER || verdict == SST_WATCH_ACK_MISSING ||
           verdict == SST_WATCH_INCOMPLETE;
}

static void check_findings(uint64_t findings)
{
    for (unsigned i = 0; i < 64; i++) {
        bool set = findings >> i & 1u;
        HOLDS(!set || strcmp(sst_finding_name(i), "unknown") != 0);
    }
}

static void check_result(const struct sst_watch *watch, uint64_t now, const struct seen *seen)
{
    struct sst_watch_result result;
    struct sst_watch_result joined;
    sst_watch_judge(watch, now, &result);
    HOLDS((unsigned)result.verdict < SST_WATCH_VERDICT_COUNT);
    HOLDS(result.who <= SST_WHO_CALLEE && result.refresher <= SST_WHO_CALLEE);
    HOLDS(!names_nobody(result.verdict) || result.who == SST_WHO_NONE);
    HOLDS(names_nobody(result.verdict) || result.who != SST_WHO_NONE ||
          result.verdict == SST_WATCH_NOBODY_REFRESHES ||
          result.verdict == SST_WATCH_REFRESH_REFUSED);
    HOLDS(seen->senders == 3u || result.verdict == SST_WATCH_INCOMPLETE);
    HOLDS((result.ended_by != SST_WHO_NONE) == seen->ended);
    HOLDS(!seen->ended || result.decided_ms <= now);
    check_findings(result.by_caller | result.by_callee | result.causes);
    /* If two hops show the same, no proxy between them is to blame. */
    sst_watch_across(&result, &result, 0, &joined);
    HOLDS(joined.verdict == result.verdict && joined.who == result.who);
}

/* The same message again, at once: it begins nothing. */
static void check_copy(const struct sst_watch *watch, const struct sst_msg *msg,
                       enum sst_party from, uint64_t now)
{
    struct sst_watch again = *watch;
    struct sst_watch_timer before;
    struct sst_watch_seen seen;
    sst_watch_inspect(watch, &before);
    HOLDS(sst_watch_message(&again, msg, from, 0, now, &seen) == SST_OK);
    HOLDS(seen.step == SST_STEP_COPY || seen.step == SST_STEP_NONE ||
          seen.step == SST_STEP_PROVISIONAL);
    HOLDS(before.start_ms == seen.timer.start_ms && before.interval == seen.timer.interval);
    HOLDS(before.refresher == seen.timer.refresher);
}

static void check_relay(const struct sst_msg *msg)
{
    struct sst_relay relay;
    HOLDS(!sst_relay_is_b2bua(msg, msg));
    if (msg->status == 0 && !(msg->has & SST_MSG_SESSION_EXPIRES)) {
        HOLDS(sst_relay_request(&relay, msg, msg, SST_ABSOLUTE_MIN_S) == 0);
    } else {
        relay = (struct sst_relay){0};
        HOLDS(sst_relay_response(&relay, msg, msg) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct seen state = {0};
    struct sst_watch watch;
    uint64_t now = 0;
    sst_watch_init(&watch, take8(&input) & 1 ? 1 : SST_ABSOLUTE_MIN_S);
    while (input.left >= ENTRY) {
        struct sst_msg msg;
        struct sst_watch_seen seen;
        enum sst_party from;
        unsigned flags;
        read_message(&input, &msg, &from, &flags);
        uint64_t hundreds = take8(&input);
        now += (hundreds << 8 | take8(&input)) * 100u;
        HOLDS(sst_watch_message(&watch, &msg, from, flags, now, &seen) == SST_OK);
        state.senders |= (unsigned)from;
        state.ended = state.ended || seen.step == SST_STEP_ENDED;
        check_timer(&seen.timer);
        check_findings(seen.by_caller | seen.by_callee);
        if (msg.method == SST_METHOD_INVITE || msg.method == SST_METHOD_UPDATE) {
            check_copy(&watch, &msg, from, now);
        }
        check_relay(&msg);
        check_result(&watch, now, &state);
        check_result(&watch, now + 10000000u, &state);
    }
    return 0;
}
