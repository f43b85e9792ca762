/* SPDX-License-Identifier: MIT */
/*
 * Calls with the verdict that each deserves: whole, in one direction only, with any one message
 * missing, and cut. What is missing from the capture never makes the other side guilty.
 */
#ifndef CAPTURES_H
#define CAPTURES_H

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

static inline void add(struct capture *capture, const char *line)
{
    ck_assert_uint_lt(capture->count, LINES_MAX);
    capture->lines[capture->count++] = line;
    capture->lines[capture->count] = NULL;
}

static inline void take(const char *const *lines, struct capture *capture)
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

static inline void check(const char *title, const char *what, const char *line,
                         const struct sst_watch_result *result, enum sst_watch_who who)
{
    bool accuses = result->who != SST_WHO_NONE && result->verdict != SST_WATCH_ENDED_OTHERWISE;
    ck_assert_msg(!accuses || result->who == who, "%s, %s `%s`: %s by %s", title, what, line,
                  sst_watch_verdict_name(result->verdict), sst_watch_who_name(result->who));
}

static inline void judge_call(const struct call *story)
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

/* Half of the messages blame nobody. */
static inline void judge_directions(const struct call *story)
{
    struct capture whole;
    take(story->lines, &whole);
    for (int kept = '<'; kept <= '>'; kept += '>' - '<') {
        struct capture half = {.count = 0};
        for (size_t i = 0; i < whole.count; i++) {
            if (strchr(whole.lines[i], kept) != NULL) {
                add(&half, whole.lines[i]);
            }
        }
        struct watched call;
        hear_all(&call, half.lines);
        struct sst_watch_result result = judged(&call, story->at);
        assert_verdict(result, INCOMPLETE, NONE);
    }
}

/* One missing message never makes the other side guilty. */
static inline void judge_losses(const struct call *story)
{
    struct capture whole;
    take(story->lines, &whole);
    for (size_t lost = 0; lost < whole.count; lost++) {
        struct capture rest = {.count = 0};
        for (size_t i = 0; i < whole.count; i++) {
            if (i != lost) {
                add(&rest, whole.lines[i]);
            }
        }
        struct watched call;
        hear_all(&call, rest.lines);
        struct sst_watch_result result = judged(&call, story->at);
        check(story->title, "without", whole.lines[lost], &result, story->who);
    }
}

/* The same over a stream, where the host sees that something is missing. */
static inline void judge_gaps(const struct call *story)
{
    struct capture whole;
    take(story->lines, &whole);
    for (size_t lost = 0; lost < whole.count; lost++) {
        struct capture before = whole;
        struct watched call;
        before.lines[lost] = NULL;
        hear_all(&call, before.lines);
        sst_watch_lost(&call.watch);
        for (size_t i = lost + 1; i < whole.count; i++) {
            hear(&call, whole.lines[i]);
        }
        struct sst_watch_result result = judged(&call, story->at);
        check(story->title, "with a gap at", whole.lines[lost], &result, story->who);
    }
}

/* A capture that begins or ends in the middle does not blame anybody else either. */
static inline void judge_cuts(const struct call *story)
{
    struct capture whole;
    struct watched call;
    take(story->lines, &whole);
    for (size_t first = 1; first < whole.count; first++) {
        hear_all(&call, whole.lines + first);
        struct sst_watch_result result = judged(&call, story->at);
        check(story->title, "from", whole.lines[first], &result, story->who);
    }
    for (size_t last = whole.count - 1; last > 0; last--) {
        whole.lines[last] = NULL;
        hear_all(&call, whole.lines);
        struct sst_watch_result result = judged(&call, strtod(whole.lines[last - 1], NULL));
        check(story->title, "up to", whole.lines[last - 1], &result, story->who);
    }
}

#endif
