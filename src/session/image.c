/* SPDX-License-Identifier: MIT */
/*
 * A session as bytes that another process, machine or version can read. All numbers are big-endian.
 *
 *   0  4  magic              40  4  next_cseq
 *   4  2  version            44  4  violations
 *   6  2  total length       48  4  flags
 *   8  8  age                52  1  events
 *  16  8  refresh            53  1  ladder
 *  24  4  interval           54  1  attempts
 *  28  2  guard_ms           55  1  generation
 *  30  2  raised_s           56  1  reason
 *  32  4  min_se             57  1  ack_s
 *  36  4  call_min_se        58  1  named_s
 *                            59  1  0
 *                            60  4  CRC-32 of all bytes before it
 *
 * age: milliseconds since start_ms; all ones if there was no start yet. refresh: milliseconds until
 * refresh_ms, plus 2^62, because refresh_ms may be in the past; all ones for SST_NEVER. So nothing
 * in an image depends on the clock that it was saved by.
 *
 * Every later version keeps the first eight bytes, and ends with the CRC-32 of all bytes before it,
 * which distinguishes a newer image from a damaged one. The bits of flags, events, ladder and
 * attempts are part of the layout: a bit with another meaning needs a new version.
 */
#include "session/commit.h"

_Static_assert(SST_IMAGE_SIZE == 64, "the layout above");

#define VERSION 2u
#define HEAD_SIZE 8u
#define CRC_SIZE 4u
#define NONE UINT64_MAX
#define EXCESS (UINT64_C(1) << 62)
#define AGE_MAX (SST_TIME_BIAS / 2u)

enum offset {
    AT_MAGIC = 0,
    AT_VERSION = 4,
    AT_LENGTH = 6,
    AT_AGE = 8,
    AT_REFRESH = 16,
    AT_INTERVAL = 24,
    AT_GUARD = 28,
    AT_RAISED = 30,
    AT_MIN_SE = 32,
    AT_CALL_MIN_SE = 36,
    AT_NEXT_CSEQ = 40,
    AT_VIOLATIONS = 44,
    AT_FLAGS = 48,
    AT_EVENTS = 52,
    AT_LADDER = 53,
    AT_ATTEMPTS = 54,
    AT_GENERATION = 55,
    AT_REASON = 56,
    AT_ACK = 57,
    AT_NAMED = 58,
    AT_ZERO = 59,
    AT_CRC = 60
};

/* Non-ASCII first byte, as in PNG: detects text-mode mangling. */
static const uint8_t magic[4] = {0xD5, 'S', 'S', 'T'};

static void put(uint8_t *at, size_t bytes, uint64_t value)
{
    while (bytes > 0) {
        at[--bytes] = (uint8_t)(value & 0xFFu);
        value >>= 8;
    }
}

static uint64_t get(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++) {
        value = (value << 8) | at[i];
    }
    return value;
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get(at, 4);
}

/* The CRC-32 of ISO 3309, as in Ethernet and zlib. Without a table: images are short. */
static uint32_t crc32(const uint8_t *at, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++) {
        crc ^= at[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1u) ? UINT32_C(0xEDB88320) : 0u);
        }
    }
    return ~crc;
}

/* The time until a moment, as the image holds it. */
static uint64_t distance_of(uint64_t moment, uint64_t now)
{
    if (moment == SST_NEVER) {
        return NONE;
    }
    if (moment >= now) {
        return sst_sum_ms(EXCESS, moment - now);
    }
    return now - moment < EXCESS ? EXCESS - (now - moment) : 0;
}

/* The reverse, elapsed milliseconds later. A past moment is at most AGE_MAX in the past, so that a
 * session is simply expired, however much time has passed. */
static uint64_t moment_of(uint64_t distance, uint64_t now, uint64_t elapsed)
{
    uint64_t ago = sst_sum_ms(EXCESS, elapsed);

    if (distance >= ago) {
        return sst_sum_ms(now, distance - ago);
    }
    return ago - distance < AGE_MAX ? now - (ago - distance) : now - AGE_MAX;
}

/* All fields that depend on no clock. */
static void write_fields(const struct sst_session *session, uint8_t *buffer)
{
    put(buffer + AT_INTERVAL, 4, session->interval);
    put(buffer + AT_GUARD, 2, session->guard_ms);
    put(buffer + AT_RAISED, 2, session->raised_s);
    put(buffer + AT_MIN_SE, 4, session->min_se);
    put(buffer + AT_CALL_MIN_SE, 4, session->call_min_se);
    put(buffer + AT_NEXT_CSEQ, 4, session->next_cseq);
    put(buffer + AT_VIOLATIONS, 4, session->violations);
    put(buffer + AT_FLAGS, 4, session->flags);
    buffer[AT_EVENTS] = session->events;
    buffer[AT_LADDER] = session->ladder;
    buffer[AT_ATTEMPTS] = session->attempts;
    buffer[AT_GENERATION] = session->generation;
    buffer[AT_REASON] = session->reason;
    buffer[AT_ACK] = session->ack_s;
    buffer[AT_NAMED] = session->named_s;
    buffer[AT_ZERO] = 0;
}

int sst_session_save(const struct sst_session *session, uint64_t now_ms, uint8_t *buffer,
                     size_t size, size_t *need)
{
    uint64_t now;

    if (session == NULL || (buffer == NULL && size > 0)) {
        return SST_ERR_ARGUMENT;
    }
    if (need != NULL) {
        *need = SST_IMAGE_SIZE;
    }
    if (size < SST_IMAGE_SIZE) {
        return SST_ERR_SPACE;
    }
    now = sst_session_now(session, now_ms);
    memcpy(buffer + AT_MAGIC, magic, sizeof(magic));
    put(buffer + AT_VERSION, 2, VERSION);
    put(buffer + AT_LENGTH, 2, SST_IMAGE_SIZE);
    put(buffer + AT_AGE, 8, session->start_ms == 0 ? NONE : now - session->start_ms);
    put(buffer + AT_REFRESH, 8, distance_of(session->refresh_ms, now));
    write_fields(session, buffer);
    put(buffer + AT_CRC, CRC_SIZE, crc32(buffer, AT_CRC));
    return SST_OK;
}

/* The 64-bit FNV-1a hash of an image with times on the session's clock, so that the passing of time
 * alone does not change it. It is made from the image, so that it covers every field in it. */
uint64_t sst_session_fingerprint(const struct sst_session *session)
{
    uint8_t image[SST_IMAGE_SIZE];
    uint64_t hash = UINT64_C(0xCBF29CE484222325);

    if (session == NULL) {
        return 0;
    }
    put(image + AT_AGE, 8, session->start_ms);
    put(image + AT_REFRESH, 8, session->refresh_ms);
    write_fields(session, image);
    for (size_t i = AT_AGE; i < AT_CRC; i++) {
        hash = (hash ^ image[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

/* Whether these bytes are an image of this version, complete and undamaged. */
static int check_image(const uint8_t *image, size_t length)
{
    uint64_t version;

    if (length < HEAD_SIZE + CRC_SIZE || memcmp(image + AT_MAGIC, magic, sizeof(magic)) != 0) {
        return SST_ERR_DAMAGED;
    }
    if (get(image + AT_LENGTH, 2) != length) {
        return SST_ERR_DAMAGED;
    }
    if (get32(image + length - CRC_SIZE) != crc32(image, length - CRC_SIZE)) {
        return SST_ERR_DAMAGED;
    }
    version = get(image + AT_VERSION, 2);
    if (version != VERSION) {
        return SST_ERR_VERSION; /* 0.1 wrote version 1, and was never released */
    }
    if (length != SST_IMAGE_SIZE || image[AT_ZERO] != 0) {
        return SST_ERR_DAMAGED;
    }
    return SST_OK;
}

static void read_fields(struct sst_session *session, const uint8_t *image)
{
    session->interval = get32(image + AT_INTERVAL);
    session->guard_ms = (uint16_t)get(image + AT_GUARD, 2);
    session->raised_s = (uint16_t)get(image + AT_RAISED, 2);
    session->min_se = get32(image + AT_MIN_SE);
    session->call_min_se = get32(image + AT_CALL_MIN_SE);
    session->next_cseq = get32(image + AT_NEXT_CSEQ);
    session->queue_index = 0;
    session->violations = get32(image + AT_VIOLATIONS);
    session->flags = get32(image + AT_FLAGS);
    session->events = image[AT_EVENTS];
    session->ladder = image[AT_LADDER];
    session->attempts = image[AT_ATTEMPTS];
    session->generation = image[AT_GENERATION];
    session->reason = image[AT_REASON];
    session->ack_s = image[AT_ACK];
    session->named_s = image[AT_NAMED];
    session->queue_key = 0;
}

/* Converts start and refresh to the new clock. */
static void read_times(struct sst_session *session, const uint8_t *image, uint64_t now,
                       uint64_t elapsed_ms)
{
    uint64_t age = get(image + AT_AGE, 8);
    uint64_t refresh = get(image + AT_REFRESH, 8);

    session->start_ms = 0;
    session->refresh_ms = SST_NEVER;
    if (age != NONE) {
        session->start_ms = moment_of(EXCESS, now, sst_sum_ms(age, elapsed_ms));
    }
    if (refresh != NONE) {
        session->refresh_ms = moment_of(refresh, now, elapsed_ms);
    }
}

/* Moves a refresh that is overdue, or was not pulled yet, to a random moment from now to last. It
 * narrows the range and does not clamp the result: otherwise many would meet at the last moment. */
static void spread(struct sst_session *session, uint64_t now, uint64_t spread_ms, uint64_t last)
{
    struct sst_due due;
    bool waits = session->events & sst_event_bit(SST_EVENT_REFRESH);

    (void)sst_session_due(session, &due);
    if (spread_ms == 0 || (due.refresh > now && !waits)) {
        return;
    }
    if (last <= now) {
        return;
    }
    /* Half of it: the other half is for a host that polls late, and for another attempt. */
    uint64_t range = (last - now) / 2u;
    if (range > spread_ms - 1) {
        range = spread_ms - 1;
    }
    if (range > UINT32_MAX) {
        range = UINT32_MAX;
    }
    if (waits) {
        sst_session_drop(session, SST_EVENT_REFRESH);
        session->flags &= ~F_ASKED;
    }
    sst_plan_at(session, now + sst_session_random(session, (uint32_t)range), now);
}

/* EC-131: the peer may have counted from the start in the image ever since. So spread over what is
 * left of that interval, not of the new one. If the image is from a host that took the call over
 * and had not refreshed yet, its interval says nothing, but its refresh was planned within the time
 * left. */
static uint64_t last_for_taker(const struct sst_session *session)
{
    uint64_t last = sst_session_last_attempt(session);
    return (session->flags & F_EXTRA) && session->refresh_ms < last ? session->refresh_ms : last;
}

/* Restores the session in the image, to go on here. */
static int resume(struct sst_session *session, const struct sst_restore *how, uint64_t now)
{
    read_fields(session, how->image);
    read_times(session, how->image, now, how->elapsed_ms);
    if (sst_session_check(session) != NULL) {
        return SST_ERR_DAMAGED;
    }
    if (!(how->flags & SST_RESTORE_TRANSACTIONS)) {
        sst_session_forget_transactions(session, now);
    }
    uint64_t last = sst_session_last_attempt(session);
    if (how->flags & SST_RESTORE_TAKEOVER) {
        last = last_for_taker(session);
        sst_session_take_over(session, now);
    }
    spread(session, now, how->spread_ms, last);
    return SST_OK;
}

int sst_session_restore(struct sst_session *session, const struct sst_policy *policy,
                        const struct sst_restore *how, uint64_t now_ms)
{
    const unsigned known = SST_RESTORE_TRANSACTIONS | SST_RESTORE_TAKEOVER;
    struct sst_session restored;
    int result;

    if (session == NULL || policy == NULL || how == NULL || how->image == NULL ||
        (how->flags & ~known) != 0 || how->flags == known) {
        return SST_ERR_ARGUMENT;
    }
    result = sst_policy_check(policy, NULL);
    if (result != SST_OK) {
        return result;
    }
    result = check_image(how->image, how->length);
    if (result != SST_OK) {
        return result;
    }
    restored.policy = policy;
    result = resume(&restored, how, sst_time_in(now_ms));
    if (result == SST_OK) {
        *session = restored;
    }
    return result;
}
