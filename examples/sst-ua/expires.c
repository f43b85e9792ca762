/* SPDX-License-Identifier: MIT */
#include "expires.h"

#include <stdlib.h>

#include "text.h"

/* Whether a Contact of the response is ours. */
static bool is_own(const osip_uri_t *uri, const osip_uri_t *own)
{
    return text_same(uri->host, own->host) && text_same(uri->port, own->port) &&
           text_same(uri->username, own->username);
}

/* A number of seconds; 0 if it is not a number. */
static unsigned seconds_of(const char *text)
{
    unsigned long number =
        text != NULL && *text >= '0' && *text <= '9' ? strtoul(text, NULL, 10) : 0;

    return number > 0x7fffffff ? 0x7fffffff : (unsigned)number;
}

unsigned expires_seconds(osip_message_t *sip, const char *name)
{
    osip_header_t *header;

    return osip_message_header_get_byname(sip, name, 0, &header) >= 0 ? seconds_of(header->hvalue)
                                                                      : 0;
}

unsigned expires_granted(osip_message_t *request, osip_message_t *response)
{
    const osip_contact_t *own = osip_list_get(&request->contacts, 0);
    unsigned expires = expires_seconds(response, "expires");

    for (int i = 0; i < osip_list_size(&response->contacts); i++) {
        osip_contact_t *contact = osip_list_get(&response->contacts, i);
        osip_generic_param_t *found = NULL;

        if (contact->url != NULL && is_own(contact->url, own->url) &&
            osip_contact_param_get_byname(contact, "expires", &found) == 0 && found != NULL) {
            expires = seconds_of(found->gvalue);
        }
    }
    return expires > 0 ? expires : expires_seconds(request, "expires");
}
