/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "mem.h"
#include "scan.h"

/*
 * Output into the caller's buffer. Counts all that is printed, also what no longer fits: the buffer
 * may hold a part of a value until output_end(), and never afterwards.
 */
struct output {
    char *buffer;
    size_t size;
    size_t length;
};

static struct output output_begin(char *buffer, size_t size)
{
    return (struct output){buffer, buffer == NULL ? 0 : size, 0};
}

static void put_text(struct output *output, const char *text, size_t length)
{
    if (output->length < output->size && length <= output->size - output->length) {
        memcpy(output->buffer + output->length, text, length);
    }
    output->length += length;
}

static void put_number(struct output *output, uint32_t number)
{
    char digits[10]; /* 4294967295 */
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    put_text(output, digits + first, sizeof digits - first);
}

static size_t output_end(struct output *output)
{
    if (output->length < output->size) {
        output->buffer[output->length] = '\0';
    } else if (output->size > 0) {
        output->buffer[0] = '\0';
    }
    return output->length;
}

size_t sst_print_seconds(char *buffer, size_t size, uint32_t seconds)
{
    struct output output = output_begin(buffer, size);

    put_number(&output, seconds);
    return output_end(&output);
}

size_t sst_print_session_expires(char *buffer, size_t size, uint32_t seconds,
                                 enum sst_refresher refresher)
{
    struct output output = output_begin(buffer, size);

    put_number(&output, seconds);
    if (refresher == SST_REFRESHER_UAC) {
        put_text(&output, ";refresher=uac", 14);
    } else if (refresher == SST_REFRESHER_UAS) {
        put_text(&output, ";refresher=uas", 14);
    }
    return output_end(&output);
}

/*
 * How much of the text can be copied as it is: up to a line break, or to a NUL, which would cut the
 * value short for whoever reads it as a string.
 */
static size_t printable_length(const struct sst_scan *scan)
{
    const char *at = scan->at;

    while (at != scan->end && *at != '\r' && *at != '\n' && *at != '\0') {
        at++;
    }
    return (size_t)(at - scan->at);
}

/*
 * RFC 3261 §7.3.1: a line break and the white space that begins the next line are a single SP. A CR,
 * LF or NUL that folds no line becomes a '?': what one header field holds must not become two, and
 * what is no refresher must not become one, as it would with white space there.
 */
static void put_unfolded(struct output *output, struct sst_scan scan)
{
    while (!sst_scan_done(&scan)) {
        size_t length = printable_length(&scan);
        put_text(output, scan.at, length);
        scan.at += length;
        if (sst_scan_done(&scan)) {
            return;
        }
        if (sst_scan_sees_fold(&scan)) {
            put_text(output, " ", 1);
            scan.at += 2;
            while (sst_scan_sees(&scan, ' ') || sst_scan_sees(&scan, '\t')) {
                scan.at++;
            }
        } else {
            put_text(output, "?", 1);
            scan.at++;
        }
    }
}

size_t sst_print_session_expires_like(char *buffer, size_t size, uint32_t seconds,
                                      const char *value, size_t length)
{
    struct output output = output_begin(buffer, size);
    struct sst_session_expires received;

    if (sst_parse_session_expires(value, length, &received) == SST_OK) {
        struct sst_scan scan = sst_scan_of(value, length);
        sst_scan_lws(&scan);
        (void)sst_scan_delta_seconds(&scan, &received.seconds);
        put_number(&output, seconds);
        put_unfolded(&output, scan);
    }
    return output_end(&output);
}
