/* SPDX-License-Identifier: MIT */
/* What libosip2's transaction callbacks mean. */
#include <sst/osip.h>

/*
 * The switches name every enumerator and have no default, so that the compiler warns when a new
 * libosip2 adds one. Client and server enumerators with the same meaning are side by side.
 */

/* clang-format off */
enum sst_osip_event sst_osip_message_event(int type)
{
    switch ((enum osip_message_callback_type)type) {
    case OSIP_ICT_STATUS_1XX_RECEIVED: case OSIP_NICT_STATUS_1XX_RECEIVED:
    case OSIP_ICT_STATUS_2XX_RECEIVED: case OSIP_NICT_STATUS_2XX_RECEIVED:
    case OSIP_ICT_STATUS_3XX_RECEIVED: case OSIP_NICT_STATUS_3XX_RECEIVED:
    case OSIP_ICT_STATUS_4XX_RECEIVED: case OSIP_NICT_STATUS_4XX_RECEIVED:
    case OSIP_ICT_STATUS_5XX_RECEIVED: case OSIP_NICT_STATUS_5XX_RECEIVED:
    case OSIP_ICT_STATUS_6XX_RECEIVED: case OSIP_NICT_STATUS_6XX_RECEIVED:
        return SST_OSIP_RESPONSE;

    /* libosip2 has no separate callback for UPDATE, nor for PRACK, REFER and others. */
    case OSIP_IST_INVITE_RECEIVED: case OSIP_NIST_UNKNOWN_REQUEST_RECEIVED:
    case OSIP_NIST_BYE_RECEIVED: case OSIP_NIST_OPTIONS_RECEIVED: case OSIP_NIST_INFO_RECEIVED:
    case OSIP_NIST_NOTIFY_RECEIVED: case OSIP_NIST_SUBSCRIBE_RECEIVED:
    case OSIP_NIST_REGISTER_RECEIVED:
        return SST_OSIP_REQUEST;

    case OSIP_ICT_STATUS_TIMEOUT: case OSIP_NICT_STATUS_TIMEOUT:
        return SST_OSIP_TIMEOUT;

    case OSIP_IST_ACK_RECEIVED:
        return SST_OSIP_ACK;

    /* CANCEL itself ends nothing: the response to the INVITE does (RFC 3261 §9.2). */
    case OSIP_NIST_CANCEL_RECEIVED:
        return SST_OSIP_NOTHING;

    case OSIP_ICT_STATUS_2XX_RECEIVED_AGAIN: case OSIP_NICT_STATUS_2XX_RECEIVED_AGAIN:
    case OSIP_ICT_STATUS_3456XX_RECEIVED_AGAIN: case OSIP_NICT_STATUS_3456XX_RECEIVED_AGAIN:
    case OSIP_IST_INVITE_RECEIVED_AGAIN: case OSIP_NIST_REQUEST_RECEIVED_AGAIN:
    case OSIP_IST_ACK_RECEIVED_AGAIN:
        return SST_OSIP_NOTHING;

    case OSIP_ICT_INVITE_SENT: case OSIP_NICT_UNKNOWN_REQUEST_SENT:
    case OSIP_ICT_INVITE_SENT_AGAIN: case OSIP_NICT_REQUEST_SENT_AGAIN:
    case OSIP_ICT_ACK_SENT: case OSIP_ICT_ACK_SENT_AGAIN:
    case OSIP_NICT_REGISTER_SENT: case OSIP_NICT_BYE_SENT: case OSIP_NICT_OPTIONS_SENT:
    case OSIP_NICT_INFO_SENT: case OSIP_NICT_CANCEL_SENT: case OSIP_NICT_NOTIFY_SENT:
    case OSIP_NICT_SUBSCRIBE_SENT:
    case OSIP_IST_STATUS_1XX_SENT: case OSIP_NIST_STATUS_1XX_SENT:
    case OSIP_IST_STATUS_2XX_SENT: case OSIP_NIST_STATUS_2XX_SENT:
    case OSIP_IST_STATUS_2XX_SENT_AGAIN: case OSIP_NIST_STATUS_2XX_SENT_AGAIN:
    case OSIP_IST_STATUS_3XX_SENT: case OSIP_NIST_STATUS_3XX_SENT:
    case OSIP_IST_STATUS_4XX_SENT: case OSIP_NIST_STATUS_4XX_SENT:
    case OSIP_IST_STATUS_5XX_SENT: case OSIP_NIST_STATUS_5XX_SENT:
    case OSIP_IST_STATUS_6XX_SENT: case OSIP_NIST_STATUS_6XX_SENT:
    case OSIP_IST_STATUS_3456XX_SENT_AGAIN: case OSIP_NIST_STATUS_3456XX_SENT_AGAIN:
    case OSIP_MESSAGE_CALLBACK_COUNT:
        return SST_OSIP_NOTHING;
    }
    return SST_OSIP_NOTHING;
}
/* clang-format on */

enum sst_osip_event sst_osip_transport_event(int type)
{
    switch ((enum osip_transport_error_callback_type)type) {
    case OSIP_ICT_TRANSPORT_ERROR:
    case OSIP_NICT_TRANSPORT_ERROR:
        return SST_OSIP_TRANSPORT;

    /* A response could not be sent: what it committed stands, and the peer tries again. */
    case OSIP_IST_TRANSPORT_ERROR:
    case OSIP_NIST_TRANSPORT_ERROR:
    case OSIP_TRANSPORT_ERROR_CALLBACK_COUNT:
        return SST_OSIP_NOTHING;
    }
    return SST_OSIP_NOTHING;
}
