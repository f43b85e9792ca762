/* SPDX-License-Identifier: MIT */
/* Names of verdicts and findings, and the rules that findings are about. */
#include <sst/watch.h>

/* The longest name and section. Not pointers: see about/names.c. */
#define NAME_SIZE 24
#define SECTION_SIZE 32

static const char who_names[][NAME_SIZE] = {
    [SST_WHO_NONE] = "none",
    [SST_WHO_CALLER] = "caller",
    [SST_WHO_CALLEE] = "callee",
    [SST_WHO_PROXY] = "proxy",
};

static const char verdict_names[][NAME_SIZE] = {
    [SST_WATCH_RUNNING] = "running",
    [SST_WATCH_ENDED_NORMALLY] = "ended_normally",
    [SST_WATCH_NO_TIMER] = "no_timer",
    [SST_WATCH_NOT_REFRESHED] = "not_refreshed",
    [SST_WATCH_REFRESHED_LATE] = "refreshed_late",
    [SST_WATCH_REFRESH_UNANSWERED] = "refresh_unanswered",
    [SST_WATCH_REFRESH_REFUSED] = "refresh_refused",
    [SST_WATCH_REFRESH_DIALOG_LOST] = "refresh_dialog_lost",
    [SST_WATCH_INTERVAL_REFUSED] = "interval_refused",
    [SST_WATCH_EXTENSION_REFUSED] = "extension_refused",
    [SST_WATCH_TIMER_LOST] = "timer_lost",
    [SST_WATCH_NOBODY_REFRESHES] = "nobody_refreshes",
    [SST_WATCH_HUNG_UP_EARLY] = "hung_up_early",
    [SST_WATCH_KEPT_TOO_LONG] = "kept_too_long",
    [SST_WATCH_ACK_MISSING] = "ack_missing",
    [SST_WATCH_ENDED_OTHERWISE] = "ended_otherwise",
    [SST_WATCH_STORM] = "storm",
    [SST_WATCH_INCOMPLETE] = "incomplete",
};
_Static_assert(sizeof verdict_names / sizeof verdict_names[0] == SST_WATCH_VERDICT_COUNT,
               "a verdict without a name");

struct finding {
    char name[NAME_SIZE]; /* "" for a violation: those are named by sst_violation_name() */
    char section[SECTION_SIZE];
};

static const struct finding findings[] = {
    [SST_VIOLATION_SE_MALFORMED] = {"", "RFC 4028 section 4"},
    [SST_VIOLATION_SE_REPEATED] = {"", "RFC 3261 section 7.3.1"},
    [SST_VIOLATION_SE_MISPLACED] = {"", "RFC 4028 section 4"},
    [SST_VIOLATION_SE_BELOW_ABSOLUTE] = {"", "RFC 4028 section 4"},
    [SST_VIOLATION_SE_BELOW_MIN] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_SE_ABOVE_ASKED] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_SE_BELOW_MIN_SE] = {"", "RFC 4028 section 7.1"},
    [SST_VIOLATION_MIN_SE_MALFORMED] = {"", "RFC 4028 section 5"},
    [SST_VIOLATION_MIN_SE_REPEATED] = {"", "RFC 3261 section 7.3.1"},
    [SST_VIOLATION_MIN_SE_BELOW_ABSOLUTE] = {"", "RFC 4028 section 5"},
    [SST_VIOLATION_MIN_SE_MISPLACED] = {"", "RFC 4028 section 5"},
    [SST_VIOLATION_REFRESHER_UNKNOWN] = {"", "RFC 4028 section 4"},
    [SST_VIOLATION_REFRESHER_REPEATED] = {"", "RFC 3261 section 7.3.1"},
    [SST_VIOLATION_REFRESHER_MISSING] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_REFRESHER_UNSUPPORTED] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_REQUIRE_MISSING] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_REQUIRE_ALONE] = {"", "RFC 4028 section 7.2"},
    [SST_VIOLATION_REQUIRE_UNSUPPORTED] = {"", "RFC 4028 section 7.1"},
    [SST_VIOLATION_SUPPORTED_MISSING] = {"", "RFC 4028 section 7.4"},
    [SST_VIOLATION_TIMER_UNASKED] = {"", "RFC 3261 section 8.2.4"},
    [SST_VIOLATION_422_WITHOUT_MIN_SE] = {"", "RFC 4028 section 6"},
    [SST_VIOLATION_422_USELESS] = {"", "RFC 4028 section 6"},
    [SST_VIOLATION_RETRY_AFTER_MALFORMED] = {"", "RFC 3261 section 20.33"},
    [SST_VIOLATION_CSEQ_LOW] = {"", "RFC 3261 section 12.2.2"},
    [SST_VIOLATION_DIALOG_LOST] = {"", "RFC 5057 section 5.1"},
    [SST_VIOLATION_REFRESHER_OVERRULED] = {"", "RFC 4028 section 9"},
    [SST_VIOLATION_CSEQ_RANGE] = {"", "RFC 3261 section 8.1.1.5"},
    [SST_FINDING_REFRESH_LATE] = {"refresh_late", "RFC 4028 section 10"},
    [SST_FINDING_REFRESH_MISSING] = {"refresh_missing", "RFC 4028 section 7.2"},
    [SST_FINDING_REFRESH_UNANSWERED] = {"refresh_unanswered", "RFC 3261 section 17.2"},
    [SST_FINDING_SE_LEFT_OUT] = {"se_left_out", "RFC 4028 section 7.4"},
    [SST_FINDING_SE_DROPPED] = {"se_dropped", "RFC 4028 section 9"},
    [SST_FINDING_UAC_NAMED] = {"uac_named", "RFC 4028 section 9"},
    [SST_FINDING_ROLE_INVERTED] = {"role_inverted", "RFC 4028 section 7.4"},
    [SST_FINDING_REFRESHER_LEFT_OUT] = {"refresher_left_out", "RFC 4028 section 7.4"},
    [SST_FINDING_422_UNSUPPORTED] = {"422_unsupported", "RFC 4028 section 9"},
    [SST_FINDING_422_IGNORED] = {"422_ignored", "RFC 4028 section 7.3"},
    [SST_FINDING_MIN_SE_FORGOTTEN] = {"min_se_forgotten", "RFC 4028 section 7.4"},
    [SST_FINDING_UPDATE_UNLISTED] = {"update_unlisted", "RFC 4028 section 7.4"},
    [SST_FINDING_INVITE_OVERLAP] = {"invite_overlap", "RFC 3261 section 14.1"},
    [SST_FINDING_CSEQ_REUSED] = {"cseq_reused", "RFC 3261 section 12.2.1.1"},
    [SST_FINDING_BYE_EARLY] = {"bye_early", "RFC 4028 section 10"},
    [SST_FINDING_BYE_LATE] = {"bye_late", "RFC 4028 section 10"},
    [SST_FINDING_BYE_MISSING] = {"bye_missing", "RFC 4028 section 10"},
    [SST_FINDING_ACK_MISSING] = {"ack_missing", "RFC 3261 section 13.3.1.4"},
    [SST_FINDING_STORM] = {"storm", "RFC 4028 section 10"},
    [SST_FINDING_PROXY_REFRESHER] = {"proxy_refresher", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_SE_RAISED] = {"proxy_se_raised", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_SE_LOWERED] = {"proxy_se_lowered", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_SE_REMOVED] = {"proxy_se_removed", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_MIN_SE] = {"proxy_min_se", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_TAGS] = {"proxy_tags", "RFC 3261 section 16.6"},
    [SST_FINDING_PROXY_REQUIRE] = {"proxy_require", "RFC 4028 section 8.1"},
    [SST_FINDING_PROXY_2XX_CHANGED] = {"proxy_2xx_changed", "RFC 4028 section 8.2"},
    [SST_FINDING_PROXY_2XX_INSERTED] = {"proxy_2xx_inserted", "RFC 4028 section 8.2"},
    [SST_FINDING_PROXY_2XX_NOT_INSERTED] = {"proxy_2xx_not_inserted", "RFC 4028 section 8.2"},
    [SST_FINDING_PROXY_BYE] = {"proxy_bye", "RFC 4028 section 8.3"},
};
_Static_assert(sizeof findings / sizeof findings[0] == SST_FINDING_END, "a finding without a name");

const char *sst_watch_who_name(enum sst_watch_who who)
{
    return (unsigned)who <= SST_WHO_PROXY ? who_names[who] : "unknown";
}

const char *sst_watch_verdict_name(enum sst_watch_verdict verdict)
{
    return (unsigned)verdict < SST_WATCH_VERDICT_COUNT ? verdict_names[verdict] : "unknown";
}

const char *sst_finding_name(unsigned finding)
{
    if (finding < SST_VIOLATION_COUNT) {
        return sst_violation_name((enum sst_violation)finding);
    }
    bool known = finding >= SST_FINDING_REFRESH_LATE && finding < SST_FINDING_END;
    return known ? findings[finding].name : "unknown";
}

const char *sst_finding_section(unsigned finding)
{
    bool known = finding < SST_FINDING_END && findings[finding].section[0] != '\0';
    return known ? findings[finding].section : "unknown";
}
