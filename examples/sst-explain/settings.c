/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sst/sst.h>

static const char usage[] =
    "usage: sst-explain [options] FILE...\n"
    "       sst-explain [options] --interface NAME\n"
    "FILE is a capture, the SIP trace of a PBX, or sst-ua's JSON log; - is standard input\n"
    "  --call ID          only the ladder of this Call-ID\n"
    "  --json             one JSON object per call, one per line\n"
    "  --html FILE        writes a page, fit to send to the other party\n"
    "  --anonymize        replaces addresses, users and Call-IDs by names\n"
    "  --interface NAME   captures live until interrupted\n"
    "  --keylog FILE      TLS keys, in the format of SSLKEYLOGFILE\n"
    "  --no-tshark        reads plain UDP captures without tshark\n"
    "  --speed X          the clock of the capture ran X times faster\n"
    "  --unsafe-min SEC   for captures of tests: SEC replaces 90 s in every rule\n"
    "  --color auto|always|never   default auto: on a terminal, unless NO_COLOR is set\n"
    "  --help  --version\n";

enum option_number {
    OPTION_CALL = 256,
    OPTION_JSON,
    OPTION_HTML,
    OPTION_ANONYMIZE,
    OPTION_INTERFACE,
    OPTION_KEYLOG,
    OPTION_NO_TSHARK,
    OPTION_SPEED,
    OPTION_UNSAFE_MIN,
    OPTION_COLOR,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option options[] = {{"call", required_argument, NULL, OPTION_CALL},
                                        {"json", no_argument, NULL, OPTION_JSON},
                                        {"html", required_argument, NULL, OPTION_HTML},
                                        {"anonymize", no_argument, NULL, OPTION_ANONYMIZE},
                                        {"interface", required_argument, NULL, OPTION_INTERFACE},
                                        {"keylog", required_argument, NULL, OPTION_KEYLOG},
                                        {"no-tshark", no_argument, NULL, OPTION_NO_TSHARK},
                                        {"speed", required_argument, NULL, OPTION_SPEED},
                                        {"unsafe-min", required_argument, NULL, OPTION_UNSAFE_MIN},
                                        {"color", required_argument, NULL, OPTION_COLOR},
                                        {"help", no_argument, NULL, OPTION_HELP},
                                        {"version", no_argument, NULL, OPTION_VERSION},
                                        {NULL, 0, NULL, 0}};

static bool complain(const char *option, const char *value, const char *what)
{
    fprintf(stderr, "sst-explain: %s %s: %s\n", option, value, what);
    return false;
}

static bool take_number(double *place, const char *option, const char *value, double most)
{
    char *rest;

    *place = strtod(value, &rest);
    return (rest != value && *rest == '\0' && *place > 0 && *place <= most) ||
           complain(option, value, "not a number above 0 in the range");
}

static bool take_seconds(uint32_t *place, const char *value)
{
    double seconds;

    if (!take_number(&seconds, "--unsafe-min", value, 90)) {
        return false;
    }
    *place = (uint32_t)seconds;
    *place += (double)*place < seconds;
    return true;
}

static bool take_color(bool *color, const char *value)
{
    const char *terminal = getenv("TERM");

    if (strcmp(value, "auto") == 0) {
        *color = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL && terminal != NULL &&
                 strcmp(terminal, "dumb") != 0;
        return true;
    }
    *color = strcmp(value, "always") == 0;
    return *color || strcmp(value, "never") == 0 ||
           complain("--color", value, "not auto, always or never");
}

static bool take(struct settings *settings, int option, const char *value)
{
    switch (option) {
    case OPTION_CALL:
        settings->call = value;
        return true;
    case OPTION_JSON:
        settings->json = true;
        return true;
    case OPTION_HTML:
        settings->html = value;
        return true;
    case OPTION_ANONYMIZE:
        settings->anonymize = true;
        return true;
    case OPTION_INTERFACE:
        settings->interface = value;
        return true;
    case OPTION_KEYLOG:
        settings->keylog = value;
        return true;
    case OPTION_NO_TSHARK:
        settings->no_tshark = true;
        return true;
    case OPTION_SPEED:
        return take_number(&settings->speed, "--speed", value, 1e6);
    case OPTION_UNSAFE_MIN:
        return take_seconds(&settings->absolute_min, value);
    case OPTION_COLOR:
        return take_color(&settings->color, value);
    case OPTION_HELP:
        fputs(usage, stdout);
        exit(0);
    case OPTION_VERSION:
        printf("sst-explain %s\n", sst_version());
        exit(0);
    default:
        fputs(usage, stderr);
        return false;
    }
}

bool settings_read(struct settings *settings, int argc, char **argv)
{
    int option;

    *settings = (struct settings){.speed = 1, .absolute_min = SST_ABSOLUTE_MIN_S};
    (void)take_color(&settings->color, "auto");
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (!take(settings, option, optarg)) {
            return false;
        }
    }
    settings->files = argv + optind;
    if ((settings->interface == NULL) == (settings->files[0] == NULL)) {
        fputs(settings->interface == NULL ? usage
                                          : "sst-explain: files or an interface, not both\n",
              stderr);
        return false;
    }
    if (settings->json && settings->html != NULL && strcmp(settings->html, "-") == 0) {
        return complain("--html", "-", "standard output has the JSON");
    }
    return true;
}
