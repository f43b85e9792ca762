/* SPDX-License-Identifier: MIT */
/*
 * Many concurrent calls on virtual time: everything that libsst does for them, from the text of
 * header fields to the deadline in the queue.
 *   sst-bench-life N        prints "NAME MEDIAN MIN"
 * Every other call is refreshed by this side. The interval is 1800 s. Of a hundred refreshes, one
 * gets a 422, one is lost, which ends the call, and after one the host hangs up. Each call that
 * ends makes room for another. A host's work is not measured: there is none except the peers'
 * timetable.
 */
#include "life_messages.h"
#include "measure.h"

#include <sst/sst.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HALF_S 900u
#define DAY_S 2048u /* slots of the peers' timetable, more than anyone plans ahead */
#define TIMEOUT_S 32u
#define WARM_S 2400u
#define MEASURED_S 3600u
#define COUNTED_S 60u

struct call {
    struct sst_session session; /* first, so that the session's address is also its call's */
    struct sst_tx tx;
};

/* Calls to which something happens at the same time, as a linked list. */
struct list {
    uint32_t first; /* 0: none, otherwise the number of a call plus 1 */
};

static struct sst_policy policy;
static struct sst_queue queue;
static struct call *calls;
static uint32_t *next;    /* in the list that a call is in */
static struct list asked; /* their refreshes have just been sent */
static struct list peers[DAY_S];
static struct list lost[DAY_S]; /* their refreshes time out */
static struct list ended;
static uint64_t now_ms;
static uint64_t refreshes; /* by this side, answered */
static uint64_t refreshed; /* by the peers, answered */
static uint64_t ends;

static void put(struct list *list, size_t i)
{
    next[i] = list->first;
    list->first = (uint32_t)i + 1;
}

static bool take(struct list *list, size_t *i)
{
    if (list->first == 0) {
        return false;
    }
    *i = list->first - 1u;
    list->first = next[*i];
    return true;
}

static struct list *at(struct list *timetable, uint64_t after_s)
{
    return &timetable[(now_ms / 1000u + after_s) % DAY_S];
}

static size_t number_of(const struct sst_session *session)
{
    return (size_t)((const struct call *)(const void *)session - calls);
}

static void send_request(struct call *call, enum sst_method method, unsigned flags)
{
    struct sst_headers headers;

    if (sst_session_request(&call->session, &call->tx, method, flags, now_ms, &headers) != SST_OK ||
        headers.count == 0) {
        bench_fail("no request");
    }
}

/* A response arrives; a 422 is followed. */
static void receive(struct call *call, unsigned status, enum sst_method method,
                    enum life_message message)
{
    struct sst_msg msg;
    struct sst_verdict verdict;

    sst_msg_response(&msg, status, method, SST_CSEQ_UNKNOWN);
    life_read(&msg, message);
    bench_must(sst_session_response(&call->session, &call->tx, &msg, now_ms, &verdict));
    if (verdict.action == SST_ACTION_RETRY) {
        send_request(call, method, SST_REQUEST_REFRESH);
        receive(call, 200, method, LIFE_200);
        return;
    }
    bench_must(sst_queue_update(&queue, &call->session));
}

/* The peer's request arrives and is answered with 200. */
static void serve(struct call *call, enum sst_method method)
{
    struct sst_msg msg;
    struct sst_advice advice;
    struct sst_headers headers;

    sst_msg_request(&msg, method, SST_CSEQ_UNKNOWN);
    life_read(&msg, LIFE_REQUEST);
    if (sst_session_receive(&call->session, &call->tx, &msg, now_ms, &advice) != SST_OK ||
        advice.status != 0 ||
        sst_session_answer(&call->session, &call->tx, 200, now_ms, &headers) != SST_OK) {
        bench_fail("no answer");
    }
    bench_must(sst_queue_update(&queue, &call->session));
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)user;
    if (event->type == SST_EVENT_REFRESH) {
        send_request((struct call *)(void *)session, event->method, SST_REQUEST_REFRESH);
        put(&asked, number_of(session));
    } else if (event->type == SST_EVENT_ENDED) {
        put(&ended, number_of(session));
        ends++;
    }
    return SST_CALLBACK_DONE;
}

/* A call begins: one that this side makes and refreshes, or one that the peer does. */
static void begin(size_t i)
{
    struct call *call = &calls[i];
    bool ours = i % 2 == 0;

    memset(&call->tx, 0, sizeof call->tx);
    if (sst_session_init(&call->session, &policy, ours ? SST_CALLER : SST_CALLEE) != SST_OK) {
        bench_fail("no session");
    }
    if (ours) {
        send_request(call, SST_METHOD_INVITE, SST_REQUEST_OFFER);
        receive(call, 200, SST_METHOD_INVITE, LIFE_200);
    } else {
        serve(call, SST_METHOD_INVITE);
        bench_must(sst_session_ack(&call->session, &call->tx, now_ms));
        put(at(peers, HALF_S), i);
    }
    if (sst_session_deadline(&call->session) == SST_NEVER) {
        bench_fail("a call without timer");
    }
}

static void hang_up(size_t i)
{
    (void)sst_session_end(&calls[i].session, now_ms);
    sst_queue_remove(&queue, &calls[i].session);
    put(&ended, i);
    ends++;
}

static void run_queue(void)
{
    (void)sst_queue_run(&queue, now_ms, SIZE_MAX);
}

static void answer_refreshes(void)
{
    size_t i;

    while (take(&asked, &i)) {
        uint64_t chance = bench_random(100);

        if (chance == 0) {
            put(at(lost, TIMEOUT_S), i);
        } else {
            bool refused = chance == 1;
            receive(&calls[i], refused ? 422 : 200, SST_METHOD_UPDATE,
                    refused ? LIFE_422 : LIFE_200);
            refreshes++;
            if (chance == 2) {
                hang_up(i);
            }
        }
    }
}

static void serve_peers(void)
{
    struct list due = *at(peers, 0);
    size_t i;

    at(peers, 0)->first = 0;
    while (take(&due, &i)) {
        uint64_t chance = bench_random(100);

        if (chance == 0) {
            continue; /* the peer is gone: the library must find out */
        }
        serve(&calls[i], SST_METHOD_UPDATE);
        refreshed++;
        if (chance == 1) {
            hang_up(i);
        } else {
            put(at(peers, HALF_S), i);
        }
    }
}

/* Timeouts, the host's own hang-ups, and new calls that replace the old ones. */
static void come_and_go(void)
{
    struct sst_verdict verdict;
    size_t i;

    while (take(at(lost, 0), &i)) {
        (void)sst_session_failed(&calls[i].session, &calls[i].tx, SST_OUTCOME_TIMEOUT, now_ms,
                                 &verdict);
        sst_queue_remove(&queue, &calls[i].session);
    }
    while (take(&ended, &i)) {
        begin(i);
    }
}

/* What is measured separately. */
enum part { RUN, REFRESHER, REFRESHED, TURNOVER, PARTS };

static void (*const parts[PARTS])(void) = {run_queue, answer_refreshes, serve_peers, come_and_go};
static const char *const part_names[PARTS] = {"run", "refresher", "refreshed", "turnover"};

/* The cost of reading the clock, which is part of every time. */
static uint64_t clock_cost(void)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t began = bench_cpu_ns();
        uint64_t took = bench_cpu_ns() - began;
        if (took < least) {
            least = took;
        }
    }
    return least;
}

/* Lets time pass; counted is the part that is counted, or PARTS to take the times of all. */
static void pass(unsigned seconds, enum part counted, uint64_t *ns)
{
    for (unsigned second = 0; second < seconds; second++) {
        now_ms += 1000u;
        for (unsigned part = 0; part < PARTS; part++) {
            uint64_t began = ns == NULL ? 0 : bench_cpu_ns();
            if (part == counted) {
                bench_count_resume();
            }
            parts[part]();
            if (part == counted) {
                bench_count_pause();
            }
            if (ns != NULL) {
                ns[part] += bench_cpu_ns() - began;
            }
        }
    }
}

static void print(const char *name, double value)
{
    printf("%s %.6f %.6f\n", name, value, value);
}

static void count_instructions(void)
{
    for (unsigned part = 0; part < PARTS; part++) {
        uint64_t before = refreshes;
        uint64_t before_peers = refreshed;

        bench_count_begin();
        bench_count_pause();
        pass(COUNTED_S, (enum part)part, NULL);
        bench_count_resume();
        bench_count_end(part_names[part]);
        printf("%s_refreshes %llu %llu\n", part_names[part],
               (unsigned long long)(refreshes - before),
               (unsigned long long)(refreshed - before_peers));
    }
}

static void measure_times(void)
{
    uint64_t ns[PARTS] = {0};
    double all = 0;

    refreshes = 0;
    refreshed = 0;
    ends = 0;
    pass(MEASURED_S, PARTS, ns);
    for (unsigned part = 0; part < PARTS; part++) {
        uint64_t reading = clock_cost() * MEASURED_S;
        ns[part] -= reading < ns[part] ? reading : ns[part];
        all += (double)ns[part];
    }
    print("run", (double)ns[RUN] / (double)refreshes);
    print("refresher", (double)(ns[RUN] + ns[REFRESHER]) / (double)refreshes);
    print("refreshed", (double)ns[REFRESHED] / (double)refreshed);
    print("turnover", (double)ns[TURNOVER] / (double)ends);
    print("share", all / (MEASURED_S * 1e9));
    print("refreshes", (double)(refreshes + refreshed));
    print("ends", (double)ends);
}

int main(int argc, char **argv)
{
    size_t n = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (n == 0 || n > UINT32_MAX / 2) {
        bench_fail("usage: sst-bench-life N");
    }
    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.on_event = on_event;
    next = bench_memory(n, sizeof *next);
    memset(next, 0xFF, n * sizeof *next);
    size_t before = bench_resident();
    struct sst_queue_slot *slots = aligned_alloc(64, (n * sizeof *slots + 63u) / 64u * 64u);
    calls = aligned_alloc(64, (n * sizeof *calls + 63u) / 64u * 64u);
    if (slots == NULL || calls == NULL || sst_queue_init(&queue, slots, n) != SST_OK) {
        bench_fail("no memory");
    }
    size_t begun = 0;
    for (unsigned second = 0; second < HALF_S; second++) {
        for (; begun < n * (second + 1u) / HALF_S; begun++) {
            begin(begun);
        }
        pass(1, PARTS, NULL);
    }
    print("bytes", (double)(bench_resident() - before) / (double)n);
    pass(WARM_S, PARTS, NULL);
    if (bench_counts()) {
        count_instructions();
    } else {
        measure_times();
    }
    if (queue.count + n / 100u < n || sst_queue_check(&queue) != NULL) {
        bench_fail("calls were lost");
    }
    return 0;
}
