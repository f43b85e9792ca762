/* SPDX-License-Identifier: MIT */
/**
 * @file sst/policy.h
 * The settings of a host: one validated structure, shared by many sessions.
 *
 * Start with sst_policy_init(), change fields directly or by name, and end with sst_policy_check().
 * Sessions keep a pointer to their policy: it must outlive them, and must not change while one uses
 * it. libsst-policy(7), in the sources docs/policy.md, describes all fields.
 *
 * Later versions may add fields at the end; sst_policy.size says which your structure has. A newer
 * library reads and writes nothing beyond it, and uses defaults for missing fields. An older
 * library rejects the structure with SST_ERR_VERSION, as it cannot do what the new fields say.
 *
 * Arguments that mean the same in all functions:
 * - policy: not NULL; started with sst_policy_init()
 * - name, value: with a length they need no terminator, and may be NULL where it is 0
 * - name_length, value_length: in bytes
 * - buffer: where the text goes; may be NULL with size 0
 * - size: of buffer, in bytes, the terminator included
 * - error: what sst_policy_check() or sst_policy_set() filled in
 * - index: from 0 on
 * - range, unit, section: where the text goes, each may be NULL
 */
#ifndef SST_POLICY_H
#define SST_POLICY_H

#include <sst/counters.h>
#include <sst/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sst_session;
struct sst_event;

/** Whether session timers are used at all. */
enum sst_mode {
    SST_MODE_ACCEPT = 0,  /**< asks for nothing, answers a peer that asks */
    SST_MODE_REQUEST = 1, /**< asks in each INVITE, and in each 2xx if the peer supports it */
    SST_MODE_REQUIRE = 2, /**< as request, and puts Require: timer into INVITE and UPDATE; §7.1 */
    SST_MODE_OFF = 3      /**< advertises nothing, answers Require: timer with 420 */
};

/** How to refresh. */
enum sst_refresh_method {
    SST_REFRESH_AUTO = 0,   /**< UPDATE if the peer allows it, else re-INVITE; §7.4 */
    SST_REFRESH_UPDATE = 1, /**< UPDATE, even if the peer is not known to allow it */
    SST_REFRESH_INVITE = 2  /**< re-INVITE first */
};

/** How long before the expiration the side that does not refresh gives up. */
enum sst_guard {
    SST_GUARD_RFC = 0,     /**< the smaller of 32 s and a third of the interval; §10 */
    SST_GUARD_PERCENT = 1, /**< guard_percent of the interval */
    SST_GUARD_NONE = 2     /**< at the expiration itself */
};

/** Whether to run a timer for this side alone if the peer lacks the extension; §7.2. */
enum sst_own_benefit {
    SST_OWN_BENEFIT_AUTO = 0, /**< if this side asked: modes request and require */
    SST_OWN_BENEFIT_YES = 1,  /**< also as UAS, and for an interval that a refresh repeated */
    SST_OWN_BENEFIT_NO = 2    /**< never */
};

/** What follows a 2xx below our minimum. */
enum sst_below_min {
    SST_BELOW_MIN_KEEP = 0,  /**< use it; the next refresh asks for more */
    SST_BELOW_MIN_REPORT = 1 /**< the same, and report a violation */
};

/** What happens at the expiration if a living peer rejected all refreshes; §10. */
enum sst_refused {
    SST_REFUSED_EXPIRE = 0, /**< the session ends */
    SST_REFUSED_KEEP = 1    /**< the timer is turned off, the call goes on */
};

/** When the refresher ends a session that it could not refresh. */
enum sst_expire_at {
    SST_EXPIRE_AT_EXPIRATION = 0, /**< at the end of the interval */
    SST_EXPIRE_AT_GUARD = 1       /**< when the other side would give up */
};

/** What follows if a 2xx lacks Session-Expires although a timer was agreed on. */
enum sst_dropped {
    SST_DROPPED_KEEP = 0, /**< this side goes on refreshing for its own benefit */
    SST_DROPPED_OFF = 1   /**< the timer is turned off, by the letter of §7.2 */
};

/** What the event callback returns. Any other value counts as DONE. */
enum sst_callback_answer {
    SST_CALLBACK_DONE = 0, /**< go on */
    SST_CALLBACK_GONE = -1 /**< you freed the session: libsst must not touch it */
};

/**
 * The policy. All intervals are whole seconds. With the defaults, nothing but Supported: timer is
 * added until the peer negotiates a timer. The comments give range and default.
 */
struct sst_policy {
    uint32_t size; /**< sizeof(struct sst_policy), set by sst_policy_init(); leave it alone */

    enum sst_mode mode;                   /**< accept */
    uint32_t session_expires;             /**< absolute_min..2^32-1, 1800; §4 */
    uint32_t min_se;                      /**< absolute_min..2^32-1, 90; §5 */
    uint32_t max_session_expires;         /**< 0 (none) or session_expires..2^32-1, 0; §9 */
    enum sst_refresher prefer_refresher;  /**< uac or uas, uac: §9, Table 2, fourth row */
    enum sst_refresher request_refresher; /**< none; put into initial requests; §7.1 */
    bool allow_uas;                       /**< no; request_refresher=uas without proof; §7.4 */
    bool proxy_require;                   /**< no; mode require adds Proxy-Require; §7.1 */
    enum sst_refresh_method method;       /**< auto; §7.4 */
    uint32_t refresh_percent;             /**< 5..50 % of the interval, 50; §7.2 */
    uint32_t max_refresh;                 /**< 0 (none) or refresh_floor..2^32-1, 0 */
    uint32_t jitter_percent;              /**< 0..10, below refresh_percent, 0; earlier only */
    enum sst_guard guard;                 /**< rfc; §10 */
    uint32_t guard_percent;           /**< 1..33, 10; for guard=percent, never longer than rfc */
    enum sst_expire_at expire_at;     /**< expiration */
    enum sst_own_benefit own_benefit; /**< auto; §7.2 */
    uint32_t timeout_retries;         /**< 0..3, 0; refreshes after one that timed out */
    bool rescue;                      /**< no; the watcher refreshes when overdue */
    uint32_t refresh_floor;           /**< 1..absolute_min/2 rounded up, 10; §11.1 */
    bool accept_midcall;              /**< yes; a dialog without a timer may get one later */
    enum sst_below_min below_min;     /**< keep */
    enum sst_refused refused;         /**< expire; §10 */
    enum sst_dropped dropped;         /**< keep; §7.2 */
    bool strict_overlap;              /**< no; 491 to a timer request while ours is pending */

    /* Leniencies: they accept what the RFC forbids. No is the letter of the RFC. */
    bool accept_refresher_missing;  /**< yes; 2xx without refresher: this side refreshes */
    bool accept_require_as_support; /**< no; Require: timer without Supported counts as support */
    bool accept_malformed;          /**< yes; no: a malformed header field in a request gets 400 */
    bool accept_repeated;           /**< yes; no: a repeated header field in a request gets a 400 */
    bool accept_small_interval;     /**< yes; less than 90 s in a 2xx runs as 90; no: as it is,
                                         but never below twice refresh_floor or 8 s */

    /** 1..2^32-1, 90: the absolute minimum of §4. Change it in tests only. */
    uint32_t absolute_min;

    /**
     * Receives the events of all sessions with this policy. NULL: pull them with
     * sst_session_next_event(). It runs on your thread, at the very end of the function that you
     * called, and never within sst_session_answer(). It may call any function, for this session
     * too, and may free the session if it then returns SST_CALLBACK_GONE; for SST_EVENT_REFRESH and
     * SST_EVENT_ENDED, the last of their batch, any value will do.
     */
    int (*on_event)(void *user, struct sst_session *session, const struct sst_event *event);
    /**
     * Returns evenly distributed 32-bit numbers, for jitter, the wait after a 491 (RFC 3261 §14.1)
     * and Retry-After. NULL: no jitter, and the middle of each range.
     */
    uint32_t (*random)(void *user);
    /**
     * Decides what a final response of 300 to 699 to a refresh means. NULL: sst_classify_status().
     * @param usual  what libsst would do; return it unless you want something else
     */
    enum sst_outcome (*classify)(void *user, enum sst_method method, unsigned status,
                                 enum sst_outcome usual);
    void *user;                    /**< first argument of the functions above */
    struct sst_counters *counters; /**< NULL: nothing is counted */
};

/** What is wrong with a policy, or with a name or value given as text. */
struct sst_policy_error {
    int code;          /**< enum sst_result */
    const char *field; /**< name of the field, static; NULL for an unknown name */
    const char *range; /**< what is allowed, static, as `90..4294967295` or `uac|uas` */
    const char *other; /**< the field that it conflicts with, static; NULL for none */
    uint32_t value;    /**< the number that was refused, where there is one */
    char text[32];     /**< the value, or unknown name, as given as text: its beginning */
};

/**
 * Fills in the defaults of a structure of this size. For bindings of other languages; in C and C++
 * call sst_policy_init().
 * @param policy  not NULL
 * @param size  nothing is written beyond it; fields that this library does not know are zeroed
 */
SST_API void sst_policy_init_sized(struct sst_policy *policy, size_t size);

/**
 * Fills in the defaults.
 * @param policy  not NULL
 */
static inline void sst_policy_init(struct sst_policy *policy)
{
    sst_policy_init_sized(policy, sizeof *policy);
}

/**
 * Checks all fields, alone and together (session_expires not below min_se and so on).
 * @param error  filled in on failure; may be NULL
 * @return SST_OK; SST_ERR_RANGE; SST_ERR_CONFLICT; SST_ERR_VERSION if this library knows
 *         no structure of that size; SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_policy_check(const struct sst_policy *policy,
                                          struct sst_policy_error *error);

/**
 * Sets one field from text, as in a line of a configuration file: `min_se` and `120`. Names are
 * those of the fields, in any letter case, with '-' for '_'; `default_expires` means
 * session_expires. Booleans are yes or no (or true, false, on, off, 1, 0). This checks only the
 * field's own range, so the order of lines does not matter; call sst_policy_check() at the end.
 * @param error  filled in on failure, which leaves the policy unchanged; may be NULL
 * @return SST_OK; SST_ERR_UNKNOWN_NAME, also if the structure is too small for the field;
 *         SST_ERR_SYNTAX or SST_ERR_RANGE for the value; SST_ERR_ARGUMENT
 */
SST_API SST_MUST_USE int sst_policy_set_n(struct sst_policy *policy, const char *name,
                                          size_t name_length, const char *value,
                                          size_t value_length, struct sst_policy_error *error);

/**
 * Sets one field from terminated text.
 * @param error  as for sst_policy_set_n()
 * @return as sst_policy_set_n()
 */
SST_API SST_MUST_USE int sst_policy_set(struct sst_policy *policy, const char *name,
                                        const char *value, struct sst_policy_error *error);

/**
 * Prints a field's value, as sst_policy_set_n() takes it.
 * @return the length without terminator; if that is size or more, buffer was too small and holds an
 *         empty string; 0 for an unknown name
 */
SST_API size_t sst_policy_get_n(const struct sst_policy *policy, const char *name,
                                size_t name_length, char *buffer, size_t size);

/**
 * Prints the value of a field with a terminated name.
 * @return as sst_policy_get_n()
 */
SST_API size_t sst_policy_get(const struct sst_policy *policy, const char *name, char *buffer,
                              size_t size);

/**
 * Prints an error as a sentence, such as `min_se: 60 is not in 90..4294967295`.
 * @return the length without terminator; if that is size or more, the text was cut to fit
 */
SST_API size_t sst_policy_error_print(const struct sst_policy_error *error, char *buffer,
                                      size_t size);

/**
 * Describes field number index, for tables and help texts.
 * @return false if there is no such field; all outputs are static strings
 */
SST_API bool sst_policy_field(size_t index, const char **name, const char **range,
                              const char **unit, const char **section);

#ifdef __cplusplus
}
#endif

#endif
