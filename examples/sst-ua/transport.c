/* SPDX-License-Identifier: MIT */
#include "transport.h"

#include <strings.h>

static const struct {
    const char *name;
    const char *via;
} known[] = {
    [TRANSPORT_NONE] = {"none", "UDP"},
    [TRANSPORT_UDP] = {"udp", "UDP"},
    [TRANSPORT_TCP] = {"tcp", "TCP"},
    [TRANSPORT_TLS] = {"tls", "TLS"},
};

const char *transport_name(enum transport transport)
{
    return known[transport].name;
}

const char *transport_via(enum transport transport)
{
    return known[transport].via;
}

enum transport transport_read(const char *name)
{
    for (enum transport t = TRANSPORT_UDP; name != NULL && t <= TRANSPORT_TLS; t++) {
        if (strcasecmp(name, known[t].name) == 0) {
            return t;
        }
    }
    return TRANSPORT_NONE;
}

bool transport_is_stream(enum transport transport)
{
    return transport == TRANSPORT_TCP || transport == TRANSPORT_TLS;
}

int transport_port(enum transport transport)
{
    return transport == TRANSPORT_TLS ? 5061 : 5060;
}
