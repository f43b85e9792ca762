/* SPDX-License-Identifier: MIT */
/* The table of a user agent's policy, as the library uses it internally. */
#ifndef POLICY_TABLE_H
#define POLICY_TABLE_H

#include "policy/fields.h"

#define POLICY_TABLE_FIELD(name, kind, lowest, highest, range, unit, section, what)                \
    SST_FIELD_OF(struct sst_policy, name, kind, lowest, highest, range, unit, section),

static const struct sst_field policy_fields[] = {SST_POLICY_FIELDS(POLICY_TABLE_FIELD)};

#define POLICY_FIELD_COUNT (sizeof policy_fields / sizeof policy_fields[0])

/* The value of a field in a structure of the size that this library knows. */
static inline uint32_t field_value(const void *structure, const struct sst_field *field)
{
    struct sst_table table = {field, 1, structure};

    return sst_table_value(table, structure, field);
}

#endif
