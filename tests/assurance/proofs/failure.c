/* SPDX-License-Identifier: MIT */
/* What the final response to a refresh means: every status has a class, and a failure stays one. */
#include "spec_rules.h"

#define A_FAILURE(class) (SST_OUTCOME_GONE <= (class) <= SST_OUTCOME_DIALOG)

/*@ assigns \nothing;
    ensures total: SST_OUTCOME_SUCCESS <= \result <= SST_OUTCOME_DIALOG;
    ensures provisional: \result == SST_OUTCOME_PROVISIONAL <==> status < 200;
    ensures success: \result == SST_OUTCOME_SUCCESS <==> 200 <= status < 300;
    ensures end: \result == SST_OUTCOME_GONE <==> status == 408 || status == 481;
    ensures failure: status >= 300 ==> A_FAILURE(\result);
    ensures interval: \result == SST_OUTCOME_INTERVAL <==> status == 422;
    ensures glare: \result == SST_OUTCOME_GLARE <==> status == 491;
    ensures extension: \result == SST_OUTCOME_EXTENSION <==> status == 420;
    ensures auth: \result == SST_OUTCOME_AUTH <==> status == 401 || status == 407;
    ensures method: 600 < status && status != 604 && status != 606 ==>
        \result == SST_OUTCOME_METHOD; */
enum sst_outcome sst_classify_status(enum sst_method method, unsigned status);

#include "../../../src/rules/failure.c"
