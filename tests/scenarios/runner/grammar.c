/* SPDX-License-Identifier: MIT */
/* Which words a line may have. A line that passes here can be played without further checks. */
#include "settings.h"

#include <string.h>

/* Patterns: a capital stands for a kind of word, as below; ?word may be left out, ?word:S as
 * well together with the word after it. */
static const char *const tellings[] = {"refresh M ?offer",
                                       "negotiated N D ?own",
                                       "off ?refused",
                                       "refreshed N D ?own ?until:S",
                                       "overdue",
                                       "blocked",
                                       "refused",
                                       "ended R ?since:S",
                                       "violation V",
                                       "retry",
                                       "auth",
                                       "wait S",
                                       "failed",
                                       "ignore",
                                       "hang-up",
                                       "expired",
                                       NULL};

static const char *const happenings[] = {"timeout M",
                                         "transport M",
                                         "not-sent ?after:S",
                                         "not-sent M ?after:S",
                                         "cannot M B ?refresh",
                                         "offer-answered M ?local",
                                         "end",
                                         "down",
                                         "up",
                                         "on E end",
                                         "on E free",
                                         "sleeps until S",
                                         "clock forward S",
                                         "clock back S",
                                         "restart S ?unknown ?spread:S ?open ?takeover",
                                         NULL};

static bool is_side(const char *word)
{
    return strcmp(word, "local") == 0 || strcmp(word, "remote") == 0;
}

static bool is_reason(const char *word)
{
    for (int i = SST_END_NOT_REFRESHED; i < SST_END_COUNT; i++) {
        if (strcmp(word, sst_end_reason_name((enum sst_end_reason)i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_violation(const char *word)
{
    for (int i = 0; i < SST_VIOLATION_COUNT; i++) {
        if (strcmp(word, sst_violation_name((enum sst_violation)i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_result(const char *word)
{
    for (int i = SST_ERR_NOT_DUE; i < SST_OK; i++) {
        if (strcmp(word, sst_result_name(i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_event(const char *word)
{
    for (int i = SST_EVENT_VIOLATION; i <= SST_EVENT_ENDED; i++) {
        if (strcmp(word, sst_event_name((enum sst_event_type)i)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_kind(char kind, const char *word)
{
    uint32_t number;
    uint64_t ms;
    switch (kind) {
    case 'M':
        return strcmp(word, "INVITE") == 0 || strcmp(word, "UPDATE") == 0;
    case 'N':
        return read_number(word, &number);
    case 'S':
        return read_seconds(word, &ms);
    case 'D':
        return is_side(word);
    case 'R':
        return is_reason(word);
    case 'V':
        return is_violation(word);
    case 'E':
        return is_event(word);
    case 'B':
        return is_result(word);
    default:
        return false;
    }
}

/* Compares one word of a pattern with the words from *next on, and moves *next. */
static bool matches_part(const char *part, const struct words *words, unsigned *next)
{
    const char *word = *next < words->count ? words->text[*next] : "";
    if (part[0] == '?') {
        const char *colon = strchr(part, ':');
        size_t length = colon != NULL ? (size_t)(colon - part - 1) : strlen(part + 1);
        if (strlen(word) != length || memcmp(word, part + 1, length) != 0) {
            return true;
        }
        (*next)++;
        if (colon == NULL) {
            return true;
        }
        (*next)++;
        return *next <= words->count && is_kind(colon[1], words->text[*next - 1]);
    }
    (*next)++;
    return part[1] == '\0' ? is_kind(part[0], word) : strcmp(part, word) == 0;
}

static bool matches(const char *pattern, const struct words *words)
{
    struct words parts;
    unsigned next = 0;
    if (!words_split(&parts, pattern)) {
        return false;
    }
    for (unsigned i = 0; i < parts.count; i++) {
        if (!matches_part(parts.text[i], words, &next)) {
            return false;
        }
    }
    return next == words->count;
}

static bool matches_any(const char *const *patterns, const struct words *words)
{
    for (unsigned i = 0; patterns[i] != NULL; i++) {
        if (matches(patterns[i], words)) {
            return true;
        }
    }
    return false;
}

/* ---- Messages ---- */

static bool is_method(const char *method)
{
    static const char *const methods[] = {"INVITE", "UPDATE", "ACK",     "CANCEL",
                                          "BYE",    "INFO",   "OPTIONS", "MESSAGE",
                                          "NOTIFY", "PRACK",  "REFER",   "SUBSCRIBE"};
    for (unsigned i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (strcmp(method, methods[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *check_message(const struct story *story, const struct line *line)
{
    static const char *const alone[] = {"offer", "refresh", "host",
                                        "copy",  "lost",    "record-routes"};
    const struct words *words = &line->words;
    const struct party *from = story_party(story, line->host);
    const struct party *to = story_party(story, line->peer);
    if (from->kind == SCRIPTED && to->kind == SCRIPTED && !(from->stands && to->stands)) {
        return "neither sender nor receiver is libsst's";
    }
    if (!is_method(line->method)) {
        return "no method of SIP's";
    }
    if (line->status != 0 && (line->status < 100 || line->status > 699)) {
        return "a status code is 100 to 699";
    }
    for (unsigned i = 0; i < words->count; i++) {
        bool known = false;
        for (unsigned k = 0; k < sizeof alone / sizeof alone[0]; k++) {
            known = known || strcmp(words->text[i], alone[k]) == 0;
        }
        if (known) {
            continue;
        }
        const char *word = words->text[i];
        const char *value = i + 1 < words->count ? words->text[i + 1] : "";
        known = (strcmp(word, "takes") == 0 && is_kind('S', value)) ||
                (strcmp(word, "cseq") == 0 && is_kind('N', value));
        if (!known) {
            return "a message has no such word";
        }
        i++;
    }
    return NULL;
}

/* ---- What can be looked at ---- */

static const char *check_pairs(const struct line *line)
{
    static const char *const times[] = {"start_at", "refresh_at", "expires_at", "ends_at",
                                        "next_at"};
    static const char *const others[] = {"interval",      "side",  "min_se", "own_benefit",
                                         "peer_supports", "ended", "reason", "established"};
    if (line->words.count == 0 || line->words.count % 2u != 0) {
        return "pairs of a name and a value";
    }
    for (unsigned i = 0; i < line->words.count; i += 2) {
        const char *value = line->words.text[i + 1];
        bool known = false;
        for (unsigned k = 0; k < sizeof times / sizeof times[0]; k++) {
            known = known || (strcmp(line->words.text[i], times[k]) == 0 &&
                              (strcmp(value, "never") == 0 || is_kind('S', value)));
        }
        for (unsigned k = 0; k < sizeof others / sizeof others[0]; k++) {
            known = known || strcmp(line->words.text[i], others[k]) == 0;
        }
        if (!known) {
            return "there is no such thing to look at, or no time is given";
        }
    }
    return NULL;
}

static const char *check_counts(const struct line *line)
{
    if (line->words.count == 0 || line->words.count % 2u != 0) {
        return "pairs of a name and a number";
    }
    for (unsigned i = 1; i < line->words.count; i += 2) {
        if (!is_kind('N', line->words.text[i])) {
            return "pairs of a name and a number";
        }
    }
    return NULL;
}

/* ---- Policies ---- */

static const char *check_settings(const struct line *line, unsigned first, unsigned count,
                                  enum party_kind kind, int *result)
{
    struct settings settings;
    settings_init(&settings);
    *result = SST_OK;
    for (unsigned i = first; i < count; i++) {
        *result = settings_set(&settings, kind, line->words.text[i]);
        if (*result == SST_ERR_UNKNOWN_NAME || *result == SST_ERR_SYNTAX) {
            return "no such policy field, or no value for it";
        }
        if (*result != SST_OK) {
            return NULL;
        }
    }
    *result = settings_check(&settings, kind);
    return NULL;
}

static const char *check_policy(const struct story *story, const struct line *line)
{
    const struct party *party = story_party(story, line->host);
    enum party_kind kind = LIBRARY;
    int result;
    if (line->host[0] != '\0' && (party == NULL || party->kind == SCRIPTED)) {
        return "no host of libsst's; library and proxy come first";
    }
    if (party != NULL && line->host[0] != '\0') {
        kind = party->kind;
    }
    if (line->kind == POLICY) {
        /* Several lines may make up one policy: it is checked as a whole at the start. */
        return check_settings(line, 0, line->words.count, kind, &result);
    }
    int colon = words_find(&line->words, ":");
    if (colon < 0 || (unsigned)colon + 2u != line->words.count) {
        return "wrong policy [HOST] NAME=VALUE ... : RESULT";
    }
    const char *problem = check_settings(line, 0, (unsigned)colon, kind, &result);
    if (problem == NULL && strcmp(sst_result_name(result), line->words.text[colon + 1]) != 0) {
        return "libsst finds something else about this policy";
    }
    return problem;
}

const char *grammar_check(const struct story *story, const struct line *line)
{
    if (line->kind == POLICY || line->kind == WRONG_POLICY) {
        return check_policy(story, line);
    }
    if (line->kind == QUIET) {
        return NULL;
    }
    if (line->kind == MESSAGE) {
        return check_message(story, line);
    }
    const struct party *party = story_party(story, line->host);
    if (party == NULL || party->kind == SCRIPTED) {
        return "no host of libsst's";
    }
    int result;
    switch (line->kind) {
    case TELLS:
        return matches_any(tellings, &line->words) ? NULL : "nothing that libsst tells";
    case STATE:
        return check_pairs(line);
    case COUNTS:
        return check_counts(line);
    default:
        break;
    }
    if (party->kind == PROXY) {
        return "nothing happens to a proxy but messages";
    }
    if (line->words.count > 1 && strcmp(line->words.text[0], "policy") == 0) {
        return check_settings(line, 1, line->words.count, LIBRARY, &result);
    }
    return matches_any(happenings, &line->words) ? NULL : "nothing that can happen to a host";
}
