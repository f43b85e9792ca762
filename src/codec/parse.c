/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "codec/scan.h"

/*
 * What is an error, and what is tolerated. Up to the first ';' the grammar is strict, because the
 * number that everything depends on is there: "1800 junk" and "1800,90" (these header fields are
 * not lists, RFC 3261 §7.3.1) are errors. After it only refresher matters, so a broken parameter
 * (";;", "foo=", "a b", an unbalanced quotation mark) costs that parameter alone: reading continues
 * at the next ';' outside quoted strings. Reading ends at a comma outside them, after which another
 * value may have been joined to this one, with a refresher that is not ours. A broken refresher
 * counts as one with an unknown value. Losing a parameter loses a hint; losing the number would
 * lose the session timer.
 */

static bool is_usable(const void *value, size_t length)
{
    return value != NULL || length == 0;
}

/* delta-seconds and the white space on both sides of it */
static bool read_number(struct sst_scan *scan, uint32_t *seconds)
{
    sst_scan_lws(scan);
    bool found = sst_scan_delta_seconds(scan, seconds);
    sst_scan_lws(scan);
    return found;
}

static bool sees_parameters_or_end(const struct sst_scan *scan)
{
    return sst_scan_done(scan) || sst_scan_sees(scan, ';');
}

/*
 * Reads `EQUAL ("uas" / "uac")` of RFC 4028 §4, up to the next parameter or the end. Any other
 * token, a quoted "uac", or no value at all names no refresher.
 */
static enum sst_refresher read_refresher(struct sst_scan *scan)
{
    struct sst_scan value;

    sst_scan_lws(scan);
    if (!sst_scan_take(scan, '=')) {
        return SST_REFRESHER_NONE;
    }
    sst_scan_lws(scan);
    (void)sst_scan_token(scan, &value);
    sst_scan_lws(scan);
    if (!sees_parameters_or_end(scan)) {
        return SST_REFRESHER_NONE;
    }
    if (SST_SCAN_IS(&value, "uac")) {
        return SST_REFRESHER_UAC;
    }
    return SST_SCAN_IS(&value, "uas") ? SST_REFRESHER_UAS : SST_REFRESHER_NONE;
}

/* The first valid one counts. */
static void add_refresher(enum sst_refresher refresher, bool repeated,
                          struct sst_session_expires *out)
{
    if (repeated) {
        out->violations |= SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_REPEATED);
    }
    if (refresher == SST_REFRESHER_NONE) {
        out->violations |= SST_VIOLATION_BIT(SST_VIOLATION_REFRESHER_UNKNOWN);
    } else if (out->refresher == SST_REFRESHER_NONE) {
        out->refresher = refresher;
    }
}

/* Reads all parameters. Only refresher matters; the others are skipped, valid or not. */
static void read_parameters(struct sst_scan scan, struct sst_session_expires *out)
{
    bool seen = false;

    /*@ loop invariant within(\at(scan.at, Pre), scan.at, scan.end);
        loop invariant A_REFRESHER(out->refresher);
        loop invariant scan.end == \at(scan.end, Pre);
        loop invariant \at(scan.at == scan.end, Pre) ==>
            out->refresher == SST_REFRESHER_NONE && out->violations == 0;
        loop assigns scan.at, seen, out->refresher, out->violations;
        loop variant scan.end - scan.at; */
    while (sst_scan_take(&scan, ';')) {
        struct sst_scan name;
        if (sst_scan_sees(&scan, ';')) {
            continue; /* an empty one */
        }
        sst_scan_lws(&scan);
        if (sst_scan_token(&scan, &name) && SST_SCAN_IS(&name, "refresher")) {
            add_refresher(read_refresher(&scan), seen, out);
            seen = true;
        }
        sst_scan_to_separator(&scan);
    }
}

int sst_parse_session_expires(const char *value, size_t length, struct sst_session_expires *out)
{
    if (!is_usable(value, length) || out == NULL) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan scan = sst_scan_of(value, length);
    struct sst_session_expires read = {0, SST_REFRESHER_NONE, 0};
    if (!read_number(&scan, &read.seconds) || !sees_parameters_or_end(&scan)) {
        return SST_ERR_SYNTAX;
    }
    read_parameters(scan, &read);
    *out = read;
    return SST_OK;
}

int sst_parse_min_se(const char *value, size_t length, uint32_t *seconds)
{
    if (!is_usable(value, length) || seconds == NULL) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan scan = sst_scan_of(value, length);
    uint32_t read;
    if (!read_number(&scan, &read) || !sees_parameters_or_end(&scan)) {
        return SST_ERR_SYNTAX;
    }
    /* RFC 4028 §5 defines no parameter, so none is read. */
    *seconds = read;
    return SST_OK;
}

int sst_parse_retry_after(const char *value, size_t length, uint32_t *seconds)
{
    if (!is_usable(value, length) || seconds == NULL) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan scan = sst_scan_of(value, length);
    uint32_t read = 0;
    if (!read_number(&scan, &read)) {
        return SST_ERR_SYNTAX;
    }
    if (sst_scan_sees(&scan, '(')) {
        if (!sst_scan_comment(&scan)) {
            return SST_ERR_SYNTAX;
        }
        sst_scan_lws(&scan);
    }
    if (!sees_parameters_or_end(&scan)) {
        return SST_ERR_SYNTAX;
    }
    *seconds = read;
    return SST_OK;
}

int sst_parse_option_tags(const char *value, size_t length, struct sst_option_tags *tags)
{
    if (!is_usable(value, length) || tags == NULL) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan scan = sst_scan_of(value, length);
    struct sst_scan tag;
    /*@ loop invariant CURSOR(&scan);
        loop invariant \at(tags->timer, Pre) ==> tags->timer;
        loop invariant \at(tags->other, Pre) ==> tags->other;
        loop invariant length == 0 ==> scan.at == scan.end && *tags == \at(*tags, Pre);
        loop assigns scan.at, tag, tags->timer, tags->other;
        loop variant scan.end - scan.at; */
    while (sst_scan_list_token(&scan, &tag)) {
        if (SST_SCAN_IS(&tag, "timer")) {
            tags->timer = true;
        } else {
            tags->other = true;
        }
    }
    return SST_OK;
}

int sst_parse_allow(const char *value, size_t length, struct sst_allow *allow)
{
    if (!is_usable(value, length) || allow == NULL) {
        return SST_ERR_ARGUMENT;
    }
    struct sst_scan scan = sst_scan_of(value, length);
    struct sst_scan name;
    /*@ loop invariant CURSOR(&scan);
        loop invariant \at(allow->invite, Pre) ==> allow->invite;
        loop invariant \at(allow->update, Pre) ==> allow->update;
        loop invariant length == 0 ==> scan.at == scan.end && *allow == \at(*allow, Pre);
        loop assigns scan.at, name, allow->invite, allow->update;
        loop variant scan.end - scan.at; */
    while (sst_scan_list_token(&scan, &name)) {
        /* RFC 3261 §7.1: method names are case-sensitive. Both of these have six letters. */
        if (sst_scan_length(&name) != sizeof "INVITE" - 1) {
            continue;
        }
        if (memcmp(name.at, "INVITE", sizeof "INVITE" - 1) == 0) {
            allow->invite = true;
        } else if (memcmp(name.at, "UPDATE", sizeof "UPDATE" - 1) == 0) {
            allow->update = true;
        }
    }
    return SST_OK;
}
