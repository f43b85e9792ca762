/* SPDX-License-Identifier: MIT */
/* What a UAC asks for: never less than the absolute minimum, nor than the Min-SE beside it. */
#include "spec_rules.h"

/* RFC 4028 §7.1, §7.4 */
#define SOUND(ask, policy, dialog)                                                                 \
    ((ask)->session_expires == 0 ||                                                                \
     ((ask)->session_expires >= (policy)->absolute_min &&                                          \
      (ask)->session_expires >= (ask)->min_se && (ask)->session_expires >= (dialog)->min_se))

#define AGREED(dialog) ((dialog)->established && (dialog)->side != SST_SIDE_NONE)

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures \result <==> policy->mode == SST_MODE_REQUEST || policy->mode == SST_MODE_REQUIRE; */
static bool asks(const struct sst_policy *policy);

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures learned: \result >= dialog->min_se;
    ensures owner: policy->min_se > policy->absolute_min ==> \result >= policy->min_se;
    ensures default_is_not_sent: policy->min_se == policy->absolute_min ==>
        \result == dialog->min_se; */
static uint32_t min_se_to_send(const struct sst_policy *policy, const struct sst_dialog *dialog);

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures \result == policy->request_refresher || \result == SST_REFRESHER_NONE;
    ensures \result == SST_REFRESHER_UAS ==> policy->allow_uas || dialog->peer_supports; */
static enum sst_refresher initial_refresher(const struct sst_policy *policy,
                                            const struct sst_dialog *dialog);

/*@ requires CHECKED(policy);
    requires ask->session_expires == 0 && ask->min_se >= dialog->min_se;
    requires ask->refresher == SST_REFRESHER_NONE;
    assigns ask->session_expires, ask->refresher;
    ensures sound: SOUND(ask, policy, dialog);
    ensures interval_kept: AGREED(dialog) ==> ask->session_expires >= dialog->interval;
    ensures interval_kept_exactly: AGREED(dialog) &&
        dialog->interval >= \max(ask->min_se, policy->absolute_min) ==>
        ask->session_expires == dialog->interval;
    ensures role_kept: AGREED(dialog) ==>
        ask->refresher == (dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAC
                                                          : SST_REFRESHER_UAS);
    ensures only_then: ask->refresher != SST_REFRESHER_NONE ==> ask->session_expires != 0;
    ensures uas_by_leave: ask->refresher == SST_REFRESHER_UAS ==>
        AGREED(dialog) || policy->allow_uas || dialog->peer_supports;
    ensures asked_by_wish: ask->session_expires != 0 ==> AGREED(dialog) ||
        method == SST_METHOD_INVITE &&
        (policy->mode == SST_MODE_REQUEST || policy->mode == SST_MODE_REQUIRE); */
static void ask_interval(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         enum sst_method method, struct sst_ask *ask);

/*@ requires CHECKED(policy);
    assigns *ask;
    ensures sound: SOUND(ask, policy, dialog);
    ensures at_least_90: policy->absolute_min == SST_ABSOLUTE_MIN_S ==>
        ask->session_expires == 0 || ask->session_expires >= \max(90, ask->min_se);
    ensures min_se_learned: ask->session_expires != 0 ==> ask->min_se >= dialog->min_se;
    ensures interval_kept: AGREED(dialog) && ask->session_expires != 0 ==>
        ask->session_expires >= dialog->interval;
    ensures role_kept: AGREED(dialog) && ask->session_expires != 0 ==>
        ask->refresher == (dialog->side == SST_SIDE_LOCAL ? SST_REFRESHER_UAC
                                                          : SST_REFRESHER_UAS);
    ensures refresher_with_interval:
        ask->refresher != SST_REFRESHER_NONE ==> ask->session_expires != 0;
    ensures interval_with_support: ask->session_expires != 0 ==> ask->supported;
    ensures off_is_silent: policy->mode == SST_MODE_OFF || method == SST_METHOD_ACK ==>
        ask->session_expires == 0 && ask->min_se == 0 && !ask->supported && !ask->require &&
        !ask->proxy_require;
    ensures where_allowed: method != SST_METHOD_INVITE && method != SST_METHOD_UPDATE ==>
        ask->session_expires == 0 && ask->min_se == 0 && !ask->require;
    ensures accept_asks_nothing: policy->mode == SST_MODE_ACCEPT && !AGREED(dialog) ==>
        ask->session_expires == 0; */
void sst_uac_ask(const struct sst_policy *policy, const struct sst_dialog *dialog,
                 enum sst_method method, unsigned flags, struct sst_ask *ask);

/* EC-27, EC-101 */
/*@ requires CHECKED(policy);
    assigns *min_se, *violations;
    ensures a_verdict: SST_422_RETRY <= \result <= SST_422_FAIL;
    ensures learned: *min_se == 0 || *min_se >= policy->absolute_min;
    ensures retry_differs: \result == SST_422_RETRY ==>
        *min_se > ask->min_se || *min_se > ask->session_expires > 0;
    ensures bounded: \result != SST_422_FAIL ==> rounds < SST_422_ROUNDS_MAX;
    ensures owner_bounds: \result == SST_422_RETRY && policy->max_session_expires != 0 ==>
        *min_se <= policy->max_session_expires; */
enum sst_422 sst_uac_422(const struct sst_policy *policy, const struct sst_ask *ask,
                         const struct sst_msg *response, unsigned rounds, uint32_t *min_se,
                         uint32_t *violations);

/*@ requires CHECKED(policy);
    assigns timer->side, timer->interval, *violations;
    ensures \result ==> timer->side == SST_SIDE_LOCAL || timer->side == SST_SIDE_REMOTE;
    ensures \result ==> timer->interval == response->session_expires ||
        timer->interval == response->session_expires_max;
    ensures !\result ==> timer->side == \old(timer->side);
    ensures !\result ==> timer->interval == \old(timer->interval);
    ensures \result && response->refresher == SST_REFRESHER_UAC ==> timer->side == SST_SIDE_LOCAL;
    ensures \result && response->refresher == SST_REFRESHER_UAS ==>
        timer->side == SST_SIDE_REMOTE;
    ensures !\result ==> !policy->accept_refresher_missing &&
        response->refresher != SST_REFRESHER_UAC &&
        response->refresher != SST_REFRESHER_UAS; */
static bool read_agreed(const struct sst_policy *policy, const struct sst_msg *response,
                        struct sst_timer *timer, uint32_t *violations);

/*@ requires CHECKED(policy);
    assigns *violations; */
static void judge_interval(const struct sst_policy *policy, uint32_t interval, uint32_t asked,
                           uint32_t asked_min_se, uint32_t *violations);

/*@ requires CHECKED(policy);
    assigns \nothing;
    ensures \result ==> !dialog->peer_supports && policy->own_benefit != SST_OWN_BENEFIT_NO; */
static bool own_benefit(const struct sst_policy *policy, const struct sst_dialog *dialog,
                        bool own_wish, const struct sst_msg *response);

/* §7.2 */
/*@ requires CHECKED(policy);
    requires response->refresher <= SST_REFRESHER_UAS;
    assigns *timer, *violations;
    ensures from_somewhere: timer->side != SST_SIDE_NONE ==>
        timer->interval == response->session_expires ||
        timer->interval == response->session_expires_max ||
        timer->interval == dialog->interval || timer->interval == asked;
    ensures uac_is_local: policy->mode != SST_MODE_OFF &&
        (response->has & SST_MSG_SESSION_EXPIRES) != 0 &&
        response->refresher == SST_REFRESHER_UAC ==> timer->side == SST_SIDE_LOCAL;
    ensures uas_is_remote: policy->mode != SST_MODE_OFF &&
        (response->has & SST_MSG_SESSION_EXPIRES) != 0 &&
        response->refresher == SST_REFRESHER_UAS ==> timer->side == SST_SIDE_REMOTE;
    ensures off_has_none: policy->mode == SST_MODE_OFF ==> timer->side == SST_SIDE_NONE;
    ensures own_benefit_is_own: timer->own_benefit && !dialog->own_benefit ==>
        timer->side == SST_SIDE_LOCAL && !dialog->peer_supports && timer->interval == asked; */
void sst_uac_2xx(const struct sst_policy *policy, const struct sst_dialog *dialog, uint32_t asked,
                 uint32_t asked_min_se, bool own_wish, const struct sst_msg *response,
                 struct sst_timer *timer, uint32_t *violations);

/* EC-21 */
/*@ assigns *merged;
    ensures refreshes_if_either: a->side == SST_SIDE_LOCAL || b->side == SST_SIDE_LOCAL ==>
        merged->side == SST_SIDE_LOCAL;
    ensures no_timer_if_neither: a->side == SST_SIDE_NONE && b->side == SST_SIDE_NONE ==>
        merged->side == SST_SIDE_NONE;
    ensures smaller_if_refreshing: a->side != SST_SIDE_NONE && b->side != SST_SIDE_NONE &&
        merged->side == SST_SIDE_LOCAL ==> merged->interval == \min(a->interval, b->interval);
    ensures larger_if_waiting: a->side == SST_SIDE_REMOTE && b->side == SST_SIDE_REMOTE ==>
        merged->side == SST_SIDE_REMOTE &&
        merged->interval == \max(a->interval, b->interval); */
void sst_merge_overlap(const struct sst_timer *a, const struct sst_timer *b,
                       struct sst_timer *merged);

#include "../../src/rules/uac.c"
