/* SPDX-License-Identifier: MIT */
/* Whether a stored image is stale: the fingerprint changes exactly when an image would. */
#include "restore.h"
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define REMOTE_90 "Session-Expires: 90;refresher=uas"

static struct sst_policy policy;

/* Each bit of what an image holds, alone. */
START_TEST(each_bit_counts)
{
    static const struct {
        size_t at;
        size_t size;
    } fields[] = {
#define FIELD(name) {offsetof(struct sst_session, name), sizeof(((struct sst_session *)0)->name)}
        FIELD(start_ms),  FIELD(refresh_ms), FIELD(interval), FIELD(min_se),     FIELD(call_min_se),
        FIELD(next_cseq), FIELD(violations), FIELD(flags),    FIELD(guard_ms),   FIELD(raised_s),
        FIELD(events),    FIELD(ladder),     FIELD(attempts), FIELD(generation), FIELD(reason),
        FIELD(ack_s),     FIELD(named_s)};
    struct sst_session session;

    sst_policy_init(&policy);
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    uint64_t before = sst_session_fingerprint(&session);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        uint8_t *bytes = (uint8_t *)&session + fields[i].at;
        for (size_t bit = 0; bit < 8 * fields[i].size; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            ck_assert_uint_ne(sst_session_fingerprint(&session), before);
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            ck_assert_uint_eq(sst_session_fingerprint(&session), before);
        }
    }
}
END_TEST

/* What an image does not hold: the policy, and the place in a queue. */
START_TEST(nothing_else_counts)
{
    struct sst_policy other;
    struct sst_session session;

    sst_policy_init(&policy);
    sst_policy_init(&other);
    other.min_se = 120;
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLEE), SST_OK);
    uint64_t before = sst_session_fingerprint(&session);
    ck_assert_int_eq(sst_session_set_policy(&session, &other), SST_OK);
    session.queue_index = 7;
    session.queue_key = 9;
    ck_assert_uint_eq(sst_session_fingerprint(&session), before);
    ck_assert_uint_eq(sst_session_fingerprint(NULL), 0);
}
END_TEST

/* In a call that goes on: did anything change since the last time? */
static bool changed(const struct talk *t, uint64_t *last)
{
    uint64_t now = sst_session_fingerprint(t->session);
    bool result = now != *last;
    *last = now;
    return result;
}

START_TEST(it_changes_without_an_event_and_not_with_the_time)
{
    struct talk *t = connected("", UPDATES REMOTE_90);
    uint64_t last = 0;
    uint8_t image[SST_IMAGE_SIZE];

    ck_assert(changed(t, &last));
    until(t, 40); /* nothing is due */
    looks(t);
    ck_assert(!changed(t, &last));
    ck_assert_int_eq(sst_session_save(t->session, t->now_ms, image, sizeof image, NULL), SST_OK);
    ck_assert(!changed(t, &last));
    told(t);
    /* Min-SE, and a request that is pending */
    hears(t, INVITE, TIMER " | Session-Expires: 100 | Min-SE: 100");
    ck_assert(changed(t, &last));
    expect(told(t), "");
    answers(t, INVITE, 486); /* rejected: the timer stays as it was, but nothing is pending */
    ck_assert(changed(t, &last));
    until(t, 52.4);
    ck_assert(!changed(t, &last));
    until(t, 52.5); /* OVERDUE: a flag that it was reported */
    ck_assert(changed(t, &last));
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image_fingerprint");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_bit_counts);
    tcase_add_test(tcase, nothing_else_counts);
    tcase_add_test(tcase, it_changes_without_an_event_and_not_with_the_time);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
