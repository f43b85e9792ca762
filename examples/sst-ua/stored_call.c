/* SPDX-License-Identifier: MIT */
#include "stored_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "text.h"
#include "timer.h"

#define RECORD_VERSION 1

/* A record may be this much older than its time of writing in the store says, if the store is
 * slow. */
#define WRITING_MS 2000

char *stored_call_key(const struct call *call)
{
    return text_print("%s;%s", call->call_id, call->local_tag);
}

/* ---- Writing ---- */

/* Takes ownership of a text from libosip2; NULL if there is none. */
static json_t *osip_text(int result, char *text)
{
    json_t *value = result == 0 ? json_string(text) : json_null();

    if (result == 0) {
        osip_free(text);
    }
    return value;
}

static json_t *name_text(const osip_from_t *name)
{
    char *text = NULL;

    int result = osip_from_to_str(name, &text);

    return osip_text(result, text);
}

static json_t *target_text(const osip_contact_t *contact)
{
    char *text = NULL;

    int result = contact != NULL ? osip_contact_to_str(contact, &text) : -1;

    return osip_text(result, text);
}

static json_t *route_set(const osip_dialog_t *dialog)
{
    json_t *routes = json_array();

    for (int i = 0; i < osip_list_size(&dialog->route_set); i++) {
        char *text = NULL;
        int result = osip_record_route_to_str(osip_list_get(&dialog->route_set, i), &text);

        json_array_append_new(routes, osip_text(result, text));
    }
    return routes;
}

static json_t *image_text(const struct call *call)
{
    uint8_t image[SST_IMAGE_SIZE];
    char hex[2 * SST_IMAGE_SIZE + 1] = "";
    size_t length;

    if (sst_session_save(call->session, clock_library_ms(&call->ua->clock), image, sizeof image,
                         &length) != SST_OK) {
        return json_null();
    }
    for (size_t i = 0; i < length; i++) {
        snprintf(hex + 2 * i, 3, "%02x", (unsigned)image[i]);
    }
    return json_string(hex);
}

char *stored_call_write(const struct call *call, uint32_t cseq)
{
    const struct ua *ua = call->ua;
    const osip_dialog_t *dialog = call->dialog;
    uint64_t up_ms = clock_real_ms(&ua->clock) - call->answered_ms;
    json_t *record =
        json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:I, s:I, s:{s:I, s:I, s:s, "
                  "s:s?}, s:I, s:I, "
                  "s:o}",
                  "version", RECORD_VERSION, "call_id", call->call_id, "local_tag", call->local_tag,
                  "remote_tag", call->remote_tag, "caller", (int)call->caller, "local",
                  name_text(dialog->local_uri), "remote", name_text(dialog->remote_uri), "target",
                  target_text(dialog->remote_contact_uri), "routes", route_set(dialog), "cseq",
                  (json_int_t)cseq, "peer_cseq", (json_int_t)call->remote_cseq, "sdp", "id",
                  (json_int_t)call->sdp.session_id, "version", (json_int_t)call->sdp.version,
                  "host", call->sdp.host, "content", call->sdp.content, "up_ms", (json_int_t)up_ms,
                  "holds", (json_int_t)call->holds, "image", image_text(call));
    char *text = record != NULL ? json_dumps(record, JSON_COMPACT) : NULL;

    json_decref(record);
    return text;
}

/* ---- Reading ---- */

/* The contents of a record, valid while it exists. */
struct parts {
    const char *call_id;
    const char *local_tag;
    const char *remote_tag;
    const char *local;
    const char *remote;
    const char *target; /* NULL: none */
    const char *image;
    const char *sdp_host;
    const char *sdp_content; /* NULL: none */
    json_t *routes;
    json_int_t cseq;
    json_int_t peer_cseq;
    json_int_t sdp_id;
    json_int_t sdp_version;
    json_int_t up_ms;
    json_int_t holds;
    int caller;
};

static bool unpack(json_t *record, struct parts *parts)
{
    json_t *target = NULL;
    json_t *content = NULL;
    int version = 0;
    bool good;

    memset(parts, 0, sizeof *parts);
    good = json_unpack(record,
                       "{s:i, s:s, s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:I, s:I, s:{s:I, s:I, s:s, "
                       "s:o}, s:I, s:I, s:s}",
                       "version", &version, "call_id", &parts->call_id, "local_tag",
                       &parts->local_tag, "remote_tag", &parts->remote_tag, "caller",
                       &parts->caller, "local", &parts->local, "remote", &parts->remote, "target",
                       &target, "routes", &parts->routes, "cseq", &parts->cseq, "peer_cseq",
                       &parts->peer_cseq, "sdp", "id", &parts->sdp_id, "version",
                       &parts->sdp_version, "host", &parts->sdp_host, "content", &content, "up_ms",
                       &parts->up_ms, "holds", &parts->holds, "image", &parts->image) == 0 &&
           version == RECORD_VERSION && strlen(parts->local_tag) < RANDOM_TOKEN_SIZE &&
           parts->cseq >= 0 && parts->cseq < INT32_MAX && parts->up_ms >= 0;
    parts->target = json_string_value(target);
    parts->sdp_content = json_string_value(content);
    return good;
}

static size_t read_image(const char *hex, uint8_t image[SST_IMAGE_SIZE])
{
    size_t length = 0;

    while (length < SST_IMAGE_SIZE && sscanf(hex + 2 * length, "%2hhx", &image[length]) == 1) {
        length++;
    }
    return length;
}

static bool add_route(osip_dialog_t *dialog, const char *text)
{
    osip_record_route_t *route;

    if (text == NULL || osip_record_route_init(&route) != 0) {
        return false;
    }
    if (osip_record_route_parse(route, text) != 0) {
        osip_record_route_free(route);
        return false;
    }
    osip_list_add(&dialog->route_set, route, -1);
    return true;
}

/* A dialog like the one that was written. On error the caller frees the incomplete dialog with
 * the rest. */
static bool fill_dialog(osip_dialog_t *dialog, const struct parts *parts)
{
    dialog->type = parts->caller ? CALLER : CALLEE;
    dialog->state = DIALOG_CONFIRMED;
    dialog->call_id = osip_strdup(parts->call_id);
    dialog->local_tag = osip_strdup(parts->local_tag);
    dialog->remote_tag = osip_strdup(parts->remote_tag);
    osip_list_init(&dialog->route_set);
    for (size_t i = 0; i < json_array_size(parts->routes); i++) {
        if (!add_route(dialog, json_string_value(json_array_get(parts->routes, i)))) {
            return false;
        }
    }
    if (osip_from_init(&dialog->local_uri) != 0 || osip_to_init(&dialog->remote_uri) != 0 ||
        osip_from_parse(dialog->local_uri, parts->local) != 0 ||
        osip_to_parse(dialog->remote_uri, parts->remote) != 0) {
        return false;
    }
    return parts->target == NULL ||
           (osip_contact_init(&dialog->remote_contact_uri) == 0 &&
            osip_contact_parse(dialog->remote_contact_uri, parts->target) == 0);
}

static bool make_dialog(struct call *call, const struct parts *parts)
{
    call->dialog = osip_malloc(sizeof *call->dialog);
    if (call->dialog == NULL) {
        return false;
    }
    memset(call->dialog, 0, sizeof *call->dialog);
    return fill_dialog(call->dialog, parts);
}

static bool take_session(struct call *call, const struct parts *parts, uint64_t age_ms,
                         uint64_t spread_ms)
{
    const struct clock *clock = &call->ua->clock;
    uint8_t image[SST_IMAGE_SIZE];
    struct sst_restore how = {
        .image = image,
        .length = read_image(parts->image, image),
        .elapsed_ms = (uint64_t)((double)(age_ms + WRITING_MS) * clock->speed),
        .spread_ms = (uint64_t)((double)spread_ms * clock->speed),
        .flags = SST_RESTORE_TAKEOVER,
    };

    return timer_restore(call, &how);
}

static void fill_call(struct call *call, const struct parts *parts)
{
    memcpy(call->local_tag, parts->local_tag, strlen(parts->local_tag) + 1);
    call->remote_tag = text_copy(parts->remote_tag);
    call->local_cseq = (uint32_t)parts->cseq;
    call->remote_cseq = (uint32_t)parts->peer_cseq;
    call->sdp.session_id = (uint32_t)parts->sdp_id;
    call->sdp.version = (uint32_t)parts->sdp_version;
    call->sdp.host = text_copy(parts->sdp_host);
    call->sdp.content = text_copy(parts->sdp_content);
    call->holds = (size_t)parts->holds;
    call->state = CALL_UP;
    call->counted = true;
}

static struct call *make_call(struct ua *ua, const struct parts *parts, uint64_t age_ms,
                              uint64_t spread_ms)
{
    struct call *call = call_new(ua, parts->call_id, parts->caller != 0);

    fill_call(call, parts);
    if (!make_dialog(call, parts) || !take_session(call, parts, age_ms, spread_ms)) {
        call_free(call);
        return NULL;
    }
    call_resumed(call, (uint64_t)parts->up_ms + age_ms);
    ua->begun++;
    return call;
}

struct call *stored_call_read(struct ua *ua, const char *record, size_t length, uint64_t age_ms,
                              uint64_t spread_ms)
{
    json_t *root = json_loadb(record, length, 0, NULL);
    struct call *call = NULL;
    struct parts parts;

    if (root != NULL && unpack(root, &parts)) {
        call = call_find(ua, parts.call_id, parts.local_tag, parts.remote_tag);
        if (call == NULL) {
            call = make_call(ua, &parts, age_ms, spread_ms);
        }
    }
    json_decref(root);
    return call;
}
