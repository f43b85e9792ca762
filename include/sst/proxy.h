/* SPDX-License-Identifier: MIT */
/**
 * @file sst/proxy.h
 * The proxy's rules (RFC 4028 §8): what to change in a request and in a response, what to remember
 * for the transaction, and when a dialog's state may be freed. A proxy never sends BYE because of a
 * session timer (§8.3).
 *
 * Arguments that mean the same in all functions:
 * - policy: checked with sst_proxy_policy_check()
 * - tx: filled in by sst_proxy_request(), once per request; each branch, and each further To tag in
 *   a 2xx, gets a copy
 * - request, response: the message that you are about to forward
 * - edit: filled in
 * - now_ms: the present time, as in sst/types.h
 * - name, value, name_length, value_length, buffer, size, index, range, unit, section: as in
 *   sst/policy.h
 * - dialog: what the proxy keeps for a dialog; zero it first
 */
#ifndef SST_PROXY_H
#define SST_PROXY_H

#include <sst/message.h>
#include <sst/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The settings of a proxy. Intervals are in seconds; each comment gives range and default. Later
 * versions may add fields at the end, as in struct sst_policy (sst/policy.h).
 */
struct sst_proxy_policy {
    uint32_t size;                  /**< set by sst_proxy_policy_init(); leave it alone */
    uint32_t session_expires;       /**< 0 (asks for no timer) or min_se..2^32-1, 0 */
    uint32_t min_se;                /**< absolute_min..2^32-1, 90 */
    uint32_t max_session_expires;   /**< 0 (no limit) or the larger of the two above..2^32-1, 0:
                                         larger intervals are reduced to it */
    bool reject_small;              /**< yes: 422 to a sender that supports timer and asks for too
                                         little, but not within a dialog (SST_MSG_IN_DIALOG) */
    bool insert_require;            /**< no. yes: adds Require: timer for a UAC without the
                                         extension, which §8.1 advises against */
    bool insert_response;           /**< yes: if the caller supports the extension and the 2xx has
                                         no Session-Expires, it gets one with refresher=uac; §8.2.
                                         no: forwarded as it is */
    bool accept_require_as_support; /**< no. yes: Require: timer without Supported counts as
                                         support */
    bool record_routes;             /**< yes. no is an error if you ask for timers; §8 */
    bool stateful;                  /**< yes. no is an error if you ask for timers; §8 */
    uint32_t absolute_min;          /**< 1..2^32-1, 90; for tests only */
    struct sst_counters *counters;  /**< NULL: nothing is counted */
};

/**
 * Fills in the defaults, like sst_policy_init_sized().
 * @param size  of *policy in your program, in bytes; nothing is written beyond it
 */
SST_API void sst_proxy_policy_init_sized(struct sst_proxy_policy *policy, size_t size);

/** Fills in the defaults. */
static inline void sst_proxy_policy_init(struct sst_proxy_policy *policy)
{
    sst_proxy_policy_init_sized(policy, sizeof *policy);
}

/**
 * Checks each field, and all of them together, like sst_policy_check().
 * @param error  filled in on failure; may be NULL
 * @return as sst_policy_check()
 */
SST_API SST_MUST_USE int sst_proxy_policy_check(const struct sst_proxy_policy *policy,
                                                struct sst_policy_error *error);

/**
 * Sets one field from text; its names are those of the fields of struct sst_proxy_policy.
 * @param error  as for sst_policy_set_n()
 * @return as sst_policy_set_n()
 */
SST_API SST_MUST_USE int sst_proxy_policy_set_n(struct sst_proxy_policy *policy, const char *name,
                                                size_t name_length, const char *value,
                                                size_t value_length,
                                                struct sst_policy_error *error);

/**
 * Sets one field from terminated text.
 * @param error  as for sst_policy_set_n()
 * @return as sst_policy_set_n()
 */
SST_API SST_MUST_USE int sst_proxy_policy_set(struct sst_proxy_policy *policy, const char *name,
                                              const char *value, struct sst_policy_error *error);

/**
 * Prints a field's value.
 * @return as sst_policy_get_n()
 */
SST_API size_t sst_proxy_policy_get_n(const struct sst_proxy_policy *policy, const char *name,
                                      size_t name_length, char *buffer, size_t size);

/**
 * Prints the value of a field with a terminated name.
 * @return as sst_policy_get_n()
 */
SST_API size_t sst_proxy_policy_get(const struct sst_proxy_policy *policy, const char *name,
                                    char *buffer, size_t size);

/**
 * Describes field number index.
 * @return as sst_policy_field()
 */
SST_API bool sst_proxy_policy_field(size_t index, const char **name, const char **range,
                                    const char **unit, const char **section);

/** What was done to the first 2xx; its retransmissions get the same (EC-136). */
enum sst_proxy_answered {
    SST_PROXY_UNANSWERED = 0, /**< no 2xx yet */
    SST_PROXY_PASSED = 1,     /**< forwarded with its own Session-Expires, or with none */
    SST_PROXY_INSERTED = 2    /**< the proxy inserted Session-Expires */
};

/**
 * What a proxy remembers of a session refresh request until the last retransmission of its final
 * response (§8.1). If you fork, keep one per branch, and within a branch one per To tag of a 2xx,
 * copied from the one that sst_proxy_request() filled in. Zero it, or let sst_proxy_request() fill
 * it in.
 */
struct sst_proxy_tx {
    uint32_t session_expires; /**< seconds, as forwarded; 0: none */
    bool uac_supports;        /**< the request listed timer in Supported */
    bool active;              /**< an INVITE or UPDATE that was forwarded */
    uint8_t answered;         /**< enum sst_proxy_answered */
};

/** What a proxy keeps for a dialog. All zero: no timer. */
struct sst_proxy_dialog {
    uint64_t expires_ms; /**< when the session expires; SST_NEVER without a timer */
    uint32_t interval;   /**< in force, seconds; 0: no timer */
};

/** What to change in a message before it is forwarded. All zero: forward it as it is. */
struct sst_proxy_edit {
    unsigned status;            /**< 0: forward; 422: reject with it and with .headers */
    bool set_session_expires;   /**< leave exactly one Session-Expires, with .session_expires. Keep
                                     the parameters of the first that names a refresher, else of the
                                     first that can be read; remove all others */
    bool insert_refresher_uac;  /**< a response without Session-Expires: insert it with
                                     refresher=uac */
    bool set_min_se;            /**< insert Min-SE, or change it, to .min_se */
    bool add_require;           /**< add timer to Require */
    bool record_route;          /**< record-route, to see refreshes (with a SIPS URI; §8, §11.2) */
    uint32_t session_expires;   /**< seconds, for set_session_expires and insert_refresher_uac */
    uint32_t min_se;            /**< seconds, for set_min_se */
    uint32_t violations;        /**< set of enum sst_violation: what is wrong with the message */
    struct sst_headers headers; /**< for the 422 */
};

/**
 * Call this before you forward a request. Every INVITE and UPDATE is treated alike (§8.1); other
 * methods are not changed.
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_proxy_request(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                              const struct sst_msg *request, struct sst_proxy_edit *edit);

/**
 * Call this before you forward a response upstream. Only a 2xx to an INVITE or UPDATE is changed;
 * pass other responses only if you count violations.
 *
 * A second 2xx with the same tx is a retransmission: it gets Session-Expires if the first did, and
 * changes neither dialog nor counters. A Session-Expires that is present is never changed (§8.2).
 * A 2xx with another To tag needs its own tx and its own dialog.
 * @param tx  remembers what was done to the 2xx
 * @param now_ms  time of forwarding
 * @param dialog  the first 2xx to an INVITE or UPDATE sets it to the new interval and expiration,
 * or to no timer; other responses leave it alone. If Session-Expires cannot be read, the interval
 * in force starts again or, without one, the interval that was forwarded (EC-139).
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_proxy_response(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                               const struct sst_msg *response, uint64_t now_ms,
                               struct sst_proxy_edit *edit, struct sst_proxy_dialog *dialog);

/** @return true if the state of this dialog may be freed now; §8.3. */
SST_API bool sst_proxy_expired(const struct sst_proxy_dialog *dialog, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
