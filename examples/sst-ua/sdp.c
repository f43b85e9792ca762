/* SPDX-License-Identifier: MIT */
#include "sdp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "random.h"
#include "text.h"

enum direction { SENDRECV, SENDONLY, RECVONLY, INACTIVE };

static const char *const direction_names[] = {"sendrecv", "sendonly", "recvonly", "inactive"};

/* An offered media stream. */
struct media {
    const char *line; /* after "m=" */
    size_t length;
    enum direction direction;
};

/* An offer with more streams than this is rejected. */
#define MEDIA_MAX 16

void sdp_init(struct sdp *sdp, const char *host)
{
    *sdp = (struct sdp){.host = text_copy(host), .session_id = random_number(NULL)};
}

void sdp_free(struct sdp *sdp)
{
    free(sdp->content);
    free(sdp->host);
}

void sdp_draft_free(struct sdp_draft *draft)
{
    free(draft->content);
    *draft = (struct sdp_draft){0};
}

/* The lines from the session name to the first stream. */
static char *start_of_content(const struct sdp *sdp)
{
    return text_print("s=-\r\nc=IN %s %s\r\nt=0 0\r\n",
                      strchr(sdp->host, ':') != NULL ? "IP6" : "IP4", sdp->host);
}

/* Nothing listens there: it only looks like a media port, even as RTP ports are. */
static unsigned media_port(const struct sdp *sdp)
{
    return 40000 + sdp->session_id % 10000 * 2;
}

/* Replaces a text by itself followed by more. */
static void append(char **text, char *more)
{
    char *joined = text_print("%s%s", *text, more);

    free(*text);
    free(more);
    *text = joined;
}

static char *stream(const struct sdp *sdp, enum direction direction)
{
    return text_print("m=audio %u RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=%s\r\n", media_port(sdp),
                      direction_names[direction]);
}

static void set_content(struct sdp *sdp, struct sdp_draft *draft, char *content)
{
    sdp_draft_free(draft);
    draft->content = content;
    draft->version = sdp->version;
    if (sdp->content == NULL || strcmp(sdp->content, content) != 0) {
        draft->version++;
    }
}

void sdp_repeat(struct sdp *sdp, struct sdp_draft *draft)
{
    char *content;

    if (sdp->content != NULL) {
        content = text_copy(sdp->content);
    } else {
        content = start_of_content(sdp);
        append(&content, stream(sdp, SENDRECV));
    }
    set_content(sdp, draft, content);
}

/* Finds the direction of the one active stream; returns where the attribute's value starts. */
static char *find_direction(char *content, enum direction *direction)
{
    for (char *line = content; (line = strstr(line, "\r\na=")) != NULL; line += 4) {
        for (unsigned i = SENDRECV; i <= INACTIVE; i++) {
            if (strncmp(line + 4, direction_names[i], 8) == 0) {
                *direction = (enum direction)i;
                return line + 4;
            }
        }
    }
    return NULL;
}

void sdp_hold(struct sdp *sdp, struct sdp_draft *draft)
{
    enum direction direction;
    char *place;

    sdp_repeat(sdp, draft);
    place = find_direction(draft->content, &direction);
    if (place == NULL) {
        return;
    }
    /* All four names have eight letters. If we can only receive, because the peer holds too, the
     * stream becomes inactive (RFC 3264 §8.4). */
    if (direction == SENDRECV || direction == SENDONLY) {
        memcpy(place, direction_names[SENDONLY], 8);
    } else {
        memcpy(place, direction_names[INACTIVE], 8);
    }
    draft->version = sdp->version + 1;
}

/* The direction that an attribute line names; for any other line, the one before. */
static enum direction read_direction(const char *line, size_t length, enum direction before)
{
    for (unsigned i = SENDRECV; i <= INACTIVE; i++) {
        if (length == 10 && strncmp(line, "a=", 2) == 0 &&
            strncmp(line + 2, direction_names[i], 8) == 0) {
            return (enum direction)i;
        }
    }
    return before;
}

/* Splits an offer; returns its number of streams, or MEDIA_MAX + 1 if there are too many. */
static size_t read_offer(const char *offer, struct media media[MEDIA_MAX])
{
    enum direction of_session = SENDRECV;
    size_t count = 0;

    for (const char *line = offer; *line != '\0'; line += strspn(line, "\r\n")) {
        size_t length = strcspn(line, "\r\n");

        if (strncmp(line, "m=", 2) == 0) {
            if (count == MEDIA_MAX) {
                return MEDIA_MAX + 1;
            }
            media[count++] = (struct media){line + 2, length - 2, of_session};
        } else if (count == 0) {
            of_session = read_direction(line, length, of_session);
        } else {
            media[count - 1].direction = read_direction(line, length, media[count - 1].direction);
        }
        line += length;
    }
    return count;
}

/* The next word of a line; its length, 0 at the end. */
static size_t next_word(const char **at, const char *end)
{
    size_t length = 0;

    while (*at < end && **at == ' ') {
        ++*at;
    }
    while (*at + length < end && (*at)[length] != ' ') {
        length++;
    }
    return length;
}

static bool is_word(const char *at, size_t length, const char *word)
{
    return strlen(word) == length && strncasecmp(at, word, length) == 0;
}

/* "audio PORT RTP/AVP formats", with a port other than 0, and PCMU (static payload type 0) among
 * the formats. */
static bool is_acceptable(const struct media *media)
{
    const char *at = media->line;
    const char *end = media->line + media->length;
    size_t length = next_word(&at, end);

    if (!is_word(at, length, "audio")) {
        return false;
    }
    at += length;
    length = next_word(&at, end);
    if (length == 0 || strtoul(at, NULL, 10) == 0) {
        return false;
    }
    at += length;
    length = next_word(&at, end);
    if (!is_word(at, length, "RTP/AVP")) {
        return false;
    }
    do {
        at += length;
        length = next_word(&at, end);
    } while (length != 0 && !is_word(at, length, "0"));
    return length != 0;
}

/* A stream is rejected with port 0 and unchanged formats (RFC 3264 §6). */
static char *refused_stream(const struct media *media)
{
    const char *at = media->line;
    const char *end = media->line + media->length;
    size_t kind = next_word(&at, end);
    const char *rest = at + kind;
    size_t port = next_word(&rest, end);

    rest += port;
    return text_print("m=%.*s 0%.*s\r\n", (int)kind, at, (int)(end - rest), rest);
}

static enum direction mirror(enum direction direction)
{
    if (direction == SENDONLY) {
        return RECVONLY;
    }
    return direction == RECVONLY ? SENDONLY : direction;
}

bool sdp_answer(struct sdp *sdp, const char *offer, struct sdp_draft *draft)
{
    struct media media[MEDIA_MAX];
    size_t count = read_offer(offer, media);
    bool taken = false;
    char *content;

    if (count > MEDIA_MAX) {
        return false;
    }
    content = start_of_content(sdp);
    for (size_t i = 0; i < count; i++) {
        if (!taken && is_acceptable(&media[i])) {
            append(&content, stream(sdp, mirror(media[i].direction)));
            taken = true;
        } else {
            append(&content, refused_stream(&media[i]));
        }
    }
    if (!taken) {
        free(content);
        return false;
    }
    set_content(sdp, draft, content);
    return true;
}

void sdp_commit(struct sdp *sdp, struct sdp_draft *draft)
{
    if (draft->content == NULL) {
        return;
    }
    free(sdp->content);
    sdp->content = draft->content;
    sdp->version = draft->version;
    *draft = (struct sdp_draft){0};
}

char *sdp_text(const struct sdp *sdp, const struct sdp_draft *draft)
{
    return text_print("v=0\r\no=- %lu %lu IN %s %s\r\n%s", (unsigned long)sdp->session_id,
                      (unsigned long)draft->version, strchr(sdp->host, ':') != NULL ? "IP6" : "IP4",
                      sdp->host, draft->content);
}
