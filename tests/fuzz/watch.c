/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <string.h>

/* More events than this at one moment are a busy loop. Each violation is an event of its own. */
#define EVENTS_AT_ONCE (SST_VIOLATION_COUNT + 12u)

/* Where the times of an image begin; src/session/image.c describes the layout. */
#define AT_AGE 8
#define AT_REFRESH 16

static struct sst_session_info info_of(const struct sst_session *session)
{
    struct sst_session_info info;

    memset(&info, 0xA5, sizeof info);
    sst_session_inspect(session, &info);
    return info;
}

void watch_begin(struct watch *watch)
{
    *watch = (struct watch){.expires_ms = SST_NEVER};
}

void watch_check(struct watch *watch, const struct sst_session *session)
{
    const char *wrong = sst_session_check(session);

    if (wrong != NULL) {
        fuzz_broken(__FILE__, __LINE__, wrong);
    }
    struct sst_session_info info = info_of(session);
    bool on = info.established && !info.ended && info.side != SST_SIDE_NONE;
    HOLDS(on == (info.expires_ms != SST_NEVER));
    HOLDS(!watch->ended || info.ended);
    /* I3: only a 2xx moves the expiration; the timer may be turned off at any time. EC-18: for our
     * own benefit, another interval begins when one has passed. */
    bool renewed = info.own_benefit && info.start_ms >= watch->expires_ms;
    HOLDS(info.expires_ms == watch->expires_ms || info.expires_ms == SST_NEVER || watch->may_move ||
          renewed);
    watch->expires_ms = info.expires_ms;
    watch->may_move = false;

    uint64_t deadline = sst_session_deadline(session);
    HOLDS(deadline == sst_session_deadline(session));
    if (on) {
        HOLDS(deadline <= info.end_ms && info.end_ms <= info.expires_ms);
        HOLDS(info.start_ms <= info.expires_ms);
        HOLDS(info.side == SST_SIDE_LOCAL || !info.own_benefit);
    } else {
        HOLDS(deadline == SST_NEVER || deadline == 0);
    }
}

void watch_event(struct watch *watch, const struct sst_session *session,
                 const struct sst_event *event, uint64_t now_ms)
{
    struct sst_session_info info = info_of(session);

    HOLDS(!watch->ended); /* I1 */
    HOLDS(event->type > SST_EVENT_NONE && event->type <= SST_EVENT_ENDED);
    HOLDS(event->interval == info.interval && event->side == info.side);
    if (event->type == SST_EVENT_ENDED) {
        HOLDS(info.ended && event->reason > SST_END_NONE && event->reason < SST_END_COUNT);
        watch->ended = true;
    }
    if (event->type != SST_EVENT_REFRESH) {
        HOLDS(event->not_after_ms == SST_NEVER);
        return;
    }
    HOLDS(!info.ended && event->side != SST_SIDE_NONE);
    HOLDS(event->not_after_ms < info.expires_ms); /* I2 */
    HOLDS(now_ms < event->not_after_ms || now_ms > UINT64_MAX / 4u);
    HOLDS(event->method == SST_METHOD_INVITE || event->method == SST_METHOD_UPDATE);
    HOLDS(event->method == SST_METHOD_INVITE || !event->with_offer);
}

unsigned watch_pull(struct watch *watch, struct sst_session *session, uint64_t now_ms)
{
    struct sst_event event;
    unsigned count = 0;

    while (sst_session_next_event(session, now_ms, &event)) {
        HOLDS(++count <= EVENTS_AT_ONCE);
        watch_event(watch, session, &event, now_ms);
        watch_check(watch, session);
    }
    HOLDS(event.type == SST_EVENT_NONE);
    watch_quiet(session, now_ms);
    return count;
}

void watch_quiet(const struct sst_session *session, uint64_t now_ms)
{
    struct sst_session_info info = info_of(session);
    uint64_t deadline = sst_session_deadline(session);

    /* On a clock that nears its end all deadlines are its last moment. */
    if (now_ms < UINT64_MAX / 2u) {
        HOLDS(deadline > now_ms);
        HOLDS(info.ended || info.end_ms > now_ms); /* I4 */
    }
}

void watch_image(const struct sst_session *session, uint64_t now_ms)
{
    uint8_t image[SST_IMAGE_SIZE];
    uint8_t again[SST_IMAGE_SIZE];
    struct sst_session twin;
    size_t need = 0;

    HOLDS(sst_session_save(session, now_ms, image, sizeof image - 1, &need) == SST_ERR_SPACE);
    HOLDS(need == sizeof image);
    HOLDS(sst_session_save(session, now_ms, image, sizeof image, &need) == SST_OK);
    struct sst_restore how = {.image = image, .length = need, .flags = SST_RESTORE_TRANSACTIONS};
    HOLDS(sst_session_restore(&twin, session->policy, &how, now_ms) == SST_OK);
    HOLDS(sst_session_save(&twin, now_ms, again, sizeof again, &need) == SST_OK);
    /* Times that are further in the past than any clock runs are cut off: age and refresh, at 2^61
     * ms. */
    bool cut = again[AT_AGE] == 0x20 || again[AT_REFRESH] == 0x20;
    HOLDS(cut || memcmp(image, again, sizeof image) == 0);
    /* The times are restored exactly unless the clock was set back to before the start. */
    if (!cut && twin.start_ms == session->start_ms && twin.refresh_ms == session->refresh_ms) {
        HOLDS(sst_session_fingerprint(&twin) == sst_session_fingerprint(session));
    }
    for (unsigned flags = 0; flags <= SST_RESTORE_TAKEOVER; flags += SST_RESTORE_TAKEOVER) {
        how.flags = flags;
        HOLDS(sst_session_restore(&twin, session->policy, &how, now_ms) == SST_OK);
        HOLDS(sst_session_check(&twin) == NULL);
    }
}
