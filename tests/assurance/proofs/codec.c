/* SPDX-License-Identifier: MIT */
/* The parsers built from the scanners. */
#include "spec_codec.h"

/*@ assigns \nothing;
    ensures \result <==> USABLE(value, length); */
static bool is_usable(const void *value, size_t length);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    assigns *seconds;
    ensures forward: FORWARD(scan);
    ensures behind: scan->at == BEHIND(\old(scan->at), scan->end);
    ensures found: \result <==> HAS_NUMBER(\old(scan->at), scan->end);
    ensures value: \result ==> *seconds == NUMBER(\old(scan->at), scan->end);
    ensures unwritten: !\result ==> *seconds == \old(*seconds); */
static bool read_number(struct sst_scan *scan, uint32_t *seconds);

/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result <==> PARAMETERS_OR_END(scan->at, scan->end); */
static bool sees_parameters_or_end(const struct sst_scan *scan);

/*@ requires CURSOR(scan);
    assigns scan->at \from scan->at;
    ensures forward: FORWARD(scan);
    ensures a_refresher: A_REFRESHER(\result);
    ensures named: scan->at == \old(scan->at) ==> \result == SST_REFRESHER_NONE; */
static enum sst_refresher read_refresher(struct sst_scan *scan);

/*@ requires A_REFRESHER(refresher) && A_REFRESHER(out->refresher);
    assigns out->refresher, out->violations;
    ensures a_refresher: A_REFRESHER(out->refresher); */
static void add_refresher(enum sst_refresher refresher, bool repeated,
                          struct sst_session_expires *out);

/*@ requires CURSOR(&scan) && A_REFRESHER(out->refresher);
    requires out->violations == 0 && out->refresher == SST_REFRESHER_NONE;
    assigns out->refresher, out->violations;
    ensures refresher: A_REFRESHER(out->refresher);
    ensures no_parameters: scan.at == scan.end ==>
        out->refresher == SST_REFRESHER_NONE && out->violations == 0; */
static void read_parameters(struct sst_scan scan, struct sst_session_expires *out);

#include "../../../src/codec/parse.c"
