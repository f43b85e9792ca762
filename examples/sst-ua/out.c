/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

/* How many bytes of lines may wait. */
#define WAITING_MAX 262144

/* If a pipe is writable at all, it takes this much without blocking (PIPE_BUF). */
#define PIECE 4096

/* At the end, a reader has this long for each piece. */
#define LAST_MS 500

static FILE *stream;
static char *text;
static size_t text_size;

static char waiting[WAITING_MAX];
static size_t waiting_count;
static unsigned long lost;
static bool gone;
static void (*print_loss)(FILE *line, unsigned long lost);

FILE *out_begin(void)
{
    if (stream == NULL) {
        /* A closed pipe should fail a write, not end the calls. */
        signal(SIGPIPE, SIG_IGN);
        stream = open_memstream(&text, &text_size);
        if (stream == NULL) {
            perror(PROGRAM);
            exit(1);
        }
    }
    (void)fseek(stream, 0, SEEK_SET);
    return stream;
}

void out_on_loss(void (*print)(FILE *line, unsigned long lost))
{
    print_loss = print;
}

static size_t line_length(void)
{
    long length = ftell(stream);

    fflush(stream);
    return length > 0 ? (size_t)length : 0;
}

static bool keep(size_t length)
{
    if (length > WAITING_MAX - waiting_count) {
        return false;
    }
    memcpy(waiting + waiting_count, text, length);
    waiting_count += length;
    return true;
}

/* Reports lost lines once there is room again, before the line that has room. */
static bool tell_loss(size_t length)
{
    char *line;
    bool kept;

    if (print_loss == NULL) {
        lost = 0;
        return true;
    }
    line = text_copy_part(text, length);
    print_loss(out_begin(), lost);
    kept = keep(line_length());
    lost = kept ? 0 : lost;
    (void)fseek(stream, 0, SEEK_SET);
    fwrite(line, 1, length, stream);
    free(line);
    (void)line_length();
    return kept;
}

void out_end(void)
{
    size_t length = line_length();

    if (gone) {
        return;
    }
    out_work();
    if ((lost > 0 && (waiting_count > WAITING_MAX / 2 || !tell_loss(length))) || !keep(length)) {
        lost++;
    }
    out_work();
}

bool out_waits(void)
{
    return waiting_count > 0 && !gone;
}

/* Writes a piece if that is possible within this time; false if not. */
static bool write_piece(int wait_ms)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    ssize_t written;

    if (poll(&out, 1, wait_ms) <= 0) {
        return false;
    }
    if ((out.revents & POLLOUT) == 0) {
        gone = true;
        return false;
    }
    written = write(STDOUT_FILENO, waiting, waiting_count < PIECE ? waiting_count : PIECE);
    if (written <= 0) {
        gone = errno != EAGAIN && errno != EINTR;
        return false;
    }
    waiting_count -= (size_t)written;
    memmove(waiting, waiting + written, waiting_count);
    return true;
}

void out_work(void)
{
    while (out_waits() && write_piece(0)) {
    }
}

void out_close(void)
{
    while (out_waits() && write_piece(LAST_MS)) {
    }
    if (stream != NULL) {
        fclose(stream);
        free(text);
    }
    stream = NULL;
}
