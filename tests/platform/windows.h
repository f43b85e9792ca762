/* SPDX-License-Identifier: MIT */
/* Before each suite for Windows: MinGW's stdio.h still declares gets(), which C11 removed. */
#include <stdio.h>
#define gets talk_gets
