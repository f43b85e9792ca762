/* SPDX-License-Identifier: MIT */
/* Offer and answer (RFC 3264) for one PCMU stream that never carries any media.
 *
 * Of a description, only what follows the origin line is kept. Its version is raised when it
 * changes. Repeated, it keeps its version, which is what RFC 4028 §7.4 wants for a refresh. */
#ifndef SST_UA_SDP_H
#define SST_UA_SDP_H

#include <stdbool.h>
#include <stdint.h>

/* One side's description in a dialog. */
struct sdp {
    char *content;    /* in force or offered last; NULL: nothing yet */
    uint32_t version; /* of content; the next description has the next one (RFC 3264 §8) */
    uint32_t session_id;
    char *host;
};

/* A proposed description: in force once its transaction has had its 2xx. */
struct sdp_draft {
    char *content;
    uint32_t version;
};

void sdp_init(struct sdp *sdp, const char *host);
void sdp_free(struct sdp *sdp);
void sdp_draft_free(struct sdp_draft *draft);

/* Repeats what is in force, or makes the first offer of the dialog. */
void sdp_repeat(struct sdp *sdp, struct sdp_draft *draft);

/* What is in force, with the direction that puts the peer on hold and a new version. */
void sdp_hold(struct sdp *sdp, struct sdp_draft *draft);

/* The answer to an offer; false if the offer has no stream that we can accept. */
bool sdp_answer(struct sdp *sdp, const char *offer, struct sdp_draft *draft);

/* Puts a draft into force and empties it. */
void sdp_commit(struct sdp *sdp, struct sdp_draft *draft);

/* The text of a draft, to be freed. */
char *sdp_text(const struct sdp *sdp, const struct sdp_draft *draft);

#endif
