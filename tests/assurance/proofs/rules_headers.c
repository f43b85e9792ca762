/* SPDX-License-Identifier: MIT */
/* Decisions as header fields: never more of them than there is room for. */
#include "spec_mem.h"
#include "spec_rules.h"

/*@ requires \valid(buffer + (0 .. size - 1));
    assigns buffer[0 .. size - 1]; */
size_t sst_print_seconds(char *buffer, size_t size, uint32_t seconds);

/*@ requires \valid(buffer + (0 .. size - 1));
    assigns buffer[0 .. size - 1]; */
size_t sst_print_session_expires(char *buffer, size_t size, uint32_t seconds,
                                 enum sst_refresher refresher);

/*@ requires \valid(headers) && headers->count < SST_HEADERS_MAX;
    assigns headers->count, headers->item[headers->count];
    assigns \result \from headers;
    ensures headers->count == \old(headers->count) + 1;
    ensures \result == &headers->item[\old(headers->count)];
    ensures \result->name == name && \result->kind == kind; */
static struct sst_header *add(struct sst_headers *headers, const char *name,
                              enum sst_header_kind kind);

/*@ requires \valid(headers) && headers->count < SST_HEADERS_MAX;
    assigns headers->count, headers->item[headers->count];
    ensures headers->count == \old(headers->count) + 1; */
static void add_timer(struct sst_headers *headers, const char *name);

/*@ requires \valid(headers) && headers->count < SST_HEADERS_MAX;
    assigns headers->count, headers->item[headers->count];
    ensures headers->count == \old(headers->count) + 1; */
static void add_seconds(struct sst_headers *headers, const char *name, uint32_t seconds);

/*@ requires \valid(headers) && headers->count < SST_HEADERS_MAX;
    assigns headers->count, headers->item[headers->count];
    ensures headers->count == \old(headers->count) + 1; */
static void add_session_expires(struct sst_headers *headers, uint32_t seconds,
                                enum sst_refresher refresher);

/*@ requires \valid(headers) && \valid_read(ask);
    assigns headers->count, headers->item[0 .. SST_HEADERS_MAX - 1];
    ensures headers->count == (ask->supported ? 1 : 0) + (ask->session_expires != 0 ? 1 : 0) +
        (ask->min_se != 0 ? 1 : 0) + (ask->require ? 1 : 0) + (ask->proxy_require ? 1 : 0); */
void sst_ask_headers(const struct sst_ask *ask, struct sst_headers *headers);

/*@ requires \valid(headers) && \valid_read(answer);
    assigns headers->count, headers->item[0 .. SST_HEADERS_MAX - 1];
    ensures headers->count <= 3; */
void sst_answer_headers(const struct sst_answer *answer, struct sst_headers *headers);

/*@ requires \valid(headers) && \valid_read(policy) && CHECKED(policy);
    assigns headers->count, headers->item[0 .. SST_HEADERS_MAX - 1];
    ensures headers->count <= 2; */
void sst_refusal_headers(const struct sst_policy *policy, unsigned status, uint32_t value,
                         struct sst_headers *headers);

/*@ requires \valid(headers) && \valid_read(policy);
    assigns headers->count, headers->item[0 .. SST_HEADERS_MAX - 1];
    ensures headers->count <= 1; */
void sst_other_headers(const struct sst_policy *policy, enum sst_method method,
                       struct sst_headers *headers);

#include "../../../src/rules/headers.c"
