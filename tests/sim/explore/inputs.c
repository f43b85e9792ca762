/* SPDX-License-Identifier: MIT */
/* The calls that a host can make, over few values. */
#include "explore.h"

#include "session/state.h"

#include <string.h>

enum kind {
    ASK,
    RESPOND,
    LOSE,
    HEAR,
    ANSWER,
    ACK,
    UNSENT,
    ANSWERED,
    LOOK,
    LATER,
    END,
    IMAGE,
    RESTART,
    POLICY,
    PULL,
    TRUST /* how the host answers the next REFRESH */
};

struct input {
    const char *name;
    enum kind kind;
    enum place place;
    unsigned number;   /* status, flags, milliseconds */
    uint32_t interval; /* Session-Expires, 0 for none */
    enum sst_refresher refresher;
    unsigned flags; /* of the message */
    uint32_t min_se;
};

#define SUPPORTED SST_MSG_SUPPORTED_TIMER
#define REQUIRED (SST_MSG_SUPPORTED_TIMER | SST_MSG_REQUIRE_TIMER)
#define UPDATES (SST_MSG_ALLOW | SST_MSG_ALLOW_UPDATE)
#define UAC SST_REFRESHER_UAC
#define UAS SST_REFRESHER_UAS
#define ANY SST_REFRESHER_NONE
#define OFFER SST_REQUEST_OFFER
#define REFRESH SST_REQUEST_REFRESH

static const struct input inputs[] = {
    {"ask INVITE", ASK, OWN_INVITE, OFFER, 0, ANY, 0, 0},
    {"ask INVITE refresh", ASK, OWN_INVITE, OFFER | REFRESH, 0, ANY, 0, 0},
    {"ask UPDATE", ASK, OWN_UPDATE, 0, 0, ANY, 0, 0},
    {"ask UPDATE refresh", ASK, OWN_UPDATE, REFRESH, 0, ANY, 0, 0},
    {"180 INVITE", RESPOND, OWN_INVITE, 180, 0, ANY, SUPPORTED | UPDATES, 0},
    {"200 INVITE", RESPOND, OWN_INVITE, 200, 0, ANY, 0, 0},
    {"200 INVITE 90;uac", RESPOND, OWN_INVITE, 200, 90, UAC, REQUIRED | UPDATES, 0},
    {"200 INVITE 120;uas", RESPOND, OWN_INVITE, 200, 120, UAS, REQUIRED, 0},
    {"200 INVITE 60", RESPOND, OWN_INVITE, 200, 60, ANY, 0, 0},
    {"422 INVITE", RESPOND, OWN_INVITE, 422, 0, ANY, 0, 100},
    {"491 INVITE", RESPOND, OWN_INVITE, 491, 0, ANY, 0, 0},
    {"481 INVITE", RESPOND, OWN_INVITE, 481, 0, ANY, 0, 0},
    {"488 INVITE", RESPOND, OWN_INVITE, 488, 0, ANY, 0, 0},
    {"401 INVITE", RESPOND, OWN_INVITE, 401, 0, ANY, 0, 0},
    {"503 INVITE", RESPOND, OWN_INVITE, 503, 0, ANY, 0, 0},
    {"INVITE times out", LOSE, OWN_INVITE, SST_OUTCOME_TIMEOUT, 0, ANY, 0, 0},
    {"INVITE not sent", UNSENT, OWN_INVITE, 1, 0, ANY, 0, 0},
    {"200 UPDATE", RESPOND, OWN_UPDATE, 200, 0, ANY, SUPPORTED, 0},
    {"200 UPDATE 90;uac", RESPOND, OWN_UPDATE, 200, 90, UAC, REQUIRED, 0},
    {"200 UPDATE 90;uas", RESPOND, OWN_UPDATE, 200, 90, UAS, REQUIRED, 0},
    {"405 UPDATE", RESPOND, OWN_UPDATE, 405, 0, ANY, 0, 0},
    {"500 UPDATE", RESPOND, OWN_UPDATE, 500, 0, ANY, 0, 0},
    {"UPDATE times out", LOSE, OWN_UPDATE, SST_OUTCOME_TIMEOUT, 0, ANY, 0, 0},
    {"hear INVITE", HEAR, PEER_INVITE, 0, 0, ANY, SST_MSG_OFFER, 0},
    {"hear INVITE 90", HEAR, PEER_INVITE, 0, 90, ANY, SUPPORTED | UPDATES | SST_MSG_OFFER, 0},
    {"hear INVITE 120;uac", HEAR, PEER_INVITE, 0, 120, UAC, SUPPORTED, 100},
    {"hear UPDATE 90;uas", HEAR, PEER_UPDATE, 0, 90, UAS, SUPPORTED, 0},
    {"hear UPDATE", HEAR, PEER_UPDATE, 0, 0, ANY, 0, 0},
    {"answer INVITE 200", ANSWER, PEER_INVITE, 200, 0, ANY, 0, 0},
    {"answer INVITE 500", ANSWER, PEER_INVITE, 500, 0, ANY, 0, 0},
    {"answer UPDATE 200", ANSWER, PEER_UPDATE, 200, 0, ANY, 0, 0},
    {"answer UPDATE 500", ANSWER, PEER_UPDATE, 500, 0, ANY, 0, 0},
    {"hear ACK", ACK, PEER_INVITE, 0, 0, ANY, 0, 0},
    {"look when due", LOOK, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"look a millisecond before", LOOK, OWN_INVITE, 1, 0, ANY, 0, 0},
    {"5 s later", LATER, OWN_INVITE, 5000, 0, ANY, 0, 0},
    {"33 s later", LATER, OWN_INVITE, 33000, 0, ANY, 0, 0},
    {"1000 s later", LATER, OWN_INVITE, 1000000, 0, ANY, 0, 0},
    {"cannot refresh", UNSENT, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"end", END, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"fail over", IMAGE, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"restart", RESTART, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"take-over", RESTART, OWN_INVITE, SST_RESTORE_TAKEOVER, 0, ANY, 0, 0},
    {"policy first", POLICY, OWN_INVITE, POLICY_FIRST, 0, ANY, 0, 0},
    {"policy pulled", POLICY, OWN_INVITE, POLICY_PULLED, 0, ANY, 0, 0},
    {"policy off", POLICY, OWN_INVITE, POLICY_OFF, 0, ANY, 0, 0},
    {"policy other", POLICY, OWN_INVITE, POLICY_OTHER, 0, ANY, 0, 0},
    {"pull", PULL, OWN_INVITE, 0, 0, ANY, 0, 0},
};

/* What not every host does. */
static const struct input habits[] = {
    {"100 INVITE", RESPOND, OWN_INVITE, 100, 0, ANY, 0, 0},
    {"513 INVITE", RESPOND, OWN_INVITE, 513, 0, ANY, 0, 0},
    {"404 INVITE", RESPOND, OWN_INVITE, 404, 0, ANY, 0, 0},
    {"408 UPDATE", RESPOND, OWN_UPDATE, 408, 0, ANY, 0, 0},
    {"hear INVITE plain", HEAR, PEER_INVITE, 0, 0, ANY, SUPPORTED | UPDATES, 0},
    {"hear UPDATE offer", HEAR, PEER_UPDATE, 0, 90, UAS, SUPPORTED | SST_MSG_OFFER, 0},
    {"18 s later", LATER, OWN_INVITE, 18000, 0, ANY, 0, 0},
    {"UPDATE not sent", UNSENT, OWN_UPDATE, 1, 0, ANY, 0, 0},
    {"the INVITE's offer is answered in a 1xx", ANSWERED, OWN_INVITE, 0, 0, ANY, 0, 0},
    {"the peer's INVITE's offer is answered in a 1xx", ANSWERED, PEER_INVITE, 0, 0, ANY, 0, 0},
    {"the host will send, and return true", TRUST, OWN_INVITE, TRUST_SENDS, 0, ANY, 0, 0},
    {"the host will begin, and not send", TRUST, OWN_INVITE, TRUST_UNDOES, 0, ANY, 0, 0},
    {"the host will not begin", TRUST, OWN_INVITE, TRUST_REFUSES, 0, ANY, 0, 0},
};

#define PLAIN ((unsigned)(sizeof inputs / sizeof inputs[0]))

static const struct input *input_at(unsigned input)
{
    return input < PLAIN ? &inputs[input] : &habits[input - PLAIN];
}

unsigned input_count(void)
{
    return PLAIN + (unsigned)(sizeof habits / sizeof habits[0]);
}

const char *input_name(unsigned input)
{
    return input_at(input)->name;
}

unsigned input_may(unsigned input)
{
    const struct input *in = input_at(input);
    switch (in->kind) {
    case RESPOND:
    case ANSWER:
        return in->number >= 200 && in->number < 300 ? MAY_COMMIT : MAY_NOTHING;
    case ACK:
        return MAY_ACK;
    case LOOK:
    case LATER:
    case POLICY:
    case PULL:
        return MAY_TIME;
    case IMAGE:
        return MAY_RESTORE;
    case RESTART:
        return in->number == SST_RESTORE_TAKEOVER ? MAY_COMMIT : MAY_RESTORE; /* EC-131 */
    case ASK:
    case LOSE:
    case HEAR:
    case UNSENT:
    case ANSWERED:
    case END:
    case TRUST:
        break;
    }
    return MAY_NOTHING;
}

/* Whatever the library returns here, the checks judge what it did. */
static void ignored(int result)
{
    (void)result;
}

/* Habits: the host prepares the refresh, and abandons or sends it. The tx belongs to the state that
 * contains this session. */
static int send_or_not(struct search *search, struct sst_session *session,
                       const struct sst_event *event)
{
    struct sst_headers headers;
    struct state *s = (struct state *)(void *)session; /* the session is its first member */
    unsigned flags = REFRESH | (event->with_offer ? OFFER : 0);
    struct sst_tx *tx = &s->tx[event->method == SST_METHOD_UPDATE ? OWN_UPDATE : OWN_INVITE];
    if (search->answer == TRUST_SENDS || search->answer == TRUST_UNDOES) {
        ignored(sst_session_request(session, tx, event->method, flags, search->now, &headers));
    }
    if (search->answer == TRUST_UNDOES) {
        ignored(sst_session_not_sent(session, tx, SST_NEVER, search->now));
    } else if (search->answer == TRUST_REFUSES) {
        ignored(sst_session_not_sent(session, NULL, SST_NEVER, search->now));
    }
    return search->answer == TRUST_SENDS ? true : SST_CALLBACK_DONE;
}

int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    struct search *search = user;
    (void)session;
    search->told_in_all[event->type]++;
    search->told.after_end = search->told.after_end || search->told.count[SST_EVENT_ENDED] != 0;
    search->told.count[event->type]++;
    if (event->type == SST_EVENT_REFRESH) {
        uint64_t margin = 1000u; /* I2; all intervals here are at least 90 s */
        search->told.late_refresh = search->now + margin >= event->expires_ms;
        return send_or_not(search, session, event);
    }
    return SST_CALLBACK_DONE;
}

static enum sst_method method_of(enum place place)
{
    return place == OWN_INVITE || place == PEER_INVITE ? SST_METHOD_INVITE : SST_METHOD_UPDATE;
}

static void fill(struct sst_msg *msg, const struct input *in)
{
    if (in->interval != 0) {
        sst_msg_set_session_expires(msg, in->interval, in->refresher);
    }
    if (in->min_se != 0) {
        sst_msg_set_min_se(msg, in->min_se);
    }
    sst_msg_set_flags(msg, in->flags);
}

static int ask(struct search *search, struct state *s, const struct input *in)
{
    struct sst_headers headers;
    bool peers = sst_session_is_open(&s->session, &s->tx[PEER_INVITE]);
    int result = sst_session_request(&s->session, &s->tx[in->place], method_of(in->place),
                                     in->number, s->now, &headers);
    search->told.own_beside_peers = result == SST_OK && peers && in->place == OWN_INVITE;
    return result;
}

static int hear(struct search *search, struct state *s, const struct input *in)
{
    struct sst_msg msg;
    struct sst_advice advice;
    sst_msg_request(&msg, method_of(in->place), SST_CSEQ_UNKNOWN);
    fill(&msg, in);
    int result = sst_session_receive(&s->session, &s->tx[in->place], &msg, s->now, &advice);
    search->told.advised = result == SST_OK && !advice.copy ? advice.status : 0;
    search->told.offered = in->flags & SST_MSG_OFFER;
    search->told.invited = in->place == PEER_INVITE;
    search->told.heard = result == SST_OK && !advice.copy;
    return result;
}

static int answer(struct state *s, const struct input *in)
{
    struct sst_headers headers;
    bool gives = in->place == PEER_INVITE && sst_open(&s->session, PEER_INVITE_AT) == OPEN_PLAIN;
    int result = sst_session_answer(&s->session, &s->tx[in->place], in->number, s->now, &headers);
    if (result == SST_OK && gives && in->number < 300) {
        s->gave_at = s->now;
    }
    return result;
}

static int talk(struct search *search, struct state *s, const struct input *in)
{
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_tx *tx = &s->tx[in->place];
    bool open;
    int result;
    switch (in->kind) {
    case ASK:
        return ask(search, s, in);
    case RESPOND:
        sst_msg_response(&msg, in->number, method_of(in->place), SST_CSEQ_UNKNOWN);
        fill(&msg, in);
        open = sst_tx_is_local(tx) && sst_session_is_open(&s->session, tx);
        result = sst_session_response(&s->session, tx, &msg, s->now, &verdict);
        search->told.ignored = open && verdict.action == SST_ACTION_IGNORE;
        return result;
    case LOSE:
        return sst_session_failed(&s->session, tx, (enum sst_outcome)in->number, s->now, &verdict);
    case HEAR:
        return hear(search, s, in);
    case ANSWER:
        return answer(s, in);
    case ACK:
        result = sst_session_ack(&s->session, tx, s->now);
        s->gave_at = result == SST_OK ? 0 : s->gave_at; /* else its tx was started again */
        return result;
    case UNSENT:
        return sst_session_not_sent(&s->session, in->number != 0 ? tx : NULL, SST_NEVER, s->now);
    case ANSWERED:
        return sst_session_offer_answered(&s->session, tx);
    case END:
        return sst_session_end(&s->session, s->now);
    case LOOK:
    case LATER:
    case IMAGE:
    case RESTART:
    case POLICY:
    case PULL:
    case TRUST:
        break;
    }
    return SST_OK;
}

/* Time passes, and the host polls once. */
static bool look(struct search *search, struct state *s, const struct input *in)
{
    uint64_t at = s->now + in->number;
    if (in->kind == LOOK) {
        uint64_t deadline = sst_session_deadline(&s->session);
        if (deadline == SST_NEVER || (deadline < s->now + in->number && deadline != 0) ||
            (deadline == 0 && in->number != 0)) {
            return false;
        }
        at = deadline - in->number;
    }
    s->now = at > s->now ? at : s->now; /* 0: what is pending is reported at once */
    search->now = s->now;
    sst_session_advance(&s->session, s->now);
    return true;
}

/* Into bytes and back, on a clock with another start. */
static void move(struct search *search, struct state *s, bool restart, unsigned flags)
{
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_restore how = {.image = image, .length = sizeof image};
    how.elapsed_ms = restart ? 1000u : 0;
    how.flags = restart ? flags : SST_RESTORE_TRANSACTIONS;
    ignored(sst_session_save(&s->session, s->now, image, sizeof image, NULL));
    s->now += restart ? 1000u : 0;
    search->now = s->now;
    if (sst_session_restore(&s->session, &search->policies[s->policy], &how, s->now) != SST_OK) {
        search->failure = "an image of a session is restored";
    }
    if (restart) {
        memset(s->tx, 0, sizeof s->tx);
    }
}

/* What is in force stays. A policy with a callback reports at once what was pending. */
static bool change_policy(struct search *search, struct state *s, unsigned policy)
{
    struct sst_session_info before;
    struct sst_session_info after;
    if (!search->changes || s->policy == policy) {
        return false;
    }
    sst_session_inspect(&s->session, &before);
    s->policy = policy;
    if (sst_session_set_policy(&s->session, &search->policies[policy]) != SST_OK) {
        search->failure = "a policy is taken";
    }
    sst_session_inspect(&s->session, &after);
    if (before.side != after.side || before.interval != after.interval ||
        before.end_ms != after.end_ms || before.refresh_ms != after.refresh_ms) {
        search->failure = "another policy moves nothing that is in force";
    }
    if (policy != POLICY_PULLED) {
        sst_session_advance(&s->session, s->now);
    }
    return true;
}

static bool pull(struct search *search, struct state *s)
{
    struct sst_event event;
    if (!search->changes) {
        return false;
    }
    if (sst_session_next_event(&s->session, s->now, &event)) {
        on_event(search, &s->session, &event);
    } else if (sst_session_deadline(&s->session) <= s->now) {
        search->failure = "I9: if no event is pulled, nothing is due";
    }
    return true;
}

bool do_input(struct search *search, struct state *state, unsigned input)
{
    const struct input *in = input_at(input);
    if (input >= PLAIN && !search->habits) {
        return false;
    }
    memset(&search->told, 0, sizeof search->told);
    search->answer = (enum trust)state->answer;
    search->now = state->now;
    search->steps++;
    switch (in->kind) {
    case LOOK:
    case LATER:
        return look(search, state, in);
    case IMAGE:
    case RESTART:
        move(search, state, in->kind == RESTART, in->number);
        return true;
    case POLICY:
        return change_policy(search, state, in->number);
    case PULL:
        return pull(search, state);
    case TRUST:
        state->answer = in->number;
        return true;
    default:
        break;
    }
    int result = talk(search, state, in);
    search->results[-result]++;
    return true;
}
