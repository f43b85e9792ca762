/* SPDX-License-Identifier: MIT */
/*
 * The one table of a policy's fields. Checking, setting, printing and describing them all read it,
 * and so does the test that compares docs/policy.md with it. A line is
 *
 *     X(name, kind, lowest, highest, range, unit, section, what it does)
 *
 * A section without the name of a document is one of RFC 4028. The last column is for the
 * documentation and not compiled into the library.
 */
#ifndef SST_POLICY_FIELDS_H
#define SST_POLICY_FIELDS_H

#include "about/mem.h"
#include "about/text.h"

#include <sst/policy.h>

/* What a field's values are, and what its range depends on. */
enum sst_field_kind {
    SST_FIELD_WORDS,    /* the words of its range; the first one has the value lowest */
    SST_FIELD_FLAG,     /* a bool: no|yes */
    SST_FIELD_NUMBER,   /* lowest to highest */
    SST_FIELD_INTERVAL, /* absolute_min to highest */
    SST_FIELD_MAYBE,    /* 0, or absolute_min to highest */
    SST_FIELD_HALF      /* lowest to half of absolute_min, rounded up */
};

/* clang-format off */
#define SST_POLICY_FIELDS(X) \
    X(mode, WORDS, SST_MODE_ACCEPT, SST_MODE_OFF, "accept|request|require|off", "", "§7.1", \
      "accept answers a peer that asks; request asks in each INVITE, and in each 2xx if the " \
      "peer supports it; require adds Require: timer; off behaves as if the extension were " \
      "unknown") \
    X(session_expires, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§4, §7.1", \
      "the interval to ask for") \
    X(min_se, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§5, §9", \
      "the smallest interval accepted: requests for less get 422. Above 90, local requests " \
      "carry it as Min-SE") \
    X(max_session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§9", \
      "the largest interval accepted: longer ones are reduced to it, but not below the " \
      "request's Min-SE, and a 422 that demands more is not followed; 0: no limit") \
    X(prefer_refresher, WORDS, SST_REFRESHER_UAC, SST_REFRESHER_UAS, "uac|uas", "", \
      "§9, Table 2", \
      "who refreshes, if the choice is ours as UAS") \
    X(request_refresher, WORDS, SST_REFRESHER_NONE, SST_REFRESHER_UAS, "none|uac|uas", "", \
      "§7.1", \
      "the refresher named in initial requests; uas only if the peer is known to support the " \
      "extension (§7.4), or with allow_uas") \
    X(allow_uas, FLAG, 0, 1, "no|yes", "", "§7.4", \
      "request_refresher = uas even before the peer has shown support") \
    X(proxy_require, FLAG, 0, 1, "no|yes", "", "§7.1", \
      "mode require also adds Proxy-Require: timer") \
    X(method, WORDS, SST_REFRESH_AUTO, SST_REFRESH_INVITE, "auto|update|invite", "", "§7.4", \
      "how to refresh: auto uses UPDATE if the peer allows it; update tries it even if the peer " \
      "is not known to; invite uses re-INVITE first") \
    X(refresh_percent, NUMBER, 5, 50, "5..50", "% of the interval", "§7.2", \
      "when to refresh") \
    X(max_refresh, NUMBER, 0, SST_SECONDS_MAX, "0..4294967295", "s", "§7.2", \
      "the longest time between two local refreshes, however long the interval; 0: no limit") \
    X(jitter_percent, NUMBER, 0, 10, "0..10", "% of the interval", "§7.2", \
      "local refreshes come earlier by a random time of up to this, never later") \
    X(guard, WORDS, SST_GUARD_RFC, SST_GUARD_NONE, "rfc|percent|none", "", "§10", \
      "how long before the expiration the side that does not refresh hangs up: rfc is 32 s or a " \
      "third of the interval, whichever is less; none waits for the expiration") \
    X(guard_percent, NUMBER, 1, 33, "1..33", "% of the interval", "§10", \
      "the guard time if guard is percent; never more than with rfc") \
    X(expire_at, WORDS, SST_EXPIRE_AT_EXPIRATION, SST_EXPIRE_AT_GUARD, "expiration|guard", "", \
      "§10", \
      "when the refresher ends a session that it could not refresh: at the expiration, or as " \
      "early as the other side would (guard)") \
    X(own_benefit, WORDS, SST_OWN_BENEFIT_AUTO, SST_OWN_BENEFIT_NO, "auto|yes|no", "", "§7.2", \
      "whether to run a timer for this side alone if the peer does not support the extension: " \
      "auto if this side asked for a timer, yes also as UAS") \
    X(timeout_retries, NUMBER, 0, 3, "0..3", "refreshes", "§10", \
      "how many more refreshes to try after one timed out; 0 hangs up at once. At the default " \
      "refresh_percent, intervals up to 130 s leave no time for one after 32 s of silence") \
    X(rescue, FLAG, 0, 1, "no|yes", "", "§10", \
      "if the peer's refresh is overdue, send one of ours") \
    X(refresh_floor, HALF, 1, 0, "1..45", "s", "§11.1", \
      "the shortest time between two local refreshes, whatever a 2xx imposes") \
    X(accept_midcall, FLAG, 0, 1, "no|yes", "", "§9", \
      "accept a timer in a dialog that began without one") \
    X(below_min, WORDS, SST_BELOW_MIN_KEEP, SST_BELOW_MIN_REPORT, "keep|report", "", "§9", \
      "a 2xx below our min_se: use it silently, or use and report it") \
    X(refused, WORDS, SST_REFUSED_EXPIRE, SST_REFUSED_KEEP, "expire|keep", "", "§10", \
      "if the peer rejected every refresh until the expiration: end the session, or go on " \
      "without a timer") \
    X(dropped, WORDS, SST_DROPPED_KEEP, SST_DROPPED_OFF, "keep|off", "", "§7.2", \
      "if a refresh is answered without Session-Expires: keep goes on refreshing for our own " \
      "benefit, off turns the timer off") \
    X(strict_overlap, FLAG, 0, 1, "no|yes", "", "erratum 4744", \
      "reject a request that negotiates a timer while a local one does, with 491, until midway " \
      "between half of the interval and the last planned attempt") \
    X(accept_refresher_missing, FLAG, 0, 1, "no|yes", "", "§9", \
      "a 2xx with an interval but no refresher makes this side refresh") \
    X(accept_require_as_support, FLAG, 0, 1, "no|yes", "", "§7.1", \
      "treat a request with Require: timer but no Supported as supporting it, although a proxy " \
      "may have added Require for a sender that cannot follow a 422") \
    X(accept_malformed, FLAG, 0, 1, "no|yes", "", "§4, §5", \
      "ignore a malformed Session-Expires or Min-SE in a request; no: reject it with 400") \
    X(accept_repeated, FLAG, 0, 1, "no|yes", "", "RFC 3261 §7.3.1", \
      "read a repeated Session-Expires or Min-SE in a request as one; no: reject it with 400") \
    X(accept_small_interval, FLAG, 0, 1, "no|yes", "", "§4, §11.1", \
      "run an interval below absolute_min in a 2xx as absolute_min; no: run it as it is, but " \
      "never below 8 s or twice refresh_floor") \
    X(absolute_min, NUMBER, 1, SST_SECONDS_MAX, "1..4294967295", "s", "§4, §5", \
      "replaces the 90 s of RFC 4028: for tests only; set it first")

#define SST_PROXY_FIELDS(X) \
    X(session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§8.1", \
      "added to requests that have none, raised to their Min-SE; 0: ask for none") \
    X(min_se, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§8.1", \
      "the smallest interval that others may ask for") \
    X(max_session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§8.1", \
      "longer intervals are reduced to it, but not below the request's Min-SE; 0: no limit") \
    X(reject_small, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "reject a request for less than min_se with 422 if its sender supports timer; no: forward " \
      "it") \
    X(insert_require, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "add Require: timer to requests whose sender does not support timer; RFC 4028 does not " \
      "recommend this") \
    X(insert_response, FLAG, 0, 1, "no|yes", "", "§8.2", \
      "if only the caller supports timer, add Session-Expires with refresher=uac to the 2xx; " \
      "no: forward it as it is") \
    X(accept_require_as_support, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "treat a request with Require: timer but no Supported as supporting it") \
    X(record_routes, FLAG, 0, 1, "no|yes", "", "§8", \
      "the proxy adds Record-Route where a timer is used, and so sees the refreshes") \
    X(stateful, FLAG, 0, 1, "no|yes", "", "§8", \
      "the proxy remembers a request until its response; no: it changes no message") \
    X(absolute_min, NUMBER, 1, SST_SECONDS_MAX, "1..4294967295", "s", "§4, §5", \
      "replaces the 90 s of RFC 4028: for tests only")
/* clang-format on */

/* A line of the table. Arrays instead of pointers, which a loader would have to relocate. */
struct sst_field {
    char name[28];
    char range[28]; /* if absolute_min is 90 */
    char unit[20];
    char section[20];
    uint32_t lowest;
    uint32_t highest;
    uint16_t offset; /* in the structure */
    uint8_t size;    /* of the member */
    uint8_t kind;    /* enum sst_field_kind */
};

/* Makes a line of the table from one above, for a member of the type structure. */
#define SST_FIELD_OF(structure, name, kind, lowest, highest, range, unit, section)                 \
    {#name,                                                                                        \
     range,                                                                                        \
     unit,                                                                                         \
     section,                                                                                      \
     lowest,                                                                                       \
     highest,                                                                                      \
     offsetof(structure, name),                                                                    \
     sizeof(((structure *)0)->name),                                                               \
     SST_FIELD_##kind}

/*
 * The sizes of the structures in version 0.2, the smallest that are accepted. Later fields are
 * added after these, with no padding at the end. The session keeps no copy of that structure,
 * so a later field is read only if the size of that structure covers it: by sst_table_value(), or
 * after a comparison of the size.
 */
#define SST_POLICY_SIZE_MIN (offsetof(struct sst_policy, counters) + sizeof(struct sst_counters *))
#define SST_PROXY_POLICY_SIZE_MIN                                                                  \
    (offsetof(struct sst_proxy_policy, counters) + sizeof(struct sst_counters *))

/* The fields of a structure whose first member is its size, and the structure's defaults. The last
 * field is absolute_min. */
struct sst_table {
    const struct sst_field *fields;
    size_t count;
    const void *defaults;
};

/* Text that need not be NUL-terminated. */
struct sst_text {
    const char *at;
    size_t length;
};

/* The length of a NUL-terminated text, 0 for NULL. */
static inline size_t sst_text_size(const char *text)
{
    return text == NULL ? 0 : sst_text_length(text);
}

/* Copies the defaults into a host's structure, whose first member is its size. If it is larger than
 * the known structure, the rest is zeroed. */
void sst_defaults_copy(void *structure, size_t size, const void *defaults_of, size_t known);

/* Checks each field that the structure has, by itself. */
int sst_table_check(struct sst_table table, const void *structure, struct sst_policy_error *error);

/* Whether a value is in the field's range, and that range as text. */
bool sst_field_allows(const struct sst_field *field, uint32_t value, uint32_t absolute_min);
const char *sst_field_range(const struct sst_field *field, uint32_t absolute_min);

/* The value in force as a number: the enumerator for WORDS, 0 or 1 for FLAG. It is the default if
 * the host's structure is too small to have the field. */
uint32_t sst_table_value(struct sst_table table, const void *structure,
                         const struct sst_field *field);
void sst_field_store(void *structure, const struct sst_field *field, uint32_t value);
/* Whether the host's structure has the field. */
bool sst_field_within(const struct sst_field *field, const void *structure);

/* Fills in *error, which may be NULL. @return code */
int sst_policy_fail(struct sst_policy_error *error, int code, const char *field, const char *range,
                    const char *other, uint32_t value);

/* ---- text.c: the public functions of both kinds of policy ---- */

int sst_table_set(struct sst_table table, void *structure, uint32_t absolute_min,
                  struct sst_text name, struct sst_text value, struct sst_policy_error *error);
size_t sst_table_get(struct sst_table table, const void *structure, uint32_t absolute_min,
                     struct sst_text name, char *buffer, size_t size);
bool sst_table_describe(struct sst_table table, size_t index, const char **name, const char **range,
                        const char **unit, const char **section);

#endif
