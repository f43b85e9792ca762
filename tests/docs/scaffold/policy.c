/* The code in docs/policy.md; examples.py inserts the block. */
#include <sst/sst.h>

#include <assert.h>

int main(void)
{
    struct sst_policy policy;
    struct sst_policy_error error;
    int result = SST_ERR_ARGUMENT;

    /*@ docs/policy.md # How to set them */
    assert(result == SST_OK);
    assert(policy.min_se == 120);
    return 0;
}
