/* SPDX-License-Identifier: MIT */
#include <sst/counters.h>
#include <sst/session.h>
#include <sst/types.h>

#include "about/mem.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* Room for the longest name. Pointers to names would have to be relocated when a program is loaded,
 * and the library has no writable data. */
#define NAME_SIZE 24

static const char result_names[][NAME_SIZE] = {
    [-SST_OK] = "ok",
    [-SST_ERR_ARGUMENT] = "argument",
    [-SST_ERR_STATE] = "state",
    [-SST_ERR_SYNTAX] = "syntax",
    [-SST_ERR_RANGE] = "range",
    [-SST_ERR_SPACE] = "space",
    [-SST_ERR_UNKNOWN_NAME] = "unknown_name",
    [-SST_ERR_CONFLICT] = "conflict",
    [-SST_ERR_VERSION] = "version",
    [-SST_ERR_DAMAGED] = "damaged",
    [-SST_ERR_ENDED] = "ended",
    [-SST_ERR_BUSY] = "busy",
    [-SST_ERR_NOT_DUE] = "not_due",
};

static const char violation_names[][NAME_SIZE] = {
    [SST_VIOLATION_SE_MALFORMED] = "se_malformed",
    [SST_VIOLATION_SE_REPEATED] = "se_repeated",
    [SST_VIOLATION_SE_MISPLACED] = "se_misplaced",
    [SST_VIOLATION_SE_BELOW_ABSOLUTE] = "se_below_absolute",
    [SST_VIOLATION_SE_BELOW_MIN] = "se_below_min",
    [SST_VIOLATION_SE_ABOVE_ASKED] = "se_above_asked",
    [SST_VIOLATION_SE_BELOW_MIN_SE] = "se_below_min_se",
    [SST_VIOLATION_MIN_SE_MALFORMED] = "min_se_malformed",
    [SST_VIOLATION_MIN_SE_REPEATED] = "min_se_repeated",
    [SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE] = "min_se_below_absolute",
    [SST_VIOLATION_MIN_SE_MISPLACED] = "min_se_misplaced",
    [SST_VIOLATION_REFRESHER_UNKNOWN] = "refresher_unknown",
    [SST_VIOLATION_REFRESHER_REPEATED] = "refresher_repeated",
    [SST_VIOLATION_REFRESHER_MISSING] = "refresher_missing",
    [SST_VIOLATION_REFRESHER_UNSUPPORTED] = "refresher_unsupported",
    [SST_VIOLATION_REQUIRE_MISSING] = "require_missing",
    [SST_VIOLATION_REQUIRE_ALONE] = "require_alone",
    [SST_VIOLATION_REQUIRE_UNSUPPORTED] = "require_unsupported",
    [SST_VIOLATION_SUPPORTED_MISSING] = "supported_missing",
    [SST_VIOLATION_TIMER_UNASKED] = "timer_unasked",
    [SST_VIOLATION_422_WITHOUT_MIN_SE] = "422_without_min_se",
    [SST_VIOLATION_422_USELESS] = "422_useless",
    [SST_VIOLATION_RETRY_AFTER_MALFORMED] = "retry_after_malformed",
    [SST_VIOLATION_CSEQ_LOW] = "cseq_low",
    [SST_VIOLATION_DIALOG_LOST] = "dialog_lost",
    [SST_VIOLATION_REFRESHER_OVERRULED] = "refresher_overruled",
    [SST_VIOLATION_CSEQ_RANGE] = "cseq_range",
};
_Static_assert(COUNT_OF(violation_names) == SST_VIOLATION_COUNT, "a violation without a name");

static const char side_names[][NAME_SIZE] = {
    [SST_SIDE_NONE] = "none",
    [SST_SIDE_LOCAL] = "local",
    [SST_SIDE_REMOTE] = "remote",
};

static const char refresher_names[][NAME_SIZE] = {
    [SST_REFRESHER_NONE] = "none",
    [SST_REFRESHER_UAC] = "uac",
    [SST_REFRESHER_UAS] = "uas",
};

static const char outcome_names[][NAME_SIZE] = {
    [SST_OUTCOME_SUCCESS] = "success",     [SST_OUTCOME_PROVISIONAL] = "provisional",
    [SST_OUTCOME_GONE] = "gone",           [SST_OUTCOME_TRANSIENT] = "transient",
    [SST_OUTCOME_METHOD] = "method",       [SST_OUTCOME_NO_METHOD] = "no_method",
    [SST_OUTCOME_OFFER] = "offer",         [SST_OUTCOME_TOO_LARGE] = "too_large",
    [SST_OUTCOME_INTERVAL] = "interval",   [SST_OUTCOME_GLARE] = "glare",
    [SST_OUTCOME_AUTH] = "auth",           [SST_OUTCOME_EXTENSION] = "extension",
    [SST_OUTCOME_DIALOG] = "dialog",       [SST_OUTCOME_TIMEOUT] = "timeout",
    [SST_OUTCOME_TRANSPORT] = "transport",
};
_Static_assert(COUNT_OF(outcome_names) == SST_OUTCOME_COUNT, "an outcome without a name");

static const char end_reason_names[][NAME_SIZE] = {
    [SST_END_NONE] = "none",
    [SST_END_NOT_REFRESHED] = "not_refreshed",
    [SST_END_REFRESH_TIMEOUT] = "refresh_timeout",
    [SST_END_REFRESH_408] = "refresh_408",
    [SST_END_REFRESH_481] = "refresh_481",
    [SST_END_REFRESH_UNANSWERED] = "refresh_unanswered",
    [SST_END_REFRESH_REFUSED] = "refresh_refused",
    [SST_END_REFRESH_NOT_SENT] = "refresh_not_sent",
};
_Static_assert(COUNT_OF(end_reason_names) == SST_END_COUNT, "a reason without a name");

static const char event_names[][NAME_SIZE] = {
    [SST_EVENT_NONE] = "none",
    [SST_EVENT_VIOLATION] = "violation",
    [SST_EVENT_NEGOTIATED] = "negotiated",
    [SST_EVENT_REFRESHED] = "refreshed",
    [SST_EVENT_OVERDUE] = "overdue",
    [SST_EVENT_BLOCKED] = "blocked",
    [SST_EVENT_REFUSED] = "refused",
    [SST_EVENT_REFRESH] = "refresh",
    [SST_EVENT_ENDED] = "ended",
};

static const char action_names[][NAME_SIZE] = {
    [SST_ACTION_NONE] = "none", [SST_ACTION_RETRY] = "retry",   [SST_ACTION_AUTH] = "auth",
    [SST_ACTION_WAIT] = "wait", [SST_ACTION_FAILED] = "failed", [SST_ACTION_IGNORE] = "ignore",
};

/* RFC 3326 §2. A session that was not refreshed ends with the cause 408, like one whose refresh
 * timed out. */
static const char bye_reasons[][56] = {
    [SST_END_NOT_REFRESHED] = "SIP;cause=408;text=\"Session not refreshed\"",
    [SST_END_REFRESH_TIMEOUT] = "SIP;cause=408;text=\"Session refresh timed out\"",
    [SST_END_REFRESH_408] = "SIP;cause=408;text=\"Session refresh timed out\"",
    [SST_END_REFRESH_481] = "SIP;cause=481;text=\"Session refresh found no dialog\"",
    [SST_END_REFRESH_UNANSWERED] = "SIP;cause=408;text=\"Session refresh unanswered\"",
    [SST_END_REFRESH_REFUSED] = "SIP;cause=500;text=\"Session refresh rejected\"",
    [SST_END_REFRESH_NOT_SENT] = "SIP;cause=500;text=\"Session refresh not sent\"",
};
_Static_assert(COUNT_OF(bye_reasons) == SST_END_COUNT, "an end without a reason");

static const char method_names[][NAME_SIZE] = {
    [SST_METHOD_OTHER] = "other", [SST_METHOD_INVITE] = "INVITE", [SST_METHOD_UPDATE] = "UPDATE",
    [SST_METHOD_ACK] = "ACK",     [SST_METHOD_CANCEL] = "CANCEL", [SST_METHOD_BYE] = "BYE",
};

/* Hosts log what they find in messages and files, so a number out of range is not an error. */
static const char *name_in(const char (*names)[NAME_SIZE], size_t count, size_t index)
{
    return index < count ? names[index] : "unknown";
}

#define NAME_IN(table, number) name_in((table), COUNT_OF(table), (size_t)(number))

const char *sst_result_name(int result)
{
    /* Subtracted as unsigned numbers, because -INT_MIN does not fit in an int. */
    return NAME_IN(result_names, 0u - (unsigned)result);
}

const char *sst_violation_name(enum sst_violation violation)
{
    return NAME_IN(violation_names, violation);
}

const char *sst_side_name(enum sst_side side)
{
    return NAME_IN(side_names, side);
}

const char *sst_refresher_name(enum sst_refresher refresher)
{
    return NAME_IN(refresher_names, refresher);
}

const char *sst_outcome_name(enum sst_outcome outcome)
{
    return NAME_IN(outcome_names, outcome);
}

const char *sst_bye_reason(enum sst_end_reason reason)
{
    size_t index = (size_t)reason;

    return index > SST_END_NONE && index < COUNT_OF(bye_reasons) ? bye_reasons[index] : NULL;
}

const char *sst_end_reason_name(enum sst_end_reason reason)
{
    return NAME_IN(end_reason_names, reason);
}

const char *sst_event_name(enum sst_event_type type)
{
    return NAME_IN(event_names, type);
}

const char *sst_action_name(enum sst_action action)
{
    return NAME_IN(action_names, action);
}

const char *sst_method_name(enum sst_method method)
{
    size_t index = (size_t)method;

    return method_names[index < COUNT_OF(method_names) ? index : SST_METHOD_OTHER];
}

enum sst_method sst_method_from_name(const char *name, size_t length)
{
    if (name == NULL) {
        return SST_METHOD_OTHER;
    }
    switch (length) {
    case 3:
        if (memcmp(name, "ACK", 3) == 0) {
            return SST_METHOD_ACK;
        }
        return memcmp(name, "BYE", 3) == 0 ? SST_METHOD_BYE : SST_METHOD_OTHER;
    case 6:
        if (memcmp(name, "INVITE", 6) == 0) {
            return SST_METHOD_INVITE;
        }
        if (memcmp(name, "UPDATE", 6) == 0) {
            return SST_METHOD_UPDATE;
        }
        return memcmp(name, "CANCEL", 6) == 0 ? SST_METHOD_CANCEL : SST_METHOD_OTHER;
    default:
        return SST_METHOD_OTHER;
    }
}
