/* SPDX-License-Identifier: MIT */
/*
 * Habits: what hosts, peers and proxies do that the guide or the RFCs allow and that not everybody
 * thinks of. A world has none of them, or one to three; `sst-sim --habits` says which are allowed.
 * In a world with habits nothing else goes wrong, so one of them must explain an ending. Habits
 * that only close some of the ways of refreshing explain none (property.c).
 */
#ifndef SIM_HABIT_H
#define SIM_HABIT_H

#include <sst/sst.h>

enum habit {
    HABIT_STATUS,  /* a proxy rejects by method, for a while or for ever, with any final status */
    HABIT_408,     /* a proxy answers 408 ahead of the peer, as often as the policy retries */
    HABIT_TRYING,  /* a proxy answers 100 for a dead peer */
    HABIT_PING,    /* UPDATEs without header fields in the name of one side */
    HABIT_ALLOW,   /* UPDATE appears in Allow and disappears again in mid-call */
    HABIT_CSEQ,    /* CSeq numbers that are low, 0, or above 2^31, in BYE too */
    HABIT_LOSS,    /* 30 % of all messages are lost */
    HABIT_ACK,     /* hosts report no ACK, or report it late; INVITEs without offer */
    HABIT_IN_1XX,  /* offers are answered in a reliable 1xx; then UPDATEs bring new ones */
    HABIT_UNSENT,  /* a host does not send its refresh at first, and reports that in any way */
    HABIT_TRUE,    /* the callback returns true to everything */
    HABIT_NESTED,  /* in REFRESH the host answers, begins other requests, and reports "not sent" */
    HABIT_RASH,    /* INVITEs wanted, or received, while another is unanswered */
    HABIT_USER,    /* a user takes 0 to 200 s to answer */
    HABIT_POLICY,  /* every policy that the check accepts */
    HABIT_REQUIRE, /* proxies that insert Require: timer for callers without the extension */
    HABIT_MUTE,    /* a caller that lists timer and ignores one that it did not ask for */
    HABIT_LISTS,   /* a callee that lists timer in some 2xx, has no Session-Expires, and dies */
    HABIT_FORGETS, /* ... that leaves it out of some 2xx and still counts on it */
    HABIT_TAKER,   /* ... that takes the refresher role and does not refresh */
    HABIT_SMALL,   /* ... whose interval is below the caller's minimum, and that ignores 422 */
    HABIT_ZERO,    /* ... whose interval is 0 or 1 s */
    HABIT_LAZY,    /* ... that should refresh and does not */
    HABIT_DIES,    /* a host dies, and another takes over the call from a store; EC-131 */
    HABIT_COUNT
};

extern const char *const habit_names[HABIT_COUNT];

#define RULES_MAX 3
#define HELD_MAX 16

/* How something between the two hosts rejects requests. */
struct rule {
    uint8_t sides;   /* bits: whose requests */
    uint8_t methods; /* bits: 1 INVITE, 2 UPDATE */
    bool offers;     /* only with an offer */
    bool has_retry;
    bool used;
    bool closes; /* leaves no way to refresh: explains an ending */
    uint16_t status;
    uint16_t opening; /* the status of the first rejection, 0: the same */
    uint32_t retry_after;
    uint32_t delay;  /* ms until the response */
    uint32_t lasts;  /* ms from the first rejection; 0: for ever */
    uint64_t first;  /* time of the first rejection */
    uint64_t begins; /* not before this time */
};

/* A peer without the library. */
struct foreign {
    uint32_t interval;
    uint32_t token;
    unsigned answers; /* 2xx responses it has sent */
    bool refreshes, watches, forgot;
};

#endif
