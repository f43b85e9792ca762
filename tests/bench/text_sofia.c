/* SPDX-License-Identifier: MIT */
/*
 * Sofia-SIP's parsers of single header fields. They write into the text, so it is copied first, and
 * they allocate the list of parameters, which is freed.
 */
#include "text.h"

#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>

#include <string.h>

static su_home_t home[1] = {SU_HOME_INIT(home)};

static void read_se(struct text_value *value, const char *text, size_t length)
{
    char line[160];
    sip_session_expires_t x[1];

    memset(x, 0, sizeof x);
    x->x_common->h_class = sip_session_expires_class;
    memcpy(line, text, length + 1);
    if (sip_session_expires_d(home, (msg_header_t *)x, line, (isize_t)length) >= 0) {
        value->seconds = (uint32_t)x->x_delta;
        if (x->x_refresher != NULL) {
            memcpy(value->refresher, x->x_refresher, 4);
        }
        su_free(home, (void *)x->x_params);
    }
}

static void read_short(struct text_value *value)
{
    read_se(value, SE_SHORT, sizeof SE_SHORT - 1);
}

static void read_long(struct text_value *value)
{
    read_se(value, SE_LONG, sizeof SE_LONG - 1);
}

static void read_min_se(struct text_value *value)
{
    char line[sizeof MIN_SE];
    sip_min_se_t min[1];

    memset(min, 0, sizeof min);
    min->min_common->h_class = sip_min_se_class;
    memcpy(line, MIN_SE, sizeof line);
    if (sip_min_se_d(home, (msg_header_t *)min, line, sizeof line - 1) >= 0) {
        value->min_se = (uint32_t)min->min_delta;
        su_free(home, (void *)min->min_params);
    }
}

static void read_supported(struct text_value *value)
{
    char line[sizeof SUPPORTED];
    sip_supported_t k[1];

    memset(k, 0, sizeof k);
    k->k_common->h_class = sip_supported_class;
    memcpy(line, SUPPORTED, sizeof line);
    if (sip_supported_d(home, (msg_header_t *)k, line, sizeof line - 1) >= 0) {
        value->timer = sip_has_feature(k, "timer");
        su_free(home, (void *)k->k_items);
    }
}

static void read_three(struct text_value *value)
{
    read_supported(value);
    read_short(value);
    read_min_se(value);
}

static void print(struct text_value *value)
{
    static const msg_param_t params[] = {"refresher=uac", NULL};
    sip_session_expires_t x[1];

    memset(x, 0, sizeof x);
    x->x_common->h_class = sip_session_expires_class;
    x->x_delta = 1800;
    x->x_params = (msg_param_t *)(uintptr_t)params;
    x->x_refresher = "uac";
    (void)sip_header_e(value->printed, sizeof value->printed, (sip_header_t *)x, 0);
}

text_function *const text_sofia[TEXT_CASES] = {read_short,     read_long,  read_min_se,
                                               read_supported, read_three, print};
