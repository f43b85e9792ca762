/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <math.h>
#include <stdlib.h>

#include <jansson.h>

#include "sentence.h"

/* Milliseconds are enough, and print the same everywhere. */
static json_t *seconds(double value)
{
    return json_real(round(value * 1000.0) / 1000.0);
}

static json_t *negotiated_of(const struct account *account)
{
    json_t *list = json_array();

    for (size_t i = 0; i < account->course.negotiated_count; i++) {
        const struct negotiated *negotiated = &account->course.negotiated[i];
        bool on = negotiated->interval != 0;

        json_array_append_new(
            list, json_pack("{s:o, s:I, s:s, s:o, s:o}", "at", seconds(negotiated->at), "interval",
                            (json_int_t)negotiated->interval, "refresher",
                            sst_watch_who_name(negotiated->refresher), "refresh_by",
                            on ? seconds(negotiated->refresh_by) : json_null(), "hangup_at",
                            on ? seconds(negotiated->hangup_at) : json_null()));
    }
    return list;
}

static json_t *findings_of(const struct account *account)
{
    json_t *list = json_array();

    for (size_t i = 0; i < account->finding_count; i++) {
        const struct finding *finding = &account->finding[i];

        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:o, s:b}", "name", sst_finding_name(finding->what),
                      "section", sst_finding_section(finding->what), "who",
                      sst_watch_who_name(finding->who), "frame",
                      finding->frame != 0 ? json_integer((json_int_t)finding->frame) : json_null(),
                      "harmless", (int)finding->harmless));
    }
    return list;
}

static json_t *steps_of(const struct account *account)
{
    json_t *list = json_array();

    for (const char *const *step = sentence_steps(account); *step != NULL; step++) {
        json_array_append_new(list, json_string(*step));
    }
    return list;
}

static json_t *frames_of(const struct account *account)
{
    unsigned long frames[ACCOUNT_FRAMES];
    size_t count = account_frames(account, frames);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer((json_int_t)frames[i]));
    }
    return list;
}

bool json_print(FILE *out, const struct account *account)
{
    char *sentence = sentence_of(account);
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "call_id", account->call_id,
        "began", seconds(account->began), "ended", seconds(account->ended), "verdict",
        sst_watch_verdict_name(account->result.verdict), "who",
        sst_watch_who_name(account->result.who), "address", account->who_address, "sentence",
        sentence, "set", steps_of(account), "frames", frames_of(account), "negotiated",
        negotiated_of(account), "findings", findings_of(account));
    bool good = object != NULL &&
                json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0 &&
                fputc('\n', out) != EOF;

    json_decref(object);
    free(sentence);
    return good;
}
