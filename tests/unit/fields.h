/* SPDX-License-Identifier: MIT */
/* Puts header fields of exact length into message views, and compares views. */
#ifndef FIELDS_H
#define FIELDS_H

#include <sst/message.h>

#include "exact.h"

#define VIOLATION(name) SST_VIOLATION_BIT(SST_VIOLATION_##name)

/* One header field of a message */
struct field {
    const char *name;
    const char *value;
};

static inline void add(struct sst_msg *msg, const char *name, const char *value)
{
    struct exact exact_name = exact_copy(name, strlen(name));
    struct exact exact_value = exact_copy(value, strlen(value));

    ck_assert_int_eq(sst_msg_header_n(msg, exact_name.text, exact_name.length, exact_value.text,
                                      exact_value.length),
                     SST_OK);
    exact_free(&exact_name);
    exact_free(&exact_value);
}

static inline struct sst_msg request(void)
{
    struct sst_msg msg;

    sst_msg_request(&msg, SST_METHOD_INVITE, 1);
    return msg;
}

static inline struct sst_msg request_with(const char *name, const char *value)
{
    struct sst_msg msg = request();

    add(&msg, name, value);
    return msg;
}

/* Field by field, because there may be padding. */
static inline bool is_same(const struct sst_msg *a, const struct sst_msg *b)
{
    return a->session_expires == b->session_expires &&
           a->session_expires_max == b->session_expires_max && a->min_se == b->min_se &&
           a->retry_after == b->retry_after && a->cseq == b->cseq &&
           a->violations == b->violations && a->has == b->has && a->status == b->status &&
           a->method == b->method && a->refresher == b->refresher;
}

#endif
