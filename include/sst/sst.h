/* SPDX-License-Identifier: MIT */
/**
 * @file sst/sst.h
 * All of libsst's core: session timers in SIP, RFC 4028. The adapter for libosip2 is <sst/osip.h>.
 *
 * Layers, each usable without the ones below it in this list: codec.h (header field values),
 * message.h (messages), policy.h (what the owner decides), rules.h and proxy.h (pure decisions),
 * session.h (one dialog), queue.h (many dialogs).
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

#endif
