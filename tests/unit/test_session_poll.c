/* SPDX-License-Identifier: MIT */
/*
 * The order of events does not depend on when the host polls. Each dialog runs once with a host
 * that polls at each deadline, and again with hosts that poll at random. EC-46, I9.
 */
#include "talk.h"

#define TIMER "Supported: timer"
#define UPDATES "Allow: UPDATE | "
#define LOCAL_90 "Session-Expires: 90;refresher=uac | Require: timer"
#define LOCAL_1800 "Session-Expires: 1800;refresher=uac | Require: timer"
#define REMOTE_90 "Session-Expires: 90;refresher=uas"
#define PEER_90 TIMER " | Session-Expires: 90;refresher=uac"

static uint64_t state;     /* of the polling times; 0: at each deadline */
static uint32_t coarse_ms; /* the longest that the host waits */

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 11) % below);
}

static void pass(struct talk *t, double seconds)
{
    uint64_t end = t->begin_ms + (uint64_t)(seconds * 1000.0 + 0.5);

    if (state == 0) {
        until(t, seconds);
        return;
    }
    while (t->now_ms < end) {
        uint64_t next_look = t->now_ms + 1u + draw(coarse_ms);
        t->now_ms = next_look < end ? next_look : end;
        for (uint32_t i = draw(3); i < 3; i++) { /* as often as it likes */
            looks(t);
        }
    }
    looks(t); /* a host that is late for a message has at least polled */
}

/* The events without their times. */
static const char *order(struct talk *t)
{
    static char text[sizeof t->log];
    size_t used = 0;
    const char *rest = told(t);

    text[0] = '\0';
    while (*rest != '\0') {
        const char *what = strchr(rest, ' ') + 1;
        size_t length = strcspn(what, ";");
        used += (size_t)snprintf(text + used, sizeof text - used, "%.*s;", (int)length, what);
        rest = what + length;
        rest += *rest == ';' ? 2 : 0;
    }
    return text;
}

static struct talk *ignored(void)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    pass(t, 100);
    return t;
}

static struct talk *watched(void)
{
    struct talk *t = connected("", UPDATES REMOTE_90);

    pass(t, 100);
    return t;
}

static struct talk *rescued(void)
{
    struct talk *t = connected("rescue=yes", UPDATES REMOTE_90);

    pass(t, 54.4);
    refreshes(t);
    pass(t, 57);
    gets(t, UPDATE, 200, REMOTE_90);
    pass(t, 110);
    return t;
}

static struct talk *refreshed(void)
{
    struct talk *t = connected("", UPDATES LOCAL_90);

    for (unsigned i = 1; i <= 10; i++) {
        pass(t, 48.0 * i);
        refreshes(t);
        gets(t, UPDATE, 200, LOCAL_90);
    }
    /* Not until the end: how often a host that does nothing is asked depends on when it polls. */
    pass(t, 535);
    return t;
}

static struct talk *refused(void)
{
    struct talk *t = connected("refused=keep", UPDATES LOCAL_1800);

    pass(t, 901);
    refreshes(t);
    gets(t, UPDATE, 405, "");
    pass(t, 902);
    refreshes(t);
    gets(t, INVITE, 488, "");
    pass(t, 903);
    refreshes(t);
    gets(t, INVITE, 403, "");
    pass(t, 2000);
    return t;
}

static struct talk *blocked(void)
{
    struct talk *t = connected("", LOCAL_90);

    pass(t, 44);
    hears(t, INVITE, PEER_90);
    pass(t, 61);
    answers(t, INVITE, 488);
    pass(t, 100);
    return t;
}

static struct talk *held(void)
{
    struct talk *t = called("", PEER_90);

    pass(t, 59);
    hears(t, INVITE, PEER_90);
    pass(t, 62);
    answers(t, INVITE, 200);
    hears_ack(t);
    pass(t, 300);
    return t;
}

/* Shows: EC-46 I9 */
START_TEST(the_order_of_events_is_the_same_whenever_the_host_looks)
{
    static struct talk *(*const dialogs[])(void) = {ignored, watched, rescued, refreshed,
                                                    refused, blocked, held};
    char exact[sizeof((struct talk *)0)->log];

    for (size_t d = 0; d < COUNT_OF(dialogs); d++) {
        state = 0;
        struct talk *t = dialogs[d]();
        snprintf(exact, sizeof exact, "%s", order(t));
        ck_assert_str_ne(exact, "");
        end_talk(t);
        for (uint64_t seed = 1; seed <= 20; seed++) {
            state = seed * UINT64_C(0x9E3779B97F4A7C15);
            coarse_ms = (uint32_t[]){60, 200, 500, 900}[seed % 4];
            t = dialogs[d]();
            expect(order(t), exact);
            end_talk(t);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_poll");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, the_order_of_events_is_the_same_whenever_the_host_looks);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
