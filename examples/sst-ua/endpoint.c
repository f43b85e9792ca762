/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

int endpoint_port(const char *text)
{
    char *rest;
    long port;

    errno = 0;
    port = strtol(text, &rest, 10);
    return *text >= '0' && *text <= '9' && *rest == '\0' && errno == 0 && port <= 65535 ? (int)port
                                                                                        : -1;
}

bool endpoint_parse(struct endpoint *endpoint, const char *text)
{
    const char *host = text;
    const char *end = text + strlen(text);
    const char *colon = NULL;
    int port = -1;

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
    if (colon != NULL) {
        port = endpoint_port(colon + 1);
        if (port < 0) {
            return false;
        }
    }
    endpoint->port = port;
    free(endpoint->host);
    endpoint->host = text_copy_part(host, (size_t)(end - host));
    return true;
}
