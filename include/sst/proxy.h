/* SPDX-License-Identifier: MIT */
/**
 * @file sst/proxy.h
 * The proxy's rules (RFC 4028 §8): what to change in a request and in a response, what to remember
 * for the transaction, when a dialog's state may be freed. A proxy never sends BYE for it (§8.3).
 *
 * Arguments that mean the same in all functions:
 * - policy: checked with sst_proxy_policy_check()
 * - tx: filled in by sst_proxy_request(), once for a request; each branch, and each fork of a 2xx,
 *   has a copy
 * - request, response: the message that is about to be forwarded
 * - edit: filled in
 * - now_ms: the present time, as in sst/types.h
 * - name, value, name_length, value_length, buffer, size, index, range, unit, section: as in
 *   sst/policy.h
 * - dialog: what the proxy keeps of the dialog; zero at first
 */
#ifndef SST_PROXY_H
#define SST_PROXY_H

#include <sst/message.h>
#include <sst/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What the owner of a proxy decides. All intervals in seconds; range and default after each. Grows
 * as struct sst_policy does (sst/policy.h).
 */
struct sst_proxy_policy {
    uint32_t size;                  /**< set by sst_proxy_policy_init(); leave it alone */
    uint32_t session_expires;       /**< 0 (asks for none) or min_se..2^32-1, 0 */
    uint32_t min_se;                /**< absolute_min..2^32-1, 90 */
    uint32_t max_session_expires;   /**< 0 (none) or the two above..2^32-1, 0: larger are reduced */
    bool reject_small;              /**< yes: 422 to a sender that supports timer and asks for too
                                         little, but not within a dialog (SST_MSG_IN_DIALOG) */
    bool insert_require;            /**< no, NOT RECOMMENDED: Require: timer for other UACs */
    bool insert_response;           /**< yes: a 2xx of a callee without the extension gets
                                         Session-Expires;refresher=uac; §8.2. no: forwarded as it is */
    bool accept_require_as_support; /**< no: Require: timer without Supported counts as support */
    bool record_routes;             /**< yes; no is an error where a timer is asked for; §8 */
    bool stateful;                  /**< yes; no: nothing may be asked for; §8 */
    uint32_t absolute_min;          /**< 1..2^32-1, 90; for tests only */
    struct sst_counters *counters;  /**< NULL: nothing is counted */
};

/**
 * Fills in the defaults; as sst_policy_init_sized().
 * @param size  nothing is written beyond it
 */
SST_API void sst_proxy_policy_init_sized(struct sst_proxy_policy *policy, size_t size);

/** Fills in the defaults. */
static inline void sst_proxy_policy_init(struct sst_proxy_policy *policy)
{
    sst_proxy_policy_init_sized(policy, sizeof *policy);
}

/**
 * Checks all fields, alone and together; as sst_policy_check().
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

/** What was done to the first 2xx with a To tag, which its retransmissions get as well; EC-136. */
enum sst_proxy_answered {
    SST_PROXY_UNANSWERED = 0, /**< none came yet */
    SST_PROXY_PASSED = 1,     /**< it went on with the Session-Expires that it had, or without */
    SST_PROXY_INSERTED = 2    /**< the proxy put one in */
};

/**
 * What a proxy has to remember of a session refresh request until its final response (§8.1), and
 * of that until its last retransmission. When forking: one for each branch, and within a branch
 * one for each To tag of a 2xx, copied from the one that sst_proxy_request() filled in. Zero it, or
 * let sst_proxy_request() fill it.
 */
struct sst_proxy_tx {
    uint32_t session_expires; /**< seconds, as forwarded; 0: none */
    bool uac_supports;        /**< the request listed timer in Supported */
    bool active;              /**< a session refresh request */
    uint8_t answered;         /**< enum sst_proxy_answered */
};

/** What a proxy keeps of a dialog. All zero is a dialog without a timer. */
struct sst_proxy_dialog {
    uint64_t expires_ms; /**< when the session expires; SST_NEVER without a timer */
    uint32_t interval;   /**< in force, seconds; 0: no timer */
};

/** What to change in a message before it is forwarded. All zero: forward it as it is. */
struct sst_proxy_edit {
    unsigned status;           /**< 0: forward; 422: answer with it, see .headers */
    bool set_session_expires;  /**< there is one Session-Expires, with .session_expires; the
                                    parameters of the first with a refresher, or of the first that
                                    can be read, stay, and all others are removed */
    bool insert_refresher_uac; /**< response: with refresher=uac, there being no header field yet */
    bool set_min_se;           /**< the header field, inserted or changed, gets .min_se */
    bool add_require;          /**< timer is added to Require */
    bool record_route;         /**< record-route, to see refreshes (with a SIPS URI; §8, §11.2) */
    uint32_t session_expires;  /**< seconds, for set_session_expires and insert_refresher_uac */
    uint32_t min_se;           /**< seconds, for set_min_se */
    uint32_t violations;       /**< bits of what was wrong with the message */
    struct sst_headers headers; /**< for the 422 */
};

/**
 * A request is about to be forwarded. INVITE and UPDATE of any kind are treated alike (§8.1); for
 * other methods nothing changes.
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_proxy_request(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                              const struct sst_msg *request, struct sst_proxy_edit *edit);

/**
 * A response is about to be forwarded upstream. Nothing changes in any but a 2xx to an INVITE or
 * UPDATE, so that a host which does not count violations may leave the others out.
 *
 * A second 2xx with the same tx is a retransmission: Session-Expires is inserted if it was inserted
 * into the first, one that is there is never touched (§8.2), and neither dialog nor counters
 * change. A 2xx with another To tag has a tx and a dialog of its own.
 * @param tx  remembers what is done to a 2xx
 * @param now_ms  time of forwarding
 * @param dialog  for the first 2xx to an INVITE or UPDATE: set to the new interval and expiration,
 *                or to none; unchanged for any other response. Where Session-Expires cannot be
 *                read, the interval in force counts again, or, in a dialog without, the forwarded
 *                one; EC-139.
 * @return SST_OK, SST_ERR_ARGUMENT
 */
SST_API int sst_proxy_response(const struct sst_proxy_policy *policy, struct sst_proxy_tx *tx,
                               const struct sst_msg *response, uint64_t now_ms,
                               struct sst_proxy_edit *edit, struct sst_proxy_dialog *dialog);

/** @return whether the state of this dialog may be freed now; §8.3. */
SST_API bool sst_proxy_expired(const struct sst_proxy_dialog *dialog, uint64_t now_ms);

#ifdef __cplusplus
}
#endif

#endif
