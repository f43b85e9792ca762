/* SPDX-License-Identifier: MIT */
#include "life_messages.h"

#define FIELD(name, value) {name, value, sizeof(name) - 1, sizeof(value) - 1}
#define FIELDS_MOST 12u

static const struct {
    const char *name;
    const char *value;
    size_t name_length;
    size_t value_length;
} fields[][FIELDS_MOST] = {
    [LIFE_REQUEST] =
        {
            FIELD("Via", "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKnashds10"),
            FIELD("Max-Forwards", "70"),
            FIELD("To", "Bob <sip:bob@example.com>;tag=a6c85cf"),
            FIELD("From", "Alice <sip:alice@example.com>;tag=1928301774"),
            FIELD("Call-ID", "a84b4c76e66710@192.0.2.2"),
            FIELD("CSeq", "314161 UPDATE"),
            FIELD("Contact", "<sip:alice@192.0.2.2>"),
            FIELD("Allow", "INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE"),
            FIELD("Supported", "100rel, timer, replaces"),
            FIELD("Session-Expires", "1800;refresher=uac"),
            FIELD("Min-SE", "90"),
            FIELD("Content-Length", "0"),
        },
    [LIFE_200] =
        {
            FIELD("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds11"),
            FIELD("To", "Bob <sip:bob@example.com>;tag=a6c85cf"),
            FIELD("From", "Alice <sip:alice@example.com>;tag=1928301774"),
            FIELD("Call-ID", "a84b4c76e66710@192.0.2.1"),
            FIELD("CSeq", "314160 UPDATE"),
            FIELD("Contact", "<sip:bob@192.0.2.2>"),
            FIELD("Allow", "INVITE, ACK, CANCEL, OPTIONS, BYE, UPDATE"),
            FIELD("Supported", "100rel, timer, replaces"),
            FIELD("Require", "timer"),
            FIELD("Session-Expires", "1800;refresher=uac"),
            FIELD("Server", "Example/1.0"),
            FIELD("Content-Length", "0"),
        },
    [LIFE_422] =
        {
            FIELD("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds11"),
            FIELD("To", "Bob <sip:bob@example.com>;tag=a6c85cf"),
            FIELD("From", "Alice <sip:alice@example.com>;tag=1928301774"),
            FIELD("Call-ID", "a84b4c76e66710@192.0.2.1"),
            FIELD("CSeq", "314160 UPDATE"),
            FIELD("Supported", "timer"),
            FIELD("Min-SE", "1900"),
            FIELD("Content-Length", "0"),
        },
};

void life_read(struct sst_msg *msg, enum life_message message)
{
    for (size_t i = 0; i < FIELDS_MOST && fields[message][i].name != NULL; i++) {
        (void)sst_msg_header_n(msg, fields[message][i].name, fields[message][i].name_length,
                               fields[message][i].value, fields[message][i].value_length);
    }
}
