/* SPDX-License-Identifier: MIT */
#include "sentence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sst/rules.h>

#include "refusal.h"
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

/* "...; the callee hung up." if it was the other side. */
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

/* A proxy does not refresh, but must forward what an end sends. */
static char *not_refreshed(const struct account *account, const char *who, const char *them,
                           const char *end)
{
    const struct sst_watch_result *result = &account->result;

    if (result->who != SST_WHO_PROXY) {
        return text_print("%s had to refresh the session within %" PRIu32 " s and sent nothing%s.",
                          who, interval_of(account), end);
    }
    return account_is_by_proxy(account)
               ? text_print("%s changed who refreshes the session, so that nobody did%s.", who, end)
               : text_print("%s did not pass on the refresh of %s, which the session needs within "
                            "%" PRIu32 " s%s.",
                            who, them, interval_of(account), end);
}

static char *running(const struct account *account)
{
    uint32_t interval = interval_of(account);

    return interval == 0 || account->result.refresher == SST_WHO_NONE
               ? text_copy("In progress, without a session timer.")
               : text_print("In progress; the %s refreshes it, interval %" PRIu32 " s.",
                            sst_watch_who_name(account->result.refresher), interval);
}

static char *nobody_refreshes(const struct account *account, const char *who)
{
    if (account->result.who == SST_WHO_PROXY) {
        return text_print("%s asked for a session timer and did not pass the answer on, so nobody "
                          "knew that a refresh was due.",
                          who);
    }
    if (account_caused_by(account, SST_FINDING_UAC_NAMED)) {
        return text_print("%s made the other side the refresher, which does not support session "
                          "timers, so nobody refreshed.",
                          who);
    }
    if (account_caused_by(account, SST_VIOLATION_REFRESHER_MISSING)) {
        return text_print("%s agreed on a session timer without saying who refreshes, so nobody "
                          "did.",
                          who);
    }
    if (account_caused_by(account, SST_VIOLATION_REQUIRE_MISSING)) {
        return text_print("%s made the other side the refresher without Require: timer; the other "
                          "side overlooked it, and nobody refreshed.",
                          who);
    }
    if (account_caused_by(account, SST_FINDING_ROLE_INVERTED)) {
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

/* If the call had ended by then, the delay is not mentioned: the BYE decided. */
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
        return not_refreshed(account, who, them, end);
    case SST_WATCH_REFRESHED_LATE:
        return refreshed_late(account, who, them);
    case SST_WATCH_REFRESH_UNANSWERED:
        return text_print("The refresh (%s) of %s never got a final response from %s%s.", method,
                          them, who, end);
    case SST_WATCH_REFRESH_REFUSED:
        return refusal_of_refresh(account, who, them);
    case SST_WATCH_REFRESH_DIALOG_LOST:
        return text_print("%s answered the refresh (%s) with %u: it no longer knew the call, or "
                          "could not reach it.",
                          who, method, result->status);
    case SST_WATCH_INTERVAL_REFUSED:
        return refusal_of_interval(account, who);
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
