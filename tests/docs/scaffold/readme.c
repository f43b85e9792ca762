/* What README.md shows, with what it leaves out; examples.py puts the blocks in their places. */
#include <sst/sst.h>

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct call {
    struct sst_session session;
    struct sst_tx tx;
    unsigned refreshes;
    const char *bye;
};

static struct call *call_of(struct sst_session *session)
{
    return (struct call *)(void *)((char *)session - offsetof(struct call, session));
}

static void send_refresh(struct call *call, enum sst_method method, bool with_offer)
{
    assert(method == SST_METHOD_INVITE && with_offer);
    call->refreshes++; /* and nothing is sent */
}

static void send_bye(struct call *call, const char *reason)
{
    call->bye = reason;
}

/*@ README.md # What a host writes # until: Once for the process */

static void loop(struct call *call, uint64_t now);

int main(void)
{
    static struct call one;
    struct call *call = &one;
    struct sst_policy policy;
    struct sst_policy_error error;
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    uint64_t now = 5000;
    uint32_t cseq = 1;

    error.code = SST_OK;
    /*@ README.md # What a host writes # until: In the event loop */
    assert(error.code == SST_OK);
    assert(headers.count == 1 && strcmp(headers.item[0].value, "timer") == 0);
    assert(verdict.action == SST_ACTION_NONE && verdict.refreshed);

    /* Half of 1800 s after the 2xx the refresh is due, and the interval ends the session. */
    loop(call, now + 899999);
    assert(call->refreshes == 0);
    loop(call, now + 900000);
    assert(call->refreshes == 1 && call->bye == NULL);
    loop(call, now + 1800000);
    assert(call->bye != NULL && strcmp(call->bye, sst_bye_reason(SST_END_REFRESH_NOT_SENT)) == 0);
    return 0;
}

static void loop(struct call *call, uint64_t now)
{
    /*@ README.md # What a host writes # from: In the event loop */
}
