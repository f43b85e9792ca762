/* SPDX-License-Identifier: MIT */
/* Who owns the calls: when the store is asked, for what, and what its answers mean. */
#include <check.h>

#include "clock.h"
#include "lease.h"
#include "suite.h"

/* The last question to the store. */
static struct {
    int count;
    uint64_t epoch;
    uint64_t seen;
    uint32_t lease_ms;
} asked;

static void claim(struct store *store, uint64_t epoch, uint64_t seen, uint32_t lease_ms)
{
    (void)store;
    asked.count++;
    asked.epoch = epoch;
    asked.seen = seen;
    asked.lease_ms = lease_ms;
}

static const struct store_kind kind = {.claim = claim};
static struct store store = {.kind = &kind};

static struct lease begin(bool standby)
{
    struct lease lease;

    asked.count = 0;
    lease_begin(&lease, "a", standby, 3);
    lease_reach(&lease, true, 0);
    return lease;
}

START_TEST(owner_renews_at_a_third)
{
    struct lease lease = begin(false);

    lease_claim(&lease, &store, 500);
    ck_assert_int_eq(asked.count, 1);
    ck_assert_uint_eq(asked.epoch, 0);
    ck_assert_uint_eq(asked.seen, 0);
    ck_assert_uint_eq(asked.lease_ms, 3000);
    ck_assert_uint_eq(lease_due_ms(&lease), CLOCK_NEVER); /* it has no answer yet */

    /* Its time runs from the question, since the store may have granted it then. */
    ck_assert(lease_answered(&lease, STORE_OURS, 7, "a", 900));
    ck_assert(!lease_is_doubtful(&lease, 3499));
    ck_assert(lease_is_doubtful(&lease, 3500));
    ck_assert_uint_eq(lease_due_ms(&lease), 1500);
    lease_claim(&lease, &store, 1499);
    ck_assert_int_eq(asked.count, 1);
    lease_claim(&lease, &store, 1500);
    ck_assert_int_eq(asked.count, 2);
    ck_assert_uint_eq(asked.epoch, 7);
}
END_TEST

/* A store that has forgotten everything has no higher epoch than the highest one seen. */
START_TEST(standby_asks_for_what_has_an_owner)
{
    struct lease lease = begin(true);

    lease_claim(&lease, &store, 500);
    ck_assert_uint_eq(asked.seen, 1);
    ck_assert(lease_answered(&lease, STORE_OTHERS, 4, "b", 510));
    ck_assert_uint_eq(lease_due_ms(&lease), 750); /* a twelfth */
    lease_claim(&lease, &store, 750);
    ck_assert_uint_eq(asked.seen, 4);
    ck_assert(lease_answered(&lease, STORE_OTHERS, 0, NULL, 760));
    lease_claim(&lease, &store, 30509);
    ck_assert_uint_eq(asked.seen, 4);
    ck_assert(lease_answered(&lease, STORE_OTHERS, 0, NULL, 30509));
    lease_claim(&lease, &store, 30759); /* ten leases after the owner was seen */
    ck_assert_uint_eq(asked.seen, 0);
}
END_TEST

START_TEST(calls_of_another_node)
{
    struct lease lease = begin(false);

    lease_claim(&lease, &store, 500);
    ck_assert(
        lease_answered(&lease, STORE_OTHERS, 4, "a", 510)); /* this node, before it restarted */
    ck_assert(!lease_answered(&lease, STORE_OTHERS, 4, "b", 520));

    lease = begin(true);
    ck_assert(lease_answered(&lease, STORE_OURS, 5, "a", 530));
    ck_assert(!lease_answered(&lease, STORE_OTHERS, 6, NULL, 540)); /* the owner is unknown */
}
END_TEST

START_TEST(store_away)
{
    struct lease lease = begin(false);

    lease_claim(&lease, &store, 500);
    lease_reach(&lease, false, 5000);
    ck_assert_uint_eq(lease_due_ms(&lease), CLOCK_NEVER);
    lease_claim(&lease, &store, 5000);
    ck_assert_int_eq(asked.count, 1);
    lease_reach(&lease, true, 6000); /* the answer to the last question never comes */
    ck_assert_uint_eq(lease_due_ms(&lease), 0);
    lease.lost = true;
    ck_assert_uint_eq(lease_due_ms(&lease), CLOCK_NEVER);
}
END_TEST

/* The owner may have calls that the store has never seen: it gets a lease's time to come first,
 * or two seconds, since after an error it waits for one. */
START_TEST(standby_lets_the_owner_go_first)
{
    struct lease lease = begin(true);

    lease_claim(&lease, &store, 500);
    ck_assert_int_eq(asked.count, 1); /* not at the beginning: there may be no owner */
    ck_assert(lease_answered(&lease, STORE_OTHERS, 4, "b", 510));
    lease_reach(&lease, false, 600);
    lease_reach(&lease, true, 9000);
    lease_claim(&lease, &store, 11999);
    ck_assert_int_eq(asked.count, 1);
    lease_claim(&lease, &store, 12000);
    ck_assert_int_eq(asked.count, 2);

    lease_begin(&lease, "a", true, 1);
    lease.seen = 4;
    lease_reach(&lease, true, 9000);
    ck_assert_uint_eq(lease_due_ms(&lease), 11000);
}
END_TEST

/* Without memory the store cannot record an owner. The previous owner may have the lease again. */
START_TEST(store_full)
{
    struct lease lease = begin(false);

    lease_claim(&lease, &store, 500);
    ck_assert(lease_answered(&lease, STORE_OURS, 7, "a", 510));
    lease_claim(&lease, &store, 3500);
    ck_assert(lease_answered(&lease, STORE_NOBODYS, 7, NULL, 3510));
    ck_assert(lease_is_doubtful(&lease, 3510));
    ck_assert_uint_eq(lease_due_ms(&lease), 4500);
    lease_claim(&lease, &store, 4500);
    ck_assert_uint_eq(asked.epoch, 7);
    ck_assert(lease_answered(&lease, STORE_OURS, 7, "a", 4510));
    ck_assert(!lease_is_doubtful(&lease, 4510));

    lease = begin(true);
    lease_claim(&lease, &store, 500);
    ck_assert(lease_answered(&lease, STORE_NOBODYS, 7, NULL, 510));
    ck_assert_uint_eq(lease.epoch, 0);
    ck_assert_uint_eq(lease_due_ms(&lease), 750);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lease");
    TCase *tests = tcase_create("lease");

    tcase_add_test(tests, owner_renews_at_a_third);
    tcase_add_test(tests, standby_asks_for_what_has_an_owner);
    tcase_add_test(tests, calls_of_another_node);
    tcase_add_test(tests, store_away);
    tcase_add_test(tests, standby_lets_the_owner_go_first);
    tcase_add_test(tests, store_full);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
