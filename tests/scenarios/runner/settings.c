/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <string.h>

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    sst_policy_init(&settings->ua);
    sst_proxy_policy_init(&settings->proxy);
}

uint32_t luck_number(enum luck luck)
{
    switch (luck) {
    case LUCK_LOW:
        return 0;
    case LUCK_HIGH:
        return UINT32_MAX;
    case LUCK_NONE:
    case LUCK_MIDDLE:
        break;
    }
    return UINT32_MAX / 2u;
}

static int set_luck(struct settings *settings, const char *value)
{
    static const char *const names[] = {"none", "low", "middle", "high"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], value) == 0) {
            settings->luck = (enum luck)i;
            return SST_OK;
        }
    }
    return SST_ERR_SYNTAX;
}

int settings_set(struct settings *settings, enum party_kind kind, const char *word)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL) {
        return SST_ERR_SYNTAX;
    }
    size_t length = (size_t)(equals - word);
    const char *value = equals + 1;
    if (length == strlen("random") && memcmp(word, "random", length) == 0) {
        return set_luck(settings, value);
    }
    if (kind == PROXY) {
        return sst_proxy_policy_set_n(&settings->proxy, word, length, value, strlen(value), NULL);
    }
    return sst_policy_set_n(&settings->ua, word, length, value, strlen(value), NULL);
}

int settings_check(const struct settings *settings, enum party_kind kind)
{
    if (kind == PROXY) {
        return sst_proxy_policy_check(&settings->proxy, NULL);
    }
    return sst_policy_check(&settings->ua, NULL);
}

int settings_of(struct settings *settings, const struct story *story, const struct party *party)
{
    settings_init(settings);
    for (const struct line *line = story->lines; line != NULL; line = line->next) {
        bool all = line->host[0] == '\0' && party->kind == LIBRARY;
        if (line->kind != POLICY || !(all || strcmp(line->host, party->name) == 0)) {
            continue;
        }
        for (unsigned i = 0; i < line->words.count; i++) {
            int result = settings_set(settings, party->kind, line->words.text[i]);
            if (result != SST_OK) {
                return result;
            }
        }
    }
    return settings_check(settings, party->kind);
}
