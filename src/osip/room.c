/* SPDX-License-Identifier: MIT */
/* Adding header fields to libosip2's list of them, and removing them. */
#include "osip/room.h"

#include <stdlib.h> /* libosip2 5.3 needs it for osip_malloc() */
#include <string.h>

/*
 * libosip2 expands the compact forms only of fields that it parses itself: `x` and `k` stay as they
 * are.
 */
static const struct {
    char name[18];
    enum sst_osip_field field;
} fields[] = {
    {"session-expires", SST_OSIP_SESSION_EXPIRES},
    {"x", SST_OSIP_SESSION_EXPIRES},
    {"min-se", SST_OSIP_MIN_SE},
    {"supported", SST_OSIP_SUPPORTED},
    {"k", SST_OSIP_SUPPORTED},
    {"require", SST_OSIP_REQUIRE},
    {"proxy-require", SST_OSIP_PROXY_REQUIRE},
    {"unsupported", SST_OSIP_UNSUPPORTED},
};

enum sst_osip_field sst_osip_field(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (osip_strcasecmp(name, fields[i].name) == 0) {
            return fields[i].field;
        }
    }
    return SST_OSIP_OTHER;
}

/* Not osip_message_set_header(): it reports success even if the list could not grow. */
osip_header_t *sst_osip_append(osip_message_t *sip, size_t value_size)
{
    osip_header_t *entry;

    if (osip_header_init(&entry) != OSIP_SUCCESS) {
        return NULL;
    }
    entry->hname = osip_malloc(SST_OSIP_NAME_SIZE);
    entry->hvalue = osip_malloc(value_size);
    if (entry->hname == NULL || entry->hvalue == NULL ||
        osip_list_add(&sip->headers, entry, -1) < 0) {
        osip_header_free(entry);
        return NULL;
    }
    entry->hname[0] = '\0';
    entry->hvalue[0] = '\0';
    return entry;
}

void sst_osip_remove(osip_message_t *sip, int position, int count)
{
    for (; count > 0; count--) {
        osip_header_t *entry = osip_list_get(&sip->headers, position);
        (void)osip_list_remove(&sip->headers, position);
        osip_header_free(entry);
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Removes `timer` from a list of option tags, in place: the rest is never longer. */
static void remove_timer(char *list)
{
    char *out = list;
    const char *at = list;
    bool more = true;

    while (more) {
        const char *end = at + strcspn(at, ",");
        const char *next = end + 1;
        more = *end == ',';
        const char *word = at + strspn(at, " \t\r\n");
        while (end > word && is_space(end[-1])) {
            end--;
        }
        bool timer = end - word == 5 && osip_strncasecmp(word, "timer", 5) == 0;
        if (word < end && !timer) {
            if (out != list) {
                *out++ = ',';
                word = at;
            }
            memmove(out, word, (size_t)(end - word));
            out += end - word;
        }
        at = next;
    }
    *out = '\0';
}

/* Removes `timer`. @return whether it was there and nothing else remains */
static bool loses_all_tags(char *list)
{
    struct sst_option_tags tags = {false, false};

    if (list == NULL) {
        return false;
    }
    (void)sst_parse_option_tags(list, strlen(list), &tags);
    if (!tags.timer) {
        return false;
    }
    /* EC-138: elements that are not tokens count as well. */
    remove_timer(list);
    return list[0] == '\0';
}

static bool is_replaced(const char *name, const struct sst_headers *headers)
{
    for (size_t i = 0; name != NULL && headers != NULL && i < headers->count; i++) {
        if (headers->item[i].kind == SST_HEADER_SET &&
            osip_strcasecmp(name, headers->item[i].name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_stale(osip_header_t *entry, unsigned set, const struct sst_headers *headers)
{
    unsigned field = set & (unsigned)sst_osip_field(entry->hname);

    if ((field & SST_OSIP_TAG_LISTS) != 0) {
        return loses_all_tags(entry->hvalue);
    }
    return field != 0 || is_replaced(entry->hname, headers);
}

void sst_osip_remove_stale(osip_message_t *sip, int end, unsigned set,
                           const struct sst_headers *headers)
{
    osip_list_iterator_t it;
    osip_header_t *entry = osip_list_get_first(&sip->headers, &it);

    for (; end > 0; end--) {
        if (is_stale(entry, set, headers)) {
            osip_header_free(entry);
            entry = osip_list_iterator_remove(&it);
        } else {
            entry = osip_list_get_next(&it);
        }
    }
}

int sst_osip_room_take(struct sst_osip_room *room, osip_message_t *sip)
{
    room->first = osip_list_size(&sip->headers);
    for (int i = 0; i < SST_HEADERS_MAX; i++) {
        room->entry[i] = sst_osip_append(sip, SST_VALUE_SIZE);
        if (room->entry[i] == NULL) {
            sst_osip_remove(sip, room->first, i);
            return SST_ERR_SPACE;
        }
    }
    return SST_OK;
}

void sst_osip_room_give(struct sst_osip_room *room, osip_message_t *sip)
{
    sst_osip_remove(sip, room->first, SST_HEADERS_MAX);
}

void sst_osip_room_use(struct sst_osip_room *room, osip_message_t *sip,
                       const struct sst_headers *headers)
{
    int used = (int)headers->count;

    for (int i = 0; i < used; i++) {
        const struct sst_header *header = &headers->item[i];
        memcpy(room->entry[i]->hname, header->name, strlen(header->name) + 1);
        memcpy(room->entry[i]->hvalue, header->value, strlen(header->value) + 1);
    }
    sst_osip_remove(sip, room->first + used, SST_HEADERS_MAX - used);
    sst_osip_remove_stale(sip, room->first,
                          SST_OSIP_SESSION_EXPIRES | SST_OSIP_MIN_SE | SST_OSIP_TAG_LISTS, headers);
    (void)osip_message_force_update(sip);
}
