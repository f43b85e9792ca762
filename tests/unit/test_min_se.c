/* SPDX-License-Identifier: MIT */
/* What Min-SE remembers: the largest value in its scope, never a smaller one later; RFC 4028 §7.4,
 * EC-26. */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES " | Allow: INVITE, ACK, BYE, UPDATE"

/* Shows: 7.4-2 7.4-4 EC-26 EC-27 */
START_TEST(a_smaller_422_does_not_lower_what_a_larger_one_taught)
{
    struct talk *t =
        connected("mode=accept", TIMER " | Session-Expires: 1800;refresher=uac" UPDATES);

    until(t, 900);
    refreshes(t);
    expect(gets(t, UPDATE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    gets(t, UPDATE, 422, "Min-SE: 2000");
    ck_assert_uint_eq(info_of(t).min_se, 3600);
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600;refresher=uac | Min-SE: 3600");
    end_talk(t);
}
END_TEST

/* Shows: 7.4-3 7.4-4 EC-26 EC-27 */
START_TEST(nor_before_there_is_a_dialog)
{
    struct talk *t = caller("mode=request");

    asks(t, INVITE);
    expect(gets(t, INVITE, 422, "Min-SE: 3600"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600 | Min-SE: 3600");
    expect(gets(t, INVITE, 422, "Min-SE: 2000"), "failed");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 3600 | Min-SE: 3600");
    end_talk(t);
}
END_TEST

/* Shows: 7.4-2 7.4-4 EC-26 */
START_TEST(a_smaller_request_does_not_lower_what_a_larger_one_taught)
{
    struct talk *t = called("mode=accept", TIMER " | Session-Expires: 7200;refresher=uas | "
                                                 "Min-SE: 3600" UPDATES);

    serves(t, UPDATE, TIMER " | Session-Expires: 7200;refresher=uas | Min-SE: 120");
    ck_assert_uint_eq(info_of(t).min_se, 3600);
    expect(asks(t, INVITE), TIMER " | Session-Expires: 7200;refresher=uac | Min-SE: 3600");
    expect(gets(t, INVITE, 422, "Min-SE: 7201"), "retry");
    expect(asks(t, INVITE), TIMER " | Session-Expires: 7201;refresher=uac | Min-SE: 7201");
    end_talk(t);
}
END_TEST

/* Rejected requests count as well: they were received. */
/* Shows: 7.4-2 EC-26 */
START_TEST(a_request_that_was_refused_teaches_too)
{
    struct talk *t =
        called("mode=accept min_se=100", TIMER " | Session-Expires: 600;refresher=uas" UPDATES);

    expect(hears(t, UPDATE, TIMER " | Session-Expires: 90;refresher=uas | Min-SE: 900"),
           "422 Supported: timer | Min-SE: 900");
    expect(asks(t, UPDATE), TIMER " | Session-Expires: 900;refresher=uac | Min-SE: 900");
    end_talk(t);
}
END_TEST

/* Shows: 5-1 5-2 EC-05 */
START_TEST(less_than_90_teaches_90)
{
    struct talk *t = called("mode=accept", TIMER " | Session-Expires: 600;refresher=uas | "
                                                 "Min-SE: 30" UPDATES);

    expect(asks(t, UPDATE), TIMER " | Session-Expires: 600;refresher=uac | Min-SE: 90");
    expect(gets(t, UPDATE, 422, "Min-SE: 90"), "failed");
    end_talk(t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("min_se");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, a_smaller_422_does_not_lower_what_a_larger_one_taught);
    tcase_add_test(tcase, nor_before_there_is_a_dialog);
    tcase_add_test(tcase, a_smaller_request_does_not_lower_what_a_larger_one_taught);
    tcase_add_test(tcase, a_request_that_was_refused_teaches_too);
    tcase_add_test(tcase, less_than_90_teaches_90);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
