/* SPDX-License-Identifier: MIT */
/* Compares what libsst has armed and counted with what a line says. */
#include "world.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static bool compare(struct world *world, const char *name, const char *expected, const char *came)
{
    char left[96];
    char right[96];
    if (strcmp(expected, came) == 0) {
        return true;
    }
    (void)snprintf(left, sizeof left, "%s %s", name, expected);
    (void)snprintf(right, sizeof right, "%s %s", name, came);
    return fail(world, left, right);
}

static bool compare_time(struct host *host, const char *name, const char *expected, uint64_t came)
{
    char text[32] = "never";
    char expected_text[32] = "never";
    uint64_t ms;
    if (came != SST_NEVER) {
        print_seconds(text, sizeof text, host->party->kind == PROXY ? came : host_time(host, came));
    }
    if (read_seconds(expected, &ms)) {
        print_seconds(expected_text, sizeof expected_text, ms + host->world->shift_ms);
    }
    return compare(host->world, name, expected_text, text);
}

static bool look_at_number(struct host *host, const struct sst_session_info *info, const char *name,
                           const char *expected)
{
    char text[32] = "";
    const struct {
        const char *name;
        const char *text;
    } words[] = {
        {"side", sst_side_name(info->side)},
        {"own_benefit", info->own_benefit ? "yes" : "no"},
        {"peer_supports", info->peer_supports ? "yes" : "no"},
        {"established", info->established ? "yes" : "no"},
        {"ended", info->ended ? "yes" : "no"},
        {"reason", sst_end_reason_name(info->reason)},
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].name, name) == 0) {
            return compare(host->world, name, expected, words[i].text);
        }
    }
    uint32_t number = strcmp(name, "interval") == 0 ? info->interval : info->min_se;
    (void)snprintf(text, sizeof text, "%" PRIu32, number);
    return compare(host->world, name, expected, text);
}

static bool look_at(struct host *host, const struct sst_session_info *info, const char *name,
                    const char *expected)
{
    const struct {
        const char *name;
        uint64_t time;
    } times[] = {
        {"start_at", info->start_ms},
        {"refresh_at", info->refresh_ms},
        {"expires_at", info->expires_ms},
        {"ends_at", info->end_ms},
        {"next_at", sst_session_deadline(host->session)},
    };
    for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
        if (strcmp(times[i].name, name) == 0) {
            return compare_time(host, name, expected, times[i].time);
        }
    }
    return look_at_number(host, info, name, expected);
}

bool play_state(struct host *host)
{
    const struct words *words = &host->world->line->words;
    struct sst_session_info info;
    if (host->party->kind == PROXY) {
        return strcmp(words->text[0], "expires_at") != 0
                   ? fail(host->world, "expires_at, for a proxy", words->text[0])
                   : compare_time(host, words->text[0], words->text[1], host->kept.expires_ms);
    }
    if (host->session == NULL) {
        return fail(host->world, "a session", "it has not begun, or is gone");
    }
    sst_session_inspect(host->session, &info);
    for (unsigned i = 0; i + 1u < words->count; i += 2) {
        if (!look_at(host, &info, words->text[i], words->text[i + 1u])) {
            return false;
        }
    }
    return true;
}

/* ---- Counters ---- */

/* "failed timeout" is written failed.timeout, and so on. */
static const uint64_t *find_array(const struct sst_counters *counters, const char *name)
{
    const char *rest = strchr(name, '.');
    size_t length = rest == NULL ? 0 : (size_t)(rest - name);
    if (rest == NULL) {
        return NULL;
    }
    rest++;
    for (unsigned i = 0; length == 6 && memcmp(name, "failed", 6) == 0 && i < SST_OUTCOME_COUNT;
         i++) {
        if (strcmp(rest, sst_outcome_name((enum sst_outcome)i)) == 0) {
            return &counters->refreshes_failed[i];
        }
    }
    for (unsigned i = 0; length == 5 && memcmp(name, "ended", 5) == 0 && i < SST_END_COUNT; i++) {
        if (strcmp(rest, sst_end_reason_name((enum sst_end_reason)i)) == 0) {
            return &counters->ended[i];
        }
    }
    for (unsigned i = 0;
         length == 9 && memcmp(name, "violation", 9) == 0 && i < SST_VIOLATION_COUNT; i++) {
        if (strcmp(rest, sst_violation_name((enum sst_violation)i)) == 0) {
            return &counters->violations[i];
        }
    }
    return NULL;
}

static const uint64_t *find_counter(const struct sst_counters *counters, const char *name)
{
    const struct {
        const char *name;
        const uint64_t *counter;
    } all[] = {
        {"negotiated", &counters->negotiated},
        {"turned_off", &counters->turned_off},
        {"refreshes_due", &counters->refreshes_due},
        {"refreshes_sent", &counters->refreshes_sent},
        {"refreshes_answered", &counters->refreshes_answered},
        {"refreshes_received", &counters->refreshes_received},
        {"rejected_422", &counters->rejected_422},
        {"received_422", &counters->received_422},
        {"glare", &counters->glare},
        {"rejected_491", &counters->rejected_491},
        {"overdue", &counters->overdue},
        {"blocked", &counters->blocked},
    };
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, name) == 0) {
            return all[i].counter;
        }
    }
    return find_array(counters, name);
}

bool play_counts(struct host *host)
{
    const struct words *words = &host->world->line->words;
    char text[32];
    for (unsigned i = 0; i + 1u < words->count; i += 2) {
        const uint64_t *counter = find_counter(&host->counters, words->text[i]);
        if (counter == NULL) {
            return fail(host->world, "a counter of this name", words->text[i]);
        }
        (void)snprintf(text, sizeof text, "%" PRIu64, *counter);
        if (!compare(host->world, words->text[i], words->text[i + 1u], text)) {
            return false;
        }
    }
    return true;
}
