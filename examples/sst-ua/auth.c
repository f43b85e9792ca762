/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "md5.h"
#include "message.h"
#include "random.h"
#include "text.h"

static void challenge_free(struct auth_challenge *challenge)
{
    free(challenge->realm);
    free(challenge->nonce);
    free(challenge->opaque);
    *challenge = (struct auth_challenge){0};
}

void auth_free(struct auth *auth)
{
    challenge_free(&auth->peer);
    challenge_free(&auth->proxy);
}

/* libosip2 keeps the quotes of quoted strings. NULL of NULL, to be freed. */
static char *unquoted(const char *text)
{
    size_t length;

    if (text == NULL) {
        return NULL;
    }
    length = strlen(text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        return text_copy_part(text + 1, length - 2);
    }
    return text_copy(text);
}

/* Whether a list of qop options has auth itself, not only auth-int. */
static bool lists_auth(const char *options)
{
    for (const char *at = options; *at != '\0';) {
        size_t length = strcspn(at, ", \t\"");

        if (length == 4 && osip_strncasecmp(at, "auth", 4) == 0) {
            return true;
        }
        at += length;
        at += strspn(at, ", \t\"");
    }
    return false;
}

/* RFC 3261 §22.2: credentials that were just rejected are not tried again, but with a new nonce. */
static bool is_rejection(const struct auth_challenge *challenge,
                         const osip_www_authenticate_t *header, bool fresh)
{
    char *stale = unquoted(header->stale);
    char *nonce = unquoted(header->nonce);
    bool outdated = stale != NULL && osip_strcasecmp(stale, "true") == 0;

    /* The nonce of those that were sent unasked may have run out since. */
    if (!fresh && (challenge->nonce == NULL || strcmp(challenge->nonce, nonce) != 0)) {
        outdated = true;
    }
    free(nonce);
    free(stale);
    return !outdated;
}

static bool learn(struct auth_challenge *challenge, const osip_www_authenticate_t *header,
                  bool fresh)
{
    char *algorithm = unquoted(header->algorithm);
    bool plain = algorithm == NULL || osip_strcasecmp(algorithm, "MD5") == 0;
    bool session = algorithm != NULL && osip_strcasecmp(algorithm, "MD5-sess") == 0;

    free(algorithm);
    if (header->auth_type == NULL || osip_strcasecmp(header->auth_type, "Digest") != 0 ||
        header->realm == NULL || header->nonce == NULL || (!plain && !session) ||
        (header->qop_options != NULL && !lists_auth(header->qop_options)) ||
        is_rejection(challenge, header, fresh)) {
        return false;
    }
    challenge_free(challenge);
    challenge->realm = unquoted(header->realm);
    challenge->nonce = unquoted(header->nonce);
    challenge->opaque = unquoted(header->opaque);
    challenge->with_qop = header->qop_options != NULL;
    challenge->session = session;
    challenge->has_algorithm = header->algorithm != NULL;
    return true;
}

bool auth_learn(struct auth *auth, osip_message_t *response, bool fresh)
{
    bool proxy = response->status_code == 407;
    osip_list_t *headers = proxy ? &response->proxy_authenticates : &response->www_authenticates;

    /* RFC 8760 §2.3: they come in the order of the server's preference. */
    for (int i = 0; i < osip_list_size(headers); i++) {
        if (learn(proxy ? &auth->proxy : &auth->peer, osip_list_get(headers, i), fresh)) {
            return true;
        }
    }
    return false;
}

/* The digest of what is printed; text is freed. */
static void digest(char *text, char hex[MD5_HEX_SIZE])
{
    md5_hex(text, hex);
    free(text);
}

/* RFC 2617 §3.2.2.1 to §3.2.2.3. */
static void respond(const struct auth_challenge *challenge, const char *user, const char *password,
                    const char *method, const char *uri, const char *cnonce,
                    char response[MD5_HEX_SIZE])
{
    char a1[MD5_HEX_SIZE];
    char a2[MD5_HEX_SIZE];

    digest(text_print("%s:%s:%s", user, challenge->realm, password), a1);
    if (challenge->session) {
        digest(text_print("%s:%s:%s", a1, challenge->nonce, cnonce), a1);
    }
    digest(text_print("%s:%s", method, uri), a2);
    if (challenge->with_qop) {
        digest(text_print("%s:%s:%08lx:%s:auth:%s", a1, challenge->nonce, challenge->count, cnonce,
                          a2),
               response);
    } else {
        digest(text_print("%s:%s:%s", a1, challenge->nonce, a2), response);
    }
}

static void add(struct auth_challenge *challenge, osip_message_t *request, const char *name,
                const char *user, const char *password)
{
    char response[MD5_HEX_SIZE];
    char cnonce[RANDOM_TOKEN_SIZE];
    char *opaque;
    char *proof;
    char *value;
    char *uri;

    if (challenge->realm == NULL || osip_uri_to_str(request->req_uri, &uri) != 0) {
        return;
    }
    random_token(cnonce);
    challenge->count++;
    respond(challenge, user, password, request->sip_method, uri, cnonce, response);
    opaque = challenge->opaque == NULL ? text_copy("")
                                       : text_print(", opaque=\"%s\"", challenge->opaque);
    if (challenge->with_qop) {
        proof = text_print(", qop=auth, nc=%08lx, cnonce=\"%s\"", challenge->count, cnonce);
    } else {
        proof = challenge->session ? text_print(", cnonce=\"%s\"", cnonce) : text_copy("");
    }
    value = text_print("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
                       "response=\"%s\"%s%s%s",
                       user, challenge->realm, challenge->nonce, uri, response,
                       !challenge->has_algorithm ? ""
                       : challenge->session      ? ", algorithm=MD5-sess"
                                                 : ", algorithm=MD5",
                       opaque, proof);
    message_add(request, name, value);
    free(value);
    free(proof);
    free(opaque);
    osip_free(uri);
}

void auth_add(struct auth *auth, osip_message_t *request, const char *user, const char *password)
{
    add(&auth->peer, request, "Authorization", user, password);
    add(&auth->proxy, request, "Proxy-Authorization", user, password);
}
