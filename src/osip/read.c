/* SPDX-License-Identifier: MIT */
/* Reading libosip2's messages. */
#include <sst/osip.h>

#include <string.h>

/* libosip2 keeps the text as received. Numbers above 2^32-1 all mean the same. */
static uint64_t cseq_number(const osip_cseq_t *cseq)
{
    uint64_t number = 0;

    if (cseq == NULL || cseq->number == NULL || cseq->number[0] == '\0') {
        return SST_CSEQ_UNKNOWN;
    }
    for (const char *at = cseq->number; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            return SST_CSEQ_UNKNOWN;
        }
        if (number <= UINT32_MAX) {
            number = number * 10 + (uint64_t)(*at - '0');
        }
    }
    return number;
}

static int start(struct sst_msg *msg, const osip_message_t *sip)
{
    const char *method = sip->sip_method;

    if (sip->status_code != 0) {
        method = sip->cseq != NULL ? sip->cseq->method : NULL;
    }
    if (method == NULL) {
        return SST_ERR_ARGUMENT;
    }
    enum sst_method known = sst_method_from_name(method, strlen(method));
    uint64_t cseq = cseq_number(sip->cseq);

    if (sip->status_code == 0) {
        sst_msg_request(msg, known, cseq);
        return SST_OK;
    }
    /* libosip2 accepts any number as a status code. */
    if (sip->status_code < 100 || sip->status_code > 699) {
        return SST_ERR_ARGUMENT;
    }
    sst_msg_response(msg, (unsigned)sip->status_code, known, cseq);
    return SST_OK;
}

/* In libosip2 the value of an empty header field is NULL. */
static void add_header(struct sst_msg *msg, const char *name, const char *value)
{
    if (name != NULL) {
        const char *text = value != NULL ? value : "";
        (void)sst_msg_header(msg, name, text);
    }
}

static bool is_type(const osip_content_type_t *type, const char *name, const char *subtype)
{
    return type != NULL && type->type != NULL && osip_strcasecmp(type->type, name) == 0 &&
           (subtype == NULL ||
            (type->subtype != NULL && osip_strcasecmp(type->subtype, subtype) == 0));
}

/* A session description, alone or as a part of a multipart body (RFC 5621 §3.1). */
static bool has_sdp(const osip_message_t *sip)
{
    bool multipart = is_type(sip->content_type, "multipart", NULL);
    osip_list_iterator_t it;

    for (const osip_body_t *body = osip_list_get_first(&sip->bodies, &it);
         osip_list_iterator_has_elem(it); body = osip_list_get_next(&it)) {
        const osip_content_type_t *type = multipart ? body->content_type : sip->content_type;
        if (body->length > 0 && is_type(type, "application", "sdp")) {
            return true;
        }
    }
    return false;
}

/* RFC 3261 §12.2: within a dialog To has a tag. */
static bool is_in_dialog(const osip_message_t *sip)
{
    osip_generic_param_t *tag = NULL;

    return sip->status_code == 0 && sip->to != NULL &&
           osip_to_get_tag(sip->to, &tag) == OSIP_SUCCESS;
}

int sst_osip_read(struct sst_msg *msg, const osip_message_t *sip)
{
    osip_list_iterator_t it;

    if (msg == NULL || sip == NULL) {
        return SST_ERR_ARGUMENT;
    }
    int result = start(msg, sip);
    if (result != SST_OK) {
        return result;
    }
    for (const osip_header_t *header = osip_list_get_first(&sip->headers, &it);
         osip_list_iterator_has_elem(it); header = osip_list_get_next(&it)) {
        add_header(msg, header->hname, header->hvalue);
    }
    /* Allow is the only header field read here that libosip2 parses itself, into a separate
     * list. */
#ifndef MINISIZE
    for (const osip_allow_t *allow = osip_list_get_first(&sip->allows, &it);
         osip_list_iterator_has_elem(it); allow = osip_list_get_next(&it)) {
        add_header(msg, "Allow", allow->value);
    }
#endif
    if (has_sdp(sip)) {
        sst_msg_set_flags(msg, SST_MSG_OFFER);
    }
    if (is_in_dialog(sip)) {
        sst_msg_set_flags(msg, SST_MSG_IN_DIALOG);
    }
    return SST_OK;
}
