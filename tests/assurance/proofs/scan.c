/* SPDX-License-Identifier: MIT */
/* The scanners with which all header field values are read. */
#include "spec_scan.h"

#include "../../../src/codec/scan.c"
