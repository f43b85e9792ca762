/* SPDX-License-Identifier: MIT */
#include "sentence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sst/rules.h>

#include "text.h"

static enum sst_watch_who other(enum sst_watch_who who)
{
    return who == SST_WHO_CALLER   ? SST_WHO_CALLEE
           : who == SST_WHO_CALLEE ? SST_WHO_CALLER
                                   : SST_WHO_NONE;
}

char *sentence_party(const struct account *account, enum sst_watch_who who)
{
    const char *address = "";

    if (who == account->result.who) {
        address = account->who_address;
    } else if (account->column_count > 1 && who == SST_WHO_CALLER) {
        address = account->column[0];
    } else if (account->column_count > 1 && who == SST_WHO_CALLEE) {
        address = account->column[account->column_count - 1];
    }
    if (who != SST_WHO_CALLER && who != SST_WHO_CALLEE && who != SST_WHO_PROXY) {
        return text_copy("one side");
    }
    return text_print("the %s%s%s%s", sst_watch_who_name(who), address[0] != '\0' ? " (" : "",
                      address, address[0] != '\0' ? ")" : "");
}

static char *capital(char *text)
{
    if (text[0] >= 'a' && text[0] <= 'z') {
        text[0] = (char)(text[0] - 'a' + 'A');
    }
    return text;
}

static uint32_t interval_of(const struct account *account)
{
    for (size_t i = account->course.negotiated_count; i > 0; i--) {
        if (account->course.negotiated[i - 1].interval != 0) {
            return account->course.negotiated[i - 1].interval;
        }
    }
    return 0;
}

static bool caused_by(const struct account *account, unsigned what)
{
    for (size_t i = 0; i < account->finding_count; i++) {
        if (account->finding[i].what == what && !account->finding[i].harmless) {
            return true;
        }
    }
    return false;
}

/* "...; the callee hung up." where it was the other one. */
static char *hung_up(const struct account *account)
{
    enum sst_watch_who ended_by = account->result.ended_by;
    char *party;
    char *text;

    if (ended_by == SST_WHO_NONE) {
        return text_copy("");
    }
    if (ended_by == account->result.who) {
        return text_copy("; then it hung up itself");
    }
    party = sentence_party(account, ended_by);
    text = text_print("; %s hung up", party);
    free(party);
    return text;
}

static char *running(const struct account *account)
{
    uint32_t interval = interval_of(account);

    return interval == 0 || account->result.refresher == SST_WHO_NONE
               ? text_copy("In progress, without a session timer.")
               : text_print("In progress; the %s refreshes it, interval %" PRIu32 " s.",
                            sst_watch_who_name(account->result.refresher), interval);
}

static char *interval_refused(const struct account *account, const char *who)
{
    const char *what = account->course.negotiated_count > 0 ? "a refresh" : "the call";

    if (account->result.who == SST_WHO_PROXY) {
        return text_print("%s keeps lowering the session interval below what a 422 asked for, so "
                          "the call is never accepted.",
                          who);
    }
    if (caused_by(account, SST_FINDING_422_UNSUPPORTED)) {
        return text_print("%s refused %s with 422, although the request did not list timer in "
                          "Supported and so cannot be followed.",
                          who, what);
    }
    if (caused_by(account, SST_VIOLATION_422_WITHOUT_MIN_SE) ||
        caused_by(account, SST_VIOLATION_MIN_SE_MALFORMED)) {
        return text_print("%s refused %s with 422 and did not say which interval it wants.", who,
                          what);
    }
    if (caused_by(account, SST_VIOLATION_422_USELESS)) {
        return text_print("%s refused %s with 422, although the interval was long enough for "
                          "its own minimum.",
                          who, what);
    }
    return text_print("%s asked for an interval that was too short, got 422, and did not ask again "
                      "with the Min-SE of that answer.",
                      who);
}

static char *nobody_refreshes(const struct account *account, const char *who)
{
    if (account->result.who == SST_WHO_PROXY) {
        return text_print("%s asked for a session timer and did not pass the answer on, so nobody "
                          "knew that a refresh was due.",
                          who);
    }
    if (caused_by(account, SST_FINDING_UAC_NAMED)) {
        return text_print("%s made the other side the refresher, which does not support session "
                          "timers, so nobody refreshed.",
                          who);
    }
    if (caused_by(account, SST_VIOLATION_REFRESHER_MISSING)) {
        return text_print("%s agreed on a session timer without saying who refreshes, so nobody "
                          "did.",
                          who);
    }
    if (caused_by(account, SST_VIOLATION_REQUIRE_MISSING)) {
        return text_print("%s made the other side the refresher without Require: timer; the other "
                          "side overlooked it, and nobody refreshed.",
                          who);
    }
    if (caused_by(account, SST_FINDING_ROLE_INVERTED)) {
        return text_print("%s gave the refresher's role away in its own refresh; after that, both "
                          "sides waited.",
                          who);
    }
    return text_print("Both sides waited for the other one to refresh, because of what %s said.",
                      who);
}

static char *incomplete(unsigned missing)
{
    static const struct {
        unsigned bit;
        const char *what;
    } parts[] = {{SST_MISSING_BEGINNING, "the beginning"},
                 {SST_MISSING_END, "the end"},
                 {SST_MISSING_CALLER, "the caller's messages"},
                 {SST_MISSING_CALLEE, "the callee's messages"},
                 {SST_MISSING_REQUEST, "a request"},
                 {SST_MISSING_RESPONSE, "a response"}};
    char *list = text_copy("");

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (missing & parts[i].bit) {
            char *longer = text_print("%s%s%s", list, *list != '\0' ? ", " : "", parts[i].what);

            free(list);
            list = longer;
        }
    }
    char *sentence = text_print("The capture does not show why; missing: %s.",
                                *list != '\0' ? list : "too much of the call");
    free(list);
    return sentence;
}

static char *after_refusal(const struct account *account, const char *who, const char *them)
{
    const struct sst_watch_result *result = &account->result;
    const char *method = sst_method_name(result->method);

    if (result->who == SST_WHO_NONE) {
        return text_print(
            "Both sides sent a request at once (%s, rejected with %u), and the refresh "
            "was not sent again in time.",
            method, result->status);
    }
    if (sst_classify_status(result->method, result->status) == SST_OUTCOME_AUTH) {
        return text_print("%s was asked for a password when it refreshed the session (%s, %u), and "
                          "did not try again with one that is accepted.",
                          who, method, result->status);
    }
    if (result->who == result->refresher && result->status == 487) {
        return text_print("%s took its refresh (%s) back with a CANCEL, and sent no other in time.",
                          who, method);
    }
    if (result->who == result->refresher && result->status == 491) {
        return text_print(
            "%s refreshed the session (%s), got 491 (another request is pending), and "
            "did not try again in time.",
            who, method);
    }
    if (result->who == result->refresher) {
        return text_print(
            "%s sent its refresh (%s) while another request of its own was pending; it "
            "was rejected with %u, as it has to be.",
            who, method, result->status);
    }
    return text_print("%s rejected the refresh (%s) with %u%s%s%s.", who, method, result->status,
                      result->untried ? ", and " : "", result->untried ? them : "",
                      result->untried ? " did not try another way" : "");
}

/* Where the call was over by then, how late it came is not told: the BYE decided. */
static char *refreshed_late(const struct account *account, const char *who, const char *them)
{
    return account->late_s >= 0.05
               ? text_print(
                     "%s refreshed %.1f s too late: after the time at which %s had to hang up.",
                     who, account->late_s, them)
               : text_print("%s refreshed too late: %s had to hang up before, and did.", who, them);
}

static char *hung_up_early(const struct account *account, const char *who)
{
    if (account->course.negotiated_count > 0) {
        return text_print("%s hung up for the session timer before its time had come.", who);
    }
    if (account->course.early_frame != 0) {
        return text_print("%s hung up for a session timer that an UPDATE before the answer had "
                          "agreed on; the answer itself did not, and that counts.",
                          who);
    }
    return text_print("%s hung up for a session timer, although none was agreed on.", who);
}

static char *say(const struct account *account, const char *who, const char *them, const char *end)
{
    const struct sst_watch_result *result = &account->result;
    const char *method = sst_method_name(result->method);

    switch (result->verdict) {
    case SST_WATCH_RUNNING:
        return running(account);
    case SST_WATCH_ENDED_NORMALLY:
        return text_copy(interval_of(account) != 0
                             ? "Ended by hanging up; the session timer was in order."
                             : "Ended by hanging up; no session timer had anything to do with it.");
    case SST_WATCH_NO_TIMER:
        return text_copy(account->course.early_frame == 0
                             ? "No session timer was agreed on, so none can have ended the call."
                             : "An UPDATE before the answer agreed on a session timer, but the "
                               "answer itself did not, and that counts: none can have ended the "
                               "call.");
    case SST_WATCH_NOT_REFRESHED:
        return text_print("%s had to refresh the session within %" PRIu32 " s and sent nothing%s.",
                          who, interval_of(account), end);
    case SST_WATCH_REFRESHED_LATE:
        return refreshed_late(account, who, them);
    case SST_WATCH_REFRESH_UNANSWERED:
        return text_print("The refresh (%s) of %s never got a final response from %s%s.", method,
                          them, who, end);
    case SST_WATCH_REFRESH_REFUSED:
        return after_refusal(account, who, them);
    case SST_WATCH_REFRESH_DIALOG_LOST:
        return text_print("%s answered the refresh (%s) with %u: it no longer knew the call, or "
                          "could not reach it.",
                          who, method, result->status);
    case SST_WATCH_INTERVAL_REFUSED:
        return interval_refused(account, who);
    case SST_WATCH_EXTENSION_REFUSED:
        return text_print("The call was refused with %u over the extension timer, because of %s.",
                          result->status, who);
    case SST_WATCH_TIMER_LOST:
        return account->result.who == account->result.ended_by
                   ? text_print("%s left the session timer out of a later message, which turned "
                                "it off, and hung up for it all the same.",
                                who)
                   : text_print("%s left the session timer out of a later message, which turned it "
                                "off for one side; the other side still counted%s.",
                                who, end);
    case SST_WATCH_NOBODY_REFRESHES:
        return nobody_refreshes(account, who);
    case SST_WATCH_HUNG_UP_EARLY:
        return hung_up_early(account, who);
    case SST_WATCH_KEPT_TOO_LONG:
        return text_print("The session expired and nobody hung up in time: %s had to.", who);
    case SST_WATCH_ACK_MISSING:
        return text_copy(
            "The answer was never acknowledged (no ACK within 32 s): this is no session "
            "timer.");
    case SST_WATCH_ENDED_OTHERWISE:
        return text_print("%s hung up%s, but not for the session timer%s%s.", who,
                          result->who == SST_WHO_PROXY ? " on both sides" : "",
                          account->course.reason != NULL ? "; its reason: " : "",
                          account->course.reason != NULL ? account->course.reason : "");
    case SST_WATCH_STORM:
        return text_print("%s refreshes without pause.", who);
    case SST_WATCH_INCOMPLETE:
        return incomplete(result->missing);
    }
    return text_copy("");
}

char *sentence_of(const struct account *account)
{
    enum sst_watch_who who = account->result.who;
    char *party = sentence_party(account, who);
    char *them =
        sentence_party(account, who == SST_WHO_PROXY ? account->result.refresher : other(who));
    char *end = hung_up(account);
    char *sentence = say(account, party, them, end);

    free(end);
    free(them);
    free(party);
    return capital(sentence);
}
