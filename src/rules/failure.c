/* SPDX-License-Identifier: MIT */
/* Classifies the final response to a refresh: RFC 4028 §10, RFC 5057 §5.1, EC-50 to EC-62. */
#include <sst/rules.h>

enum sst_outcome sst_classify_status(enum sst_method method, unsigned status)
{
    if (status < 200) {
        return SST_OUTCOME_PROVISIONAL;
    }
    if (status < 300) {
        return SST_OUTCOME_SUCCESS;
    }
    switch (status) {
    case 408: /* §10 */
    case 481:
        return SST_OUTCOME_GONE;
    case 401:
    case 407:
        return SST_OUTCOME_AUTH;
    case 420:
        return SST_OUTCOME_EXTENSION;
    case 422:
        return SST_OUTCOME_INTERVAL;
    case 491: /* RFC 3261 §14.1 */
        return SST_OUTCOME_GLARE;
    case 405: /* RFC 3261 §21.4.6, §21.5.2 */
    case 501:
        return SST_OUTCOME_NO_METHOD;
    case 413: /* RFC 3261 §8.1.3.5 */
    case 513: /* EC-113 */
        return SST_OUTCOME_TOO_LARGE;
    case 406: /* EC-113; 580 is from RFC 3312 §8 */
    case 415:
    case 488:
    case 580:
    case 606:
        return SST_OUTCOME_OFFER;
    case 404: /* RFC 5057 §5.1: the dialog is gone. §10 has BYE for 408 and 481 only (EC-61) */
    case 410:
    case 416:
    case 482:
    case 483:
    case 484:
    case 485:
    case 502:
    case 604:
        return SST_OUTCOME_DIALOG;
    case 480: /* temporarily unavailable: try again later (EC-62) */
    case 486:
    case 487:
    case 600:
        return SST_OUTCOME_TRANSIENT;
    case 504: /* RFC 3311 §5.2: the answer to an UPDATE that would need the user */
        return method == SST_METHOD_UPDATE ? SST_OUTCOME_METHOD : SST_OUTCOME_TRANSIENT;
    case 505:
        return SST_OUTCOME_METHOD;
    default:
        break;
    }
    return status >= 500 && status < 600 ? SST_OUTCOME_TRANSIENT : SST_OUTCOME_METHOD;
}

enum sst_outcome sst_classify_failure(const struct sst_policy *policy, enum sst_method method,
                                      unsigned status)
{
    enum sst_outcome usual = sst_classify_status(method, status);
    if (status < 300 || policy->classify == NULL) {
        return usual;
    }
    enum sst_outcome own = policy->classify(policy->user, method, status, usual);
    /* The host can choose another kind of failure and nothing else: a failure stays a failure. */
    if (own < SST_OUTCOME_GONE || own > SST_OUTCOME_DIALOG) {
        return usual;
    }
    return own;
}
