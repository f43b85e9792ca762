/* SPDX-License-Identifier: MIT */
/*
 * The one table of a policy's fields. Checking, setting, printing and describing them all read it,
 * and so does the test that compares docs/policy.md with it. A line is
 *
 *     X(name, kind, lowest, highest, range, unit, section, what it does)
 *
 * A section without the name of a document is one of RFC 4028. What it does is kept out of the
 * library; the documentation has it.
 */
#ifndef SST_POLICY_FIELDS_H
#define SST_POLICY_FIELDS_H

#include "about/mem.h"
#include "about/text.h"

#include <sst/policy.h>

/* What a field's values are, and what its range depends on. */
enum sst_field_kind {
    SST_FIELD_WORDS,    /* the words of its range, the first of them being lowest */
    SST_FIELD_FLAG,     /* a bool: no|yes */
    SST_FIELD_NUMBER,   /* lowest to highest */
    SST_FIELD_INTERVAL, /* absolute_min to highest */
    SST_FIELD_MAYBE,    /* 0, or absolute_min to highest */
    SST_FIELD_HALF      /* lowest to half of absolute_min, rounded up */
};

/* clang-format off */
#define SST_POLICY_FIELDS(X) \
    X(mode, WORDS, SST_MODE_ACCEPT, SST_MODE_OFF, "accept|request|require|off", "", "§7.1", \
      "accept answers a peer that asks; request asks in each INVITE and in each 2xx whose receiver " \
      "supports it; require adds Require: timer; off treats the extension as unknown") \
    X(session_expires, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§4, §7.1", \
      "the interval to ask for") \
    X(min_se, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§5, §9", \
      "requests for less are answered with 422; above 90 local requests carry it as Min-SE") \
    X(max_session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§9", \
      "larger intervals that others ask for are reduced to it, but never below their Min-SE; a " \
      "422 that wants more is not followed; 0 for no bound") \
    X(prefer_refresher, WORDS, SST_REFRESHER_UAC, SST_REFRESHER_UAS, "uac|uas", "", \
      "§9, Table 2", "who refreshes where the choice is ours as the answering side") \
    X(request_refresher, WORDS, SST_REFRESHER_NONE, SST_REFRESHER_UAS, "none|uac|uas", "", \
      "§7.1", "the refresher of initial requests; uas only where §7.4 allows it, or allow_uas") \
    X(allow_uas, FLAG, 0, 1, "no|yes", "", "§7.4", \
      "request_refresher=uas also where the other side has not shown support yet") \
    X(proxy_require, FLAG, 0, 1, "no|yes", "", "§7.1", \
      "mode require adds Proxy-Require: timer as well") \
    X(method, WORDS, SST_REFRESH_AUTO, SST_REFRESH_INVITE, "auto|update|invite", "", "§7.4", \
      "how to refresh: auto takes UPDATE where the other side allows it; update takes it also " \
      "where it was not seen to") \
    X(refresh_percent, NUMBER, 5, 50, "5..50", "% of the interval", "§7.2", \
      "when to refresh, counted from the last 2xx") \
    X(max_refresh, NUMBER, 0, SST_SECONDS_MAX, "0..4294967295", "s", "§7.2", \
      "the most time between two local refreshes, whatever the interval is; 0 for no cap") \
    X(jitter_percent, NUMBER, 0, 10, "0..10", "% of the interval", "§7.2", \
      "local refreshes come earlier by a random time up to this, never later") \
    X(guard, WORDS, SST_GUARD_RFC, SST_GUARD_NONE, "rfc|percent|none", "", "§10", \
      "how long before the expiration the side that does not refresh hangs up: rfc is the " \
      "smaller of 32 s and a third of the interval") \
    X(guard_percent, NUMBER, 1, 33, "1..33", "% of the interval", "§10", \
      "the guard time where guard is percent; never longer than with rfc") \
    X(expire_at, WORDS, SST_EXPIRE_AT_EXPIRATION, SST_EXPIRE_AT_GUARD, "expiration|guard", "", \
      "§10", "when the refresher ends a session that it could not refresh: guard is when the " \
      "other side would") \
    X(own_benefit, WORDS, SST_OWN_BENEFIT_AUTO, SST_OWN_BENEFIT_NO, "auto|yes|no", "", "§7.2", \
      "whether to run a timer for this side alone where the other does not know the extension: " \
      "auto does where this side asked for one, yes also as the answering side") \
    X(timeout_retries, NUMBER, 0, 3, "0..3", "refreshes", "§10", \
      "how many more refreshes are tried after one that timed out; 0 hangs up at once. 32 s of silence " \
      "from the half of 130 s or less leave no time for one") \
    X(rescue, FLAG, 0, 1, "no|yes", "", "§10", \
      "the side that does not refresh sends one refresh of its own when the other's is overdue") \
    X(refresh_floor, HALF, 1, 0, "1..45", "s", "§11.1", \
      "the least time between two local refreshes, whatever a 2xx imposes") \
    X(accept_midcall, FLAG, 0, 1, "no|yes", "", "§9", \
      "a dialog without a timer takes one later") \
    X(below_min, WORDS, SST_BELOW_MIN_KEEP, SST_BELOW_MIN_REPORT, "keep|report", "", "§9", \
      "a 2xx below the own min_se is used in silence, or used and reported") \
    X(refused, WORDS, SST_REFUSED_EXPIRE, SST_REFUSED_KEEP, "expire|keep", "", "§10", \
      "at the expiration of a session whose refreshes were all refused: end it, or go on " \
      "without a timer") \
    X(dropped, WORDS, SST_DROPPED_KEEP, SST_DROPPED_OFF, "keep|off", "", "§7.2", \
      "an agreed timer whose refresh is answered without Session-Expires: keep goes on refreshing " \
      "for this side's own benefit, off turns the timer off") \
    X(strict_overlap, FLAG, 0, 1, "no|yes", "", "erratum 4744", \
      "491 to a request that negotiates a timer while a local one does") \
    X(accept_refresher_missing, FLAG, 0, 1, "no|yes", "", "§9", \
      "a 2xx with an interval and no refresher makes this side refresh") \
    X(accept_require_as_support, FLAG, 0, 1, "no|yes", "", "§7.1", \
      "a request with Require: timer and without Supported counts as supporting it, though a proxy " \
      "may have inserted it for a sender that cannot follow a 422") \
    X(accept_malformed, FLAG, 0, 1, "no|yes", "", "§4, §5", \
      "a malformed Session-Expires or Min-SE in a request is ignored; no answers it with 400") \
    X(accept_repeated, FLAG, 0, 1, "no|yes", "", "RFC 3261 §7.3.1", \
      "a repeated Session-Expires or Min-SE in a request is read as one; no answers it with 400") \
    X(accept_small_interval, FLAG, 0, 1, "no|yes", "", "§4, §11.1", \
      "a 2xx below absolute_min is run as if it had that; no runs it as it is, but never below " \
      "twice refresh_floor or 8 s") \
    X(absolute_min, NUMBER, 1, SST_SECONDS_MAX, "1..4294967295", "s", "§4, §5", \
      "replaces the 90 s of RFC 4028: for tests only, and to be set first")

#define SST_PROXY_FIELDS(X) \
    X(session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§8.1", \
      "inserted into requests that have none, raised to their Min-SE; 0 asks for none") \
    X(min_se, INTERVAL, 0, SST_SECONDS_MAX, "90..4294967295", "s", "§8.1", \
      "the least interval that others may ask for") \
    X(max_session_expires, MAYBE, 0, SST_SECONDS_MAX, "0, 90..4294967295", "s", "§8.1", \
      "larger intervals are reduced to it, but never below the request's Min-SE; 0 for no bound") \
    X(reject_small, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "422 to a request for less than min_se whose sender supports timer; no forwards it") \
    X(insert_require, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "Require: timer is added to requests whose sender does not support timer, which RFC 4028 " \
      "does not recommend") \
    X(insert_response, FLAG, 0, 1, "no|yes", "", "§8.2", \
      "a 2xx of a callee that does not support timer gets Session-Expires and refresher=uac, if the " \
      "caller supports it; no forwards it as it is") \
    X(accept_require_as_support, FLAG, 0, 1, "no|yes", "", "§8.1", \
      "a request with Require: timer and without Supported counts as supporting it") \
    X(record_routes, FLAG, 0, 1, "no|yes", "", "§8", \
      "the proxy record-routes where a timer is used, and so sees the refreshes") \
    X(stateful, FLAG, 0, 1, "no|yes", "", "§8", \
      "the proxy remembers a request until its response; no changes no message") \
    X(absolute_min, NUMBER, 1, SST_SECONDS_MAX, "1..4294967295", "s", "§4, §5", \
      "replaces the 90 s of RFC 4028: for tests only")
/* clang-format on */

/* A line of the table. Texts and not pointers to them, which a loader would have to write. */
struct sst_field {
    char name[28];
    char range[28]; /* where absolute_min is 90 */
    char unit[20];
    char section[20];
    uint32_t lowest;
    uint32_t highest;
    uint16_t offset; /* in the structure */
    uint8_t size;    /* of the member */
    uint8_t kind;    /* enum sst_field_kind */
};

/* Makes a line of the table out of one above, for a member of the type structure. */
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
 * Where the structures of version 0.2 end, the least that is accepted. Fields that come later stand
 * after these, so that there is no padding at the end, and are read only where the size of the
 * structure in the host, which the session keeps no copy of, reaches as far: by sst_table_value(),
 * or after a comparison of the size.
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

/* A piece of text that need not be terminated. */
struct sst_text {
    const char *at;
    size_t length;
};

/* The length of a terminated text, 0 for NULL. */
static inline size_t sst_text_size(const char *text)
{
    return text == NULL ? 0 : sst_text_length(text);
}

/* Defaults into a structure of the host, whose first member is its size. What the two have in
 * common is copied, the rest of the structure is zeroed. */
void sst_defaults_copy(void *structure, size_t size, const void *defaults_of, size_t known);

/* Checks the fields that the structure has, each alone. */
int sst_table_check(struct sst_table table, const void *structure, struct sst_policy_error *error);

/* Whether a value is in the field's own range, and that range as a text. */
bool sst_field_allows(const struct sst_field *field, uint32_t value, uint32_t absolute_min);
const char *sst_field_range(const struct sst_field *field, uint32_t absolute_min);

/* The value in force as a number, of WORDS the enumerator, of FLAG 0 or 1: the default where the
 * host's structure is too small to have the field. */
uint32_t sst_table_value(struct sst_table table, const void *structure,
                         const struct sst_field *field);
void sst_field_store(void *structure, const struct sst_field *field, uint32_t value);
/* Whether the host's structure has the field. */
bool sst_field_within(const struct sst_field *field, const void *structure);

/* Fills in *error, which may be NULL. @return code */
int sst_policy_fail(struct sst_policy_error *error, int code, const char *field, const char *range,
                    const char *other, uint32_t value);

/* ---- text.c: what the public functions of either policy do ---- */

int sst_table_set(struct sst_table table, void *structure, uint32_t absolute_min,
                  struct sst_text name, struct sst_text value, struct sst_policy_error *error);
size_t sst_table_get(struct sst_table table, const void *structure, uint32_t absolute_min,
                     struct sst_text name, char *buffer, size_t size);
bool sst_table_describe(struct sst_table table, size_t index, const char **name, const char **range,
                        const char **unit, const char **section);

#endif
