/* SPDX-License-Identifier: MIT */
/*
 * Each final status from 200 to 699 as the response to a refresh: by either side, by either method,
 * at each stage of the ladder, after a timeout and for our own benefit: RFC 4028 §10, EC-50 to
 * EC-62.
 */
#include "status_classes.h"

#define TIMEOUT 1 /* instead of a status: no response came */
#define TIMER "Supported: timer | Session-Expires: 1800"
#define ALLOWED " | Allow: INVITE, ACK, BYE, UPDATE"

/*
 * A stage: how it is reached, which request is pending then, and, by hand, what comes next if that
 * method is struck out, if its offer is, and if it times out or gets 408 or 481 ("" for the end).
 * other is the way after a transient rejection (EC-111), wait_s the back-off that the stage has
 * reached.
 */
struct stage {
    const char *policy;
    const char *peer; /* header fields of the call's 2xx, or of its INVITE */
    unsigned refused[3];
    const char *way;
    const char *next;
    const char *offerless;
    const char *instead_of_end;
    const char *other;
    unsigned wait_s;
};

#define OFFER "INVITE offer"
#define PLAIN "INVITE plain"
#define INVITE_FIRST "method=invite"
#define UPDATE_ANYWAY "method=update"
#define PATIENT "timeout_retries=1"
#define SELFISH "mode=request own_benefit=yes"

static const struct stage stages[] = {
    {"", TIMER ALLOWED, {0}, "UPDATE", OFFER, OFFER, "", OFFER, 2},
    {"", TIMER ALLOWED, {403}, OFFER, "", PLAIN, "", OFFER, 2},
    {"", TIMER ALLOWED, {403, 488}, PLAIN, "", "", "", PLAIN, 2},
    {"", TIMER, {0}, OFFER, "", PLAIN, "", OFFER, 2},
    {"", TIMER, {488}, PLAIN, "", "", "", PLAIN, 2},
    {INVITE_FIRST, TIMER ALLOWED, {0}, OFFER, "UPDATE", "UPDATE", "", "UPDATE", 2},
    {INVITE_FIRST, TIMER ALLOWED, {403}, "UPDATE", "", "", "", "UPDATE", 2},
    {INVITE_FIRST, TIMER ALLOWED, {488}, "UPDATE", PLAIN, PLAIN, "", PLAIN, 2},
    {INVITE_FIRST, TIMER ALLOWED, {488, 403}, PLAIN, "", "", "", PLAIN, 2},
    {PATIENT, TIMER ALLOWED, {TIMEOUT}, "UPDATE", OFFER, OFFER, "", OFFER, 2},
    {PATIENT, TIMER ALLOWED, {408}, "UPDATE", OFFER, OFFER, "", OFFER, 2}, /* EC-118 */
    {PATIENT, TIMER, {TIMEOUT}, OFFER, "", PLAIN, "", OFFER, 2},
    {UPDATE_ANYWAY, TIMER, {0}, "UPDATE", OFFER, OFFER, OFFER, OFFER, 2},
    {UPDATE_ANYWAY, TIMER, {TIMEOUT}, OFFER, "", PLAIN, "", OFFER, 2},
    {UPDATE_ANYWAY, TIMER, {405}, OFFER, "", PLAIN, "", OFFER, 2},
    {"", TIMER ALLOWED, {503}, OFFER, "UPDATE", "UPDATE", "", "UPDATE", 4},
    {"", TIMER ALLOWED, {503, 503}, "UPDATE", OFFER, OFFER, "", OFFER, 8},
    {"", TIMER, {503, 500, 480}, OFFER, "", PLAIN, "", OFFER, 16},
    {SELFISH, "", {0}, OFFER, "", PLAIN, "", OFFER, 2},
    {SELFISH, "Allow: UPDATE", {0}, "UPDATE", OFFER, OFFER, OFFER, OFFER, 2},
    {SELFISH, "Allow: UPDATE", {408}, OFFER, "", PLAIN, "", OFFER, 2},
};

static const char *announced(const struct talk *t)
{
    const struct sst_event *event = &t->refresh;
    return event->method == UPDATE ? "UPDATE" : event->with_offer ? "INVITE offer" : "INVITE plain";
}

static struct talk *come_to(const struct stage *stage, bool is_caller, enum sst_method *method)
{
    char peer[160];
    const char *refresher = strstr(stage->peer, TIMER) != NULL ? ";refresher=" : "";

    /* refresher must follow the interval directly */
    if (refresher[0] != '\0') {
        snprintf(peer, sizeof peer, TIMER "%s%s%s", refresher, is_caller ? "uac" : "uas",
                 stage->peer + strlen(TIMER));
    } else {
        snprintf(peer, sizeof peer, "%s", stage->peer);
    }
    struct talk *t = is_caller ? connected(stage->policy, peer) : called(stage->policy, peer);
    for (unsigned i = 0; i <= COUNT_OF(stage->refused); i++) {
        unsigned refused = i < COUNT_OF(stage->refused) ? stage->refused[i] : 0;
        char way[16];
        ck_assert_uint_ne(info_of(t).refresh_ms, SST_NEVER);
        until(t, (double)(info_of(t).refresh_ms - t->begin_ms) / 1000.0);
        snprintf(way, sizeof way, "%s", announced(t));
        *method = t->refresh.method;
        refreshes(t);
        from_here(t);
        if (refused == 0) {
            expect(way, stage->way);
            return t;
        }
        if (refused == TIMEOUT) {
            loses(t, *method, SST_OUTCOME_TIMEOUT);
        } else {
            gets(t, *method, refused, "");
        }
    }
    ck_abort_msg("no such stage");
    return NULL;
}

/* The verdict, then the events up to that moment, each as text. */
static void expect_after(struct talk *t, const char *got, const char *verdict, double seconds,
                         const char *events)
{
    char first[32];

    snprintf(first, sizeof first, "%s", got);
    until(t, seconds);
    const char *then = told(t);
    ck_assert_msg(strcmp(first, verdict) == 0 && strcmp(then, events) == 0,
                  "%s; %s (instead of %s; %s)", first, then, verdict, events);
}

/* The next method at once; or none is left, which is reported once. */
static void expect_next(struct talk *t, const char *got, const char *violation, const char *next)
{
    char events[96];

    snprintf(events, sizeof events, "%s%s%s", violation,
             next[0] == '\0' ? "0 refused" : "0 refresh ", next);
    expect_after(t, got, next[0] == '\0' ? "failed" : "wait 0", 0, events);
}

static void expect_again(struct talk *t, const char *got, const char *verdict, const char *seconds,
                         const char *way)
{
    char events[96];
    char wait[32];

    snprintf(events, sizeof events, "%s refresh %s", seconds, way);
    snprintf(wait, sizeof wait, "wait %s", seconds);
    expect_after(t, got, verdict[0] == '\0' ? wait : verdict, strtod(seconds, NULL), events);
}

static void expect_end(struct talk *t, const char *got, unsigned status, const struct stage *stage)
{
    char events[32];

    if (stage->instead_of_end[0] != '\0') {
        expect_next(t, got, "", stage->instead_of_end);
        return;
    }
    snprintf(events, sizeof events, "0 ended refresh_%u", status);
    expect_after(t, got, "ended", 3000, events);
}

/* A 2xx: the next refresh comes half an interval later, whatever the ladder had reached. That is
 * later than the sending, which is known to 1/256 of the interval, rounded down; EC-132. */
static void expect_success(struct talk *t, uint64_t started_ms, const char *got)
{
    uint64_t passed = t->now_ms - started_ms;
    uint64_t sent = started_ms + passed * 256u / 1800000u * 1800000u / 256u;

    expect(got, "refreshed");
    ck_assert_uint_eq(info_of(t).expires_ms, t->begin_ms + 1800000u);
    ck_assert_uint_eq(info_of(t).refresh_ms, sent + 900000u);
    ck_assert_int_eq(info_of(t).side, SST_SIDE_LOCAL);
}

static void expect_class(struct talk *t, const struct stage *stage, char class_, unsigned status,
                         bool is_caller, uint64_t started_ms, const char *got)
{
    char seconds[16];

    snprintf(seconds, sizeof seconds, "%u", stage->wait_s);
    switch (class_) {
    case 'S':
        expect_success(t, started_ms, got);
        break;
    case 'E':
        expect_end(t, got, status, stage);
        break;
    case 'T':
        expect_again(t, got, "", seconds, stage->other);
        break;
    case 'G':
        expect_again(t, got, "", is_caller ? "3.05" : "1", stage->way);
        break;
    case 'A':
        expect_again(t, got, "auth", seconds, stage->way);
        break;
    case 'O':
        expect_next(t, got, "", stage->offerless);
        break;
    case 'D':
        expect_next(t, got, "0 violation dialog_lost; ", stage->next);
        break;
    case 'I':
        expect_next(t, got, "0 violation 422_without_min_se; ", stage->next);
        break;
    default:
        expect_next(t, got, "", stage->next);
        break;
    }
}

/* Each status arrives at the same moment: the talk as it is then is saved, and put back. */
static void each_status(const struct stage *stage, bool is_caller)
{
    enum sst_method method;
    struct talk *t = come_to(stage, is_caller, &method);
    struct sst_session session = *t->session;
    struct talk *kept = malloc(sizeof *kept);
    uint64_t expires = info_of(t).expires_ms;
    uint64_t started = info_of(t).start_ms;

    ck_assert_ptr_nonnull(kept);
    *kept = *t;
    for (unsigned status = 200; status <= 699; status++) {
        char class_ = class_of(status, method);
        const char *headers =
            class_ == 'S' ? "Require: timer | Session-Expires: 1800;refresher=uac" : "";
        *t = *kept;
        *t->session = session;
        expect_class(t, stage, class_, status, is_caller, started,
                     gets(t, method, status, headers));
        if (class_ != 'S' && !info_of(t).ended) {
            ck_assert_uint_eq(info_of(t).expires_ms, expires); /* only a 2xx moves it */
        }
    }
    free(kept);
    end_talk(t);
}

/* Shows: 7.4-11 7.4-12 7.4-13 10-1 10-2 10-3 EC-50 EC-52 EC-53 EC-54 EC-55 EC-56 EC-57 EC-59 */
/* Shows: 10-7 EC-60 EC-61 EC-62 EC-111 EC-113 EC-132 */
START_TEST(each_status_at_each_stage_of_the_ladder)
{
    for (size_t i = 0; i < COUNT_OF(stages); i++) {
        each_status(&stages[i], true);
        each_status(&stages[i], false);
    }
}
END_TEST

/* Shows: 10-2 EC-50 EC-51 */
START_TEST(silence_and_a_broken_transport_at_each_stage)
{
    for (size_t i = 0; i < COUNT_OF(stages) * 2; i++) {
        const struct stage *stage = &stages[i / 2];
        enum sst_method method;
        struct talk *t = come_to(stage, i % 2 == 0, &method);
        const char *got = loses(t, method, SST_OUTCOME_TIMEOUT);

        if (stage->instead_of_end[0] != '\0') {
            expect_next(t, got, "", stage->instead_of_end);
        } else {
            /* Also the second timeout, if one was forgiven. */
            expect_after(t, got, "ended", 3000, "0 ended refresh_timeout");
        }
        end_talk(t);

        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", stage->wait_s);
        t = come_to(stage, i % 2 == 0, &method);
        expect_again(t, loses(t, method, SST_OUTCOME_TRANSPORT), "", seconds, stage->other);
        end_talk(t);
        t = come_to(stage, i % 2 == 0, &method);
        expect_again(t, drops(t, method), "ok", seconds, stage->way); /* as if never begun */
        end_talk(t);
    }
}
END_TEST

/* Shows: 7.3-1 7.4-7 10-1 10-6 EC-28 EC-53 */
START_TEST(what_a_refusal_says_counts_at_each_stage)
{
    for (size_t i = 0; i < COUNT_OF(stages) * 2; i++) {
        const struct stage *stage = &stages[i / 2];
        enum sst_method method;
        struct talk *t = come_to(stage, i % 2 == 0, &method);
        uint64_t expires = info_of(t).expires_ms;

        expect(gets(t, method, 422, "Min-SE: 3600"), "retry");
        ck_assert_uint_eq(info_of(t).expires_ms, expires);
        ck_assert_uint_eq(info_of(t).interval, 1800);
        expect(asks(t, method),
               "Supported: timer | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
        end_talk(t);

        t = come_to(stage, i % 2 == 0, &method);
        expect_again(t, gets(t, method, 503, "Retry-After: 7"), "", "7", stage->other);
        end_talk(t);
        t = come_to(stage, i % 2 == 0, &method);
        expect_again(t, gets(t, method, 500, "Retry-After: 0"), "", "0", stage->other);
        end_talk(t);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_failures");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, each_status_at_each_stage_of_the_ladder);
    tcase_add_test(tcase, silence_and_a_broken_transport_at_each_stage);
    tcase_add_test(tcase, what_a_refusal_says_counts_at_each_stage);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
