/* SPDX-License-Identifier: MIT */
/* A proxy's policy: its defaults, and what makes one valid. */
#include "about/mem.h"
#include "policy/fields.h"

#include <sst/proxy.h>

#define FIELD(name, kind, lowest, highest, range, unit, section, what)                             \
    SST_FIELD_OF(struct sst_proxy_policy, name, kind, lowest, highest, range, unit, section),

static const struct sst_field fields[] = {SST_PROXY_FIELDS(FIELD)};

static const struct sst_proxy_policy defaults = {
    .min_se = SST_ABSOLUTE_MIN_S,
    .reject_small = true,
    .insert_response = true,
    .record_routes = true,
    .stateful = true,
    .absolute_min = SST_ABSOLUTE_MIN_S,
};

static struct sst_table table(void)
{
    /* Member by member: a constant with pointers would have to be relocated when loaded. */
    struct sst_table own;
    own.fields = fields;
    own.count = sizeof fields / sizeof fields[0];
    own.defaults = &defaults;
    return own;
}

_Static_assert(sizeof(struct sst_proxy_policy) == SST_PROXY_POLICY_SIZE_MIN,
               "padding after the last field: a field put there would not show in the size");

void sst_proxy_policy_init_sized(struct sst_proxy_policy *policy, size_t size)
{
    sst_defaults_copy(policy, size, &defaults, sizeof defaults);
}

static int refuse_no(const char *field, const char *other, struct sst_policy_error *error)
{
    int result = sst_policy_fail(error, SST_ERR_CONFLICT, field, "yes", other, 0);
    if (error != NULL) {
        memcpy(error->text, "no", sizeof "no");
    }
    return result;
}

/* The field that makes the proxy ask for a timer, NULL for none. Reducing an interval counts as
 * asking (§8.1: "possibly inserted the Session-Expires header field or reduced it"). */
static const char *asking_field(const struct sst_proxy_policy *policy)
{
    if (policy->session_expires != 0) {
        return "session_expires";
    }
    if (policy->max_session_expires != 0) {
        return "max_session_expires";
    }
    return policy->insert_require ? "insert_require" : NULL;
}

static int check_together(const struct sst_proxy_policy *policy, struct sst_policy_error *error)
{
    uint32_t own = policy->session_expires;
    uint32_t most = policy->max_session_expires;
    if (own != 0 && own < policy->min_se) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "session_expires", "0, min_se..4294967295",
                               "min_se", own);
    }
    if (most != 0 && most < policy->min_se) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "max_session_expires",
                               "0, min_se..4294967295", "min_se", most);
    }
    if (most != 0 && most < own) {
        return sst_policy_fail(error, SST_ERR_CONFLICT, "max_session_expires",
                               "0, session_expires..4294967295", "session_expires", most);
    }
    const char *asking = asking_field(policy);
    if (asking != NULL && !policy->stateful) { /* §8: a MUST NOT */
        return refuse_no("stateful", asking, error);
    }
    if (asking != NULL && !policy->record_routes) { /* §8: it would see no refresh */
        return refuse_no("record_routes", asking, error);
    }
    return SST_OK;
}

int sst_proxy_policy_check(const struct sst_proxy_policy *policy, struct sst_policy_error *error)
{
    if (policy == NULL) {
        return sst_policy_fail(error, SST_ERR_ARGUMENT, NULL, NULL, NULL, 0);
    }
    if (policy->size < SST_PROXY_POLICY_SIZE_MIN || policy->size > sizeof *policy) {
        return sst_policy_fail(error, SST_ERR_VERSION, "size", "as sst_proxy_policy_init() sets it",
                               NULL, policy->size);
    }
    int result = sst_table_check(table(), policy, error);
    return result == SST_OK ? check_together(policy, error) : result;
}

int sst_proxy_policy_set_n(struct sst_proxy_policy *policy, const char *name, size_t name_length,
                           const char *value, size_t value_length, struct sst_policy_error *error)
{
    return sst_table_set(table(), policy, policy == NULL ? 0 : policy->absolute_min,
                         (struct sst_text){name, name_length},
                         (struct sst_text){value, value_length}, error);
}

int sst_proxy_policy_set(struct sst_proxy_policy *policy, const char *name, const char *value,
                         struct sst_policy_error *error)
{
    return sst_proxy_policy_set_n(policy, name, sst_text_size(name), value, sst_text_size(value),
                                  error);
}

size_t sst_proxy_policy_get_n(const struct sst_proxy_policy *policy, const char *name,
                              size_t name_length, char *buffer, size_t size)
{
    return sst_table_get(table(), policy, policy == NULL ? 0 : policy->absolute_min,
                         (struct sst_text){name, name_length}, buffer, size);
}

size_t sst_proxy_policy_get(const struct sst_proxy_policy *policy, const char *name, char *buffer,
                            size_t size)
{
    return sst_proxy_policy_get_n(policy, name, sst_text_size(name), buffer, size);
}

bool sst_proxy_policy_field(size_t index, const char **name, const char **range, const char **unit,
                            const char **section)
{
    return sst_table_describe(table(), index, name, range, unit, section);
}
