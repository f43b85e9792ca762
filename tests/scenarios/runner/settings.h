/* SPDX-License-Identifier: MIT */
/* What a scenario's policy lines set for one host. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "story.h"

#include <sst/sst.h>

/* Where the numbers from the policy's random source lie. NONE: no source at all. */
enum luck { LUCK_NONE, LUCK_LOW, LUCK_MIDDLE, LUCK_HIGH };

struct settings {
    struct sst_policy ua;
    struct sst_proxy_policy proxy;
    enum luck luck;
};

void settings_init(struct settings *settings);
/* @param word  name=value. @return enum sst_result */
int settings_set(struct settings *settings, enum party_kind kind, const char *word);
/* Checks the policy of a host of this kind. */
int settings_check(const struct settings *settings, enum party_kind kind);
/* Applies the policy lines of a story that are for this host, or for all of its kind. */
int settings_of(struct settings *settings, const struct story *story, const struct party *party);
/* The random source, with &luck as its user. */
uint32_t luck_number(enum luck luck);

#endif
