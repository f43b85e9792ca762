/* SPDX-License-Identifier: MIT */
/* What happens to a host besides messages. */
#include "world.h"

#include <string.h>

/* The seconds at a position in the line. */
static uint64_t seconds_at(const struct words *words, unsigned place)
{
    uint64_t ms = 0;
    if (place < words->count) {
        (void)read_seconds(words->text[place], &ms);
    }
    return ms;
}

static uint64_t seconds_after(const struct words *words, const char *word)
{
    int place = words_find(words, word);
    return place < 0 ? 0 : seconds_at(words, (unsigned)place + 1u);
}

/* timeout and transport: a local transaction ends without a final response. */
static bool lose(struct host *host, const char *method, enum sst_outcome outcome)
{
    struct sst_verdict verdict;
    struct slot *slot = slot_find(host, true, method, 0, true);
    if (slot == NULL) {
        return fail(host->world, "a request under way", "there is none");
    }
    uint64_t now = host_now(host);
    slot->done = true;
    if (sst_session_failed(host->session, &slot->tx, outcome, now, &verdict) != SST_OK) {
        return fail(host->world, "a failure that libsst takes", "an error");
    }
    if (!host_after(host)) {
        return false;
    }
    tell_verdict(host, &verdict, now);
    return true;
}

/* cannot METHOD RESULT [refresh]: no request of this method can be built now. */
static bool cannot(struct host *host, const struct words *words)
{
    struct sst_tx tx = {0};
    struct sst_headers headers;
    unsigned flags = SST_REQUEST_OFFER;
    flags |= words_find(words, "refresh") >= 0 ? (unsigned)SST_REQUEST_REFRESH : 0;
    int result = sst_session_request(host->session, &tx, method_of(words->text[1]), flags,
                                     host_now(host), &headers);
    if (strcmp(sst_result_name(result), words->text[2]) != 0 || headers.count != 0) {
        return fail(host->world, words->text[2], sst_result_name(result));
    }
    return host_after(host);
}

/* not-sent [METHOD] [after SECONDS]: with a method, the prepared request; without one, the
 * refresh that is due. */
static bool not_sent(struct host *host, const struct words *words)
{
    struct slot *slot = NULL;
    bool prepared = words->count > 1 && strcmp(words->text[1], "after") != 0;
    uint64_t now = host_now(host);
    uint64_t retry =
        words_find(words, "after") >= 0 ? now + seconds_after(words, "after") : SST_NEVER;
    if (prepared) {
        slot = slot_find(host, true, words->text[1], 0, false);
        if (slot == NULL) {
            return fail(host->world, "a request that was prepared", "there is none");
        }
        slot->done = true;
        slot->again = false;
    }
    int result = sst_session_not_sent(host->session, slot != NULL ? &slot->tx : NULL, retry, now);
    if (result != SST_OK) {
        return fail(host->world, "a request that libsst asked for or prepared",
                    sst_result_name(result));
    }
    host->asked = false;
    return host_after(host);
}

/* offer-answered METHOD [local]: a reliable 1xx answered the offer of a pending request. */
static bool offer_answered(struct host *host, const struct words *words)
{
    bool local = words_find(words, "local") >= 0;
    struct slot *slot = slot_find(host, local, words->text[1], 0, true);
    int result =
        slot == NULL ? SST_ERR_STATE : sst_session_offer_answered(host->session, &slot->tx);
    if (result != SST_OK) {
        return fail(host->world, "a pending request with an offer", sst_result_name(result));
    }
    return host_after(host);
}

static bool change_policy(struct host *host, const struct words *words)
{
    unsigned next = 1u - host->current;
    host->settings[next] = host->settings[host->current];
    for (unsigned i = 1; i < words->count; i++) {
        (void)settings_set(&host->settings[next], LIBRARY, words->text[i]);
    }
    host->current = next;
    if (!host_use_settings(host, host->session == NULL)) {
        return fail(host->world, "a policy that libsst accepts", "it refuses it");
    }
    return true;
}

static void plan_deed(struct host *host, const struct words *words)
{
    for (int type = SST_EVENT_VIOLATION; type <= SST_EVENT_ENDED; type++) {
        if (strcmp(sst_event_name((enum sst_event_type)type), words->text[1]) == 0) {
            host->deed_at = (enum sst_event_type)type;
        }
    }
    host->deed_frees = strcmp(words->text[2], "free") == 0;
}

/* It sleeps, or is off; messages that arrive meanwhile wait. */
static bool sleep_until(struct host *host, uint64_t wake_ms)
{
    if (wake_ms < host->world->now_ms) {
        return fail(host->world, "a time to come", "one that has passed");
    }
    host->asleep = true;
    host->wake_ms = wake_ms;
    return true;
}

static bool restart(struct host *host, const struct words *words)
{
    uint64_t off = seconds_at(words, 1);
    host->elapsed_ms = words_find(words, "unknown") >= 0 ? 0 : off;
    host->spread_ms = seconds_after(words, "spread");
    host->keeps_transactions = words_find(words, "open") >= 0;
    host->takes_over = words_find(words, "takeover") >= 0;
    return restart_save(host) && sleep_until(host, host->world->now_ms + off);
}

/* Happenings that need no session. @return whether it was one of them */
static bool happens_to_host(struct host *host, const struct words *words, bool *good)
{
    const char *what = words->text[0];
    *good = true;
    if (strcmp(what, "down") == 0 || strcmp(what, "up") == 0) {
        host->down = what[0] == 'd';
    } else if (strcmp(what, "on") == 0) {
        plan_deed(host, words);
    } else if (strcmp(what, "policy") == 0) {
        *good = change_policy(host, words);
    } else if (strcmp(what, "clock") == 0) {
        uint64_t ms = seconds_at(words, 2);
        bool forward = strcmp(words->text[1], "forward") == 0;
        host->clock_ms += forward ? ms : UINT64_C(0) - ms;
        host->went_back = host->went_back || !forward;
    } else if (strcmp(what, "sleeps") == 0) {
        *good = sleep_until(host, seconds_at(words, 2) + host->world->shift_ms);
    } else {
        return false;
    }
    return true;
}

bool play_happening(struct host *host)
{
    const struct words *words = &host->world->line->words;
    const char *what = words->text[0];
    bool good;
    if (happens_to_host(host, words, &good)) {
        return good;
    }
    if (host->session == NULL) {
        return fail(host->world, "a session", "it has not begun, or is gone");
    }
    if (strcmp(what, "timeout") == 0) {
        return lose(host, words->text[1], SST_OUTCOME_TIMEOUT);
    }
    if (strcmp(what, "transport") == 0) {
        return lose(host, words->text[1], SST_OUTCOME_TRANSPORT);
    }
    if (strcmp(what, "not-sent") == 0) {
        return not_sent(host, words);
    }
    if (strcmp(what, "cannot") == 0) {
        return cannot(host, words);
    }
    if (strcmp(what, "offer-answered") == 0) {
        return offer_answered(host, words);
    }
    if (strcmp(what, "restart") == 0) {
        return restart(host, words);
    }
    (void)sst_session_end(host->session, host_now(host)); /* end */
    return host_after(host);
}
