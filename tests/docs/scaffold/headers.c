/* The examples in the headers; examples.py inserts them. */
#include <sst/sst.h>

#include <assert.h>
#include <string.h>

static void read_a_message(void)
{
    struct sst_msg msg;
    uint32_t cseq = 1;
    const char name[] = "Session-Expires: 1800"; /* as in a buffer that is parsed in place */
    const size_t name_length = 15;
    const char *value = name + 17;
    const size_t value_length = 4;

    /*@ include/sst/message.h # 1 */
    assert(msg.has == (SST_MSG_REQUIRE_TIMER | SST_MSG_SESSION_EXPIRES | SST_MSG_CSEQ));
    assert(msg.session_expires == 1800 && msg.refresher == SST_REFRESHER_NONE);
    assert(msg.violations == 0);
}

/* RFC 4028 §9: 60 s is rejected, 90 s is accepted; Table 2: the UAC refreshes. */
static void answer(uint32_t interval, const char *min_se_field, const char *interval_field)
{
    struct sst_policy policy;
    struct sst_dialog dialog;
    struct sst_msg request;
    struct sst_facts facts;
    struct sst_answer answer;
    struct sst_headers headers;
    uint32_t min_se, violations = 0;
    unsigned status;

    sst_policy_init(&policy);
    memset(&dialog, 0, sizeof dialog);
    sst_msg_request(&request, SST_METHOD_INVITE, 1);
    sst_msg_set_session_expires(&request, interval, SST_REFRESHER_NONE);
    sst_msg_set_flags(&request, SST_MSG_SUPPORTED_TIMER);
    /*@ include/sst/rules.h # 1 */
    assert(violations == 0);
    if (min_se_field != NULL) {
        assert(status == 422 && strcmp(sst_headers_get(&headers, "Min-SE"), min_se_field) == 0);
    } else {
        const char *value = sst_headers_get(&headers, "Session-Expires");
        assert(status == 0 && strcmp(value, interval_field) == 0);
    }
}

static int on_event(void *user, struct sst_session *session, const struct sst_event *event)
{
    (void)session;
    *(bool *)user = event->type == SST_EVENT_ENDED;
    return SST_CALLBACK_DONE;
}

/* A session that waits for a refresh that never comes. */
static void run_a_queue(void)
{
    struct sst_policy policy;
    struct sst_session session;
    struct sst_tx tx = {0};
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_queue queue;
    struct sst_queue_slot slots[4];
    uint64_t now_ms = 60000;
    bool ended = false;

    sst_policy_init(&policy);
    policy.on_event = on_event;
    policy.user = &ended;
    sst_session_init(&session, &policy, SST_CALLER);
    sst_session_request(&session, &tx, SST_METHOD_INVITE, 0, 0, &headers);
    sst_msg_response(&msg, 200, SST_METHOD_INVITE, SST_CSEQ_UNKNOWN);
    sst_msg_set_session_expires(&msg, 90, SST_REFRESHER_UAS);
    sst_session_response(&session, &tx, &msg, 0, &verdict);
    /*@ include/sst/queue.h # 1 */
    assert(ended);
}

/* The callee has to refresh, and the caller hangs up 32 s before the end of 1800. */
static bool next(struct sst_msg *msg, enum sst_party *from, unsigned *flags, uint64_t *now_ms)
{
    static unsigned number;
    *flags = 0;
    *from = number % 2 == 0 ? SST_CALLER : SST_CALLEE;
    switch (number++) {
    case 0:
        sst_msg_request(msg, SST_METHOD_INVITE, 1);
        sst_msg_header(msg, "Supported", "timer");
        sst_msg_header(msg, "Session-Expires", "1800");
        return true;
    case 1:
        sst_msg_response(msg, 200, SST_METHOD_INVITE, 1);
        sst_msg_header(msg, "Session-Expires", "1800;refresher=uas");
        return true;
    case 2:
        sst_msg_request(msg, SST_METHOD_BYE, 2);
        *now_ms = 1768000;
        return true;
    default:
        return false;
    }
}

static void observe(void)
{
    struct sst_watch watch;
    struct sst_watch_seen seen;
    struct sst_watch_result result;
    struct sst_msg msg;
    enum sst_party from;
    unsigned flags;
    uint64_t now_ms = 0;

    /*@ include/sst/watch.h # 1 */
    assert(result.verdict == SST_WATCH_NOT_REFRESHED && result.who == SST_WHO_CALLEE);
}

int main(void)
{
    observe();
    read_a_message();
    answer(60, "90", NULL);
    answer(90, NULL, "90;refresher=uac");
    run_a_queue();
    return 0;
}
