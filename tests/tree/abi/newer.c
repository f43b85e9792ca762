/* SPDX-License-Identifier: MIT */
/* A program compiled with newer headers: its policies have fields that today's lack. */
#include <stdio.h>
#include <stdlib.h>

#include <sst/sst.h>

int main(void)
{
    struct sst_policy *policy = malloc(sizeof *policy);
    struct sst_policy_error error;

    if (policy == NULL) {
        return 1;
    }
    sst_policy_init(policy);
    if (sst_policy_check(policy, &error) == SST_OK) {
        printf("taken %u %u\n", (unsigned)policy->future_s, (unsigned)policy->future_count);
    } else {
        printf("refused: %s\n", error.field);
    }
    free(policy);
    return 0;
}
