/* SPDX-License-Identifier: MIT */
/**
 * @file sst/osip.h
 * libsst on libosip2: its messages in, header fields out, and what its callbacks mean.
 *
 * A separate library (sst::osip), so that the core links nothing. Add header fields where you build
 * a message, by sst_osip_apply(): libosip2's *_SENT callbacks come after sending.
 *
 * Arguments that mean the same in all functions:
 * - sip, request, response: a libosip2 message, which you still own
 * - msg: filled in; need not be started
 * - headers, edit: as filled in by the core
 * - session, tx, now_ms, verdict, advice: as in sst/session.h
 */
#ifndef SST_OSIP_H
#define SST_OSIP_H

#include <sst/sst.h>

#include <sys/time.h> /* libosip2 5.3 needs it and does not include it */

#include <osip2/osip.h>
#include <osipparser2/osip_parser.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Reads a message, received or sent, request or response, into a view.
 * @return SST_OK; SST_ERR_ARGUMENT (NULL; no method, in a response no CSeq; a status code that is
 *         not 100 to 699)
 */
SST_API int sst_osip_read(struct sst_msg *msg, const osip_message_t *sip);

/**
 * Puts header fields into a message, and removes any other Session-Expires, Min-SE and `timer` tags
 * (compact forms too), so that it carries exactly these; other option tags stay. Marks the message
 * as changed.
 * @return SST_OK; SST_ERR_ARGUMENT; SST_ERR_SPACE if libosip2 found no memory: the message is
 *         unchanged
 */
SST_API int sst_osip_apply(osip_message_t *sip, const struct sst_headers *headers);

/**
 * Applies a proxy's changes to a message that it forwards.
 * @return as sst_osip_apply(); SST_ERR_ARGUMENT also for an edit with a status: do not forward that
 */
SST_API int sst_osip_apply_edit(osip_message_t *sip, const struct sst_proxy_edit *edit);

/** What a libosip2 transaction callback means to a session. */
enum sst_osip_event {
    SST_OSIP_NOTHING = 0,   /**< nothing to do: retransmissions, *_SENT, CANCEL, unknown types */
    SST_OSIP_REQUEST = 1,   /**< a request from the peer: sst_session_receive() */
    SST_OSIP_RESPONSE = 2,  /**< a response to a local request: sst_session_response() */
    SST_OSIP_TIMEOUT = 3,   /**< a local request timed out: sst_session_failed(), TIMEOUT */
    SST_OSIP_TRANSPORT = 4, /**< a local request could not be sent: likewise, TRANSPORT */
    SST_OSIP_ACK = 5        /**< ACK of a failure response: nothing to do (that of a 2xx comes to
                                 the host outside of any transaction: sst_session_ack()) */
};

/**
 * What a message callback means.
 * @param type  a type of osip_message_callback_type
 * @return SST_OSIP_NOTHING also for an unknown type
 */
SST_API enum sst_osip_event sst_osip_message_event(int type);

/**
 * What a transport callback means.
 * @param type  a type of osip_transport_error_callback_type
 * @return SST_OSIP_TRANSPORT or SST_OSIP_NOTHING
 */
SST_API enum sst_osip_event sst_osip_transport_event(int type);

/**
 * Handles a message or transport callback with the session and tx of its transaction: reads sip and
 * calls sst_session_response() or sst_session_failed(). For the peer's requests call
 * sst_osip_receive().
 *
 * Detach tx from the libosip2 transaction after its final response: if libosip2 cannot send the ACK
 * for a retransmission of it, it reports a transport error, when tx may serve the next request.
 * @param event  from sst_osip_message_event() or sst_osip_transport_event()
 * @param tx  NULL for methods other than INVITE and UPDATE
 * @param sip  the callback's message; NULL for TIMEOUT and TRANSPORT
 * @return as the function called; SST_OK with SST_ACTION_NONE for NOTHING and ACK, for a response
 *         to CANCEL, and where tx is NULL for TIMEOUT and TRANSPORT; SST_ERR_ARGUMENT for REQUEST
 */
SST_API int sst_osip_dispatch(struct sst_session *session, struct sst_tx *tx,
                              enum sst_osip_event event, const osip_message_t *sip, uint64_t now_ms,
                              struct sst_verdict *verdict);

/**
 * Calls sst_session_receive() for a libosip2 message.
 * @return as sst_session_receive(), SST_ERR_ARGUMENT also for a message that sst_osip_read()
 *         rejects
 */
SST_API int sst_osip_receive(struct sst_session *session, struct sst_tx *tx,
                             const osip_message_t *request, uint64_t now_ms,
                             struct sst_advice *advice);

/**
 * Calls sst_session_request() for a request that you have built but not given to its transaction:
 * puts the header fields into it, and takes offer and CSeq from it.
 * @param tx  NULL for methods other than INVITE and UPDATE
 * @param flags  SST_REQUEST_REFRESH or 0
 * @return as sst_session_request(), or SST_ERR_SPACE; on an error neither the message nor the
 *         session has changed
 */
SST_API int sst_osip_request(struct sst_session *session, struct sst_tx *tx,
                             osip_message_t *request, unsigned flags, uint64_t now_ms);

/**
 * Calls sst_session_answer() for a response that you have built but not given to its transaction.
 * @return as sst_session_answer(); on SST_ERR_STATE the message has what any response carries; on
 *         SST_ERR_SPACE neither message nor session has changed: answer with 500
 */
SST_API int sst_osip_answer(struct sst_session *session, struct sst_tx *tx,
                            osip_message_t *response, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
