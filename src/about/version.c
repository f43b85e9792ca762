/* SPDX-License-Identifier: MIT */
#include <sst/version.h>

int sst_version_number(void)
{
    return SST_VERSION_NUMBER;
}

const char *sst_version(void)
{
    return SST_VERSION_STRING;
}
