/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hop.h"
#include "mask.h"
#include "relay.h"
#include "text.h"

#define COPIES_WITHIN 40u /* rows */

uint64_t call_clock_ms(const struct call_clock *clock, uint64_t at_us)
{
    uint64_t since_us = at_us > clock->start_us ? at_us - clock->start_us : 0;

    return (uint64_t)((double)since_us / 1000.0 * clock->speed);
}

double call_clock_s(const struct call_clock *clock, uint64_t ms)
{
    return (double)ms / 1000.0 / clock->speed;
}

struct call *call_new(const struct view *view, const struct packet *packet,
                      const struct call_clock *clock, bool keeps_rows)
{
    struct call *call = memory(sizeof *call);

    call->key = text_copy(view->call_id);
    call->keeps_rows = keeps_rows;
    call->account = account_new();
    call->account->call_id = mask_call_id(view->call_id);
    call->account->from = mask_user(view->from);
    call->account->to = mask_user(view->to);
    call->account->began = call_clock_s(clock, call_clock_ms(clock, packet->at_us));
    call->account->began_us = packet->at_us;
    call->account->speed = clock->speed;
    return call;
}

void call_free(struct call *call)
{
    while (call->hops != NULL) {
        struct hop *next = call->hops->next;

        hop_free(call->hops);
        call->hops = next;
    }
    account_free(call->account);
    free(call->key);
    free(call);
}

/* ---- What the outputs show ---- */

static unsigned column_of(struct call *call, const struct end *end, const struct end *shown)
{
    struct account *account = call->account;

    for (unsigned i = 0; i < account->column_count; i++) {
        if (hop_same_end(&call->column[i], end)) {
            return i;
        }
    }
    if (account->column_count == COLUMNS_MAX) {
        return COLUMNS_MAX - 1;
    }
    call->column[account->column_count] = *end;
    account->column[account->column_count] = mask_end(shown);
    return account->column_count++;
}

static char *note_of(const struct view *view)
{
    const struct sst_msg *msg = &view->msg;
    char expires[48] = "";
    char min_se[32] = "";
    bool says = view->request ? msg->method != SST_METHOD_OTHER : view->status != 100;

    if (msg->has & SST_MSG_SESSION_EXPIRES) {
        snprintf(expires, sizeof expires, "%" PRIu32 " s%s%s", msg->session_expires,
                 msg->refresher != SST_REFRESHER_NONE ? ", refresher=" : "",
                 msg->refresher != SST_REFRESHER_NONE
                     ? sst_refresher_name((enum sst_refresher)msg->refresher)
                     : "");
    }
    if (msg->has & SST_MSG_MIN_SE) {
        snprintf(min_se, sizeof min_se, "%sMin-SE %" PRIu32, expires[0] != '\0' ? ", " : "",
                 msg->min_se);
    }
    return text_print("%s%s%s%s", says ? expires : "", says ? min_se : "",
                      view->reason != NULL ? "Reason " : "",
                      view->reason != NULL && !mask_is_on() ? view->reason : "");
}

/* Whether the same message was on the same hop a moment ago. */
static bool is_copy(const struct account *account, const struct row *row)
{
    size_t first = account->row_count > COPIES_WITHIN ? account->row_count - COPIES_WITHIN : 0;

    for (size_t i = account->row_count; i > first; i--) {
        const struct row *other = &account->row[i - 1];

        if (other->from == row->from && other->to == row->to && other->cseq == row->cseq &&
            strcmp(other->label, row->label) == 0) {
            return true;
        }
    }
    return false;
}

static void add_row(struct call *call, const struct view *view, const struct packet *packet,
                    double at)
{
    struct end from;
    struct end to;
    struct row row = {.at = at, .frame = packet->frame, .cseq = view->cseq};

    hop_ends(packet, &from, &to);
    row.from = column_of(call, &from, &packet->from);
    row.to = column_of(call, &to, &packet->to);
    if (!call->keeps_rows) {
        return;
    }
    row.label =
        view->request ? text_copy(view->method) : text_print("%u %s", view->status, view->method);
    row.note = note_of(view);
    row.copy = is_copy(call->account, &row);
    account_add_row(call->account, row);
}

static void add_negotiated(struct course *course, const struct packet *packet, double at,
                           const struct sst_watch_timer *timer, const struct call_clock *clock)
{
    struct negotiated negotiated = {.at = at,
                                    .frame = packet->frame,
                                    .interval = timer->interval,
                                    .refresher = timer->refresher};

    if (timer->interval == 0 && course->negotiated_count == 0) {
        return;
    }
    if (timer->interval != 0) {
        negotiated.refresh_by = call_clock_s(clock, timer->refresh_by_ms);
        negotiated.hangup_at = call_clock_s(clock, timer->hangup_at_ms);
    }
    course_add_negotiated(course, &negotiated);
}

/* ---- A message ---- */

static void note_frames(struct course *course, const struct view *view, unsigned long frame,
                        const struct sst_watch_seen *seen)
{
    bool early = view->msg.method == SST_METHOD_UPDATE && seen->timer.interval == 0 &&
                 (view->msg.has & SST_MSG_SESSION_EXPIRES);

    switch (seen->step) {
    case SST_STEP_REQUEST:
        course->request_frame = frame;
        break;
    case SST_STEP_NEGOTIATED:
        *(early ? &course->early_frame : &course->answer_frame) = frame;
        break;
    case SST_STEP_REFUSED:
        course->refusal_frame = frame;
        break;
    case SST_STEP_ENDED:
        if (course->bye_frame == 0) {
            course->bye_frame = frame;
            course->reason = mask_reason(view->reason);
        }
        break;
    default:
        break;
    }
}

/* Whether all dialogs of the highest rank have ended. A dialog that was never acknowledged does not
 * keep a call open if another one was used, nor does a ringing one if another was answered. */
static bool is_over(const struct call *call)
{
    unsigned top = 0;
    bool over = true;

    for (const struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        for (unsigned i = 0; i < hop->dialog_count; i++) {
            const struct dialog *dialog = &hop->dialog[i];
            unsigned rank = hop_rank_dialog(dialog, "");

            over = rank > top ? dialog->over : over && (rank < top || dialog->over);
            top = rank > top ? rank : top;
        }
    }
    return over;
}

static void note_state(struct call *call, struct dialog *dialog, const struct view *view,
                       enum sst_watch_step step, uint64_t now_ms)
{
    bool invite = view->msg.method == SST_METHOD_INVITE;

    if (!view->request && invite && view->status / 100u == 2u) {
        dialog->established = true;
    }
    dialog->over = dialog->over || step == SST_STEP_ENDED ||
                   (!dialog->established && !view->request && invite && view->status >= 300);
    if (invite && view->request && !dialog->established) {
        dialog->over = false;
    }
    call->over = is_over(call);
    call->over_ms = now_ms;
}

/* For a message that a proxy forwards on this hop, what was wrong on arrival is blamed on its
 * sender already; the rest is the proxy's. */
static void add_found(struct call *call, struct hop *hop, const struct hop *from, uint64_t found,
                      enum sst_watch_who who, unsigned long frame)
{
    bool forwarded = from != NULL;

    hop->found[who == SST_WHO_CALLEE] |= found;
    account_add_findings(call->account,
                         forwarded ? found & ~from->found[who == SST_WHO_CALLEE] : found,
                         forwarded ? SST_WHO_PROXY : who, frame);
}

static void add_findings(struct call *call, struct hop *hop, const char *tag,
                         const struct sst_watch_seen *seen, unsigned long frame)
{
    add_found(call, hop, hop_before(call, hop, tag), seen->by_caller, SST_WHO_CALLER, frame);
    add_found(call, hop, hop_after(call, hop, tag), seen->by_callee, SST_WHO_CALLEE, frame);
}

/* @return whether it is a message of a dialog */
static bool take_on_hop(struct call *call, struct hop *hop, const struct view *view,
                        const struct packet *packet, enum sst_party party,
                        const struct call_clock *clock, uint32_t absolute_min)
{
    uint64_t now_ms = call_clock_ms(clock, packet->at_us);
    struct dialog *dialog = hop_dialog(hop, view, party, absolute_min);
    struct sst_watch_seen seen;
    uint64_t by_proxy = 0;

    if (dialog == NULL || sst_watch_message(&dialog->watch, &view->msg, party, view->flags, now_ms,
                                            &seen) != SST_OK) {
        return false;
    }
    if (seen.step == SST_STEP_REQUEST && view->to_tag[0] == '\0') {
        hop->asked = dialog->watch;
    }
    dialog->used = dialog->used ||
                   (view->request && dialog->established && view->msg.method != SST_METHOD_BYE);
    if (seen.step != SST_STEP_COPY) {
        by_proxy = relay_compare(call, hop, view, party, absolute_min);
        note_state(call, dialog, view, seen.step, now_ms);
    }
    add_findings(call, hop, hop_callee_tag(view, party), &seen, packet->frame);
    account_add_findings(call->account, by_proxy, SST_WHO_PROXY, packet->frame);
    note_frames(&dialog->course, view, packet->frame, &seen);
    if (seen.step == SST_STEP_NEGOTIATED) {
        add_negotiated(&dialog->course, packet, call_clock_s(clock, now_ms), &seen.timer, clock);
    }
    return true;
}

void call_take(struct call *call, const struct view *view, const struct packet *packet,
               const struct call_clock *clock, uint32_t absolute_min)
{
    struct account *account = call->account;
    uint64_t now_ms = call_clock_ms(clock, packet->at_us);
    double at = call_clock_s(clock, now_ms);
    struct hop *path[HOPS_MAX];
    enum sst_party party;
    unsigned count = hop_path(call, view, packet, &party, path);
    bool taken = false;

    account->messages++;
    account->ended = at;
    call->last_ms = now_ms;
    for (unsigned i = 0; i < count; i++) {
        taken = take_on_hop(call, path[i], view, packet, party, clock, absolute_min) || taken;
    }
    if (taken) {
        add_row(call, view, packet, at);
    }
}

void call_lose(struct call *call, const struct packet *gap)
{
    struct end from;
    struct end to;

    if (call->over) {
        return; /* its BYE was seen, so nothing of it is missing */
    }
    hop_ends(gap, &from, &to);
    for (struct hop *hop = call->hops; hop != NULL; hop = hop->next) {
        bool along = hop_same_end(&hop->end[0], &from) && hop_same_end(&hop->end[1], &to);
        bool back = hop_same_end(&hop->end[0], &to) && hop_same_end(&hop->end[1], &from);

        for (unsigned i = 0; (along || back) && i < hop->dialog_count; i++) {
            sst_watch_lost(&hop->dialog[i].watch);
        }
    }
}
