/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <stdio.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "text.h"

/* RFC 8996: do not use older versions. A partly written record may be continued from a buffer
 * that has moved. */
static SSL_CTX *context(const SSL_METHOD *method)
{
    SSL_CTX *made = SSL_CTX_new(method);

    if (made != NULL) {
        SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS);
        SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION);
    }
    return made;
}

static bool complain(const char *file)
{
    const char *reason = ERR_reason_error_string(ERR_get_error());

    fprintf(stderr, PROGRAM ": %s: %s\n", file, reason != NULL ? reason : "not usable for TLS");
    ERR_clear_error();
    return false;
}

static bool load_own(SSL_CTX *made, const char *file)
{
    return SSL_CTX_use_certificate_chain_file(made, file) == 1 &&
           SSL_CTX_use_PrivateKey_file(made, file, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_check_private_key(made) == 1;
}

static bool open_client(struct tls *tls, const struct tls_settings *settings)
{
    SSL_CTX *made = context(TLS_client_method());

    tls->client = made;
    if (made == NULL) {
        return complain("TLS");
    }
    if (settings->ca_file != NULL && SSL_CTX_load_verify_file(made, settings->ca_file) != 1) {
        return complain(settings->ca_file);
    }
    if (settings->ca_file == NULL && SSL_CTX_set_default_verify_paths(made) != 1) {
        return complain("the system's certificates");
    }
    SSL_CTX_set_verify(made, settings->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    /* The peer may ask for our certificate; it gets the same one as peers that connect to us. */
    return settings->certificate == NULL || load_own(made, settings->certificate) ||
           complain(settings->certificate);
}

static bool open_server(struct tls *tls, const struct tls_settings *settings)
{
    SSL_CTX *made;

    if (settings->certificate == NULL) {
        return true;
    }
    made = context(TLS_server_method());
    tls->server = made;
    if (made == NULL || !load_own(made, settings->certificate)) {
        return complain(settings->certificate);
    }
    /* No session resumption: connections are few and long. */
    SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    return true;
}

bool tls_open(struct tls *tls, const struct tls_settings *settings)
{
    *tls = (struct tls){NULL, NULL};
    if (!open_client(tls, settings) || !open_server(tls, settings)) {
        tls_close(tls);
        return false;
    }
    if (settings->insecure) {
        fputs(PROGRAM ": WARNING: --tls-insecure: TLS certificates are not checked; "
                      "calls and passwords may go to anyone\n",
              stderr);
    }
    return true;
}

void tls_close(struct tls *tls)
{
    SSL_CTX_free(tls->client);
    SSL_CTX_free(tls->server);
    *tls = (struct tls){NULL, NULL};
}

/* The name that the certificate must have; SNI does not carry addresses (RFC 6066 §3). */
static bool set_name(SSL *ssl, const char *name)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1) {
        return true;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

void *tls_connect(const struct tls *tls, int socket, const char *name)
{
    SSL *ssl = SSL_new(tls->client);

    if (ssl == NULL || SSL_set_fd(ssl, socket) != 1 || !set_name(ssl, name)) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_connect_state(ssl);
    return ssl;
}

void *tls_accept(const struct tls *tls, int socket)
{
    SSL *ssl = SSL_new(tls->server);

    if (ssl == NULL || SSL_set_fd(ssl, socket) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_accept_state(ssl);
    return ssl;
}

void tls_free(void *connection)
{
    SSL *ssl = connection;

    if (ssl != NULL && SSL_is_init_finished(ssl)) {
        (void)SSL_shutdown(ssl); /* sends close_notify, and does not wait for the peer's */
    }
    ERR_clear_error();
    SSL_free(ssl);
}

/* The result of an operation, from its return value. */
static enum tls_result outcome(SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);

    if (result > 0) {
        return TLS_DONE;
    }
    switch (error) {
    case SSL_ERROR_WANT_READ:
        return TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    default:
        return TLS_FAILED;
    }
}

enum tls_result tls_shake(void *connection)
{
    ERR_clear_error();
    return outcome(connection, SSL_do_handshake(connection));
}

enum tls_result tls_read(void *connection, char *bytes, size_t room, size_t *length)
{
    *length = 0;
    ERR_clear_error();
    return outcome(connection, SSL_read_ex(connection, bytes, room, length));
}

enum tls_result tls_write(void *connection, const char *bytes, size_t length, size_t *written)
{
    *written = 0;
    ERR_clear_error();
    return outcome(connection, SSL_write_ex(connection, bytes, length, written));
}

const char *tls_problem(void *connection)
{
    long verified = SSL_get_verify_result(connection);
    const char *reason;

    if (verified != X509_V_OK && SSL_get_verify_mode(connection) != SSL_VERIFY_NONE) {
        return X509_verify_cert_error_string(verified);
    }
    reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != NULL ? reason : "the connection was closed";
}
