/* SPDX-License-Identifier: MIT */
/*
 * The account of one call: everything that the outputs print, already judged. Its texts are
 * printable ASCII, and masked if the user asked for that.
 */
#ifndef SST_EXPLAIN_ACCOUNT_H
#define SST_EXPLAIN_ACCOUNT_H

#include <sst/watch.h>

#include "packet.h"

/* At most this many of each are kept. After that the newest replaces the last: the end matters
 * most. */
#define ROWS_MAX 400
#define NEGOTIATED_MAX 256
#define FINDINGS_MAX 64
#define COLUMNS_MAX 8

/* A message on the ladder. */
struct row {
    double at; /* seconds of the capture, like all times here */
    unsigned long frame;
    unsigned from; /* column */
    unsigned to;
    uint32_t cseq;
    bool copy;
    bool wrong; /* a finding that is not harmless refers to it */
    char *label;
    char *note; /* what matters to the timer; empty for nothing */
};

/* A 2xx that turned the timer on, extended it or turned it off. */
struct negotiated {
    double at;
    unsigned long frame;
    uint32_t interval; /* seconds; 0: turned off */
    enum sst_watch_who refresher;
    double refresh_by; /* meaningless without a timer */
    double hangup_at;
};

struct finding {
    unsigned what; /* enum sst_finding or enum sst_violation */
    enum sst_watch_who who;
    unsigned long frame; /* 0: only the end shows it */
    unsigned long count;
    bool harmless;
};

/* What happened in one dialog on one hop. Frames are 0 for none. */
struct course {
    unsigned long early_frame;   /* a 2xx to an UPDATE before the answer, in force until then */
    unsigned long answer_frame;  /* the last 2xx that negotiated */
    unsigned long request_frame; /* the last INVITE or UPDATE, from either side */
    unsigned long refusal_frame; /* the last final response that rejected one */
    unsigned long bye_frame;
    char *reason; /* of the BYE; NULL for none */
    size_t negotiated_count;
    struct negotiated *negotiated;
};

struct account {
    char *call_id;
    char *from; /* who called whom, as user@host */
    char *to;
    double began;
    double ended;      /* the last message */
    uint64_t began_us; /* since 1970 */
    double speed;
    unsigned long messages;

    /* The judgement. */
    struct sst_watch_result result;
    char *who_address;    /* of result.who; empty if nobody is to blame */
    struct course course; /* of the dialog that the judgement is about */
    double limit;         /* result.limit_ms and .decided_ms as seconds of the capture */
    double decided;
    double late_s; /* how far past the limit, on the call's own clock */

    unsigned column_count;
    char *column[COLUMNS_MAX]; /* from the caller to the callee */

    size_t row_count;
    struct row *row;
    unsigned long rows_left_out;
    size_t finding_count;
    struct finding *finding;
};

struct account *account_new(void);
void account_free(struct account *account);

/* These take ownership of the texts. */
void account_add_row(struct account *account, struct row row);
void account_add_findings(struct account *account, uint64_t set, enum sst_watch_who who,
                          unsigned long frame);

void course_add_negotiated(struct course *course, const struct negotiated *negotiated);
void course_clear(struct course *course);

/* Takes ownership of the course of the dialog that the judgement is about. */
void account_take_course(struct account *account, struct course *course);

/* The frames that show the verdict, in order. @return how many */
#define ACCOUNT_FRAMES (FINDINGS_MAX + 5)
size_t account_frames(const struct account *account, unsigned long frames[ACCOUNT_FRAMES]);

/* Whether a finding led to the verdict. */
bool account_caused_by(const struct account *account, unsigned what);

/* Whether a proxy's change of a message led to the verdict. */
bool account_is_by_proxy(const struct account *account);

/* Whether the verdict is that a session timer ended the call, or will end it. */
bool account_is_bad(enum sst_watch_verdict verdict);

#endif
