/* SPDX-License-Identifier: MIT */
/* What the final response to a refresh means: every status has a class, and a failure stays one. */
#include "spec_rules.h"

#define A_FAILURE(class) (SST_CLASS_END <= (class) <= SST_CLASS_DIALOG)

/*@ assigns \nothing;
    ensures total: SST_CLASS_SUCCESS <= \result <= SST_CLASS_DIALOG;
    ensures provisional: \result == SST_CLASS_PROVISIONAL <==> status < 200;
    ensures success: \result == SST_CLASS_SUCCESS <==> 200 <= status < 300;
    ensures end: \result == SST_CLASS_END <==> status == 408 || status == 481;
    ensures failure: status >= 300 ==> A_FAILURE(\result);
    ensures interval: \result == SST_CLASS_INTERVAL <==> status == 422;
    ensures glare: \result == SST_CLASS_GLARE <==> status == 491;
    ensures extension: \result == SST_CLASS_EXTENSION <==> status == 420;
    ensures auth: \result == SST_CLASS_AUTH <==> status == 401 || status == 407;
    ensures method: 600 < status && status != 604 && status != 606 ==>
        \result == SST_CLASS_METHOD; */
enum sst_failure_class sst_classify_status(enum sst_method method, unsigned status);

#include "../../src/failure.c"
