/* SPDX-License-Identifier: MIT */
/* The bytes of an image: their layout, and that only a whole image is accepted. */
#include "exact.h"
#include "restore.h"
#include "same_session.h"
#include "session/event.h"
#include "session/refused.h"

#define SIZE SST_IMAGE_SIZE

/* Written by hand from the layout in src/session/image.c, except the CRC-32, which zlib computed.
 * */
static const uint8_t golden[SIZE] = {
    0xD5, 0x53, 0x53, 0x54,                         /* magic */
    0x00, 0x02, 0x00, 0x40,                         /* version 2, 64 bytes */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x93, 0xE0, /* began 300 s ago */
    0x40, 0x00, 0x00, 0x00, 0x00, 0x09, 0x27, 0xC0, /* refresh in 600 s */
    0x00, 0x00, 0x07, 0x08,                         /* interval: 1800 s */
    0x7D, 0x00, 0x00, 0x05,                         /* guard: 32000 ms; run 5 s longer */
    0x00, 0x00, 0x00, 0x78,                         /* Min-SE of the dialog: 120 */
    0x00, 0x00, 0x00, 0x5A,                         /* Min-SE of the Call-ID: 90 */
    0x01, 0x02, 0x03, 0x04,                         /* next CSeq of the peer */
    0x00, 0x80, 0x00, 0x02,                         /* violations 1 and 23 */
    0x00, 0x00, 0xD0, 0x06, /* confirmed, this side refreshes, UPDATE allowed, caller, supports */
    0x01, 0xA9, 0x13, 0x7F, /* a violation is to be reported; ladder, attempts, generation */
    0x00, 0x07, 0x09, 0x00, /* no reason, seconds to the ACK and to a named moment, nothing */
    0xDD, 0x24, 0x07, 0x98, /* CRC-32 */
};

static struct sst_policy policy;
static struct sst_session session;

/* The session that golden is an image of, at 301 s on the clock. */
static void setup(void)
{
    sst_policy_init(&policy);
    memset(&session, 0, sizeof session);
    session.policy = &policy;
    session.start_ms = sst_time_in(1000);
    session.refresh_ms = sst_time_in(901000);
    session.interval = 1800;
    session.guard_ms = 32000;
    session.min_se = 120;
    session.call_min_se = 90;
    session.raised_s = 5;
    session.next_cseq = 0x01020304;
    session.queue_index = 77;
    session.violations =
        SST_VIOLATION_BIT(SST_VIOLATION_SE_REPEATED) | SST_VIOLATION_BIT(SST_VIOLATION_CSEQ_LOW);
    session.flags = F_CALLER | F_PEER_SUPPORTS;
    sst_set_phase(&session, PHASE_CONFIRMED);
    sst_set_runs(&session, RUNS_LOCAL);
    sst_set_update(&session, UPDATE_ALLOWED);
    session.events = sst_event_bit(SST_EVENT_VIOLATION);
    session.ladder = LADDER_SECOND | LADDER_UPDATE_TRIED | UPDATE_OUT << LADDER_UPDATE_AT |
                     INVITE_PLAIN << LADDER_INVITE_AT;
    session.attempts = 3u << BACKOFF_AT | 2u << GLARES_AT;
    session.ack_s = 7;
    session.named_s = 9;
    session.generation = 0x7F;
    ck_assert_pstr_eq(sst_session_check(&session), NULL);
}

static void seal(uint8_t *image, size_t length)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < 8 * (length - 4); i++) {
        uint32_t bit = (uint32_t)image[i / 8] >> (i % 8);
        crc = ((crc ^ bit) & 1u) ? (crc >> 1) ^ UINT32_C(0xEDB88320) : crc >> 1;
    }
    for (size_t i = 0; i < 4; i++) {
        image[length - 4 + i] = (uint8_t)(~crc >> (24 - 8 * i));
    }
}

static int restore(struct sst_session *into, const uint8_t *image, size_t length)
{
    struct exact copy = exact_copy((const char *)image, length);
    int result = sst_session_restore(
        into, &policy, FROM((const uint8_t *)copy.text, length, 0, 0, SST_RESTORE_TRANSACTIONS),
        5000);
    exact_free(&copy);
    return result;
}

/* Rejected with this result, and the session is as it was. */
static void refuses(const uint8_t *image, size_t length, int result)
{
    struct sst_session into;
    struct sst_session before;
    memset(&into, 0x5A, sizeof into);
    memcpy(&before, &into, sizeof into);
    int got = restore(&into, image, length);
    if (got != result || memcmp(&into, &before, sizeof into) != 0) {
        ck_abort_msg("got %s instead of %s", sst_result_name(got), sst_result_name(result));
    }
}

START_TEST(layout_is_as_documented)
{
    uint8_t image[SIZE + 1];
    size_t need = 0;
    memset(image, 0xEE, sizeof image);
    ck_assert_int_eq(sst_session_save(&session, 301000, image, sizeof image, &need), SST_OK);
    ck_assert_uint_eq(need, SIZE);
    ck_assert_mem_eq(image, golden, SIZE);
    ck_assert_uint_eq(image[SIZE], 0xEE);
}
END_TEST

START_TEST(every_field_comes_back)
{
    struct sst_session into;
    ck_assert_int_eq(restore(&into, golden, SIZE), SST_OK);
    ck_assert_uint_eq(into.start_ms, sst_time_in(5000) - 300000);
    ck_assert_uint_eq(into.refresh_ms, sst_time_in(5000) + 600000);
    into.start_ms = session.start_ms;
    into.refresh_ms = session.refresh_ms;
    session.queue_index = 0;
    ck_assert(is_same_session(&into, &session));
}
END_TEST

/* Very old times: what is further in the past than the image can say is stored as the oldest time
 * it can say. */
START_TEST(what_is_past_for_ages_stays_past)
{
    static const uint8_t longest[8] = {0};
    uint8_t image[SIZE];
    struct sst_session into;
    ck_assert_int_eq(sst_session_save(&session, UINT64_C(1) << 63, image, SIZE, NULL), SST_OK);
    ck_assert_mem_eq(image + 16, longest, sizeof longest); /* where golden has its refresh */
    ck_assert_int_eq(restore(&into, image, SIZE), SST_OK);
    ck_assert_uint_eq(into.refresh_ms, into.start_ms);
    ck_assert_uint_eq(sst_session_deadline(&into), 0);
}
END_TEST

START_TEST(session_without_a_call_comes_back)
{
    uint8_t image[SIZE];
    struct sst_session into;
    ck_assert_int_eq(sst_session_init(&session, &policy, SST_CALLER), SST_OK);
    ck_assert_int_eq(sst_session_save(&session, 301000, image, SIZE, NULL), SST_OK);
    ck_assert_int_eq(restore(&into, image, SIZE), SST_OK);
    ck_assert(is_same_session(&into, &session));
}
END_TEST

START_TEST(arguments_are_checked)
{
    uint8_t image[SIZE];
    struct sst_policy wrong = policy;
    memcpy(image, golden, SIZE);
    ck_assert_int_eq(sst_session_save(NULL, 0, image, SIZE, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_save(&session, 0, NULL, SIZE, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_save(&session, 0, NULL, 1, NULL), SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_restore(NULL, &policy, FROM(image, SIZE, 0, 0, 0), 0),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_restore(&session, NULL, FROM(image, SIZE, 0, 0, 0), 0),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_restore(&session, &policy, FROM(NULL, SIZE, 0, 0, 0), 0),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_restore(&session, &policy, FROM(image, SIZE, 0, 0, 4), 0),
                     SST_ERR_ARGUMENT);
    ck_assert_int_eq(sst_session_restore(
                         &session, &policy,
                         FROM(image, SIZE, 0, 0, SST_RESTORE_TRANSACTIONS | SST_RESTORE_TAKEOVER),
                         0),
                     SST_ERR_ARGUMENT); /* another host has none of them */
    ck_assert_int_eq(sst_session_restore(&session, &policy, NULL, 0), SST_ERR_ARGUMENT);
    wrong.min_se = 1;
    ck_assert_int_eq(sst_session_restore(&session, &wrong, FROM(image, SIZE, 0, 0, 0), 0),
                     sst_policy_check(&wrong, NULL));
    ck_assert_int_ne(sst_policy_check(&wrong, NULL), SST_OK);
    ck_assert_uint_eq(session.queue_index, 77); /* untouched by all that */
}
END_TEST

START_TEST(too_small_a_buffer_stays_untouched)
{
    uint8_t image[SIZE];
    uint8_t before[SIZE];
    size_t need = 0;
    memset(image, 0xEE, SIZE);
    memcpy(before, image, SIZE);
    ck_assert_int_eq(sst_session_save(&session, 0, image, SIZE - 1, &need), SST_ERR_SPACE);
    ck_assert_uint_eq(need, SIZE);
    ck_assert_int_eq(sst_session_save(&session, 0, NULL, 0, &need), SST_ERR_SPACE);
    ck_assert_int_eq(sst_session_save(&session, 0, image, 0, NULL), SST_ERR_SPACE);
    ck_assert_mem_eq(image, before, SIZE);
}
END_TEST

START_TEST(each_flipped_bit_is_noticed)
{
    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        uint8_t image[SIZE];
        memcpy(image, golden, SIZE);
        image[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        refuses(image, SIZE, SST_ERR_DAMAGED);
    }
}
END_TEST

START_TEST(two_flipped_bits_are_noticed)
{
    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        for (size_t other = bit + 1; other < 8 * SIZE; other += 1 + bit % 16) {
            uint8_t image[SIZE];
            memcpy(image, golden, SIZE);
            image[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            image[other / 8] ^= (uint8_t)(1u << (other % 8));
            refuses(image, SIZE, SST_ERR_DAMAGED);
        }
    }
}
END_TEST

START_TEST(each_truncation_and_extension_is_noticed)
{
    uint8_t image[2 * SIZE] = {0};
    memcpy(image, golden, SIZE);
    for (size_t length = 0; length < 2 * SIZE; length++) {
        if (length != SIZE) {
            refuses(image, length, SST_ERR_DAMAGED);
        }
        if (length > 12 && length != SIZE) {
            uint8_t sealed[2 * SIZE];
            memcpy(sealed, image, sizeof sealed);
            seal(sealed, length); /* whole, but its length differs from what it says */
            refuses(sealed, length, SST_ERR_DAMAGED);
            sealed[7] = (uint8_t)length;
            seal(sealed, length); /* and from what this version has */
            refuses(sealed, length, SST_ERR_DAMAGED);
        }
    }
}
END_TEST

START_TEST(image_of_another_version_is_told_from_a_damaged_one)
{
    uint8_t image[SIZE + 8] = {0};
    memcpy(image, golden, SIZE);
    image[5] = 3;
    refuses(image, SIZE, SST_ERR_DAMAGED); /* the CRC does not match */
    seal(image, SIZE);
    refuses(image, SIZE, SST_ERR_VERSION);
    image[4] = 0xFF;
    seal(image, SIZE);
    refuses(image, SIZE, SST_ERR_VERSION);
    seal(image, SIZE + 8); /* its length differs from what it says */
    refuses(image, SIZE + 8, SST_ERR_DAMAGED);
    image[7] = SIZE + 8;
    seal(image, SIZE + 8);
    refuses(image, SIZE + 8, SST_ERR_VERSION);
    image[7] = 12; /* the minimum for any version */
    seal(image, 12);
    refuses(image, 12, SST_ERR_VERSION);
    memcpy(image, golden, SIZE);
    image[5] = 1; /* of 0.1 */
    seal(image, SIZE);
    refuses(image, SIZE, SST_ERR_VERSION);
}
END_TEST

START_TEST(each_field_is_checked)
{
    static const struct {
        size_t at;
        uint8_t value;
        size_t also_at; /* 0: nowhere */
        uint8_t also;
    } wrong[] = {
        {0, 0x53, 0, 0}, /* magic */
        {1, 0x54, 0, 0},      {2, 0x54, 0, 0},
        {3, 0x53, 0, 0},      {28, 0x7E, 0, 0}, /* guard: 32256 ms, and 32 s is the maximum */
        {40, 0x81, 0, 0},                       /* CSeq of 2^31 and more */
        {44, 0x08, 0, 0},                       /* violation 27 */
        {45, 0x00, 47, 0x00},                   /* no violation, but one to be reported */
        {52, 0x00, 0, 0},                       /* violations, and none to be reported */
        {49, 0x01, 57, 0},                      /* an answer that is awaited without an ACK */
        {51, 0x07, 52, 0x81},                   /* ended by the host, but to be reported */
        {51, 0x0A, 0, 0},                       /* the peer refreshes, but this side plans to */
        {51, 0x17, 57, 0},                      /* an INVITE after the end */
        {51, 0x07, 0, 0},                       /* an ACK that is awaited after the end */
        {52, 0x81, 0, 0},                       /* an end to be reported, and there was none */
        {51, 0x02, 52, 0x41},                   /* a refresh to be reported, without a timer */
        {53, 0x05, 0, 0},                       /* a way of the ladder without a name */
        {56, 8, 0, 0},                          /* reason 8 */
        {57, 33, 0, 0},                         /* more than 64*T1 */
        {59, 1, 0, 0},                          /* must always be 0 */
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        uint8_t image[SIZE];
        memcpy(image, golden, SIZE);
        image[wrong[i].at] = wrong[i].value;
        if (wrong[i].also_at != 0) {
            image[wrong[i].also_at] = wrong[i].also;
        }
        seal(image, SIZE);
        refuses(image, SIZE, SST_ERR_DAMAGED);
    }
}
END_TEST

/* EC-119: the watcher's plan is its one rescue; without that it plans nothing. */
START_TEST(a_plan_of_the_watcher_is_its_rescue)
{
    struct sst_session into;
    uint8_t image[SIZE];
    memcpy(image, golden, SIZE);
    image[48] = 0x01; /* one refresh by the watcher */
    image[51] = 0x0A; /* confirmed, the peer refreshes */
    seal(image, SIZE);
    for (unsigned flags = 0; flags <= SST_RESTORE_TAKEOVER; flags++) {
        ck_assert_int_eq(sst_session_restore(&into, &policy, FROM(image, SIZE, 0, 0, flags), 0),
                         SST_OK);
    }
}
END_TEST

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 32);
}

START_TEST(random_bytes_are_refused)
{
    uint64_t state = 4028;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t image[2 * SIZE];
        size_t length = next_random(&state) % sizeof image;
        for (size_t i = 0; i < length; i++) {
            image[i] = (uint8_t)next_random(&state);
        }
        if (length >= 8 && round % 2 == 0) {
            memcpy(image, golden, 8); /* the beginning is right */
        }
        refuses(image, length, SST_ERR_DAMAGED);
    }
}
END_TEST

/* Everything that a host might do next. */
static void use(struct sst_session *restored, uint64_t *state)
{
    struct sst_tx tx = {0};
    struct sst_headers headers;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_event event;
    struct sst_msg msg;
    uint8_t image[SIZE];
    uint64_t now_ms = 5000;
    for (unsigned step = 0; step < 8; step++) {
        enum sst_method method = next_random(state) % 2 ? SST_METHOD_INVITE : SST_METHOD_UPDATE;
        now_ms += next_random(state) >> (next_random(state) % 32u);
        (void)sst_session_advance(restored, now_ms);
        while (sst_session_next_event(restored, now_ms, &event)) {
        }
        if (next_random(state) % 2) {
            whatever(sst_session_request(restored, &tx, method, next_random(state) % 4u, now_ms,
                                         &headers));
            sst_msg_response(&msg, 200 + 2 * (next_random(state) % 200), method, 0);
            (void)sst_session_response(restored, &tx, &msg, now_ms, &verdict);
        } else {
            sst_msg_request(&msg, method, 0);
            whatever(sst_session_receive(restored, &tx, &msg, now_ms, &advice));
            whatever(sst_session_answer(restored, &tx, 200, now_ms, &headers));
        }
        ck_assert_int_eq(sst_session_save(restored, now_ms, image, SIZE, NULL), SST_OK);
        ck_assert_pstr_eq(sst_session_check(restored), NULL);
    }
}

/* Images that are whole but say anything: either rejected, or a session like any other. */
START_TEST(whole_images_with_random_fields_are_refused_or_right)
{
    uint64_t state = 4028;
    unsigned taken = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t image[SIZE];
        struct sst_session into;
        memcpy(image, golden, SIZE);
        for (unsigned i = 0; i < 1 + round % 8; i++) {
            image[8 + next_random(&state) % 51u] = (uint8_t)next_random(&state);
        }
        seal(image, SIZE);
        int result = restore(&into, image, SIZE);
        if (result == SST_OK) {
            taken++;
            use(&into, &state);
        } else if (result != SST_ERR_DAMAGED) {
            ck_abort_msg("%s", sst_result_name(result));
        }
    }
    ck_assert_uint_gt(taken, 2000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("image");
    TCase *tcase = tcase_create("bytes");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, layout_is_as_documented);
    tcase_add_test(tcase, every_field_comes_back);
    tcase_add_test(tcase, what_is_past_for_ages_stays_past);
    tcase_add_test(tcase, session_without_a_call_comes_back);
    tcase_add_test(tcase, arguments_are_checked);
    tcase_add_test(tcase, too_small_a_buffer_stays_untouched);
    tcase_add_test(tcase, each_flipped_bit_is_noticed);
    tcase_add_test(tcase, two_flipped_bits_are_noticed);
    tcase_add_test(tcase, each_truncation_and_extension_is_noticed);
    tcase_add_test(tcase, image_of_another_version_is_told_from_a_damaged_one);
    tcase_add_test(tcase, each_field_is_checked);
    tcase_add_test(tcase, a_plan_of_the_watcher_is_its_rescue);
    tcase_add_test(tcase, random_bytes_are_refused);
    tcase_add_test(tcase, whole_images_with_random_fields_are_refused_or_right);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
