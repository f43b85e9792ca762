/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How many refreshes it answers, or sends, before it falls silent. */
#define REFRESHES 3

/* Accepts an INVITE or UPDATE, and names the refresher. */
static void accept_request(int socket, const char *request, bool refreshes)
{
    const char *cseq = strstr(request, "CSeq:");
    char text[PEER_TEXT];
    int length;

    if (cseq != NULL) {
        length = snprintf(text, sizeof text,
                          "SIP/2.0 200 OK\r\n%.*s\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n%s"
                          "Supported: timer\r\nSession-Expires: 90;refresher=%s\r\n",
                          (int)strcspn(cseq, "\r"), cseq, refreshes ? "" : "Require: timer\r\n",
                          refreshes ? "uas" : "uac");
        send(socket, text, (size_t)length, 0);
    }
}

static void refresh(int socket, int number)
{
    char text[PEER_TEXT];
    int length = snprintf(text, sizeof text,
                          "UPDATE sip:host SIP/2.0\r\nCSeq: %d UPDATE\r\nSupported: timer\r\n"
                          "Session-Expires: 90;refresher=uac\r\n",
                          number);

    send(socket, text, (size_t)length, 0);
}

/* Runs until its call is over. It waits for the response to each request before it goes on. */
static void live(int socket, bool refreshes, int third_ms)
{
    struct pollfd source = {.fd = socket, .events = POLLIN};
    char text[PEER_TEXT];
    ssize_t length;
    bool waiting = true;
    int sent = 0;

    for (int answered = 0;;) {
        if (poll(&source, 1, refreshes && !waiting && sent < REFRESHES ? third_ms : -1) == 0) {
            refresh(socket, ++sent);
            waiting = true;
            continue;
        }
        waiting = false;
        length = recv(socket, text, sizeof text - 1, 0);
        if (length <= 0 || strncmp(text, "BYE", 3) == 0) {
            return;
        }
        text[length] = '\0';
        if (strncmp(text, "SIP/2.0", 7) != 0 && answered <= REFRESHES) {
            accept_request(socket, text, refreshes);
            answered++;
        }
    }
}

int peer_start(bool refreshes, unsigned speed)
{
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) {
        return -1;
    }
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        live(ends[1], refreshes, (int)(30000 / speed));
        _exit(0);
    }
    close(ends[1]);
    if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        close(ends[0]);
        return -1;
    }
    return ends[0];
}
