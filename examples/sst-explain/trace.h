/* SPDX-License-Identifier: MIT */
/*
 * Text with whole messages in it, as PBXs and proxies print them: Asterisk ("pjsip set logger on"),
 * Kamailio (module sipdump), OpenSIPS, FreeSWITCH ("sofia global siptrace on"), pjsip. What stands
 * before a message says when it came and from where, or when it went and where to.
 */
#ifndef SST_EXPLAIN_TRACE_H
#define SST_EXPLAIN_TRACE_H

#include <stdio.h>

#include "packet.h"

/* @return false where no message was found; that has been said */
bool trace_read(FILE *file, const struct sink *sink);

#endif
