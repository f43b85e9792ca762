/* SPDX-License-Identifier: MIT */
/*
 * Text that contains whole messages, as PBXs and proxies print them: Asterisk ("pjsip set logger
 * on"), Kamailio (module sipdump), OpenSIPS, FreeSWITCH ("sofia global siptrace on"), pjsip. The
 * lines before a message say when and from where it came, or when and where it went.
 */
#ifndef SST_EXPLAIN_TRACE_H
#define SST_EXPLAIN_TRACE_H

#include <stdio.h>

#include "packet.h"

/* @return false if no message was found; that was reported */
bool trace_read(FILE *file, const struct sink *sink);

#endif
