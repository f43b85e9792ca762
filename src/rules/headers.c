/* SPDX-License-Identifier: MIT */
/* Turns decisions into header fields: RFC 4028 §4 to §6, Table 1. */
#include "about/mem.h"
#include "rules/rules_private.h"

#include <sst/rules.h>

static struct sst_header *add(struct sst_headers *headers, const char *name,
                              enum sst_header_kind kind)
{
    struct sst_header *header = &headers->item[headers->count];
    headers->count++;
    /* Initialise the whole value, even if the text is short. */
    *header = (struct sst_header){.name = name, .kind = kind};
    return header;
}

static void add_timer(struct sst_headers *headers, const char *name)
{
    memcpy(add(headers, name, SST_HEADER_TAG)->value, "timer", sizeof "timer");
}

static void add_seconds(struct sst_headers *headers, const char *name, uint32_t seconds)
{
    struct sst_header *header = add(headers, name, SST_HEADER_SET);
    sst_print_seconds(header->value, sizeof header->value, seconds);
}

static void add_session_expires(struct sst_headers *headers, uint32_t seconds,
                                enum sst_refresher refresher)
{
    struct sst_header *header = add(headers, "Session-Expires", SST_HEADER_SET);
    sst_print_session_expires(header->value, sizeof header->value, seconds, refresher);
}

void sst_ask_headers(const struct sst_ask *ask, struct sst_headers *headers)
{
    headers->count = 0;
    if (ask->supported) {
        add_timer(headers, "Supported");
    }
    if (ask->session_expires != 0) {
        add_session_expires(headers, ask->session_expires, ask->refresher);
    }
    if (ask->min_se != 0) {
        add_seconds(headers, "Min-SE", ask->min_se);
    }
    if (ask->require) {
        add_timer(headers, "Require");
    }
    if (ask->proxy_require) {
        add_timer(headers, "Proxy-Require");
    }
}

void sst_answer_headers(const struct sst_answer *answer, struct sst_headers *headers)
{
    headers->count = 0;
    if (answer->supported) {
        add_timer(headers, "Supported");
    }
    if (answer->refresher == SST_REFRESHER_NONE) {
        return;
    }
    add_session_expires(headers, answer->session_expires, answer->refresher);
    if (answer->require) {
        add_timer(headers, "Require");
    }
}

void sst_refusal_headers(const struct sst_policy *policy, unsigned status, uint32_t value,
                         struct sst_headers *headers)
{
    headers->count = 0;
    if (policy->mode != SST_MODE_OFF) {
        add_timer(headers, "Supported"); /* §12.3 */
    }
    if (status == 422) {
        /* §6: a 422 always has Min-SE, never below the absolute minimum */
        add_seconds(headers, "Min-SE", sst_max(value, sst_local_min(policy)));
    } else if (status == 420) {
        add_timer(headers, "Unsupported"); /* RFC 3261 §8.2.2.3 */
    } else if (status == 500) {
        add_seconds(headers, "Retry-After", value); /* RFC 3261 §14.2 */
    }
}

void sst_other_headers(const struct sst_policy *policy, enum sst_method method,
                       struct sst_headers *headers)
{
    headers->count = 0;
    if (policy->mode != SST_MODE_OFF && method != SST_METHOD_ACK) {
        add_timer(headers, "Supported"); /* §7.1 */
    }
}
