/* SPDX-License-Identifier: MIT */
/* What a UAS rejects and answers: nothing beyond what was asked for, except EC-12. */
#include "spec_rules.h"

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures \result <==> (request->has & SST_MSG_SUPPORTED_TIMER) != 0 ||
        ((request->has & SST_MSG_REQUIRE_TIMER) != 0 && policy->accept_require_as_support); */
static bool supports(const struct sst_policy *policy, const struct sst_msg *request);

/*@ requires CHECKED(policy);
    requires request->refresher <= SST_REFRESHER_UAS;
    assigns *facts, *violations;
    ensures min_se_at_least: facts->min_se == 0 || facts->min_se >= policy->absolute_min;
    ensures min_se_received: (request->has & SST_MSG_MIN_SE) != 0 ==>
        facts->min_se >= request->min_se;
    ensures interval: facts->session_expires == request->session_expires;
    ensures present: facts->has_session_expires <==>
        (request->has & SST_MSG_SESSION_EXPIRES) != 0; */
void sst_uas_facts(const struct sst_policy *policy, const struct sst_msg *request,
                   struct sst_facts *facts, uint32_t *violations);

#define AGREED(dialog) ((dialog)->established && (dialog)->side != SST_SIDE_NONE)

/* EC-134 */
/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures \result == (AGREED(dialog) ? \min(\max(policy->min_se, policy->absolute_min),
                                               dialog->interval)
                                       : \max(policy->min_se, policy->absolute_min)); */
static uint32_t least_to_accept(const struct sst_policy *policy, const struct sst_dialog *dialog);

/*@ requires CHECKED(policy);
    assigns *min_se;
    ensures statuses: \result == 0 || \result == 400 || \result == 420 || \result == 422;
    ensures min_se_of_422: \result == 422 ==> *min_se >= policy->absolute_min &&
        *min_se >= policy->min_se && *min_se > request->session_expires;
    ensures no_422_unasked: \result == 422 ==> (request->has & SST_MSG_SESSION_EXPIRES) != 0;
    ensures no_422_unsupported: \result == 422 ==>
        (request->has & SST_MSG_SUPPORTED_TIMER) != 0 ||
        (request->has & SST_MSG_REQUIRE_TIMER) != 0;
    ensures only_422_has_min_se: \result != 422 ==> *min_se == 0;
    ensures off_knows_no_422: policy->mode == SST_MODE_OFF ==> \result == 0 || \result == 420;
    ensures in_force_is_accepted: AGREED(dialog) &&
        request->session_expires >= dialog->interval &&
        ((request->has & SST_MSG_MIN_SE) == 0 || request->session_expires >= request->min_se) ==>
        \result != 422; */
unsigned sst_uas_refuse(const struct sst_policy *policy, const struct sst_dialog *dialog,
                        const struct sst_msg *request, uint32_t *min_se);

/*@ requires CHECKED(policy);
    requires facts->refresher <= SST_REFRESHER_UAS;
    assigns \nothing;
    ensures unsupported: !facts->supports ==> \result == SST_REFRESHER_UAS;
    ensures choice_of_uac: facts->supports && facts->refresher != SST_REFRESHER_NONE ==>
        \result == facts->refresher;
    ensures somebody: \result == SST_REFRESHER_UAC || \result == SST_REFRESHER_UAS; */
static enum sst_refresher choose_refresher(const struct sst_policy *policy,
                                           const struct sst_dialog *dialog,
                                           const struct sst_facts *facts);

/*@ requires CHECKED(policy); assigns \nothing; */
static bool asks(const struct sst_policy *policy, const struct sst_facts *facts);

/* Whatever happened to the policy since the request passed sst_uas_refuse(). */
#define ASKED(facts) ((facts)->has_session_expires && (facts)->supports)

/* EC-134: a timer runs, and the request asked for less than a response may say: knowingly
 * increased. */
#define STRICTER(policy, dialog, facts)                                                            \
    (AGREED(dialog) &&                                                                             \
     (facts)->session_expires < \max((facts)->min_se, (policy)->absolute_min))

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures at_least: \result == 0 ||
        (\result >= policy->absolute_min && \result >= facts->min_se);
    ensures never_increased: ASKED(facts) && !STRICTER(policy, dialog, facts) ==>
        \result <= facts->session_expires;
    ensures ec_134: ASKED(facts) && STRICTER(policy, dialog, facts) ==>
        \result == \max(facts->min_se, policy->absolute_min);
    ensures ec_12: facts->has_session_expires && !facts->supports ==>
        \result <= \max(\max(facts->session_expires, policy->min_se),
                        \max(facts->min_se, policy->absolute_min)); */
static uint32_t choose_interval(const struct sst_policy *policy, const struct sst_dialog *dialog,
                                const struct sst_facts *facts);

/*@ requires CHECKED(policy);
    requires facts->refresher <= SST_REFRESHER_UAS;
    assigns *answer;
    ensures at_least: answer->refresher != SST_REFRESHER_NONE ==>
        answer->session_expires >= policy->absolute_min &&
        answer->session_expires >= facts->min_se;
    ensures at_least_90: policy->absolute_min == SST_ABSOLUTE_MIN_S ==>
        answer->refresher == SST_REFRESHER_NONE || answer->session_expires >= 90;
    ensures never_increased: ASKED(facts) && !STRICTER(policy, dialog, facts) ==>
        answer->session_expires <= facts->session_expires;
    ensures ec_134: ASKED(facts) && STRICTER(policy, dialog, facts) ==>
        answer->session_expires == 0 ||
        answer->session_expires == \max(facts->min_se, policy->absolute_min);
    ensures ec_12: facts->has_session_expires && !facts->supports ==>
        answer->session_expires <= \max(\max(facts->session_expires, policy->min_se),
                                        \max(facts->min_se, policy->absolute_min));
    ensures table_2_unsupported: !facts->supports ==>
        answer->refresher != SST_REFRESHER_UAC && !answer->require;
    ensures table_2_choice_of_uac: facts->supports && facts->refresher != SST_REFRESHER_NONE ==>
        answer->refresher == SST_REFRESHER_NONE || answer->refresher == facts->refresher;
    ensures require_with_interval: answer->require ==> answer->refresher != SST_REFRESHER_NONE;
    ensures both_or_none: answer->refresher == SST_REFRESHER_NONE <==>
        answer->session_expires == 0;
    ensures off_is_silent: policy->mode == SST_MODE_OFF ==> !answer->supported &&
        !answer->require && answer->refresher == SST_REFRESHER_NONE; */
void sst_uas_answer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                    const struct sst_facts *facts, struct sst_answer *answer);

/* EC-134: if this side refreshes, it uses what was asked for. */
/*@ requires CHECKED(policy);
    assigns *timer;
    ensures none: answer->refresher == SST_REFRESHER_NONE ==> timer->side == SST_SIDE_NONE;
    ensures uas_is_local: answer->refresher == SST_REFRESHER_UAS ==>
        timer->side == SST_SIDE_LOCAL;
    ensures uac_is_remote: answer->refresher == SST_REFRESHER_UAC ==>
        timer->side == SST_SIDE_REMOTE;
    ensures as_answered_or_asked: answer->refresher != SST_REFRESHER_NONE ==>
        timer->interval == (ASKED(facts) && facts->session_expires < policy->absolute_min ?
                            facts->session_expires : answer->session_expires);
    ensures own_benefit_is_own: timer->own_benefit ==>
        !facts->supports && !facts->has_session_expires; */
void sst_uas_timer(const struct sst_policy *policy, const struct sst_dialog *dialog,
                   const struct sst_facts *facts, const struct sst_answer *answer,
                   struct sst_timer *timer);

#include "../../../src/rules/uas.c"
