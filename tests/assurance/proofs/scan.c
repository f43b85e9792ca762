/* SPDX-License-Identifier: MIT */
/* The scanners that all header field values are read with. */
#include "spec_scan.h"

#include "../../../src/codec/scan.c"
