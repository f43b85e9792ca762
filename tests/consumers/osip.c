/* SPDX-License-Identifier: MIT */
/* A user's program on libosip2, in C99: header fields into a message and out of it. */
#include <stdio.h>
#include <string.h>

#include <sst/osip.h>

int main(void)
{
    static const char text[] = "INVITE sip:b@example.com SIP/2.0\r\n"
                               "Via: SIP/2.0/UDP a.example.com;branch=z9hG4bK1\r\n"
                               "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\n"
                               "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx = {0};
    struct sst_msg msg;
    osip_message_t *sip;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    if (parser_init() != 0 || osip_message_init(&sip) != 0 ||
        osip_message_parse(sip, text, sizeof text - 1) != 0) {
        printf("FAILED  libosip2\n");
        return 1;
    }
    if (sst_session_init(&session, &policy, SST_CALLER) != SST_OK ||
        sst_osip_request(&session, &tx, sip, 0, 0) != SST_OK ||
        sst_osip_read(&msg, sip) != SST_OK || msg.session_expires != 1800 ||
        !(msg.has & SST_MSG_SUPPORTED_TIMER)) {
        printf("FAILED  Session-Expires of an INVITE\n");
        return 1;
    }
    osip_message_free(sip);
    printf("ok %s\n", sst_version());
    return 0;
}
