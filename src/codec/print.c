/* SPDX-License-Identifier: MIT */
#include <sst/codec.h>

#include "about/mem.h"
#include "codec/scan.h"

/*
 * Output into the caller's buffer. length counts everything printed, even what no longer fits. The
 * buffer can hold part of a value until output_end(), and never afterwards. (Comments that begin
 * with an at sign are for the proof; tests/assurance/proofs explains its terms.)
 */
struct output {
    char *buffer;
    size_t size;
    size_t length;
};

/*@ requires BUFFER(buffer, size);
    assigns \nothing;
    ensures \result.buffer == buffer && \result.length == 0;
    ensures \result.size == (buffer == \null ? 0 : size); */
static struct output output_begin(char *buffer, size_t size)
{
    return (struct output){buffer, buffer == NULL ? 0 : size, 0};
}

/*@ requires ROOM(output) && output->length + length <= SIZE_MAX;
    requires \valid_read(text + (0 .. length - 1));
    requires \separated(text + (0 .. length - 1), output->buffer + (0 .. output->size - 1));
    assigns output->length, REST(output);
    ensures counted: output->length == \old(output->length) + length;
    ensures kept: copied{Pre,Post}(output->buffer, output->buffer, \old(output->length));
    ensures copied: FITS(output) ==>
        copied{Pre,Post}(text, output->buffer + \old(output->length), length);
    ensures plain: \old(PLAIN(output) && plain(text, length)) ==> PLAIN(output); */
static void put_text(struct output *output, const char *text, size_t length)
{
    if (output->length < output->size && length <= output->size - output->length) {
        memcpy(output->buffer + output->length, text, length);
    }
    output->length += length;
}

/*@ requires ROOM(output) && output->length < SIZE_MAX && plain_character(character);
    assigns output->length, REST(output);
    ensures counted: output->length == \old(output->length) + 1;
    ensures kept: copied{Pre,Post}(output->buffer, output->buffer, \old(output->length));
    ensures plain: \old(PLAIN(output)) ==> PLAIN(output); */
static void put_character(struct output *output, char character)
{
    put_text(output, &character, 1);
}

/*@ requires ROOM(output) && output->length <= SIZE_MAX - 10;
    assigns output->length, REST(output);
    ensures counted: has_digits(number, output->length - \old(output->length));
    ensures copied: FITS(output) ==> spelled(output->buffer + \old(output->length),
                                             output->length - \old(output->length), number);
    ensures plain: \old(PLAIN(output)) ==> PLAIN(output); */
static void put_number(struct output *output, uint32_t number)
{
    char digits[10]; /* 4294967295 */
    size_t first = sizeof digits;

    /*@ loop invariant 0 <= first <= 10;
        loop invariant first == 10 || number > 0;
        loop invariant number == cut(\at(number, Pre), 10 - first);
        loop invariant \forall integer i; 0 <= i < 10 - first ==>
            digits[9 - i] == '0' + cut(\at(number, Pre), i) % 10;
        loop invariant plain((char *)digits + first, 10 - first);
        loop assigns first, number, digits[0 .. 9];
        loop variant number; */
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    /*@ assert plain((char *)digits + first, 10 - first); */
    /*@ assert spelled((char *)digits + first, 10 - first, \at(number, Pre)); */
    put_text(output, digits + first, sizeof digits - first);
}

/*@ requires ROOM(output) && output->length <= SIZE_MAX - 14;
    assigns output->length, REST(output);
    ensures counted: output->length == \old(output->length) + PARAMETER_LENGTH(refresher);
    ensures kept: copied{Pre,Post}(output->buffer, output->buffer, \old(output->length));
    ensures plain: \old(PLAIN(output)) ==> PLAIN(output);
    ensures uac: refresher == SST_REFRESHER_UAC && FITS(output) ==>
        parameter(output->buffer + \old(output->length), 'c');
    ensures uas: refresher == SST_REFRESHER_UAS && FITS(output) ==>
        parameter(output->buffer + \old(output->length), 's'); */
static void put_refresher(struct output *output, enum sst_refresher refresher)
{
    if (refresher != SST_REFRESHER_UAC && refresher != SST_REFRESHER_UAS) {
        return;
    }
    const char *text = refresher == SST_REFRESHER_UAC ? ";refresher=uac" : ";refresher=uas";
    /*@ assert parameter((char *)text, refresher == SST_REFRESHER_UAC ? 'c' : 's'); */
    put_text(output, text, 14);
}

/*@ requires ROOM(output);
    assigns output->buffer[0 .. output->size - 1];
    ensures \result == output->length;
    ensures terminated: output->size > 0 ==>
        output->buffer[output->length < output->size ? output->length : 0] == '\0';
    ensures kept: output->length < output->size ==>
        copied{Pre,Post}(output->buffer, output->buffer, output->length); */
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
    put_refresher(&output, refresher);
    return output_end(&output);
}

/*
 * How much of the text can be copied as it is: up to a line break, or to a NUL, where a reader that
 * treats the value as a string would stop.
 */
/*@ requires CURSOR(scan);
    assigns \nothing;
    ensures \result <= scan->end - scan->at;
    ensures plain(scan->at, \result);
    ensures most: \result < scan->end - scan->at ==> !plain_character(scan->at[\result]); */
static size_t printable_length(const struct sst_scan *scan)
{
    const char *at = scan->at;

    /*@ loop invariant within(scan->at, at, scan->end);
        loop invariant plain(scan->at, at - scan->at);
        loop assigns at;
        loop variant scan->end - at; */
    while (at != scan->end && *at != '\r' && *at != '\n' && *at != '\0') {
        at++;
    }
    return (size_t)(at - scan->at);
}

/*
 * RFC 3261 §7.3.1: a line break and the white space that begins the next line become a single SP. A
 * CR, LF or NUL outside a fold becomes a '?': one header field must not become two, and white space
 * there could turn something else into a refresher.
 */
/*@ requires ROOM(output) && output->length <= SIZE_MAX - (scan.end - scan.at);
    requires CURSOR(&scan);
    requires \separated(scan.at + (0 .. scan.end - scan.at - 1),
                        output->buffer + (0 .. output->size - 1));
    assigns output->length, REST(output);
    ensures counted: \old(output->length) <= output->length <=
                     \old(output->length) + (scan.end - scan.at);
    ensures plain: \old(PLAIN(output)) ==> PLAIN(output); */
static void put_unfolded(struct output *output, struct sst_scan scan)
{
    /*@ loop invariant within(\at(scan.at, Pre), scan.at, scan.end);
        loop invariant \at(output->length, Pre) <= output->length <=
                       \at(output->length, Pre) + (scan.at - \at(scan.at, Pre));
        loop invariant \at(PLAIN(output), Pre) ==> PLAIN(output);
        loop assigns scan.at, output->length,
                     output->buffer[\at(output->length, Pre) .. output->size - 1];
        loop variant scan.end - scan.at; */
    while (!sst_scan_done(&scan)) {
        size_t length = printable_length(&scan);
        put_text(output, scan.at, length);
        scan.at += length;
        if (sst_scan_done(&scan)) {
            return;
        }
        if (sst_scan_sees_fold(&scan)) {
            put_character(output, ' ');
            scan.at += 2;
            /*@ loop invariant within(\at(scan.at, LoopEntry), scan.at, scan.end);
                loop assigns scan.at;
                loop variant scan.end - scan.at; */
            while (sst_scan_sees(&scan, ' ') || sst_scan_sees(&scan, '\t')) {
                scan.at++;
            }
        } else {
            put_character(output, '?');
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
        /*@ assert value != \null; */
        /*@ assert scan.at == DIGITS(value, value + length) && scan.end == value + length; */
        (void)sst_scan_delta_seconds(&scan, &received.seconds);
        put_number(&output, seconds);
        put_unfolded(&output, scan);
    }
    return output_end(&output);
}
