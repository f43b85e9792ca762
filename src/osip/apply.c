/* SPDX-License-Identifier: MIT */
/* Writing libosip2's messages. */
#include "osip/room.h"

#include <string.h>

static bool is_sound(const struct sst_headers *headers)
{
    if (headers->count > SST_HEADERS_MAX) {
        return false;
    }
    for (size_t i = 0; i < headers->count; i++) {
        const struct sst_header *header = &headers->item[i];
        if (header->name == NULL || strlen(header->name) >= SST_OSIP_NAME_SIZE ||
            memchr(header->value, '\0', sizeof(header->value)) == NULL) {
            return false;
        }
    }
    return true;
}

int sst_osip_apply(osip_message_t *sip, const struct sst_headers *headers)
{
    struct sst_osip_room room;

    if (sip == NULL || headers == NULL || !is_sound(headers)) {
        return SST_ERR_ARGUMENT;
    }
    int result = sst_osip_room_take(&room, sip);
    if (result == SST_OK) {
        sst_osip_room_use(&room, sip, headers);
    }
    return result;
}

/*
 * The Session-Expires whose parameters a proxy must keep. If the header field is repeated, that is
 * the first with a refresher, as in sst_msg_header(), else the first that parses.
 */
static const char *received_session_expires(const osip_message_t *sip)
{
    const char *found = NULL;
    osip_list_iterator_t it;

    for (const osip_header_t *entry = osip_list_get_first(&sip->headers, &it);
         osip_list_iterator_has_elem(it); entry = osip_list_get_next(&it)) {
        struct sst_session_expires value;
        if (sst_osip_field(entry->hname) != SST_OSIP_SESSION_EXPIRES || entry->hvalue == NULL ||
            sst_parse_session_expires(entry->hvalue, strlen(entry->hvalue), &value) != SST_OK) {
            continue;
        }
        if (value.refresher != SST_REFRESHER_NONE) {
            return entry->hvalue;
        }
        if (found == NULL) {
            found = entry->hvalue;
        }
    }
    return found;
}

static osip_header_t *append(osip_message_t *sip, const char *name, size_t value_size)
{
    osip_header_t *entry = sst_osip_append(sip, value_size);

    if (entry != NULL) {
        memcpy(entry->hname, name, strlen(name) + 1);
    }
    return entry;
}

/* RFC 4028 §8.1, §8.2. A received value can have any length. */
static bool put_session_expires(osip_message_t *sip, const struct sst_proxy_edit *edit)
{
    const char *received = edit->insert_refresher_uac ? NULL : received_session_expires(sip);
    size_t length = received != NULL ? strlen(received) : 0;
    size_t size = SST_VALUE_SIZE;

    if (received != NULL) {
        size = 1 + sst_print_session_expires_like(NULL, 0, edit->session_expires, received, length);
    }
    osip_header_t *entry = append(sip, "Session-Expires", size);
    if (entry == NULL) {
        return false;
    }
    if (received != NULL) {
        sst_print_session_expires_like(entry->hvalue, size, edit->session_expires, received,
                                       length);
    } else {
        sst_print_session_expires(entry->hvalue, size, edit->session_expires,
                                  edit->insert_refresher_uac ? SST_REFRESHER_UAC
                                                             : SST_REFRESHER_NONE);
    }
    return true;
}

static bool put_min_se(osip_message_t *sip, const struct sst_proxy_edit *edit)
{
    osip_header_t *entry = append(sip, "Min-SE", SST_VALUE_SIZE);

    if (entry != NULL) {
        sst_print_seconds(entry->hvalue, SST_VALUE_SIZE, edit->min_se);
    }
    return entry != NULL;
}

static bool put_require(osip_message_t *sip)
{
    osip_header_t *entry = append(sip, "Require", SST_VALUE_SIZE);

    if (entry != NULL) {
        memcpy(entry->hvalue, "timer", sizeof("timer"));
    }
    return entry != NULL;
}

int sst_osip_apply_edit(osip_message_t *sip, const struct sst_proxy_edit *edit)
{
    unsigned fields = 0;
    bool done = true;

    if (sip == NULL || edit == NULL || edit->status != 0) {
        return SST_ERR_ARGUMENT;
    }
    int end = osip_list_size(&sip->headers);
    if (edit->set_session_expires || edit->insert_refresher_uac) {
        fields |= SST_OSIP_SESSION_EXPIRES;
        done = put_session_expires(sip, edit);
    }
    if (edit->set_min_se) {
        fields |= SST_OSIP_MIN_SE;
        done = done && put_min_se(sip, edit);
    }
    if (edit->add_require) {
        fields |= SST_OSIP_REQUIRE;
        done = done && put_require(sip);
    }
    if (!done) {
        sst_osip_remove(sip, end, osip_list_size(&sip->headers) - end);
        return SST_ERR_SPACE;
    }
    if (fields != 0) {
        sst_osip_remove_stale(sip, end, fields, NULL);
        (void)osip_message_force_update(sip);
    }
    return SST_OK;
}
