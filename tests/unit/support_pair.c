/* SPDX-License-Identifier: MIT */
/* Two hosts with a wire between them. See pair.h. */
#include "pair.h"

static int side_of(const struct pair *pair, const struct talk *t)
{
    return pair->side[0] == t ? 0 : 1;
}

static struct pair_message *put(struct pair *pair, int from, enum pair_kind kind,
                                enum sst_method method)
{
    int to = 1 - from;
    struct pair_message *message = &pair->wire[pair->count];

    must(pair->count + 1 < PAIR_MESSAGES);
    memset(message, 0, sizeof *message);
    message->at_ms = pair->side[from]->now_ms + pair->delay_ms[to];
    message->to = to;
    message->kind = kind;
    message->method = method;
    return message;
}

/* Puts the message on the wire, unless it is lost. */
static void post(struct pair *pair, const struct pair_message *message)
{
    bool lost = pair->dead[1 - message->to] || (pair->lost != NULL && pair->lost(pair, message));

    if (!lost) {
        pair->count++;
    }
}

static void post_request(struct pair *pair, int from, enum sst_method method, const char *headers)
{
    struct talk *t = pair->side[from];
    struct pair_message *message = put(pair, from, PAIR_REQUEST, method);

    message->cseq = t->own_cseq;
    int length = snprintf(message->headers, sizeof message->headers, "Allow: UPDATE, INVITE%s%s",
                          *headers == '\0' ? "" : " | ", headers);
    must(length > 0 && (size_t)length < sizeof message->headers);
    pair->times_out[from][method == UPDATE] = t->now_ms + 32000;
    post(pair, message);
}

static void post_response(struct pair *pair, int from, enum sst_method method, unsigned status,
                          uint32_t cseq, const char *headers)
{
    struct pair_message *message = put(pair, from, PAIR_RESPONSE, method);

    message->status = status;
    message->cseq = cseq;
    int length = snprintf(message->headers, sizeof message->headers, "%s%sAllow: UPDATE, INVITE",
                          headers, *headers == '\0' ? "" : " | ");
    must(length > 0 && (size_t)length < sizeof message->headers);
    pair->glares += status == 491;
    post(pair, message);
}

static void hang_up(struct pair *pair, int from)
{
    pair->byes[from] = true;
    sst_session_end(pair->side[from]->session, pair->side[from]->now_ms);
    post(pair, put(pair, from, PAIR_BYE, SST_METHOD_BYE));
}

static int on_event(struct talk *t, const struct sst_event *event)
{
    struct pair *pair = t->on_event_user;
    int side = side_of(pair, t);

    if (event->type == SST_EVENT_ENDED) {
        hang_up(pair, side);
    } else if (event->type == SST_EVENT_REFRESH) {
        struct sst_headers headers;
        char text[160];
        unsigned flags = SST_REQUEST_REFRESH | (event->with_offer ? SST_REQUEST_OFFER : 0);
        must(try_ask(t, event->method, flags, &headers) == SST_OK);
        pair->refreshes[side]++;
        post_request(pair, side, event->method, headers_text(&headers, text, sizeof text));
    }
    return SST_CALLBACK_DONE;
}

void pair_request(struct pair *pair, int side, enum sst_method method)
{
    struct talk *t = pair->side[side];
    const struct sst_session *s = t->session;
    uint32_t stands = method == UPDATE ? F_ANY_UPDATE : F_LOCAL_REQUEST | F_PEER_REQUEST;
    bool busy =
        (s->flags & stands) || (method == INVITE && sst_time_in(t->now_ms) < sst_ack_until(s));

    if (!busy && !info_of(t).ended && !pair->dead[side]) {
        post_request(pair, side, method, asks(t, method));
    }
}

static void deliver_request(struct pair *pair, struct talk *t, const struct pair_message *message)
{
    uint32_t cseq = message->cseq;
    char advice[sizeof t->text];

    t->peer_cseq = cseq - 1u;
    snprintf(advice, sizeof advice, "%s", hears(t, message->method, message->headers));
    unsigned status = (unsigned)strtoul(advice, NULL, 10);
    if (status != 0) {
        post_response(pair, message->to, message->method, status, cseq, advice + strlen("491 "));
        return;
    }
    status = pair->refuse[message->to] != 0 ? pair->refuse[message->to] : 200;
    post_response(pair, message->to, message->method, status, cseq,
                  answers(t, message->method, status));
}

static void deliver_response(struct pair *pair, struct talk *t, const struct pair_message *message)
{
    enum sst_method method = message->method;
    struct sst_tx *tx = &t->own[method == UPDATE];
    bool refresh = sst_tx_is_refresh(tx);

    if (tx->cseq != message->cseq + 1u) {
        return; /* of a forgotten transaction */
    }
    pair->times_out[message->to][method == UPDATE] = SST_NEVER;
    const char *verdict = gets(t, method, message->status, message->headers);
    if (method == INVITE && message->status == 200) {
        post(pair, put(pair, message->to, PAIR_ACK, INVITE));
    }
    if (strcmp(verdict, "retry") == 0) {
        post_request(pair, message->to, method, refresh ? again(t) : asks(t, method));
    }
}

static void deliver(struct pair *pair, const struct pair_message *message)
{
    struct talk *t = pair->side[message->to];

    if (pair->dead[message->to] || info_of(t).ended) {
        return;
    }
    switch (message->kind) {
    case PAIR_REQUEST:
        deliver_request(pair, t, message);
        break;
    case PAIR_RESPONSE:
        deliver_response(pair, t, message);
        break;
    case PAIR_ACK:
        if (sst_tx_state(&t->peer[0]) == TX_PEER_ANSWERED ||
            sst_tx_state(&t->second[0]) == TX_PEER_ANSWERED) {
            hears_ack(t);
        }
        break;
    case PAIR_BYE:
        sst_session_end(t->session, t->now_ms);
        break;
    }
}

/* Takes the first message to arrive, if it has arrived by now. */
static bool take(struct pair *pair, uint64_t now_ms, struct pair_message *message)
{
    size_t first = pair->count;

    for (size_t i = 0; i < pair->count; i++) {
        if (pair->wire[i].at_ms <= now_ms &&
            (first == pair->count || pair->wire[i].at_ms < pair->wire[first].at_ms)) {
            first = i;
        }
    }
    if (first == pair->count) {
        return false;
    }
    *message = pair->wire[first];
    pair->count--;
    memmove(&pair->wire[first], &pair->wire[first + 1],
            (pair->count - first) * sizeof pair->wire[0]);
    return true;
}

static uint64_t earliest(const struct pair *pair)
{
    uint64_t first = SST_NEVER;

    for (size_t i = 0; i < pair->count; i++) {
        first = pair->wire[i].at_ms < first ? pair->wire[i].at_ms : first;
    }
    for (int side = 0; side < 2; side++) {
        if (pair->dead[side] || info_of(pair->side[side]).ended) {
            continue;
        }
        uint64_t deadline = sst_session_deadline(pair->side[side]->session);
        first = deadline < first ? deadline : first;
        for (int i = 0; i < 2; i++) {
            uint64_t at = pair->times_out[side][i];
            first = at < first ? at : first;
        }
    }
    return first;
}

static void time_out(struct pair *pair, int side)
{
    struct talk *t = pair->side[side];

    for (int i = 0; i < 2; i++) {
        if (pair->times_out[side][i] <= t->now_ms && !info_of(t).ended) {
            pair->times_out[side][i] = SST_NEVER;
            loses(t, i == 1 ? UPDATE : INVITE, SST_OUTCOME_TIMEOUT);
        }
    }
}

void pair_until(struct pair *pair, double seconds)
{
    uint64_t end = pair->side[0]->begin_ms + (uint64_t)(seconds * 1000.0 + 0.5);
    struct pair_message message;

    for (unsigned steps = 0;; steps++) {
        uint64_t first = earliest(pair);
        must(steps < 100000);
        if (first > end) {
            break;
        }
        for (int side = 0; side < 2; side++) {
            struct talk *t = pair->side[side];
            t->now_ms = first > t->now_ms ? first : t->now_ms;
        }
        while (take(pair, first, &message)) {
            deliver(pair, &message);
        }
        for (int side = 0; side < 2; side++) {
            if (!pair->dead[side]) {
                time_out(pair, side);
                looks(pair->side[side]);
            }
        }
    }
    pair->side[0]->now_ms = end;
    pair->side[1]->now_ms = end;
}

bool pair_quiet(const struct pair *pair)
{
    uint32_t flags = pair->side[0]->session->flags | pair->side[1]->session->flags;
    return pair->count == 0 && !(flags & F_TRANSACTIONS);
}

struct pair *pair_new(const char *policy_a, const char *policy_b, uint64_t delay_ms)
{
    struct pair *pair = calloc(1, sizeof *pair);

    must(pair != NULL);
    pair->side[0] = caller(policy_a);
    pair->side[1] = callee(policy_b);
    for (int side = 0; side < 2; side++) {
        struct talk *t = pair->side[side];
        t->on_event = on_event;
        t->on_event_user = pair;
        t->own_cseq = side == 0 ? 100 : 4000;
        talk_use_random(t, 7u + (uint64_t)side);
        pair->delay_ms[side] = delay_ms;
        pair->times_out[side][0] = pair->times_out[side][1] = SST_NEVER;
    }
    post_request(pair, 0, INVITE, asks(pair->side[0], INVITE));
    pair_until(pair, 5);
    must(info_of(pair->side[0]).established && info_of(pair->side[1]).established);
    return pair;
}

void pair_end(struct pair *pair)
{
    end_talk(pair->side[0]);
    end_talk(pair->side[1]);
    free(pair);
}
