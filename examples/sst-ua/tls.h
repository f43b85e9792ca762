/* SPDX-License-Identifier: MIT */
/* TLS over a non-blocking socket, with OpenSSL: whom we trust, and the result of each step. */
#ifndef SST_UA_TLS_H
#define SST_UA_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct tls_settings {
    const char *ca_file;     /* authorities for the peer's certificate; NULL: the system's */
    const char *certificate; /* ours, with its key; NULL: none, so nobody can connect */
    bool insecure;           /* do not check the peer's certificate */
};

/* The contexts for both roles, which are OpenSSL's. */
struct tls {
    void *client;
    void *server; /* NULL if there is no certificate */
};

enum tls_result {
    TLS_DONE,
    TLS_WANTS_READ,
    TLS_WANTS_WRITE,
    TLS_CLOSED, /* by the peer, normally */
    TLS_FAILED
};

/* On error says what is wrong on standard error and returns false. */
bool tls_open(struct tls *tls, const struct tls_settings *settings);
void tls_close(struct tls *tls);

/* A connection over a socket. name, a host or an address, is what the peer's certificate must
 * name, and is sent as SNI. NULL if there is no memory. */
void *tls_connect(const struct tls *tls, int socket, const char *name);
void *tls_accept(const struct tls *tls, int socket);
void tls_free(void *connection);

enum tls_result tls_shake(void *connection);
enum tls_result tls_read(void *connection, char *bytes, size_t room, size_t *length);
enum tls_result tls_write(void *connection, const char *bytes, size_t length, size_t *written);

/* Why the handshake failed. */
const char *tls_problem(void *connection);

#endif
