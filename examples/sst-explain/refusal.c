/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <sst/rules.h>

#include "text.h"

char *refusal_of_interval(const struct account *account, const char *who)
{
    const char *what = account->course.negotiated_count > 0 ? "a refresh" : "the call";

    if (account->result.who == SST_WHO_PROXY) {
        return text_print("%s keeps lowering the session interval below what a 422 asked for, so "
                          "the call is never accepted.",
                          who);
    }
    if (account_caused_by(account, SST_FINDING_422_UNSUPPORTED)) {
        return text_print("%s refused %s with 422, although the request did not list timer in "
                          "Supported and so cannot be followed.",
                          who, what);
    }
    if (account_caused_by(account, SST_VIOLATION_422_WITHOUT_MIN_SE) ||
        account_caused_by(account, SST_VIOLATION_MIN_SE_MALFORMED)) {
        return text_print("%s refused %s with 422 and did not say which interval it wants.", who,
                          what);
    }
    if (account_caused_by(account, SST_VIOLATION_422_USELESS)) {
        return text_print("%s refused %s with 422, although the interval was long enough for "
                          "its own minimum.",
                          who, what);
    }
    return text_print("%s asked for an interval that was too short, got 422, and did not ask again "
                      "with the Min-SE of that answer.",
                      who);
}

char *refusal_of_refresh(const struct account *account, const char *who, const char *them)
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
