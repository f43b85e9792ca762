/* SPDX-License-Identifier: MIT */
/* What to set, or to do next, for each verdict. */
#include "sentence.h"

#include <sst/rules.h>

static const char *const none[] = {NULL};
static const char *const not_refreshed[] = {
    "Ask who runs it to turn on session refresh (RFC 4028) for this trunk or phone, for calls in "
    "this direction.",
    "Until then let the other side refresh: prefer_refresher or its like (timers_refresher, "
    "session-timers, refresher), or a rescue refresh.",
    NULL};
static const char *const kept_back[] = {
    "Ask who runs it why it answers INVITE and UPDATE of a call itself, or drops them: a proxy "
    "forwards them (RFC 3261 section 16).",
    NULL};
static const char *const turned[] = {
    "Ask who runs it to leave Session-Expires of the answer, its refresher and Supported: timer as "
    "they are (RFC 4028 section 8).",
    NULL};
static const char *const late[] = {
    "Ask for a longer interval (Session-Expires 1800, Min-SE 600) so that there is more time.",
    "Let its refresh leave at half of the interval (RFC 4028 section 7.2).", NULL};
static const char *const unanswered[] = {
    "Capture at the side that owed the answer, too: did the request arrive there?",
    "If it did not: compare its Request-URI, Route and port with those of the ACK, and look for "
    "NAT bindings and firewalls that close before the refresh.",
    "If it did: let it refresh by the other method (UPDATE or re-INVITE), or ask for a fix.", NULL};
static const char *const refused[] = {
    "Let the refresher try the other method, UPDATE without SDP or re-INVITE with unchanged SDP, "
    "before it hangs up.",
    "Look at the body and the Allow header field for what the status code means.", NULL};
static const char *const lost[] = {
    "Compare the To tag, Call-ID and route of the refresh with those of the ACK.",
    "Look for failovers and load balancers: another node may have got it.", NULL};
static const char *const interval[] = {
    "Set Session-Expires to at least the Min-SE of the 422 (1800 works nearly everywhere).",
    "A 422 is no failure: ask again with its Min-SE (RFC 4028 section 7.3).", NULL};
static const char *const extension[] = {"Do not put timer into Require; Supported is enough.",
                                        NULL};
static const char *const left_out[] = {
    "Put Session-Expires into every later INVITE and UPDATE, holds and transfers as well, and "
    "into the 2xx (RFC 4028 section 7.4).",
    NULL};
static const char *const nobody[] = {
    "Let who answers name itself as the refresher (refresher=uas).",
    "Put refresher and Require: timer into each 2xx that makes the caller refresh (RFC 4028 "
    "section 9).",
    NULL};
static const char *const early[] = {
    "Count from the last 2xx to INVITE or UPDATE, and hang up min(32 s, a third) before the end "
    "(RFC 4028 section 10).",
    NULL};
static const char *const early_without[] = {
    "Ask who runs it to hang up for a session timer only where one was agreed on (RFC 4028 section "
    "7.2).",
    NULL};
static const char *const password[] = {
    "Check the user and the password, and let it answer challenges to UPDATE and re-INVITE as well "
    "(RFC 3261 section 22).",
    NULL};
static const char *const kept[] = {
    "Turn on session refresh (RFC 4028) at the side that had to refresh.",
    "Turn on the hang-up at the end of the session (RFC 4028 section 10): billing goes on.", NULL};
static const char *const ack[] = {
    "Look at the Contact and Record-Route of the 2xx: the caller cannot reach them.", NULL};
static const char *const capture[] = {
    "Capture the whole call, both directions, from its first INVITE on.", NULL};
static const char *const storm[] = {
    "Refresh at half of the interval, and not again before the answer (RFC 4028 section 10).",
    NULL};

static const char *const otherwise[] = {
    "Look into its log at that second: a user, a limit on the length of calls or lost media (RTP "
    "timeout) end calls like this.",
    NULL};
static const char *const limit[] = {
    "Look for a limit on the length of calls in its configuration: Kamailio and OpenSIPS call it "
    "the dialog timeout (default_timeout, timeout_avp, $DLG_timeout).",
    "Look into its log at that second, if there is none: an operator, lost media or a lack of "
    "credit end calls like this.",
    NULL};

static const char *const *const steps[SST_WATCH_VERDICT_COUNT] = {
    [SST_WATCH_NOT_REFRESHED] = not_refreshed,
    [SST_WATCH_REFRESHED_LATE] = late,
    [SST_WATCH_REFRESH_UNANSWERED] = unanswered,
    [SST_WATCH_REFRESH_REFUSED] = refused,
    [SST_WATCH_REFRESH_DIALOG_LOST] = lost,
    [SST_WATCH_INTERVAL_REFUSED] = interval,
    [SST_WATCH_EXTENSION_REFUSED] = extension,
    [SST_WATCH_TIMER_LOST] = left_out,
    [SST_WATCH_NOBODY_REFRESHES] = nobody,
    [SST_WATCH_HUNG_UP_EARLY] = early,
    [SST_WATCH_KEPT_TOO_LONG] = kept,
    [SST_WATCH_ACK_MISSING] = ack,
    [SST_WATCH_ENDED_OTHERWISE] = otherwise,
    [SST_WATCH_INCOMPLETE] = capture,
    [SST_WATCH_STORM] = storm,
};

static const char *const *proxy_steps(const struct account *account)
{
    switch (account->result.verdict) {
    case SST_WATCH_ENDED_OTHERWISE:
        return limit;
    case SST_WATCH_NOT_REFRESHED:
        return account_is_by_proxy(account) ? turned : kept_back;
    default:
        return NULL;
    }
}

const char *const *sentence_steps(const struct account *account)
{
    unsigned verdict = (unsigned)account->result.verdict;
    const struct sst_watch_result *result = &account->result;

    if (verdict == SST_WATCH_REFRESH_REFUSED &&
        sst_classify_status(result->method, result->status) == SST_OUTCOME_AUTH) {
        return password;
    }
    if (verdict == SST_WATCH_HUNG_UP_EARLY && account->course.negotiated_count == 0) {
        return early_without;
    }
    if (result->who == SST_WHO_PROXY && proxy_steps(account) != NULL) {
        return proxy_steps(account);
    }
    return verdict < SST_WATCH_VERDICT_COUNT && steps[verdict] != NULL ? steps[verdict] : none;
}
