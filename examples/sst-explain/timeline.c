/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#include <inttypes.h>
#include <stdlib.h>

#include "text.h"

static int compare(const void *a, const void *b)
{
    const struct moment *one = a;
    const struct moment *two = b;

    if (one->at < two->at || one->at > two->at) {
        return one->at < two->at ? -1 : 1;
    }
    /* A deadline comes before the message that it causes. */
    if ((one->kind == MOMENT_MESSAGE) != (two->kind == MOMENT_MESSAGE)) {
        return one->kind == MOMENT_MESSAGE ? 1 : -1;
    }
    return one->index < two->index ? -1 : one->index > two->index;
}

struct moment *timeline_of(const struct account *account, size_t *count)
{
    struct moment *moments =
        memory((account->row_count + 2 * account->course.negotiated_count + 1) * sizeof *moments);
    size_t used = 0;

    for (size_t i = 0; i < account->row_count; i++) {
        moments[used++] = (struct moment){account->row[i].at, MOMENT_MESSAGE, i};
    }
    for (size_t i = 0; i < account->course.negotiated_count; i++) {
        const struct negotiated *negotiated = &account->course.negotiated[i];
        bool last = i + 1 == account->course.negotiated_count;
        double until = last ? 0 : account->course.negotiated[i + 1].at;

        if (negotiated->interval == 0) {
            continue;
        }
        if (last || negotiated->refresh_by <= until) {
            moments[used++] = (struct moment){negotiated->refresh_by, MOMENT_REFRESH_BY, i};
        }
        if (last || negotiated->hangup_at <= until) {
            moments[used++] = (struct moment){negotiated->hangup_at, MOMENT_HANGUP_AT, i};
        }
    }
    qsort(moments, used, sizeof *moments, compare);
    *count = used;
    return moments;
}

char *timeline_words(const struct account *account, const struct moment *moment)
{
    const struct negotiated *negotiated = &account->course.negotiated[moment->index];
    bool caller = negotiated->refresher == SST_WHO_CALLER;

    if (moment->kind == MOMENT_REFRESH_BY) {
        return text_print("the %s should refresh (half of %" PRIu32 " s)",
                          sst_watch_who_name(negotiated->refresher), negotiated->interval);
    }
    return text_print("the %s hangs up without a refresh", caller ? "callee" : "caller");
}
