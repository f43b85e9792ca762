/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <stdlib.h>
#include <string.h>

#include "digest.h"
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

void credentials_free(struct credentials *credentials)
{
    free(credentials->user);
    free(credentials->password);
    free(credentials->first_realm);
}

bool credentials_fit(const struct credentials *credentials, const char *realm, bool named)
{
    if (credentials->realm != NULL) {
        return text_same(credentials->realm, realm);
    }
    if (credentials->first_realm != NULL) {
        return text_same(credentials->first_realm, realm);
    }
    return named && realm != NULL;
}

/* Without quotes, which libosip2 keeps. NULL for NULL; to be freed. */
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

/* Whether a list of qop options contains auth itself, not only auth-int. */
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

/* RFC 3261 §22.2: credentials that were just rejected are only sent again with a new nonce. */
static bool is_rejection(const struct auth_challenge *challenge,
                         const osip_www_authenticate_t *header, bool fresh)
{
    char *stale = unquoted(header->stale);
    char *nonce = unquoted(header->nonce);
    bool outdated = stale != NULL && osip_strcasecmp(stale, "true") == 0;

    /* The nonce of credentials sent without a challenge may have expired since. */
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
    char *name = unquoted(header->algorithm);
    const struct digest_algorithm *algorithm = digest_find(name);

    free(name);
    if (header->auth_type == NULL || osip_strcasecmp(header->auth_type, "Digest") != 0 ||
        header->realm == NULL || header->nonce == NULL || algorithm == NULL ||
        (header->qop_options != NULL && !lists_auth(header->qop_options)) ||
        is_rejection(challenge, header, fresh)) {
        return false;
    }
    challenge_free(challenge);
    challenge->realm = unquoted(header->realm);
    challenge->nonce = unquoted(header->nonce);
    challenge->opaque = unquoted(header->opaque);
    challenge->with_qop = header->qop_options != NULL;
    challenge->algorithm = algorithm;
    challenge->has_algorithm = header->algorithm != NULL;
    return true;
}

/* Whether a challenge is for a realm that gets our credentials. */
static bool is_meant(struct credentials *credentials, const osip_www_authenticate_t *header,
                     bool named)
{
    char *realm = unquoted(header->realm);
    bool fits = credentials_fit(credentials, realm, named);

    if (fits && credentials->first_realm == NULL) {
        credentials->first_realm = text_copy(realm);
    }
    free(realm);
    return fits;
}

bool auth_learn(struct auth *auth, struct credentials *credentials, osip_message_t *response,
                bool fresh, bool named)
{
    bool proxy = response->status_code == 407;
    osip_list_t *headers = proxy ? &response->proxy_authenticates : &response->www_authenticates;

    /* RFC 8760 §2.3: challenges come in the server's order of preference. */
    for (int i = 0; i < osip_list_size(headers); i++) {
        const osip_www_authenticate_t *header = osip_list_get(headers, i);

        if (is_meant(credentials, header, named) &&
            learn(proxy ? &auth->proxy : &auth->peer, header, fresh)) {
            return true;
        }
    }
    return false;
}

/* The digest of a text; frees the text. */
static void digest(const struct digest_algorithm *algorithm, char *text, char hex[DIGEST_HEX_SIZE])
{
    (void)digest_hex(algorithm, text, hex);
    free(text);
}

/* RFC 8760, RFC 2617 §3.2.2.1 to §3.2.2.3. */
static void respond(const struct auth_challenge *challenge, const struct credentials *credentials,
                    const char *method, const char *uri, const char *cnonce,
                    char response[DIGEST_HEX_SIZE])
{
    const struct digest_algorithm *algorithm = challenge->algorithm;
    char a1[DIGEST_HEX_SIZE];
    char a2[DIGEST_HEX_SIZE];

    digest(algorithm,
           text_print("%s:%s:%s", credentials->user, challenge->realm, credentials->password), a1);
    if (algorithm->session) {
        digest(algorithm, text_print("%s:%s:%s", a1, challenge->nonce, cnonce), a1);
    }
    digest(algorithm, text_print("%s:%s", method, uri), a2);
    if (challenge->with_qop) {
        digest(algorithm,
               text_print("%s:%s:%08lx:%s:auth:%s", a1, challenge->nonce, challenge->count, cnonce,
                          a2),
               response);
    } else {
        digest(algorithm, text_print("%s:%s:%s", a1, challenge->nonce, a2), response);
    }
}

static void add(struct auth_challenge *challenge, osip_message_t *request, const char *name,
                const struct credentials *credentials)
{
    char response[DIGEST_HEX_SIZE];
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
    respond(challenge, credentials, request->sip_method, uri, cnonce, response);
    opaque = challenge->opaque == NULL ? text_copy("")
                                       : text_print(", opaque=\"%s\"", challenge->opaque);
    if (challenge->with_qop) {
        proof = text_print(", qop=auth, nc=%08lx, cnonce=\"%s\"", challenge->count, cnonce);
    } else {
        proof =
            challenge->algorithm->session ? text_print(", cnonce=\"%s\"", cnonce) : text_copy("");
    }
    value = text_print("Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", "
                       "response=\"%s\"%s%s%s%s",
                       credentials->user, challenge->realm, challenge->nonce, uri, response,
                       challenge->has_algorithm ? ", algorithm=" : "",
                       challenge->has_algorithm ? challenge->algorithm->name : "", opaque, proof);
    message_add(request, name, value);
    free(value);
    free(proof);
    free(opaque);
    osip_free(uri);
}

void auth_add(struct auth *auth, osip_message_t *request, const struct credentials *credentials)
{
    add(&auth->peer, request, "Authorization", credentials);
    add(&auth->proxy, request, "Proxy-Authorization", credentials);
}
