/* SPDX-License-Identifier: MIT */
/* A policy's defaults, and what makes one valid. */
#include "about/mem.h"
#include "policy/fields.h"

#define FIELD(name, kind, lowest, highest, range, unit, section, what)                             \
    SST_FIELD_OF(struct sst_policy, name, kind, lowest, highest, range, unit, section),

static const struct sst_field fields[] = {SST_POLICY_FIELDS(FIELD)};

/* Fields that are not named are 0: accept, no, none, auto, keep, as their comments say. */
static const struct sst_policy defaults = {
    .mode = SST_MODE_ACCEPT,
    .session_expires = SST_DEFAULT_INTERVAL_S,
    .min_se = SST_ABSOLUTE_MIN_S,
    .prefer_refresher = SST_REFRESHER_UAC,
    .request_refresher = SST_REFRESHER_NONE,
    .method = SST_REFRESH_AUTO,
    .refresh_percent = 50,
    .guard = SST_GUARD_RFC,
    .guard_percent = 10,
    .expire_at = SST_EXPIRE_AT_EXPIRATION,
    .own_benefit = SST_OWN_BENEFIT_AUTO,
    .refresh_floor = 10,
    .accept_midcall = true,
    .below_min = SST_BELOW_MIN_KEEP,
    .refused = SST_REFUSED_EXPIRE,
    .accept_refresher_missing = true,
    .accept_malformed = true,
    .accept_repeated = true,
    .accept_small_interval = true,
    .absolute_min = SST_ABSOLUTE_MIN_S,
};

_Static_assert(sizeof(struct sst_policy) == SST_POLICY_SIZE_MIN,
               "padding after the last field: a field put there would not show in the size");

static struct sst_table table(void)
{
    /* Member by member: a constant with pointers would have to be relocated when loaded. */
    struct sst_table own;
    own.fields = fields;
    own.count = sizeof fields / sizeof fields[0];
    own.defaults = &defaults;
    return own;
}

/* Values that are valid alone but conflict with each other. */
static int check_together(const struct sst_policy *policy, struct sst_policy_error *error)
{
    uint32_t most = policy->max_session_expires;
    if (policy->session_expires < policy->min_se) { /* §7.1 */
        return sst_policy_fail(error, SST_ERR_CONFLICT, "session_expires", "min_se..4294967295",
                               "min_se", policy->session_expires);
    }
    if (most != 0 && most < policy->min_se) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "max_session_expires",
                               "0, min_se..4294967295", "min_se", most);
    }
    if (most != 0 && most < policy->session_expires) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "max_session_expires",
                               "0, session_expires..4294967295", "session_expires", most);
    }
    if (policy->max_refresh != 0 && policy->max_refresh < policy->refresh_floor) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "max_refresh",
                               "0, refresh_floor..4294967295", "refresh_floor",
                               policy->max_refresh);
    }
    if (policy->jitter_percent >= policy->refresh_percent) { /* else it could refresh at once */
        return sst_policy_fail(error, SST_ERR_CONFLICT, "jitter_percent",
                               "less than refresh_percent", "refresh_percent",
                               policy->jitter_percent);
    }
    return SST_OK;
}

int sst_policy_check(const struct sst_policy *policy, struct sst_policy_error *error)
{
    if (policy == NULL) {
        return sst_policy_fail(error, SST_ERR_ARGUMENT, NULL, NULL, NULL, 0);
    }
    if (policy->size < SST_POLICY_SIZE_MIN || policy->size > sizeof *policy) {
        return sst_policy_fail(error, SST_ERR_VERSION, "size", "as sst_policy_init() sets it", NULL,
                               policy->size);
    }
    int result = sst_table_check(table(), policy, error);
    return result == SST_OK ? check_together(policy, error) : result;
}

void sst_policy_init_sized(struct sst_policy *policy, size_t size)
{
    sst_defaults_copy(policy, size, &defaults, sizeof defaults);
}

bool sst_policy_field(size_t index, const char **name, const char **range, const char **unit,
                      const char **section)
{
    return sst_table_describe(table(), index, name, range, unit, section);
}

int sst_policy_set_n(struct sst_policy *policy, const char *name, size_t name_length,
                     const char *value, size_t value_length, struct sst_policy_error *error)
{
    return sst_table_set(table(), policy, policy == NULL ? 0 : policy->absolute_min,
                         (struct sst_text){name, name_length},
                         (struct sst_text){value, value_length}, error);
}

int sst_policy_set(struct sst_policy *policy, const char *name, const char *value,
                   struct sst_policy_error *error)
{
    return sst_policy_set_n(policy, name, sst_text_size(name), value, sst_text_size(value), error);
}

size_t sst_policy_get_n(const struct sst_policy *policy, const char *name, size_t name_length,
                        char *buffer, size_t size)
{
    return sst_table_get(table(), policy, policy == NULL ? 0 : policy->absolute_min,
                         (struct sst_text){name, name_length}, buffer, size);
}

size_t sst_policy_get(const struct sst_policy *policy, const char *name, char *buffer, size_t size)
{
    return sst_policy_get_n(policy, name, sst_text_size(name), buffer, size);
}
