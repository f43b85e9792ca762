/* SPDX-License-Identifier: MIT */
/* A host with one session: its setup, requests and responses. See talk.h. */
#include "talk_private.h"

static size_t method_index(enum sst_method method)
{
    return method == UPDATE ? 1 : 0;
}

void talk_set(struct talk *t, const char *policy)
{
    struct sst_policy_error error;

    while (*policy != '\0') {
        size_t length = strcspn(policy, " ");
        size_t name = strcspn(policy, "=");
        ck_assert_msg(name < length, "policy: %s", policy);
        int result = sst_policy_set_n(&t->policy, policy, name, policy + name + 1,
                                      length - name - 1, &error);
        ck_assert_msg(result == SST_OK, "policy: %s", policy);
        policy += length;
        policy += strspn(policy, " ");
    }
    ck_assert_msg(sst_policy_check(&t->policy, &error) == SST_OK, "policy: %s", error.field);
}

/* splitmix64: the state is the last output, and always changes. */
static uint32_t next_random(void *user)
{
    struct talk *t = user;
    uint64_t z = t->random += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

void talk_use_random(struct talk *t, uint64_t seed)
{
    t->random = seed;
    t->policy.random = next_random;
}

struct talk *talk_new(const char *policy, bool is_caller)
{
    struct talk *t = calloc(1, sizeof *t);

    must(t != NULL);
    sst_policy_init(&t->policy);
    t->policy.user = t;
    t->policy.on_event = talk_on_event;
    t->policy.counters = &t->counters;
    talk_set(t, policy);
    t->session = malloc(sizeof *t->session);
    must(t->session != NULL);
    t->begin_ms = TALK_BEGIN_MS;
    t->now_ms = TALK_BEGIN_MS;
    t->expires_ms = SST_NEVER;
    must(sst_session_init(t->session, &t->policy, is_caller ? SST_CALLER : SST_CALLEE) == SST_OK);
    talk_check(t);
    return t;
}

struct talk *caller(const char *policy)
{
    return talk_new(policy, true);
}

struct talk *callee(const char *policy)
{
    return talk_new(policy, false);
}

void end_talk(struct talk *t)
{
    if (!t->gone) {
        talk_check(t);
        free(t->session);
    }
    free(t);
}

const char *headers_text(const struct sst_headers *headers, char *buffer, size_t size)
{
    size_t used = 0;

    buffer[0] = '\0';
    must(headers->count <= SST_HEADERS_MAX);
    for (size_t i = 0; i < headers->count; i++) {
        const struct sst_header *header = &headers->item[i];
        bool is_tag = strcmp(header->value, "timer") == 0;
        must(header->kind == (is_tag ? SST_HEADER_TAG : SST_HEADER_SET));
        used += (size_t)snprintf(buffer + used, size - used, "%s%s: %s", i > 0 ? " | " : "",
                                 header->name, header->value);
        must(used < size);
    }
    return buffer;
}

static void one_header(struct sst_msg *msg, const char *text, size_t length)
{
    if (length == 5 && memcmp(text, "offer", 5) == 0) {
        sst_msg_set_flags(msg, SST_MSG_OFFER);
    } else if (length == 5 && memcmp(text, "plain", 5) == 0) {
        msg->has &= (uint16_t)~SST_MSG_OFFER;
    } else {
        const char *colon = memchr(text, ':', length);
        must(colon != NULL);
        size_t name = (size_t)(colon - text);
        must(sst_msg_header_n(msg, text, name, colon + 1, length - name - 1) == SST_OK);
    }
}

void msg_headers(struct sst_msg *msg, const char *headers)
{
    while (*headers != '\0') {
        const char *end = strstr(headers, " | ");
        size_t length = end == NULL ? strlen(headers) : (size_t)(end - headers);
        one_header(msg, headers, length);
        headers += length + (end == NULL ? 0 : 3);
    }
}

/* I7: a request never asks for less than the peer or the RFC allows. */
static void check_asked(const struct talk *t, const struct sst_tx *tx)
{
    bool initial = sst_tx_is_initial(tx); /* no dialog yet */
    uint32_t least = sst_max(t->policy.absolute_min, initial ? 0 : t->learned_min_se);

    if (tx->interval != 0) {
        must(tx->interval >= least);
        must(tx->interval >= tx->min_se);
    }
    if (tx->min_se != 0) {
        must(tx->min_se >= least);
    }
}

int try_ask(struct talk *t, enum sst_method method, unsigned flags, struct sst_headers *headers)
{
    bool refreshes_session = method == INVITE || method == UPDATE;
    struct sst_tx *tx = refreshes_session ? &t->own[method_index(method)] : NULL;
    int result = sst_session_request(t->session, tx, method, flags, t->now_ms, headers);

    if (result == SST_OK && tx != NULL) {
        sst_tx_set_cseq(tx, ++t->own_cseq);
        check_asked(t, tx);
    }
    talk_pull(t);
    talk_check(t);
    return result;
}

const char *asks(struct talk *t, enum sst_method method)
{
    struct sst_headers headers;
    unsigned flags = method == INVITE ? SST_REQUEST_OFFER : 0;

    must(try_ask(t, method, flags, &headers) == SST_OK);
    return headers_text(&headers, t->text, sizeof t->text);
}

const char *refreshes(struct talk *t)
{
    struct sst_headers headers;
    const struct sst_event *event = &t->refresh;
    unsigned flags = SST_REQUEST_REFRESH | (event->with_offer ? SST_REQUEST_OFFER : 0);

    must(event->type == SST_EVENT_REFRESH);
    must(t->now_ms <= event->not_after_ms);
    must(try_ask(t, event->method, flags, &headers) == SST_OK);
    int used = snprintf(t->text, sizeof t->text, "%s%s", sst_method_name(event->method),
                        event->method == UPDATE ? " "
                        : event->with_offer     ? " offer "
                                                : " plain ");
    headers_text(&headers, t->text + used, sizeof t->text - (size_t)used);
    t->refresh.type = SST_EVENT_NONE;
    return t->text;
}

const char *again(struct talk *t)
{
    struct sst_headers headers;
    unsigned flags = SST_REQUEST_REFRESH | (t->refresh.with_offer ? SST_REQUEST_OFFER : 0);

    must(try_ask(t, t->refresh.method, flags, &headers) == SST_OK);
    return headers_text(&headers, t->text, sizeof t->text);
}

static const char *verdict_text(struct talk *t, const struct sst_verdict *verdict)
{
    char when[32];

    if (verdict->action == SST_ACTION_WAIT) {
        talk_time(t, verdict->when_ms, when, sizeof when);
        snprintf(t->text, sizeof t->text, "wait %s", when);
        return t->text;
    }
    must(verdict->when_ms == SST_NEVER);
    must(!verdict->refreshed || verdict->action == SST_ACTION_NONE);
    if (verdict->action == SST_ACTION_FAILED && !t->gone && info_of(t).ended) {
        /* reported once, and not by the verdict */
        bool by_library = info_of(t).reason != SST_END_NONE;
        must(t->pull || t->depth > 0 || !by_library || t->count[SST_EVENT_ENDED] == 1);
        return "ended";
    }
    return verdict->refreshed ? "refreshed" : sst_action_name(verdict->action);
}

/* The CSeq number that a response to the request of tx carries. */
static uint64_t tx_cseq(const struct sst_tx *tx)
{
    return tx->cseq == 0 ? SST_CSEQ_UNKNOWN : tx->cseq - 1u;
}

const char *gets(struct talk *t, enum sst_method method, unsigned status, const char *headers)
{
    struct sst_verdict verdict;
    struct sst_msg msg;
    bool refreshes_session = method == INVITE || method == UPDATE;
    struct sst_tx *tx = refreshes_session ? &t->own[method_index(method)] : NULL;

    sst_msg_response(&msg, status, method, tx == NULL ? ++t->own_cseq : tx_cseq(tx));
    msg_headers(&msg, headers);
    t->may_move |= status >= 200 && status < 300 && tx != NULL;
    must(sst_session_response(t->session, tx, &msg, t->now_ms, &verdict) == SST_OK);
    bool taken = tx != NULL && verdict.action != SST_ACTION_IGNORE;
    if (status == 422 && taken && !sst_tx_is_initial(tx) && (msg.has & SST_MSG_MIN_SE)) {
        t->learned_min_se = sst_max(t->learned_min_se, msg.min_se);
    }
    talk_pull(t);
    talk_check(t);
    return verdict_text(t, &verdict);
}

const char *loses(struct talk *t, enum sst_method method, enum sst_outcome how)
{
    struct sst_verdict verdict;
    struct sst_tx *tx = &t->own[method_index(method)];

    must(sst_session_failed(t->session, tx, how, t->now_ms, &verdict) == SST_OK);
    talk_pull(t);
    talk_check(t);
    return verdict_text(t, &verdict);
}

const char *drops(struct talk *t, enum sst_method method)
{
    struct sst_tx *tx = &t->own[method_index(method)];
    int result = sst_session_not_sent(t->session, tx, SST_NEVER, t->now_ms);

    talk_pull(t);
    talk_check(t);
    return sst_result_name(result);
}

/* The transaction of a request from the peer: another one if the first is still open. */
static struct sst_tx *tx_to_hear(struct talk *t, enum sst_method method)
{
    size_t i = method_index(method);

    if (method != INVITE && method != UPDATE) {
        return NULL;
    }
    enum sst_tx_state state = sst_tx_state(&t->peer[i]);
    /* the first of these only if the test has mixed them up */
    bool busy = state == TX_LOCAL_OPEN || state == TX_PEER_OPEN || state == TX_PEER_ANSWERED;
    t->heard[i] = busy ? &t->second[i] : &t->peer[i];
    return t->heard[i];
}

static struct sst_tx *tx_to_answer(struct talk *t, enum sst_method method)
{
    size_t i = method_index(method);

    if (method != INVITE && method != UPDATE) {
        return NULL;
    }
    bool last = t->heard[i] != NULL && sst_tx_state(t->heard[i]) == TX_PEER_OPEN;
    return last ? t->heard[i] : &t->peer[i];
}

const char *hears(struct talk *t, enum sst_method method, const char *headers)
{
    struct sst_advice advice;
    struct sst_msg msg;
    struct sst_tx *tx = tx_to_hear(t, method);

    sst_msg_request(&msg, method, ++t->peer_cseq);
    if (method == INVITE) {
        sst_msg_set_flags(&msg, SST_MSG_OFFER);
    }
    msg_headers(&msg, headers);
    /* that is, it is in order */
    bool belongs = !info_of(t).ended && msg.cseq >= t->highest_cseq && msg.cseq < UINT32_C(1) << 31;
    must(sst_session_receive(t->session, tx, &msg, t->now_ms, &advice) == SST_OK);
    talk_pull(t);
    talk_check(t);
    if (advice.copy) {
        return "copy";
    }
    if (belongs) {
        t->highest_cseq = msg.cseq;
        if (tx != NULL && (msg.has & SST_MSG_MIN_SE)) {
            t->learned_min_se = sst_max(t->learned_min_se, msg.min_se);
        }
    }
    int used = snprintf(t->text, sizeof t->text, "%u%s", advice.status,
                        advice.headers.count > 0 ? " " : "");
    headers_text(&advice.headers, t->text + used, sizeof t->text - (size_t)used);
    return t->text;
}

const char *answers(struct talk *t, enum sst_method method, unsigned status)
{
    struct sst_headers headers;
    struct sst_tx *tx = tx_to_answer(t, method);

    t->may_move |= status >= 200 && status < 300 && tx != NULL;
    unsigned before = events_told(t);
    must(sst_session_answer(t->session, tx, status, t->now_ms, &headers) == SST_OK);
    must(events_told(t) == before); /* there is no callback before the answer is sent */
    talk_check(t);
    if (t->session->events != 0 && !t->hold_pull) {
        must(sst_session_deadline(t->session) == 0);
        looks(t); /* the answer is on its way, and the host polls for its consequences */
    }
    talk_pull(t);
    talk_check(t);
    return headers_text(&headers, t->text, sizeof t->text);
}

void hears_ack(struct talk *t)
{
    bool first = sst_tx_state(&t->peer[0]) == TX_PEER_ANSWERED;

    t->may_move = true; /* EC-30 */
    must(sst_session_ack(t->session, first ? &t->peer[0] : &t->second[0], t->now_ms) == SST_OK);
    talk_pull(t);
    talk_check(t);
}

const char *serves(struct talk *t, enum sst_method method, const char *headers)
{
    expect(hears(t, method, headers), "0");
    return answers(t, method, 200);
}
