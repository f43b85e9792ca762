/* The code in README.md, with what it leaves out; examples.py inserts the blocks. */
#include <sst/sst.h>

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct call {
    struct sst_session session;
    struct sst_tx sent, received;
    enum sst_method method; /* of the last request sent */
    unsigned requests;      /* sent */
    unsigned status;        /* of the last response sent */
    struct sst_headers headers;
    const char *bye;
};

static uint64_t clock_ms = 5000;

static uint64_t stack_now(void)
{
    return clock_ms;
}

static struct call *call_of(struct sst_session *session)
{
    return (struct call *)(void *)((char *)session - offsetof(struct call, session));
}

static void stack_send(struct call *call, enum sst_method method, const struct sst_headers *headers)
{
    call->requests++;
    call->method = method;
    call->headers = *headers;
}

static void stack_respond(struct call *call, unsigned status, const struct sst_headers *headers)
{
    call->status = status;
    call->headers = *headers;
}

static void stack_bye(struct call *call, const char *reason)
{
    call->bye = reason;
}

/*@ README.md # A minimal host */

static const char *value_of(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->headers.count; i++) {
        if (strcmp(call->headers.item[i].name, name) == 0) {
            return call->headers.item[i].value;
        }
    }
    return "";
}

static void answered(struct call *call, unsigned status, const char *name, const char *value)
{
    struct sst_msg response;

    sst_msg_response(&response, status, call->method, SST_CSEQ_UNKNOWN);
    sst_msg_header(&response, name, value);
    receive_response(call, &response, SST_REQUEST_OFFER);
}

/* The caller: a 422 is followed, three refreshes, then silence. */
static void caller(const struct sst_policy *policy)
{
    static struct call call;

    assert(sst_session_init(&call.session, policy, SST_CALLER) == SST_OK);
    send_request(&call, SST_METHOD_INVITE, SST_REQUEST_OFFER);
    assert(strcmp(value_of(&call, "Session-Expires"), "300") == 0);
    answered(&call, 422, "Min-SE", "600");
    assert(call.requests == 2 && strcmp(value_of(&call, "Session-Expires"), "600") == 0);
    answered(&call, 200, "Session-Expires", "600;refresher=uac");
    for (unsigned cycle = 0; cycle < 3; cycle++) {
        clock_ms += 299999;
        sst_session_advance(&call.session, clock_ms);
        assert(call.requests == 2 + cycle);
        clock_ms += 1; /* half of 600 s */
        sst_session_advance(&call.session, clock_ms);
        assert(call.requests == 3 + cycle);
        answered(&call, 200, "Session-Expires", "600;refresher=uac");
    }
    clock_ms += 600000;
    sst_session_advance(&call.session, clock_ms);
    assert(call.bye != NULL);
}

static void asked(struct call *call, enum sst_method method, uint32_t cseq, const char *interval)
{
    struct sst_msg request;

    sst_msg_request(&request, method, cseq);
    sst_msg_header(&request, "Supported", "timer");
    sst_msg_header(&request, "Session-Expires", interval);
    call->status = 0;
    receive_request(call, &request);
}

/* The callee: too small an interval is rejected; then the caller refreshes three times, and no
 * more. */
static void callee(const struct sst_policy *policy)
{
    static struct call call;

    assert(sst_session_init(&call.session, policy, SST_CALLEE) == SST_OK);
    asked(&call, SST_METHOD_INVITE, 1, "60");
    assert(call.status == 422 && strcmp(value_of(&call, "Min-SE"), "90") == 0);
    asked(&call, SST_METHOD_INVITE, 2, "90;refresher=uac");
    assert(call.status == 200 &&
           strcmp(value_of(&call, "Session-Expires"), "90;refresher=uac") == 0);
    sst_session_ack(&call.session, &call.received, clock_ms);
    for (uint32_t cycle = 0; cycle < 3; cycle++) {
        clock_ms += 45000;
        sst_session_advance(&call.session, clock_ms);
        asked(&call, SST_METHOD_UPDATE, 3 + cycle, "90;refresher=uac");
        assert(call.status == 200);
    }
    clock_ms += 59999; /* §10: 90 s minus the smaller of 32 s and a third */
    while (sst_session_deadline(&call.session) <= clock_ms) {
        sst_session_advance(&call.session, clock_ms);
    }
    assert(call.bye == NULL);
    clock_ms += 1;
    sst_session_advance(&call.session, clock_ms);
    assert(call.bye != NULL && call.requests == 0);
}

int main(void)
{
    struct sst_policy policy;

    sst_policy_init(&policy);
    policy.mode = SST_MODE_REQUEST;
    policy.session_expires = 300;
    policy.on_event = on_event;
    caller(&policy);
    callee(&policy);
    return 0;
}
