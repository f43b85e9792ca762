/* SPDX-License-Identifier: MIT */
/*
 * Room for header fields in a libosip2 message, reserved before it is known which there will be.
 * Only reserving can fail, so a session and its message never disagree.
 */
#ifndef SST_OSIP_ROOM_H
#define SST_OSIP_ROOM_H

#include <sst/osip.h>

/* Header fields of RFC 4028, as bits. */
enum sst_osip_field {
    SST_OSIP_OTHER = 0,
    SST_OSIP_SESSION_EXPIRES = 1 << 0,
    SST_OSIP_MIN_SE = 1 << 1,
    SST_OSIP_SUPPORTED = 1 << 2,
    SST_OSIP_REQUIRE = 1 << 3,
    SST_OSIP_PROXY_REQUIRE = 1 << 4,
    SST_OSIP_UNSUPPORTED = 1 << 5
};
#define SST_OSIP_TAG_LISTS                                                                         \
    ((unsigned)SST_OSIP_SUPPORTED | (unsigned)SST_OSIP_REQUIRE |                                   \
     (unsigned)SST_OSIP_PROXY_REQUIRE | (unsigned)SST_OSIP_UNSUPPORTED)

/* Fits the name of every header field put here, terminator included. */
#define SST_OSIP_NAME_SIZE 32

/* Entries at the end of a message's list of header fields. */
struct sst_osip_room {
    int first; /* position of the first of them */
    osip_header_t *entry[SST_HEADERS_MAX];
};

/* Which field a name means, long or compact, in any letter case; OTHER for NULL. */
enum sst_osip_field sst_osip_field(const char *name);

/* Appends an empty entry with room for a name and for a value of value_size bytes. @return NULL if
 * there is no memory */
osip_header_t *sst_osip_append(osip_message_t *sip, size_t value_size);

/* Removes count entries, starting at position. */
void sst_osip_remove(osip_message_t *sip, int position, int count);

/*
 * Removes these fields from the entries before position end. Lists of option tags lose `timer` and
 * keep other tags; all other fields are removed entirely. So are fields that headers (can be NULL)
 * replaces.
 */
void sst_osip_remove_stale(osip_message_t *sip, int end, unsigned fields,
                           const struct sst_headers *headers);

/* SST_OK, or SST_ERR_SPACE with the message as it was. */
int sst_osip_room_take(struct sst_osip_room *room, osip_message_t *sip);

/* Returns it unused: the message is as it was. */
void sst_osip_room_give(struct sst_osip_room *room, osip_message_t *sip);

/* Uses it for headers, which replace all of RFC 4028 in the message. */
void sst_osip_room_use(struct sst_osip_room *room, osip_message_t *sip,
                       const struct sst_headers *headers);

#endif
