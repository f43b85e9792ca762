/* SPDX-License-Identifier: MIT */
/* The observer, a skeleton. */
#include <sst/watch.h>

void sst_watch_init(struct sst_watch *watch, uint32_t absolute_min)
{
    *watch = (struct sst_watch){.absolute_min = (uint16_t)absolute_min};
}

void sst_watch_fork(struct sst_watch *child, const struct sst_watch *parent)
{
    *child = *parent;
}

int sst_watch_message(struct sst_watch *watch, const struct sst_msg *msg, enum sst_party from,
                      unsigned flags, uint64_t now_ms, struct sst_watch_seen *seen)
{
    (void)watch, (void)msg, (void)from, (void)flags, (void)now_ms;
    *seen = (struct sst_watch_seen){0};
    return SST_OK;
}

void sst_watch_lost(struct sst_watch *watch)
{
    (void)watch;
}

void sst_watch_inspect(const struct sst_watch *watch, struct sst_watch_timer *timer)
{
    (void)watch;
    *timer = (struct sst_watch_timer){0};
}

void sst_watch_judge(const struct sst_watch *watch, uint64_t now_ms,
                     struct sst_watch_result *result)
{
    (void)watch, (void)now_ms;
    *result = (struct sst_watch_result){.verdict = SST_WATCH_INCOMPLETE};
}

uint64_t sst_relay_request(struct sst_relay *relay, const struct sst_msg *in,
                           const struct sst_msg *out, uint32_t absolute_min)
{
    (void)relay, (void)in, (void)out, (void)absolute_min;
    return 0;
}

uint64_t sst_relay_response(const struct sst_relay *relay, const struct sst_msg *in,
                            const struct sst_msg *out)
{
    (void)relay, (void)in, (void)out;
    return 0;
}

bool sst_relay_is_b2bua(const struct sst_msg *in, const struct sst_msg *out)
{
    return in->cseq != out->cseq;
}

void sst_watch_across(const struct sst_watch_result *near_caller,
                      const struct sst_watch_result *near_callee, uint64_t proxy,
                      struct sst_watch_result *result)
{
    (void)near_callee, (void)proxy;
    *result = *near_caller;
}
