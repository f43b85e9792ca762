/* SPDX-License-Identifier: MIT */
/* The functions of a session, for libosip2's messages. */
#include "osip/room.h"

/* Only INVITE and UPDATE have one. Any other request during an INVITE must leave the INVITE's
 * alone, with its CSeq and the 2xx that is still to come. */
static struct sst_tx *tx_of(struct sst_tx *tx, const struct sst_msg *msg)
{
    bool has = msg->method == SST_METHOD_INVITE || msg->method == SST_METHOD_UPDATE;

    return has ? tx : NULL;
}

static int respond(struct sst_session *session, struct sst_tx *tx, const osip_message_t *sip,
                   uint64_t now_ms, struct sst_verdict *verdict)
{
    struct sst_msg response;
    int result = sst_osip_read(&response, sip);

    if (result != SST_OK) {
        return result;
    }
    if (response.status == 0) {
        return SST_ERR_ARGUMENT;
    }
    /* The response to CANCEL comes from the next hop (RFC 3261 §9.2) and says nothing about the
     * peer. */
    if (response.method == SST_METHOD_CANCEL) {
        return SST_OK;
    }
    return sst_session_response(session, tx_of(tx, &response), &response, now_ms, verdict);
}

int sst_osip_dispatch(struct sst_session *session, struct sst_tx *tx, enum sst_osip_event event,
                      const osip_message_t *sip, uint64_t now_ms, struct sst_verdict *verdict)
{
    if (session == NULL || verdict == NULL) {
        return SST_ERR_ARGUMENT;
    }
    *verdict = (struct sst_verdict){.action = SST_ACTION_NONE, .when_ms = SST_NEVER};

    switch (event) {
    case SST_OSIP_NOTHING:
    case SST_OSIP_ACK:
        return SST_OK;
    case SST_OSIP_RESPONSE:
        return respond(session, tx, sip, now_ms, verdict);
    /* Only failures of INVITE and UPDATE concern the session. */
    case SST_OSIP_TIMEOUT:
        return tx == NULL ? SST_OK
                          : sst_session_failed(session, tx, SST_OUTCOME_TIMEOUT, now_ms, verdict);
    case SST_OSIP_TRANSPORT:
        return tx == NULL ? SST_OK
                          : sst_session_failed(session, tx, SST_OUTCOME_TRANSPORT, now_ms, verdict);
    case SST_OSIP_REQUEST:
        break;
    }
    return SST_ERR_ARGUMENT;
}

int sst_osip_receive(struct sst_session *session, struct sst_tx *tx, const osip_message_t *request,
                     uint64_t now_ms, struct sst_advice *advice)
{
    struct sst_msg msg;
    int result = sst_osip_read(&msg, request);

    return result != SST_OK ? result : sst_session_receive(session, tx, &msg, now_ms, advice);
}

int sst_osip_request(struct sst_session *session, struct sst_tx *tx, osip_message_t *request,
                     unsigned flags, uint64_t now_ms)
{
    struct sst_msg own;
    struct sst_headers headers;
    struct sst_osip_room room;
    int result = sst_osip_read(&own, request);

    if (result == SST_OK && own.status != 0) {
        result = SST_ERR_ARGUMENT;
    }
    if (result == SST_OK) {
        result = sst_osip_room_take(&room, request);
    }
    if (result != SST_OK) {
        return result;
    }
    flags &= ~(unsigned)SST_REQUEST_OFFER;
    if ((own.has & SST_MSG_OFFER) != 0) {
        flags |= SST_REQUEST_OFFER;
    }
    tx = tx_of(tx, &own);
    result = sst_session_request(session, tx, (enum sst_method)own.method, flags, now_ms, &headers);
    if (result != SST_OK) {
        sst_osip_room_give(&room, request);
        return result;
    }
    if (tx != NULL) {
        sst_tx_set_cseq(tx, (own.has & SST_MSG_CSEQ) ? own.cseq : SST_CSEQ_UNKNOWN);
    }
    sst_osip_room_use(&room, request, &headers);
    return SST_OK;
}

int sst_osip_answer(struct sst_session *session, struct sst_tx *tx, osip_message_t *response,
                    uint64_t now_ms)
{
    struct sst_msg own;
    struct sst_headers headers;
    struct sst_osip_room room;
    int result = sst_osip_read(&own, response);

    if (result == SST_OK && own.status == 0) {
        result = SST_ERR_ARGUMENT;
    }
    if (result == SST_OK) {
        result = sst_osip_room_take(&room, response);
    }
    if (result != SST_OK) {
        return result;
    }
    result = sst_session_answer(session, tx_of(tx, &own), own.status, now_ms, &headers);
    /* If tx is not pending, there are still the header fields of any response. */
    if (result == SST_OK || result == SST_ERR_STATE || result == SST_ERR_ENDED) {
        sst_osip_room_use(&room, response, &headers);
    } else {
        sst_osip_room_give(&room, response);
    }
    return result;
}
