/* SPDX-License-Identifier: MIT */
/*
 * Each final status from 200 to 699 as the response to a request of the application's, which
 * refreshes like any other: RFC 4028 §7.2, §10.
 */
#include "status_classes.h"

#define TIMER "Supported: timer | Session-Expires: 1800"
#define ALLOWED " | Allow: INVITE, ACK, BYE, UPDATE"

struct own_request {
    const char *peer; /* header fields of the call's 2xx */
    enum sst_method method;
    const char *end;   /* the verdict for 408 and 481 */
    const char *event; /* the event that comes with it, followed by the status */
};

static const struct own_request own_requests[] = {
    {TIMER ";refresher=uac" ALLOWED, INVITE, "ended", "ended refresh_"},
    {TIMER ";refresher=uac" ALLOWED, UPDATE, "ended", "ended refresh_"},
    {TIMER ";refresher=uas" ALLOWED, INVITE, "ended", "ended refresh_"},
    {TIMER ";refresher=uas" ALLOWED, UPDATE, "ended", "ended refresh_"},
    /* Nothing has shown that the peer supports UPDATE: a re-INVITE first. */
    {TIMER ";refresher=uac", UPDATE, "failed", "refresh INVITE offer"},
    {TIMER ";refresher=uas", UPDATE, "failed", "refresh INVITE offer"},
    /* Without a timer it is the application's business. */
    {"Supported: timer" ALLOWED, INVITE, "failed", ""},
    {"Supported: timer" ALLOWED, UPDATE, "failed", ""},
};

static const char *own_verdict(const struct own_request *own, char class_)
{
    switch (class_) {
    case 'S':
        return "refreshed";
    case 'E':
        return own->end;
    case 'A':
        return "auth";
    case 'G':
        return "wait 3.05";
    default:
        return "failed";
    }
}

static void one_own(const struct own_request *own, unsigned status)
{
    struct talk *t = connected("", own->peer);
    char class_ = class_of(status, own->method);
    const char *verdict = own_verdict(own, class_);
    uint64_t refresh = info_of(t).refresh_ms;
    uint64_t expires = info_of(t).expires_ms;
    char events[64] = "";

    asks(t, own->method);
    if (class_ == 'S') {
        expect(gets(t, own->method, status, "Session-Expires: 600;refresher=uac | Require: timer"),
               verdict);
        ck_assert_uint_eq(info_of(t).refresh_ms, t->now_ms + 300000u);
        ck_assert_uint_eq(info_of(t).expires_ms, t->now_ms + 600000u);
        end_talk(t);
        return;
    }
    expect(gets(t, own->method, status, ""), verdict);
    looks(t);
    if (class_ == 'E' && own->event[0] != '\0') {
        snprintf(events, sizeof events, "0 %s", own->event);
        if (strcmp(verdict, "ended") == 0) {
            snprintf(events, sizeof events, "0 %s%u", own->event, status);
        }
    } else {
        snprintf(events, sizeof events, "%s",
                 class_ == 'I' ? "0 violation 422_without_min_se" : "");
        ck_assert_uint_eq(info_of(t).refresh_ms, refresh);
        ck_assert_uint_eq(info_of(t).expires_ms, expires);
    }
    expect(told(t), events);
    end_talk(t);
}

/* Shows: 7.2-11 10-1 10-2 EC-50 EC-52 EC-60 EC-61 */
START_TEST(each_status_to_each_request_of_the_application)
{
    for (unsigned status = 200; status <= 699; status++) {
        for (size_t i = 0; i < COUNT_OF(own_requests); i++) {
            one_own(&own_requests[i], status);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exhaustive_requests");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, each_status_to_each_request_of_the_application);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
