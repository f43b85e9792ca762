/* SPDX-License-Identifier: MIT */
/* What a UAC asks for: never less than the absolute minimum, nor than the Min-SE that goes with it.
 * */
#include "spec_rules.h"

/* RFC 4028 §7.1, §7.4 */
#define SOUND(ask, policy, dialog)                                                                 \
    ((ask)->session_expires == 0 ||                                                                \
     ((ask)->session_expires >= (policy)->absolute_min &&                                          \
      (ask)->session_expires >= (ask)->min_se && (ask)->session_expires >= (dialog)->min_se))

#define AGREED(dialog) ((dialog)->established && (dialog)->side != SST_SIDE_NONE)

/*@ assigns \nothing;
    ensures \result <==> AGREED(dialog); */
static bool is_running(const struct sst_dialog *dialog);

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

/* EC-27, EC-101, EC-129 */
/*@ requires CHECKED(policy);
    assigns *min_se, *violations;
    ensures a_verdict: SST_422_RETRY <= \result <= SST_422_FAIL;
    ensures learned: *min_se == 0 || *min_se >= policy->absolute_min;
    ensures retry_differs: \result == SST_422_RETRY ==>
        *min_se > ask->min_se || *min_se > ask->session_expires > 0;
    ensures bounded: \result != SST_422_FAIL ==> rounds < SST_422_ROUNDS_MAX;
    ensures owner_bounds: \result == SST_422_RETRY && policy->max_session_expires != 0 &&
        !AGREED(dialog) ==> *min_se <= policy->max_session_expires;
    ensures bound_yields: AGREED(dialog) ==> \result != SST_422_RETRY_WITHOUT_SE;
    ensures off_gives_up: policy->mode == SST_MODE_OFF ==> \result == SST_422_FAIL; */
enum sst_422 sst_uac_422(const struct sst_policy *policy, const struct sst_dialog *dialog,
                         const struct sst_ask *ask, const struct sst_msg *response,
                         unsigned rounds, uint32_t *min_se, uint32_t *violations);

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
        response->refresher != SST_REFRESHER_UAS;
    ensures kept_alive: \result ==> timer->interval ==
        (timer->side == SST_SIDE_LOCAL ? response->session_expires
                                       : response->session_expires_max); */
static bool read_agreed(const struct sst_policy *policy, const struct sst_ask *ask,
                        const struct sst_msg *response, struct sst_timer *timer,
                        uint32_t *violations);

/*@ requires CHECKED(policy);
    assigns *violations; */
static void judge_interval(const struct sst_policy *policy, uint32_t interval,
                           const struct sst_ask *ask, uint32_t *violations);

/* EC-18 */
/*@ requires CHECKED(policy);
    requires timer->side == SST_SIDE_NONE && !timer->own_benefit && timer->interval == 0;
    assigns *timer;
    ensures own: timer->side != SST_SIDE_NONE ==>
        timer->side == SST_SIDE_LOCAL && timer->own_benefit && timer->interval ==
        (ask->session_expires != 0 ? ask->session_expires : dialog->interval);
    ensures goes_on: AGREED(dialog) ==> (timer->side == SST_SIDE_LOCAL <==>
        dialog->own_benefit || policy->dropped == SST_DROPPED_KEEP);
    ensures starts: !AGREED(dialog) && timer->side != SST_SIDE_NONE ==>
        ask->session_expires != 0 && policy->own_benefit != SST_OWN_BENEFIT_NO;
    ensures none: timer->side == SST_SIDE_NONE ==> !timer->own_benefit && timer->interval == 0; */
static void read_none(const struct sst_policy *policy, const struct sst_dialog *dialog,
                      const struct sst_ask *ask, struct sst_timer *timer);

/* §7.2 */
/*@ requires CHECKED(policy);
    requires response->refresher <= SST_REFRESHER_UAS;
    assigns *timer, *violations;
    ensures from_somewhere: timer->side != SST_SIDE_NONE ==>
        timer->interval == response->session_expires ||
        timer->interval == response->session_expires_max ||
        timer->interval == dialog->interval || timer->interval == ask->session_expires;
    ensures uac_is_local: policy->mode != SST_MODE_OFF &&
        (response->has & SST_MSG_SESSION_EXPIRES) != 0 &&
        response->refresher == SST_REFRESHER_UAC ==> timer->side == SST_SIDE_LOCAL;
    ensures uas_is_remote: policy->mode != SST_MODE_OFF &&
        (response->has & SST_MSG_SESSION_EXPIRES) != 0 &&
        response->refresher == SST_REFRESHER_UAS ==> timer->side == SST_SIDE_REMOTE;
    ensures off_has_none: policy->mode == SST_MODE_OFF ==> timer->side == SST_SIDE_NONE;
    ensures own_benefit_is_own: timer->own_benefit && !dialog->own_benefit ==>
        timer->side == SST_SIDE_LOCAL;
    ensures own_benefit_as_asked: timer->own_benefit && !dialog->own_benefit &&
        ask->session_expires != 0 ==> timer->interval == ask->session_expires;
    ensures unreadable_changes_nothing: AGREED(dialog) && policy->mode != SST_MODE_OFF &&
        (response->has & SST_MSG_SESSION_EXPIRES) == 0 &&
        (response->violations & SST_VIOLATION_BIT(SST_VIOLATION_SE_MALFORMED)) != 0 ==>
        timer->side == dialog->side && timer->interval == dialog->interval;
    ensures own_benefit_survives: AGREED(dialog) && dialog->own_benefit &&
        policy->mode != SST_MODE_OFF && (response->has & SST_MSG_SESSION_EXPIRES) == 0 ==>
        timer->side != SST_SIDE_NONE; */
void sst_uac_2xx(const struct sst_policy *policy, const struct sst_dialog *dialog,
                 const struct sst_ask *ask, const struct sst_msg *response,
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

#include "../../../src/rules/uac.c"
