/* SPDX-License-Identifier: MIT */
#include "account.h"

#include <stdlib.h>

#include "text.h"

struct account *account_new(void)
{
    return memory(sizeof(struct account));
}

static void free_row(struct row *row)
{
    free(row->label);
    free(row->note);
}

void account_free(struct account *account)
{
    if (account == NULL) {
        return;
    }
    for (size_t i = 0; i < account->row_count; i++) {
        free_row(&account->row[i]);
    }
    for (unsigned i = 0; i < account->column_count; i++) {
        free(account->column[i]);
    }
    free(account->row);
    course_clear(&account->course);
    free(account->finding);
    free(account->call_id);
    free(account->from);
    free(account->to);
    free(account->who_address);
    free(account);
}

/* Room for one more item after count: the array grows to powers of two. */
static void *grow(void *things, size_t count, size_t size)
{
    return (count & (count - 1)) != 0 ? things
                                      : memory_resize(things, (count == 0 ? 1 : 2 * count) * size);
}

void account_add_row(struct account *account, struct row row)
{
    if (account->row_count == ROWS_MAX) {
        free_row(&account->row[ROWS_MAX - 1]);
        account->row[ROWS_MAX - 1] = row;
        account->rows_left_out++;
        return;
    }
    account->row = grow(account->row, account->row_count, sizeof row);
    account->row[account->row_count++] = row;
}

void course_add_negotiated(struct course *course, const struct negotiated *negotiated)
{
    if (course->negotiated_count == NEGOTIATED_MAX) {
        course->negotiated[NEGOTIATED_MAX - 1] = *negotiated;
        return;
    }
    course->negotiated = grow(course->negotiated, course->negotiated_count, sizeof *negotiated);
    course->negotiated[course->negotiated_count++] = *negotiated;
}

void course_clear(struct course *course)
{
    free(course->negotiated);
    free(course->reason);
    *course = (struct course){.answer_frame = 0};
}

void account_take_course(struct account *account, struct course *course)
{
    course_clear(&account->course);
    account->course = *course;
    *course = (struct course){.answer_frame = 0};
}

static void add_finding(struct account *account, unsigned what, enum sst_watch_who who,
                        unsigned long frame)
{
    for (size_t i = 0; i < account->finding_count; i++) {
        struct finding *finding = &account->finding[i];

        if (finding->what == what && finding->who == who) {
            finding->count++;
            return;
        }
    }
    if (account->finding_count == FINDINGS_MAX) {
        return;
    }
    account->finding = grow(account->finding, account->finding_count, sizeof *account->finding);
    account->finding[account->finding_count++] =
        (struct finding){.what = what, .who = who, .frame = frame, .count = 1, .harmless = true};
}

void account_add_findings(struct account *account, uint64_t set, enum sst_watch_who who,
                          unsigned long frame)
{
    for (unsigned what = 0; what < SST_FINDING_END; what++) {
        if (set & SST_FINDING_BIT(what)) {
            add_finding(account, what, who, frame);
        }
    }
}

bool account_caused_by(const struct account *account, unsigned what)
{
    for (size_t i = 0; i < account->finding_count; i++) {
        if (account->finding[i].what == what && !account->finding[i].harmless) {
            return true;
        }
    }
    return false;
}

bool account_is_by_proxy(const struct account *account)
{
    bool caused = false;

    for (unsigned what = SST_FINDING_PROXY_REFRESHER; what < SST_FINDING_PROXY_BYE; what++) {
        caused = caused || account_caused_by(account, what);
    }
    return caused;
}

bool account_is_bad(enum sst_watch_verdict verdict)
{
    switch (verdict) {
    case SST_WATCH_NOT_REFRESHED:
    case SST_WATCH_REFRESHED_LATE:
    case SST_WATCH_REFRESH_UNANSWERED:
    case SST_WATCH_REFRESH_REFUSED:
    case SST_WATCH_REFRESH_DIALOG_LOST:
    case SST_WATCH_INTERVAL_REFUSED:
    case SST_WATCH_EXTENSION_REFUSED:
    case SST_WATCH_TIMER_LOST:
    case SST_WATCH_NOBODY_REFRESHES:
    case SST_WATCH_HUNG_UP_EARLY:
    case SST_WATCH_KEPT_TOO_LONG:
    case SST_WATCH_STORM:
        return true;
    default:
        return false;
    }
}

static size_t add_frame(unsigned long *frames, size_t count, unsigned long frame)
{
    size_t place = count;

    for (size_t i = 0; i < count; i++) {
        if (frames[i] == frame) {
            return count;
        }
    }
    if (frame == 0) {
        return count;
    }
    while (place > 0 && frames[place - 1] > frame) {
        frames[place] = frames[place - 1];
        place--;
    }
    frames[place] = frame;
    return count + 1;
}

size_t account_frames(const struct account *account, unsigned long frames[ACCOUNT_FRAMES])
{
    enum sst_watch_verdict verdict = account->result.verdict;
    bool refused = verdict == SST_WATCH_REFRESH_REFUSED || verdict == SST_WATCH_INTERVAL_REFUSED ||
                   verdict == SST_WATCH_REFRESH_DIALOG_LOST ||
                   verdict == SST_WATCH_EXTENSION_REFUSED;
    bool asked =
        refused || verdict == SST_WATCH_REFRESH_UNANSWERED || verdict == SST_WATCH_REFRESHED_LATE;
    bool without = account->course.negotiated_count == 0;
    size_t count = 0;

    count = add_frame(frames, count, without ? account->course.early_frame : 0);
    count = add_frame(frames, count, account->course.answer_frame);
    count = add_frame(frames, count, asked ? account->course.request_frame : 0);
    count = add_frame(frames, count, refused ? account->course.refusal_frame : 0);
    count = add_frame(frames, count, account->course.bye_frame);
    for (size_t i = 0; i < account->finding_count; i++) {
        count =
            add_frame(frames, count, account->finding[i].harmless ? 0 : account->finding[i].frame);
    }
    return count;
}
