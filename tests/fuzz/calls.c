/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <stdlib.h>

/* How far the clock goes; closer to its end, deadlines lose their order. */
#define LAST_MS (UINT64_MAX / 8u)

static enum sst_method method_of(enum tx_place place)
{
    return place & 1 ? SST_METHOD_UPDATE : SST_METHOD_INVITE;
}

static uint64_t next_deadline(const struct host *host)
{
    uint64_t deadline = sst_session_deadline(host->session);

    return deadline == SST_NEVER || deadline < host->now_ms ? host->now_ms : deadline;
}

/* The clock advances, jumps, stands still or goes back; then the host polls the session. */
static void wait(struct host *host, unsigned how)
{
    uint64_t amount = take8(&host->input);

    switch (how & 7u) {
    case 0:
        host->now_ms += amount;
        break;
    case 1:
        host->now_ms += amount * 1000u;
        break;
    case 2:
        host->now_ms += amount * 60000u;
        break;
    case 3:
        host->now_ms = next_deadline(host);
        break;
    case 4:
        host->now_ms = next_deadline(host) - (next_deadline(host) > host->now_ms ? 1u : 0u);
        break;
    case 5:
        host->now_ms -= host->now_ms < amount * 1000u ? host->now_ms : amount * 1000u;
        break;
    case 6:
        host->now_ms += (uint64_t)interval_of((uint8_t)amount) * 500u;
        break;
    default:
        host->now_ms += UINT64_C(1) << (amount & 63u);
        break;
    }
    if (host->now_ms > LAST_MS) {
        host->now_ms = LAST_MS;
    }
    HOLDS(sst_session_advance(host->session, host->now_ms) == SST_OK);
}

/* Why a request cannot be begun: any error except a wrong argument. */
static bool is_refusal(int result)
{
    return result == SST_ERR_STATE || result == SST_ERR_BUSY || result == SST_ERR_NOT_DUE ||
           result == SST_ERR_ENDED;
}

static void request(struct host *host, unsigned how)
{
    static const enum sst_method others[] = {SST_METHOD_OTHER, SST_METHOD_BYE, SST_METHOD_ACK,
                                             SST_METHOD_CANCEL};
    struct sst_headers headers;
    bool other = how & 8u;
    enum tx_place place = how & 1u ? OWN_UPDATE : OWN_INVITE;
    struct sst_tx *tx = other ? NULL : &host->tx[place];
    enum sst_method method = other ? others[how & 3u] : method_of(place);
    unsigned flags = (how & 2u ? SST_REQUEST_OFFER : 0u) | (how & 4u ? SST_REQUEST_REFRESH : 0u);

    int result = sst_session_request(host->session, tx, method, flags, host->now_ms, &headers);
    HOLDS(result == SST_OK || (is_refusal(result) && !other && headers.count == 0));
    HOLDS(result != SST_ERR_NOT_DUE || (flags & SST_REQUEST_REFRESH));
    if (result == SST_OK) {
        if (tx != NULL) {
            property_request(host, place);
        }
        check_request(host, method, &headers);
        if (tx != NULL) {
            sst_tx_set_cseq(tx, ++host->own_cseq);
        }
    }
}

static void check_verdict(const struct sst_verdict *verdict)
{
    HOLDS(verdict->action <= SST_ACTION_IGNORE);
    HOLDS((verdict->action == SST_ACTION_WAIT) == (verdict->when_ms != SST_NEVER));
    HOLDS(!verdict->refreshed || verdict->action == SST_ACTION_NONE);
}

static void response(struct host *host, unsigned how)
{
    struct sst_verdict verdict;
    struct sst_msg msg;
    enum tx_place place = how & 1u ? OWN_UPDATE : OWN_INVITE;
    struct sst_tx *tx = how & 8u ? NULL : &host->tx[place];
    enum sst_method method = tx != NULL || (how & 2u) ? method_of(place) : SST_METHOD_OTHER;
    unsigned status = read_status(take8(&host->input));

    if (status < 100) {
        return;
    }
    bool known = !(how & 4u) && tx != NULL && tx->cseq != 0;
    sst_msg_response(&msg, status, method, known ? tx->cseq - 1u : SST_CSEQ_UNKNOWN);
    read_headers(&host->input, &msg);
    if (tx == NULL && method != SST_METHOD_OTHER) {
        HOLDS(sst_session_response(host->session, tx, &msg, host->now_ms, &verdict) ==
              SST_ERR_ARGUMENT);
        return;
    }
    host->watch.may_move |= status >= 200 && status < 300 && tx != NULL;
    HOLDS(sst_session_response(host->session, tx, &msg, host->now_ms, &verdict) == SST_OK);
    check_verdict(&verdict);
    HOLDS(!verdict.refreshed || (status >= 200 && status < 300));
}

void not_sent(struct host *host, struct sst_tx *tx, bool later)
{
    uint64_t wait = later ? (uint64_t)take8(&host->input) * 1000u : 0;
    uint64_t retry = later ? host->now_ms + wait : SST_NEVER;
    int result = sst_session_not_sent(host->session, tx, retry, host->now_ms);

    HOLDS(result == SST_OK || result == SST_ERR_ENDED ||
          result == (tx != NULL ? SST_ERR_STATE : SST_ERR_NOT_DUE));
}

static void failed(struct host *host, unsigned how)
{
    struct sst_verdict verdict;
    struct sst_tx *tx = &host->tx[how & 1u];
    enum sst_outcome failure = how & 2u ? SST_OUTCOME_TIMEOUT : SST_OUTCOME_TRANSPORT;

    if (how & 4u) {
        not_sent(host, tx, how & 8u);
        return;
    }
    HOLDS(sst_session_failed(host->session, tx, failure, host->now_ms, &verdict) == SST_OK);
    check_verdict(&verdict);
    HOLDS(!verdict.refreshed);
}

static bool is_advised(unsigned status)
{
    return status == 0 || status == 400 || status == 420 || status == 422 || status == 481 ||
           status == 491 || status == 500;
}

/* Two bits choose the place, one a retransmission, one a request other than INVITE and UPDATE. */
static void receive(struct host *host, unsigned how)
{
    static const enum sst_method others[] = {SST_METHOD_OTHER, SST_METHOD_BYE, SST_METHOD_ACK,
                                             SST_METHOD_CANCEL};
    struct sst_advice advice;
    struct sst_msg msg;
    enum tx_place place = (enum tx_place)(PEER_INVITE + (how & 3u));
    bool other = how & 8u;
    struct sst_tx *tx = other ? NULL : &host->tx[place];

    host->peer_cseq += how & 4u ? 0u : 1u;
    sst_msg_request(&msg, other ? others[how & 3u] : method_of(place), host->peer_cseq);
    read_headers(&host->input, &msg);
    struct asked before = host->asked[place];
    if (!other) { /* before the call, because its events may answer */
        host->asked[place].interval = msg.has & SST_MSG_SESSION_EXPIRES ? msg.session_expires : 0;
        host->asked[place].supported = msg.has & SST_MSG_SUPPORTED_TIMER;
    }
    int result = sst_session_receive(host->session, tx, &msg, host->now_ms, &advice);
    HOLDS(result == SST_OK || (result == SST_ERR_STATE && !other));
    if (result != SST_OK || advice.copy) {
        host->asked[place] = before;
    }
    if (result == SST_OK) {
        host->asked[place].open = other || advice.copy ? before.open : advice.status == 0;
        HOLDS(advice.headers.count <= SST_HEADERS_MAX);
        HOLDS(is_advised(advice.status));
    }
}

static void answer(struct host *host, unsigned how)
{
    struct sst_headers headers;
    enum tx_place place = (enum tx_place)(PEER_INVITE + (how & 3u));
    struct sst_tx *tx = how & 8u ? NULL : &host->tx[place];
    unsigned status = read_status(how & 4u ? 0 : take8(&host->input));

    struct asked asked = host->asked[place]; /* before its events change it */
    host->watch.may_move |= status >= 200 && status < 300 && tx != NULL;
    int result = sst_session_answer(host->session, tx, status, host->now_ms, &headers);
    if (status < 100) {
        HOLDS(result == SST_ERR_ARGUMENT && headers.count == 0);
        return;
    }
    HOLDS(result == SST_OK || ((result == SST_ERR_STATE || result == SST_ERR_ENDED) && tx != NULL));
    if (tx != NULL && status >= 200) {
        host->asked[place].open = false;
    }
    check_answer(tx != NULL && result == SST_OK ? &asked : NULL, status, &headers);
}

static void ack(struct host *host, unsigned how)
{
    struct sst_tx *tx = &host->tx[how & 1u ? PEER_INVITE_2 : PEER_INVITE];
    int result;

    if (how & 8u) {
        result = sst_session_offer_answered(host->session, &host->tx[(how & 7u) % TX_COUNT]);
    } else {
        host->watch.may_move = true; /* EC-30 */
        result = sst_session_ack(host->session, tx, host->now_ms);
    }
    HOLDS(result == SST_OK || result == SST_ERR_STATE || result == SST_ERR_ENDED);
}

/* A second 2xx with another To tag: the host continues with the dialog that it creates. */
static void fork_session(struct host *host)
{
    struct sst_session *child = malloc(sizeof *child);
    struct sst_tx tx = {0};

    if (child == NULL) {
        abort();
    }
    int result = sst_session_fork(child, &tx, host->session, &host->tx[OWN_INVITE]);
    HOLDS(result == SST_OK || result == SST_ERR_STATE);
    if (result != SST_OK || host->depth > 0) {
        free(child);
        return;
    }
    free(host->session);
    host->session = child;
    host->tx[OWN_INVITE] = tx;
    host->tx[OWN_UPDATE] = (struct sst_tx){0};
    watch_begin(&host->watch);
    host->has_begun = false;
    host->mixed = true;
}

/* The host restarts, perhaps on another clock, with or without its transactions. */
static void restart(struct host *host, unsigned how)
{
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t slept = (uint64_t)take8(&host->input) * 1000u;
    struct sst_restore from = {.image = image, .length = sizeof image, .elapsed_ms = slept};

    from.spread_ms = how & 2u ? 60000u : 0u;
    from.flags = how & 1u ? SST_RESTORE_TRANSACTIONS : how & 8u ? SST_RESTORE_TAKEOVER : 0u;

    if (host->depth > 0) {
        return;
    }
    HOLDS(sst_session_save(host->session, host->now_ms, image, sizeof image, NULL) == SST_OK);
    host->now_ms = how & 4u ? slept : host->now_ms + slept;
    HOLDS(sst_session_restore(host->session, host->policy, &from, host->now_ms) == SST_OK);
    host->watch.may_move = true;
    host->has_begun = false;
    host->mixed = true; /* what was open may be forgotten */
    if (!(how & 1u)) {
        for (int i = 0; i < TX_COUNT; i++) {
            host->tx[i] = (struct sst_tx){0};
        }
    }
}

static void end(struct host *host)
{
    HOLDS(sst_session_end(host->session, host->now_ms) == SST_OK);
    host->watch.ended = true;
}

/* A transaction is forgotten, or mistaken for another. */
static void mix_up(struct host *host)
{
    uint8_t which = take8(&host->input);
    struct sst_tx *tx = &host->tx[(which & 15u) % TX_COUNT];

    host->mixed = true;
    *tx = which & 128 ? host->tx[(which >> 4 & 7u) % TX_COUNT] : (struct sst_tx){0};
}

void one_call(struct host *host)
{
    uint8_t byte = take8(&host->input);
    unsigned how = byte >> 4;

    switch (byte & 15u) {
    case 0:
    case 1:
    case 2:
        wait(host, how);
        break;
    case 3:
    case 4:
        request(host, how);
        break;
    case 5:
    case 6:
        response(host, how);
        break;
    case 7:
        failed(host, how);
        break;
    case 8:
    case 9:
        receive(host, how);
        break;
    case 10:
    case 11:
        answer(host, how);
        break;
    case 12:
        ack(host, how);
        break;
    case 13:
        not_sent(host, NULL, how & 1u);
        break;
    case 14:
        restart(host, how);
        break;
    default:
        if (fuzz_habits && how == 9u) {
            mix_up(host);
        } else if (how == 0) {
            end(host);
        } else if (how < 8u) {
            fork_session(host);
        } else {
            change_policy(host);
        }
    }
    after_call(host);
}
