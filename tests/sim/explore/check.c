/* SPDX-License-Identifier: MIT */
/* What must hold after each call, whatever came before. */
#include "explore.h"

#include "session/event.h"
#include "session/refused.h"

#include <string.h>

static const char *check_ended(const struct search *search, const struct state *before,
                               const struct state *after)
{
    bool was = sst_phase(&before->session) == PHASE_ENDED;
    bool is = sst_phase(&after->session) == PHASE_ENDED;
    unsigned told = 0;
    for (unsigned i = 0; i <= SST_EVENT_ENDED; i++) {
        told += search->told.count[i];
    }
    bool waited = before->session.events != 0; /* to be pulled */
    if (search->told.after_end || (was && !waited && told != 0)) {
        return "I1: no event after the end";
    }
    if (was && !is) {
        return "I1: an ended session stays ended";
    }
    if (is && after->session.events == 0 && sst_session_deadline(&after->session) != SST_NEVER) {
        return "I1: an ended session waits for nothing";
    }
    if (search->told.count[SST_EVENT_ENDED] > 1 ||
        (search->told.count[SST_EVENT_ENDED] != 0 && !is)) {
        return "I1: the end is reported once, and is a real one";
    }
    return NULL;
}

static enum sst_open open_of(const struct state *s, enum place place)
{
    static const unsigned at[] = {LOCAL_INVITE_AT, LOCAL_UPDATE_AT, PEER_INVITE_AT, PEER_UPDATE_AT};
    return sst_open(&s->session, at[place]);
}

/* What is pending because of a request from the peer, as a host sees it: RFC 3261 §14.2, RFC 3311
 * §5.2. */
static bool is_pending(const struct state *s, bool invite, bool offer)
{
    bool own_offer = open_of(s, OWN_INVITE) == OPEN_OFFER || open_of(s, OWN_UPDATE) == OPEN_OFFER;
    bool waits = s->gave_at != 0 && s->now < s->gave_at + SST_TRANSACTION_MS; /* EC-121 */
    return open_of(s, invite ? PEER_INVITE : PEER_UPDATE) != OPEN_NONE ||
           (invite && open_of(s, OWN_INVITE) != OPEN_NONE) || (offer && (own_offer || waits)) ||
           (offer && open_of(s, PEER_INVITE) == OPEN_OFFER);
}

const char *check_property(const struct search *search, const struct state *before)
{
    const struct told *told = &search->told;
    bool strict = search->policies[before->policy].strict_overlap;
    bool refused = told->advised == 491 || told->advised == 500;
    if (told->own_beside_peers) {
        return "EC-130: no INVITE while the peer's is unanswered";
    }
    if (told->ignored) {
        return "the response to an open transaction is ignored";
    }
    bool early = sst_phase(&before->session) == PHASE_EARLY;
    if (early && told->heard && told->invited && open_of(before, OWN_INVITE) != OPEN_NONE &&
        told->advised != 491) {
        return "EC-128: an INVITE in an early dialog gets 491";
    }
    if (refused && !strict && !is_pending(before, told->invited, told->offered)) {
        return "EC-121: no offer is refused with nothing pending";
    }
    return NULL;
}

static const char *check_expiration(const struct sst_session_info *before,
                                    const struct sst_session_info *after, unsigned may)
{
    if (before->expires_ms == after->expires_ms || after->ended || (may & MAY_COMMIT)) {
        return NULL;
    }
    if ((may & MAY_TIME) && (after->side == SST_SIDE_NONE || after->own_benefit)) {
        return NULL; /* EC-110: it was turned off; EC-18: another interval for our own benefit */
    }
    if ((may & MAY_ACK) && after->side == SST_SIDE_REMOTE &&
        after->expires_ms <= before->expires_ms + SST_TRANSACTION_MS) {
        return NULL; /* EC-30 */
    }
    return "I3: only a new 2xx moves the expiration";
}

/* A refresher that can still act, and has nothing pending, must have a plan. */
static bool has_forgotten(const struct state *state)
{
    const struct sst_session *s = &state->session;
    uint64_t now = sst_session_now(s, state->now);
    const uint32_t busy = F_LOCAL_REQUEST | F_PEER_REQUEST | F_ASKED;
    return sst_is_running(s) && sst_runs(s) != RUNS_REMOTE && !(s->flags & busy) && s->ack_s == 0 &&
           s->refresh_ms == SST_NEVER && now < sst_session_last_attempt(s) &&
           sst_session_way(s, now) != WAY_NONE;
}

static const char *check_timer(const struct state *state, const struct sst_session_info *info)
{
    uint64_t deadline = sst_session_deadline(&state->session);
    if (info->end_ms == SST_NEVER || deadline > info->end_ms) {
        return "a running timer has an end";
    }
    if (info->end_ms > info->expires_ms) {
        return "I4: no session outlives its expiration";
    }
    if (has_forgotten(state)) {
        return "the side that refreshes has a plan";
    }
    return NULL;
}

/* Each violation is an event of its own. */
#define PULLS_MAX (SST_VIOLATION_COUNT + 12u)

/* I9, I4: the host polls until nothing is due. That takes few polls, and then nothing is left. */
static const char *check_looks(struct search *search, const struct state *state)
{
    struct state copy = *state;
    struct told told = search->told;
    unsigned looks = 0;
    unsigned pulls = 0;
    struct sst_event event;
    while (state->policy == POLICY_PULLED && pulls <= PULLS_MAX &&
           sst_session_next_event(&copy.session, copy.now, &event)) {
        on_event(search, &copy.session, &event);
        pulls++;
    }
    while (sst_session_deadline(&copy.session) <= copy.now && looks <= 4) {
        sst_session_advance(&copy.session, copy.now);
        looks++;
    }
    struct sst_session before = copy.session;
    sst_session_advance(&copy.session, copy.now);
    bool late = search->told.late_refresh;
    search->told = told;
    if (looks > 4 || pulls > PULLS_MAX || (state->policy == POLICY_PULLED && looks != 0)) {
        return "I9: what was done is no longer due";
    }
    if (late) {
        return "I2: no refresh in the last second";
    }
    if (memcmp(&before, &copy.session, sizeof before) != 0) {
        return "I9: a poll when nothing is due does nothing";
    }
    struct sst_session_info info;
    sst_session_inspect(&copy.session, &info);
    if (info.expires_ms != SST_NEVER && !info.ended && info.expires_ms <= copy.now) {
        return "I4: a session that was polled is not alive after the expiration";
    }
    return NULL;
}

static const char *check_image(struct search *search, const struct state *before,
                               const struct state *after)
{
    struct state a;
    struct state b;
    normalize(before, &a);
    normalize(after, &b);
    a.session.queue_key = b.session.queue_key;
    (void)search;
    if (sst_session_now(&before->session, before->now) != sst_time_in(before->now)) {
        return NULL; /* EC-44: a clock that stood still */
    }
    return memcmp(&a, &b, offsetof(struct state, now)) == 0
               ? NULL
               : "FB-49: the restored session is the same";
}

const char *check_step(struct search *search, const struct state *before, const struct state *after,
                       unsigned input)
{
    struct sst_session_info was;
    struct sst_session_info is;
    unsigned may = input_may(input);
    if (search->failure != NULL) {
        return search->failure;
    }
    const char *wrong = sst_session_check(&after->session);
    if (wrong == NULL) {
        wrong = check_ended(search, before, after);
    }
    if (wrong == NULL && search->told.late_refresh) {
        wrong = "I2: no refresh in the last second";
    }
    sst_session_inspect(&before->session, &was);
    sst_session_inspect(&after->session, &is);
    if (wrong == NULL) {
        wrong = check_expiration(&was, &is, may);
    }
    if (wrong == NULL && is.established && !is.ended && is.side != SST_SIDE_NONE) {
        wrong = check_timer(after, &is);
    }
    if (wrong == NULL && before->now == after->now && (may & MAY_RESTORE)) {
        wrong = check_image(search, before, after);
    }
    return wrong != NULL ? wrong : check_looks(search, after);
}
