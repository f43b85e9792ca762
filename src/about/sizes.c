/* SPDX-License-Identifier: MIT */
/* Whether the host was compiled with the same structures as this library. */
#include <sst/sst.h>

bool sst_sizes_match(const size_t *sizes, size_t count)
{
    static const size_t own[] = SST_SIZES;
    if (sizes == NULL || count > sizeof own / sizeof own[0]) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (sizes[i] != own[i]) {
            return false;
        }
    }
    return true;
}
