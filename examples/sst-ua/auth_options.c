/* SPDX-License-Identifier: MIT */
#include "auth_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static bool read_auth(struct options *options, const char *option, const char *value)
{
    const char *colon = strchr(value, ':');

    if (colon == NULL || colon == value) {
        return option_complain(option, "...", "USER:PASSWORD");
    }
    free(options->auth.user);
    free(options->auth.password);
    options->auth.user = text_copy_part(value, (size_t)(colon - value));
    options->auth.password = text_copy(colon + 1);
    return true;
}

/* The first line of a file, which other users need not be able to read, unlike the command line. */
static bool read_auth_file(struct options *options, const char *option, const char *name)
{
    char line[1024];
    FILE *file = fopen(name, "r");
    bool good = file != NULL && fgets(line, sizeof line, file) != NULL;

    if (file != NULL) {
        fclose(file);
    }
    if (!good) {
        return option_complain(option, name, "a file that can be read");
    }
    line[strcspn(line, "\r\n")] = '\0';
    return read_auth(options, option, line);
}

enum taken auth_options_take(struct options *options, const char *option, const char *value)
{
    if (strcmp(option, "--auth") == 0) {
        return option_taken(read_auth(options, option, value));
    }
    if (strcmp(option, "--auth-file") == 0) {
        return option_taken(read_auth_file(options, option, value));
    }
    if (strcmp(option, "--auth-realm") == 0) {
        options->auth.realm = value;
        return TAKEN;
    }
    return TAKEN_NOT;
}

bool auth_options_environment(struct options *options)
{
    const char *auth = getenv("SST_UA_AUTH");

    return auth == NULL || read_auth(options, "SST_UA_AUTH", auth);
}

void auth_options_hide(const char *option, char *value)
{
    char *colon = strchr(value, ':');

    if (strcmp(option, "--auth") == 0 && colon != NULL) {
        memset(colon + 1, 'x', strlen(colon + 1));
    }
}
