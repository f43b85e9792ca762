/* SPDX-License-Identifier: MIT */
/* MD5 (RFC 1321), for digest authentication and nothing else: it protects no one any more. */
#ifndef SST_UA_MD5_H
#define SST_UA_MD5_H

/* Room for a digest in hexadecimal digits, terminator included. */
#define MD5_HEX_SIZE 33

/* The digest of a string in lower-case hexadecimal digits, as RFC 2617 wants it. */
void md5_hex(const char *text, char hex[MD5_HEX_SIZE]);

#endif
