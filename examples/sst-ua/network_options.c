/* SPDX-License-Identifier: MIT */
#include "network_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum taken read_transport(struct options *options, const char *option, const char *value)
{
    options->transport = transport_read(value);
    return option_taken(options->transport != TRANSPORT_NONE ||
                        option_complain(option, value, "udp, tcp or tls"));
}

static bool has_scheme(const char *value)
{
    return strncmp(value, "sip:", 4) == 0 || strncmp(value, "sips:", 5) == 0;
}

bool network_options_is_uri(const char *value)
{
    return has_scheme(value) && value[strcspn(value, ":") + 1] != '\0' &&
           strpbrk(value, " <>\"\t\r\n") == NULL;
}

static enum taken read_outbound(struct options *options, const char *option, const char *value)
{
    if (has_scheme(value)) {
        options->outbound_uri = value;
        return option_taken(network_options_is_uri(value) ||
                            option_complain(option, value, "a SIP URI"));
    }
    options->outbound_uri = NULL;
    return option_taken(endpoint_parse(&options->outbound, value) ||
                        option_complain(option, value, "HOST:PORT"));
}

/* Whole seconds of real time. */
static enum taken read_seconds(unsigned *seconds, const char *option, const char *value)
{
    char *rest;
    unsigned long number = strtoul(value, &rest, 10);

    if (*value < '0' || *value > '9' || *rest != '\0' || number > 1000000) {
        return option_taken(option_complain(option, value, "a number of seconds"));
    }
    *seconds = (unsigned)number;
    return TAKEN;
}

enum taken network_options_take(struct options *options, const char *option, const char *value)
{
    if (strcmp(option, "--transport") == 0) {
        return read_transport(options, option, value);
    }
    if (strcmp(option, "--outbound") == 0) {
        return read_outbound(options, option, value);
    }
    if (strcmp(option, "--tls-ca") == 0) {
        options->tls.ca_file = value;
    } else if (strcmp(option, "--tls-certificate") == 0) {
        options->tls.certificate = value;
    } else if (strcmp(option, "--keep-alive") == 0) {
        return read_seconds(&options->keep_alive, option, value);
    } else if (strcmp(option, "--expires") == 0) {
        return read_seconds(&options->expires, option, value);
    } else {
        return TAKEN_NOT;
    }
    return TAKEN;
}

bool network_options_flag(struct options *options, const char *option)
{
    if (strcmp(option, "--register") == 0) {
        options->registers = true;
    } else if (strcmp(option, "--tls-insecure") == 0) {
        options->tls.insecure = true;
    } else {
        return false;
    }
    return true;
}

bool network_options_check(struct options *options)
{
    if (options->registers && options->from == NULL) {
        fputs("sst-ua: --register needs --from SIP-URI\n", stderr);
        return false;
    }
    if (options->registers && options->expires == 0) {
        fputs("sst-ua: --expires 0: must be above 0\n", stderr);
        return false;
    }
    if (options->bind.port < 0) {
        options->bind.port = transport_port(options->transport);
    }
    return true;
}
