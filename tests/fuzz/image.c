/* SPDX-License-Identifier: MIT */
/*
 * Target: the input is a clock, how long ago the image was saved, options, and a saved image. The
 * image is tried as it is, and again with its length and checksum corrected, which no fuzzer
 * guesses. If it can be restored, the session then runs on, with a host that can send nothing.
 */
#include "watch.h"

#include <string.h>

#define AT_LENGTH 6
#define STEPS 300

static uint32_t middle(void *user)
{
    (void)user;
    return UINT32_C(0x80000000);
}

/* The format's checksum (ISO 3309), by polynomial division, byte after byte. */
static void put_right(struct block *image)
{
    size_t end = image->length - 4;
    uint32_t crc = UINT32_MAX;

    image->at[AT_LENGTH] = (char)(image->length >> 8);
    image->at[AT_LENGTH + 1] = (char)(image->length & 0xFFu);
    for (size_t i = 0; i < end; i++) {
        crc ^= (uint8_t)image->at[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1u ? crc >> 1 ^ UINT32_C(0xEDB88320) : crc >> 1;
        }
    }
    crc = ~crc;
    for (size_t i = 0; i < 4; i++) {
        image->at[end + i] = (char)(crc >> (24 - 8 * i) & 0xFFu);
    }
}

/* Pulls everything that is due, deadline after deadline, until the session has none any more. */
static void live(struct sst_session *session, uint64_t now_ms)
{
    struct watch watch;
    struct sst_session_info info;

    watch_begin(&watch);
    watch.may_move = true;
    watch_check(&watch, session);
    sst_session_inspect(session, &info);
    watch.ended = false;
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t deadline = sst_session_deadline(session);
        if (deadline == SST_NEVER) {
            return;
        }
        now_ms = deadline > now_ms ? deadline : now_ms;
        (void)watch_pull(&watch, session, now_ms);
        if (now_ms > UINT64_MAX / 4u) {
            return;
        }
    }
    /* I10: the number of times that a refresh is requested in one interval is bounded. EC-18: if
     * nothing is sent, intervals for our own benefit follow each other without end. */
    HOLDS(info.expires_ms - info.start_ms > 4000000u || info.own_benefit);
}

static void restore(const struct block *image, struct input options)
{
    struct sst_policy policy;
    struct sst_session session;
    struct sst_session before;

    sst_policy_init(&policy);
    policy.random = middle;
    uint64_t now_ms = take64(&options) >> (take8(&options) & 63u);
    struct sst_restore how = {.image = (const uint8_t *)image->at, .length = image->length};
    how.elapsed_ms = take64(&options) >> (take8(&options) & 63u);
    how.spread_ms = take32(&options);
    how.flags = take8(&options) % 3u;
    policy.rescue = take8(&options) & 1u;

    memset(&session, 0x5A, sizeof session);
    before = session;
    int result = sst_session_restore(&session, &policy, &how, now_ms);
    if (result != SST_OK) {
        HOLDS(result == SST_ERR_DAMAGED || result == SST_ERR_VERSION);
        HOLDS(memcmp(&session, &before, sizeof session) == 0);
        return;
    }
    HOLDS(image->length == SST_IMAGE_SIZE);
    live(&session, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input options = {data, size};
    struct input rest = {data, size};

    for (int i = 0; i < 24; i++) {
        (void)take8(&rest);
    }
    if (rest.left > SST_IMAGE_SIZE + 8u) {
        return 0;
    }
    struct block image = block_of(rest.at, rest.left);
    restore(&image, options);
    if (image.length > AT_LENGTH + 2 + 4) {
        put_right(&image);
        restore(&image, options);
    }
    block_free(&image);
    return 0;
}
