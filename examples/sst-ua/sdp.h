/* SPDX-License-Identifier: MIT */
/*
 * Offer and answer (RFC 3264) for one PCMU stream that never carries anything.
 *
 * A description is kept as what follows its origin line; its version is raised where that changes,
 * and a description that is repeated is repeated with its version: so RFC 4028 §7.4 wants a
 * refresh.
 */
#ifndef SST_UA_SDP_H
#define SST_UA_SDP_H

#include <stdbool.h>
#include <stdint.h>

/* One side's description in a dialog. */
struct sdp {
    char *content;    /* of what is in force or was offered last; NULL: nothing yet */
    uint32_t version; /* of it; what follows has the next one (RFC 3264 §8) */
    uint32_t session_id;
    char *host;
};

/* A proposed description: in force once its transaction got its 2xx. */
struct sdp_draft {
    char *content;
    uint32_t version;
};

void sdp_init(struct sdp *sdp, const char *host);
void sdp_free(struct sdp *sdp);
void sdp_draft_free(struct sdp_draft *draft);

/* What is in force once more, or the first offer of the dialog. */
void sdp_repeat(struct sdp *sdp, struct sdp_draft *draft);

/* What is in force, with the direction that puts the peer on hold, and a new version. */
void sdp_hold(struct sdp *sdp, struct sdp_draft *draft);

/* The answer to an offer; false where it has no stream that we can take. */
bool sdp_answer(struct sdp *sdp, const char *offer, struct sdp_draft *draft);

/* Makes a draft the description in force; it is empty then. */
void sdp_commit(struct sdp *sdp, struct sdp_draft *draft);

/* The text of a draft, to be freed. */
char *sdp_text(const struct sdp *sdp, const struct sdp_draft *draft);

#endif
