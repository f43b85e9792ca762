/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

bool endpoint_parse(struct endpoint *endpoint, const char *text)
{
    const char *host = text;
    const char *end = text + strlen(text);
    const char *colon = NULL;
    char *rest;
    long port;

    if (*text == '[') {
        host = text + 1;
        end = strchr(host, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':')) {
            return false;
        }
        colon = end[1] == ':' ? end + 1 : NULL;
    } else if (strchr(text, ':') == strrchr(text, ':')) {
        colon = strchr(text, ':');
        end = colon != NULL ? colon : end;
    }
    if (end == host) {
        return false;
    }
    endpoint->port = -1;
    if (colon != NULL) {
        errno = 0;
        port = strtol(colon + 1, &rest, 10);
        if (rest == colon + 1 || *rest != '\0' || errno != 0 || port < 0 || port > 65535) {
            return false;
        }
        endpoint->port = (int)port;
    }
    free(endpoint->host);
    endpoint->host = text_copy_part(host, (size_t)(end - host));
    return true;
}
