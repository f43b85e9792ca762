/* SPDX-License-Identifier: MIT */
/* Reading, writing and checking the fields of either kind of policy, by their table. */
#include "policy/fields.h"

bool sst_field_within(const struct sst_field *field, const void *structure)
{
    uint32_t size;
    memcpy(&size, structure, sizeof size);
    return (size_t)field->offset + field->size <= size;
}

void sst_defaults_copy(void *structure, size_t size, const void *defaults_of, size_t known)
{
    uint32_t told = (uint32_t)size; /* no structure has 4 GiB */
    memcpy(structure, defaults_of, size < known ? size : known);
    if (size > known) {
        memset((unsigned char *)structure + known, 0, size - known);
    }
    memcpy(structure, &told, size < sizeof told ? size : sizeof told);
}

/* Reads as many bytes as the member has: an enumeration can be as small as a char, and a bool can
 * hold whatever byte the host left in it. */
static uint32_t field_value(const void *structure, const struct sst_field *field)
{
    const unsigned char *member = (const unsigned char *)structure + field->offset;
    uint32_t value = 0;
    if (field->size == 1) {
        value = *member;
    } else if (field->size == sizeof(uint16_t)) {
        uint16_t half;
        memcpy(&half, member, sizeof half);
        value = half;
    } else {
        memcpy(&value, member, sizeof value);
    }
    return value;
}

uint32_t sst_table_value(struct sst_table of, const void *structure, const struct sst_field *field)
{
    return field_value(sst_field_within(field, structure) ? structure : of.defaults, field);
}

void sst_field_store(void *structure, const struct sst_field *field, uint32_t value)
{
    unsigned char *member = (unsigned char *)structure + field->offset;
    if (field->size == 1) {
        *member = (unsigned char)value;
    } else if (field->size == sizeof(uint16_t)) {
        uint16_t half = (uint16_t)value;
        memcpy(member, &half, sizeof half);
    } else {
        memcpy(member, &value, sizeof value);
    }
}

bool sst_field_allows(const struct sst_field *field, uint32_t value, uint32_t absolute_min)
{
    switch ((enum sst_field_kind)field->kind) {
    case SST_FIELD_INTERVAL:
        return value >= absolute_min;
    case SST_FIELD_MAYBE:
        return value == 0 || value >= absolute_min;
    case SST_FIELD_HALF:
        return value >= field->lowest && value <= absolute_min / 2 + absolute_min % 2;
    case SST_FIELD_WORDS:
    case SST_FIELD_FLAG:
    case SST_FIELD_NUMBER:
        break;
    }
    return value >= field->lowest && value <= field->highest;
}

const char *sst_field_range(const struct sst_field *field, uint32_t absolute_min)
{
    if (absolute_min != SST_ABSOLUTE_MIN_S) {
        switch ((enum sst_field_kind)field->kind) {
        case SST_FIELD_INTERVAL:
            return "absolute_min..4294967295";
        case SST_FIELD_MAYBE:
            return "0, absolute_min..4294967295";
        case SST_FIELD_HALF:
            return "1..absolute_min/2";
        case SST_FIELD_WORDS:
        case SST_FIELD_FLAG:
        case SST_FIELD_NUMBER:
            break;
        }
    }
    return field->range;
}

int sst_policy_fail(struct sst_policy_error *error, int code, const char *field, const char *range,
                    const char *other, uint32_t value)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        error->code = code;
        error->field = field;
        error->range = range;
        error->other = other;
        error->value = value;
    }
    return code;
}

static int check_alone(const struct sst_field *field, const void *structure, uint32_t absolute_min,
                       struct sst_policy_error *error)
{
    uint32_t value = field_value(structure, field);
    if (sst_field_allows(field, value, absolute_min)) {
        return SST_OK;
    }
    return sst_policy_fail(error, SST_ERR_RANGE, field->name, sst_field_range(field, absolute_min),
                           NULL, value);
}

int sst_table_check(struct sst_table of, const void *structure, struct sst_policy_error *error)
{
    /* Check absolute_min first, because the ranges of others depend on it. */
    const struct sst_field *last = &of.fields[of.count - 1];
    uint32_t absolute_min = field_value(structure, last);
    int result = check_alone(last, structure, absolute_min, error);
    for (size_t i = 0; i + 1 < of.count && result == SST_OK; i++) {
        if (sst_field_within(&of.fields[i], structure)) {
            result = check_alone(&of.fields[i], structure, absolute_min, error);
        }
    }
    return result;
}
