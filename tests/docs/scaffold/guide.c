/* The code in docs/guide.md as one program, with a dummy stack around it, two calls and a fork. */
#include <sst/sst.h>

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct sst_session session;
    struct sst_tx tx;
    struct sst_tx refresh;
    unsigned refreshes;
    bool over;
};

struct field {
    const char *name;
    const char *value;
    size_t value_length;
    const struct field *next;
};

struct message {
    const struct field *fields;
    bool has_sdp;
};

static uint64_t clock_now;
static char interval_sent[SST_VALUE_SIZE];
static unsigned refused_with;
static bool line_is_down;

static uint64_t clock_ms(void)
{
    return clock_now;
}

/* Waiting takes no time here: the clock jumps to the deadline. */
static int wait_ms(uint64_t deadline_ms)
{
    clock_now = deadline_ms > clock_now ? deadline_ms : clock_now;
    return 0;
}

static void read_all_messages(struct pollfd *sip_socket)
{
    assert(sip_socket->fd == -1);
}

static void put(void *message, const char *name, const char *value, enum sst_header_kind kind)
{
    (void)message;
    if (strcmp(name, "Session-Expires") == 0) {
        assert(kind == SST_HEADER_SET);
        memcpy(interval_sent, value, strlen(value) + 1);
    }
}

static void reply(unsigned status, const struct sst_headers *headers)
{
    assert(sst_headers_get(headers, "Min-SE") != NULL);
    refused_with = status;
}

static uint32_t my_random(void *user)
{
    (void)user;
    return 4;
}

static bool send_request(struct call *call, enum sst_method method, bool with_offer,
                         const struct sst_headers *headers)
{
    sst_tx_set_cseq(&call->refresh, 3);
    assert(method == SST_METHOD_INVITE && with_offer);
    assert(strcmp(sst_headers_get(headers, "Session-Expires"), "1800;refresher=uac") == 0);
    call->refreshes += line_is_down ? 0 : 1;
    return !line_is_down;
}

static void send_bye(struct call *call, const char *reason)
{
    assert(reason != NULL);
    call->over = true;
}

struct branch {
    struct sst_proxy_tx tx;
};

struct dialog {
    struct sst_proxy_dialog kept;
    bool over;
};

static void forget(struct dialog *dialog)
{
    dialog->over = true;
}

/*@ docs/guide.md # Proxies # from: static size_t interval_text */

/* A proxy's message has only a Session-Expires, and gets one. */
static void change(const struct message *message, const struct sst_proxy_edit *edit)
{
    interval_sent[0] = 0;
    if (edit->set_session_expires)
        interval_text(edit, message->fields, interval_sent, sizeof interval_sent);
}

/*@ docs/guide.md # Refresh is due */

/*@ docs/guide.md # Start # from: static int on_event */

static void loop(struct call *call)
{
    struct pollfd sip_socket = {.fd = -1};

    /*@ docs/guide.md # The loop */
}

int main(void)
{
    static struct call caller, callee, fork;
    static char name[] = "stack";
    struct call *call = &caller;
    struct call *other = &fork;
    void *my_stack = name;
    struct sst_headers headers;
    struct sst_msg msg;
    struct sst_verdict verdict;
    struct sst_advice advice;
    struct sst_session_info info;
    uint64_t now = 1000;

    /*@ docs/guide.md # Start */
    assert(sst_policy_check(&policy, NULL) == SST_OK);

    {
        void *message = NULL;
        /*@ docs/guide.md # You build the initial INVITE */
        assert(strcmp(interval_sent, "1800") == 0);
    }

    const struct field interval = {"x", "1800 ; refresher=UAC", 20, NULL};
    const struct field require = {"Require", "timer", 5, &interval};
    struct message received = {&require, true};
    const struct message *message = &received;
    unsigned status = 200;
    enum sst_method method_of_cseq = SST_METHOD_INVITE;
    uint32_t cseq = 1;
    {
        /*@ docs/guide.md # A response arrives */
        assert(verdict.action == SST_ACTION_NONE && verdict.refreshed);
        sst_session_inspect(&call->session, &info);
        assert(info.refresh_ms == 901000 && info.expires_ms == 1801000);
    }
    {
        /*@ docs/guide.md # A second 2xx forks the call */
        assert(verdict.action == SST_ACTION_NONE && verdict.refreshed);
        sst_session_end(&other->session, now);
    }
    {
        struct sst_tx *tx = &call->tx;
        /*@ docs/guide.md # You build a re-INVITE or UPDATE */
        assert(strcmp(sst_headers_get(&headers, "Session-Expires"), "1800;refresher=uac") == 0);
        /*@ docs/guide.md # You could not send it */
        assert(sst_session_request(&call->session, tx, SST_METHOD_INVITE, 0, now, &headers) ==
               SST_OK); /* otherwise the first one would block it */
        assert(sst_session_not_sent(&call->session, tx, SST_NEVER, now) == SST_OK);
    }
    {
        uint64_t elapsed = 0;
        uint64_t deadline = sst_session_deadline(&call->session);
        /*@ docs/guide.md # Save and restore */
        assert(length <= sizeof image);
        assert(sst_session_deadline(&call->session) == deadline);
    }

    /* A peer's INVITE with too small an interval, and another that is answered. */
    {
        static struct sst_tx incoming;
        struct sst_tx *tx = &incoming;
        const struct field supported = {"k", "timer", 5, NULL};
        struct field asked = {"Session-Expires", "60", 2, &supported};

        received = (struct message){&asked, true};
        call = &callee;
        for (unsigned turn = 0; turn < 2; turn++) {
            refused_with = 0;
            /*@ docs/guide.md # An INVITE or UPDATE arrives */
            assert(refused_with == (turn == 0 ? 422u : 0u));
            asked.value = "90";
            cseq++;
        }
        /*@ docs/guide.md # You answer */
        assert(strcmp(sst_headers_get(&headers, "Session-Expires"), "90;refresher=uac") == 0);
    }

    /* A proxy that asks for a timer, for a caller that knows the extension and a callee that does
     * not. */
    {
        static struct branch branches[1];
        static struct dialog dialogs[1];
        struct branch *branch = branches;
        struct dialog *dialog = dialogs;
        struct sst_proxy_edit edit;
        const struct field small = {"x", "60;refresher=uac", 16, NULL};

        /*@ docs/guide.md # Proxies */
        received = (struct message){NULL, true};
        refused_with = 0;
        for (unsigned turn = 0; turn < 2; turn++) {
            sst_msg_request(&msg, SST_METHOD_INVITE, turn + 1);
            sst_msg_set_flags(&msg, SST_MSG_SUPPORTED_TIMER);
            if (turn == 0)
                sst_msg_header(&msg, "x", small.value);
            /*@ docs/guide.md # Proxies # until: A 2xx to one */
            assert(refused_with == 422u);
        }
        assert(edit.record_route && strcmp(interval_sent, "1800") == 0);
        sst_msg_response(&msg, 200, SST_METHOD_INVITE, 2);
        /*@ docs/guide.md # Proxies # until: Now and then */
        assert(edit.add_require && strcmp(interval_sent, "1800;refresher=uac") == 0);
        assert(dialog->kept.expires_ms == now + 1800000 && !dialog->over);
        now += 1800000;
        /*@ docs/guide.md # Proxies */
        assert(dialog->over);
        now -= 1800000;
        edit.session_expires = 90;
        interval_text(&edit, &small, interval_sent, sizeof interval_sent);
        assert(strcmp(interval_sent, "90;refresher=uac") == 0);
    }

    /* Both in a queue; the callee's peer does not refresh, and its session ends first. */
    {
        struct sst_queue queue;
        size_t max_calls = 2;
        call = &caller;
        assert(sst_session_deadline(&call->session) == 901000);
        clock_now = 901000;
        line_is_down = true; /* the first refresh cannot be sent, and is requested again */
        sst_session_advance(&call->session, clock_now);
        line_is_down = false;
        assert(caller.refreshes == 0 && sst_session_deadline(&call->session) == 903000);
        now = clock_now = 903000;
        /*@ docs/guide.md # Many sessions */
        assert(caller.refreshes == 1 && !caller.over);
        assert(sst_queue_deadline(&queue) == SST_NEVER);
        free(slots);
    }

    /* The callee waits for a refresh that never comes: 90 s minus a third. */
    clock_now = 1000;
    loop(&callee);
    assert(clock_now == 1000 + 60000);

    /* The caller's refresh times out, which ends its call. */
    call = &caller;
    call->tx = call->refresh;
    /*@ docs/guide.md # A transaction times out, or its transport fails */
    assert(call->over);
    puts("done");
    return 0;
}
