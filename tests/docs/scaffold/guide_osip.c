/* The libosip2 code in docs/guide.md; examples.py inserts the blocks. */
#include <sst/osip.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct sst_session session;
};

struct transaction {
    struct call *call;
    struct sst_tx tx;
    struct sst_advice advice;
    struct sst_verdict verdict;
};

static uint64_t clock_ms(void)
{
    return 1000;
}

/*@ docs/guide.md # libosip2 # from: static void on_message */

static osip_message_t *parse(const char *text)
{
    osip_message_t *sip = NULL;

    assert(osip_message_init(&sip) == 0);
    assert(osip_message_parse(sip, text, strlen(text)) == 0);
    return sip;
}

int main(void)
{
    static struct call callee;
    static struct transaction incoming, outgoing;
    struct call *call = &callee;
    struct sst_tx *tx = &outgoing.tx;
    struct sst_policy policy;
    osip_transaction_t tr;
    uint64_t now = clock_ms();

    assert(parser_init() == 0);
    sst_policy_init(&policy);
    assert(sst_session_init(&call->session, &policy, SST_CALLEE) == SST_OK);
    incoming.call = call;
    memset(&tr, 0, sizeof tr);
    osip_transaction_set_your_instance(&tr, &incoming);

    osip_message_t *invite = parse("INVITE sip:b@192.0.2.2 SIP/2.0\r\n"
                                   "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                                   "From: <sip:a@192.0.2.1>;tag=1\r\nTo: <sip:b@192.0.2.2>\r\n"
                                   "Call-ID: 1\r\nCSeq: 1 INVITE\r\nSupported: timer\r\n"
                                   "Session-Expires: 1800\r\nContent-Length: 0\r\n\r\n");
    on_message(OSIP_IST_INVITE_RECEIVED, &tr, invite);
    assert(incoming.advice.status == 0);

    osip_message_t *response = parse("SIP/2.0 200 OK\r\n"
                                     "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
                                     "From: <sip:a@192.0.2.1>;tag=1\r\n"
                                     "To: <sip:b@192.0.2.2>;tag=2\r\n"
                                     "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
    osip_message_t *request = parse("UPDATE sip:a@192.0.2.1 SIP/2.0\r\n"
                                    "Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\n"
                                    "From: <sip:b@192.0.2.2>;tag=2\r\n"
                                    "To: <sip:a@192.0.2.1>;tag=1\r\n"
                                    "Call-ID: 1\r\nCSeq: 1 UPDATE\r\nContent-Length: 0\r\n\r\n");
    /*@ docs/guide.md # libosip2 # until: sst_osip_answer */
    tx = &incoming.tx;
    /*@ docs/guide.md # libosip2 # from: sst_osip_answer */

    struct sst_msg msg;
    assert(sst_osip_read(&msg, response) == SST_OK);
    assert((msg.has & SST_MSG_SESSION_EXPIRES) != 0 && msg.session_expires == 1800);
    assert(sst_osip_read(&msg, request) == SST_OK);
    assert((msg.has & SST_MSG_SUPPORTED_TIMER) != 0);
    osip_message_free(invite);
    osip_message_free(response);
    osip_message_free(request);
    return 0;
}
