/* SPDX-License-Identifier: MIT */
/* TLS over a socket that never blocks, by OpenSSL: whom it trusts, and what a step has led to. */
#ifndef SST_UA_TLS_H
#define SST_UA_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct tls_settings {
    const char *ca_file;     /* of those who may vouch for the peer; NULL: the system's */
    const char *certificate; /* of this side, with its key; NULL: none, so nobody can connect */
    bool insecure;           /* the peer may be anybody */
};

/* Contexts for both roles, and one connection; both are OpenSSL's. */
struct tls {
    void *client;
    void *server; /* NULL: without a certificate */
};

enum tls_result {
    TLS_DONE,
    TLS_WANTS_READ,
    TLS_WANTS_WRITE,
    TLS_CLOSED, /* by the peer, in good order */
    TLS_FAILED
};

/* Says on standard error what is wrong and returns false. */
bool tls_open(struct tls *tls, const struct tls_settings *settings);
void tls_close(struct tls *tls);

/* A connection over a socket. name is what the peer's certificate has to be for, a host or an
 * address, and what the peer is told that it is wanted as (SNI). NULL where there is no memory. */
void *tls_connect(const struct tls *tls, int socket, const char *name);
void *tls_accept(const struct tls *tls, int socket);
void tls_free(void *connection);

enum tls_result tls_shake(void *connection);
enum tls_result tls_read(void *connection, char *bytes, size_t room, size_t *length);
enum tls_result tls_write(void *connection, const char *bytes, size_t length, size_t *written);

/* Why the handshake failed. */
const char *tls_problem(void *connection);

#endif
