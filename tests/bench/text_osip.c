/* SPDX-License-Identifier: MIT */
/*
 * libosip2 has no type for these header fields. A host parses the text itself, or uses the nearest
 * of its parsers, Content-Disposition, which has a word and parameters too.
 */
#include "text.h"

#include <osipparser2/osip_parser.h>

#include <stdlib.h>
#include <string.h>

static void read_se(struct text_value *value, const char *text)
{
    osip_content_disposition_t *field = NULL;
    osip_generic_param_t *refresher = NULL;

    if (osip_content_disposition_init(&field) != OSIP_SUCCESS) {
        return;
    }
    if (osip_content_disposition_parse(field, text) == OSIP_SUCCESS) {
        value->seconds = (uint32_t)strtoul(field->element, NULL, 10);
        (void)osip_generic_param_get_byname(&field->gen_params, (char *)(uintptr_t)"refresher",
                                            &refresher);
        if (refresher != NULL && refresher->gvalue != NULL) {
            memcpy(value->refresher, refresher->gvalue, 4);
        }
    }
    osip_content_disposition_free(field);
}

static void read_short(struct text_value *value)
{
    read_se(value, SE_SHORT);
}

text_function *const text_osip[TEXT_CASES] = {read_short, NULL, NULL, NULL, NULL, NULL};
