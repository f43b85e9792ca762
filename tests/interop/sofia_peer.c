/* SPDX-License-Identifier: MIT */
/* A minimal SIP user agent on Sofia-SIP's nua: everything it does about session timers is done
 * by nua. It prints nua's events on standard output, one JSON object a line. */
#define _POSIX_C_SOURCE 200809L
#include "sofia_peer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct peer;
struct call;
#define NUA_MAGIC_T struct peer
#define NUA_HMAGIC_T struct call
#define SU_TIMER_ARG_T void
#include <sofia-sip/nua.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/soa_tag.h>

#define TICK_MS 50

struct call {
    struct peer *peer;
    nua_handle_t *handle;
    su_timer_t *hold;
    su_timer_t *hangup;
    bool ready;
    bool over;
};

struct peer {
    struct sofia_options options;
    su_home_t home[1];
    su_root_t *root;
    nua_t *nua;
    struct call *calls;
    unsigned begun;
    unsigned ended;
    bool leaving;
};

static volatile sig_atomic_t asked_to_end;

static void on_signal(int number)
{
    (void)number;
    asked_to_end = 1;
}

static void leave(struct peer *peer)
{
    if (!peer->leaving) {
        peer->leaving = true;
        nua_shutdown(peer->nua);
    }
}

static void on_hold(su_root_magic_t *magic, su_timer_t *timer, void *argument)
{
    struct call *call = argument;

    (void)magic;
    (void)timer;
    nua_invite(call->handle, SOATAG_HOLD("*"), TAG_END());
}

static void on_hangup(su_root_magic_t *magic, su_timer_t *timer, void *argument)
{
    struct call *call = argument;

    (void)magic;
    (void)timer;
    nua_bye(call->handle, TAG_END());
}

static su_timer_t *start_timer(struct call *call, double seconds, su_timer_f expired)
{
    su_timer_t *timer;

    if (seconds <= 0) {
        return NULL;
    }
    timer = su_timer_create(su_root_task(call->peer->root), (su_duration_t)(seconds * 1000));
    if (timer != NULL) {
        su_timer_set(timer, expired, call);
    }
    return timer;
}

static void stop_timers(struct call *call)
{
    su_timer_destroy(call->hold);
    su_timer_destroy(call->hangup);
    call->hold = NULL;
    call->hangup = NULL;
}

static void on_state(struct call *call, tagi_t tags[])
{
    int state = nua_callstate_init;

    tl_gets(tags, NUTAG_CALLSTATE_REF(state), TAG_END());
    printf("{\"event\": \"state\", \"state\": \"%s\"}\n", nua_callstate_name(state));
    if (state == nua_callstate_ready && !call->ready) {
        call->ready = true;
        call->hold = start_timer(call, call->peer->options.hold_at, on_hold);
        call->hangup = start_timer(call, call->peer->options.hangup_after, on_hangup);
    } else if (state == nua_callstate_terminated && !call->over) {
        call->over = true;
        stop_timers(call);
        call->peer->ended++;
        if (call->peer->ended == call->peer->options.calls) {
            leave(call->peer);
        }
    }
}

/* An incoming call gets a slot of its own, or is rejected if none is free. */
static void on_invite(struct peer *peer, nua_handle_t *handle, struct call *call)
{
    if (call != NULL) {
        return;
    }
    if (peer->begun == peer->options.calls) {
        nua_respond(handle, SIP_486_BUSY_HERE, TAG_END());
        return;
    }
    call = &peer->calls[peer->begun++];
    call->peer = peer;
    call->handle = nua_handle_ref(handle);
    nua_handle_bind(handle, call);
}

static void on_event(nua_event_t event, int status, char const *phrase, nua_t *nua,
                     struct peer *peer, nua_handle_t *handle, struct call *call, sip_t const *sip,
                     tagi_t tags[])
{
    (void)nua;
    (void)sip;
    if (event == nua_i_invite) {
        on_invite(peer, handle, call);
    } else if (event == nua_i_state && call != NULL) {
        on_state(call, tags);
    } else if (event == nua_r_shutdown && status >= 200) {
        su_root_break(peer->root);
    } else {
        printf("{\"event\": \"%s\", \"status\": %d, \"phrase\": \"%s\"}\n", nua_event_name(event),
               status, phrase);
    }
}

static void on_tick(su_root_magic_t *magic, su_timer_t *timer, void *argument)
{
    struct peer *peer = argument;
    unsigned i;

    (void)magic;
    (void)timer;
    if (asked_to_end == 0 || peer->leaving) {
        return;
    }
    for (i = 0; i < peer->begun; i++) {
        stop_timers(&peer->calls[i]);
    }
    leave(peer);
}

static void set_parameters(struct peer *peer)
{
    const struct sofia_options *options = &peer->options;

    nua_set_params(
        peer->nua, NUTAG_AUTOANSWER(1), NUTAG_AUTOACK(1), NUTAG_ENABLEMESSAGE(0),
        SIPTAG_SUPPORTED_STR(options->knows_timer ? "timer, 100rel" : "100rel"),
        SIPTAG_ALLOW_STR(options->allows_update ? "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"
                                                : "INVITE, ACK, BYE, CANCEL, OPTIONS"),
        NUTAG_SESSION_TIMER(options->expires), NUTAG_MIN_SE(options->min_se),
        NUTAG_SESSION_REFRESHER(options->local_refresher ? nua_local_refresher : nua_any_refresher),
        NUTAG_UPDATE_REFRESH(options->by_update),
        TAG_IF(options->proxy != NULL, NUTAG_PROXY(options->proxy)),
        SOATAG_USER_SDP_STR("m=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"), TAG_END());
}

static void place_calls(struct peer *peer)
{
    struct call *call;

    while (peer->begun < peer->options.calls) {
        call = &peer->calls[peer->begun++];
        call->peer = peer;
        call->handle = nua_handle(peer->nua, call, SIPTAG_TO_STR(peer->options.target),
                                  NUTAG_URL(peer->options.target), TAG_END());
        nua_invite(call->handle, TAG_END());
    }
}

static int run(struct peer *peer)
{
    su_timer_t *tick;
    unsigned i;

    peer->root = su_root_create(peer);
    if (peer->root == NULL) {
        return 1;
    }
    /* One thread for everything. */
    su_root_threading(peer->root, 0);
    peer->nua = nua_create(peer->root, on_event, peer, NUTAG_URL(peer->options.bind), TAG_END());
    if (peer->nua == NULL) {
        fprintf(stderr, "sofia-peer: cannot listen on %s\n", peer->options.bind);
        return 1;
    }
    set_parameters(peer);
    tick = su_timer_create(su_root_task(peer->root), TICK_MS);
    if (tick == NULL || su_timer_set_for_ever(tick, on_tick, peer) < 0) {
        return 1;
    }
    puts("{\"event\": \"listening\"}");
    if (peer->options.target != NULL) {
        place_calls(peer);
    }
    su_root_run(peer->root);
    for (i = 0; i < peer->begun; i++) {
        nua_handle_destroy(peer->calls[i].handle);
    }
    su_timer_destroy(tick);
    nua_destroy(peer->nua);
    return 0;
}

int main(int argc, char **argv)
{
    struct peer peer = {.begun = 0};
    struct sigaction action = {.sa_handler = on_signal};
    int status;

    if (!sofia_options_read(&peer.options, argc, argv)) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    su_init();
    su_home_init(peer.home);
    peer.calls = calloc(peer.options.calls + 1, sizeof *peer.calls);
    status = peer.calls == NULL ? 1 : run(&peer);
    free(peer.calls);
    su_home_deinit(peer.home);
    su_deinit();
    return status;
}
