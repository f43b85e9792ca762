/* SPDX-License-Identifier: MIT */
/**
 * @file sst/sst.h
 * All of libsst's core: session timers in SIP, RFC 4028. The adapter for libosip2 is <sst/osip.h>.
 *
 * Layers, each usable without those after it: codec.h (header field values), message.h (messages),
 * policy.h (settings), rules.h and proxy.h (pure decisions), session.h (one dialog), queue.h (many
 * dialogs). Apart from these: watch.h (other elements' calls).
 *
 * Arguments:
 * - count: of sizes
 */
#ifndef SST_SST_H
#define SST_SST_H

#include <sst/codec.h>
#include <sst/counters.h>
#include <sst/message.h>
#include <sst/policy.h>
#include <sst/proxy.h>
#include <sst/queue.h>
#include <sst/rules.h>
#include <sst/session.h>
#include <sst/types.h>
#include <sst/version.h>
#include <sst/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sizes of the structures that you make room for, except policies, which have their own size. New
 * ones come last. */
#define SST_SIZES                                                                                  \
    {sizeof(struct sst_session),     sizeof(struct sst_tx),                                        \
     sizeof(struct sst_msg),         sizeof(struct sst_headers),                                   \
     sizeof(struct sst_event),       sizeof(struct sst_verdict),                                   \
     sizeof(struct sst_advice),      sizeof(struct sst_session_info),                              \
     sizeof(struct sst_queue),       sizeof(struct sst_queue_slot),                                \
     sizeof(struct sst_counters),    sizeof(struct sst_policy_error),                              \
     sizeof(struct sst_dialog),      sizeof(struct sst_ask),                                       \
     sizeof(struct sst_timer),       sizeof(struct sst_facts),                                     \
     sizeof(struct sst_answer),      sizeof(struct sst_proxy_tx),                                  \
     sizeof(struct sst_proxy_edit),  sizeof(struct sst_session_expires),                           \
     sizeof(struct sst_option_tags), sizeof(struct sst_allow),                                     \
     sizeof(struct sst_restore),     sizeof(struct sst_proxy_dialog),                              \
     sizeof(struct sst_watch),       sizeof(struct sst_watch_seen),                                \
     sizeof(struct sst_watch_timer), sizeof(struct sst_watch_result),                              \
     sizeof(struct sst_relay)}

/**
 * Compares sizes with those of the loaded library. For bindings of other languages; in C and C++
 * call sst_sizes_ok().
 * @param sizes  your SST_SIZES
 * @return whether the library knows at least count sizes, and all are the same
 */
SST_API bool sst_sizes_match(const size_t *sizes, size_t count);

/**
 * Checks that the headers you compiled with match the library loaded at run time. Structures other
 * than policies keep their sizes as long as the library keeps its SONAME. Call it once, at the
 * start.
 * @return false if you compiled with the headers of another libsst, or with options that change
 *         structures (such as -fshort-enums): stop
 */
static inline bool sst_sizes_ok(void)
{
    static const size_t sizes[] = SST_SIZES;
    return sst_sizes_match(sizes, sizeof sizes / sizeof sizes[0]);
}

#ifdef __cplusplus
}
#endif

#endif
