/* SPDX-License-Identifier: MIT */
/* Printing: nothing outside the buffer, digits that spell the number, no line break. */
#include "spec_codec.h"
#include "spec_mem.h"

#define BUFFER(buffer, size) ((buffer) == \null || \valid((buffer) + (0 .. (size) - 1)))

/* The output may be written, and how much of it a function may still write. */
#define ROOM(output) \valid((output)->buffer + (0 .. (output)->size - 1))
#define REST(output) (output)->buffer[(output)->length .. (output)->size - 1]

#define FITS(output) ((output)->length <= (output)->size)
#define PLAIN(output) (FITS(output) ==> plain((output)->buffer, (output)->length))

/* Whatever the size: all of the text or none of it. */
#define TERMINATED(buffer, size, length)                                                           \
    ((buffer) != \null && (size) > 0 ==> (buffer)[(length) < (size) ? (length) : 0] == '\0')
#define WHOLE(buffer, size, length) ((buffer) != \null && (length) < (size))

#define PARAMETER_LENGTH(refresher)                                                                \
    ((refresher) == SST_REFRESHER_UAC || (refresher) == SST_REFRESHER_UAS ? 14 : 0)

/*@ requires BUFFER(buffer, size);
    assigns buffer[0 .. size - 1];
    ensures length: has_digits(seconds, \result);
    ensures fits_always: \result < SST_VALUE_SIZE;
    ensures terminated: TERMINATED(buffer, size, \result);
    ensures plain: WHOLE(buffer, size, \result) ==> plain(buffer, \result);
    ensures number: WHOLE(buffer, size, \result) ==> spelled(buffer, \result, seconds); */
size_t sst_print_seconds(char *buffer, size_t size, uint32_t seconds);

/*@ requires BUFFER(buffer, size);
    assigns buffer[0 .. size - 1];
    ensures length: has_digits(seconds, \result - PARAMETER_LENGTH(refresher));
    ensures fits_always: \result < SST_VALUE_SIZE;
    ensures terminated: TERMINATED(buffer, size, \result);
    ensures plain: WHOLE(buffer, size, \result) ==> plain(buffer, \result);
    ensures number: WHOLE(buffer, size, \result) ==>
        spelled(buffer, \result - PARAMETER_LENGTH(refresher), seconds);
    ensures uac: WHOLE(buffer, size, \result) && refresher == SST_REFRESHER_UAC ==>
        parameter(buffer + \result - 14, 'c');
    ensures uas: WHOLE(buffer, size, \result) && refresher == SST_REFRESHER_UAS ==>
        parameter(buffer + \result - 14, 's'); */
size_t sst_print_session_expires(char *buffer, size_t size, uint32_t seconds,
                                 enum sst_refresher refresher);

#define PARSES(value, length)                                                                      \
    (HAS_NUMBER(value, (value) + (length)) &&                                                      \
     PARAMETERS_OR_END(BEHIND(value, (value) + (length)), (value) + (length)))

/*@ requires BUFFER(buffer, size) && VALUE(value, length);
    requires \separated(value + (0 .. length - 1), buffer + (0 .. size - 1));
    assigns buffer[0 .. size - 1];
    ensures nothing: \old(!USABLE(value, length) || !PARSES(value, length)) ==> \result == 0;
    ensures something: \old(USABLE(value, length) && PARSES(value, length)) ==> \result > 0;
    ensures enough_room: \result == 0 || \result < length + 10;
    ensures terminated: TERMINATED(buffer, size, \result);
    ensures plain: WHOLE(buffer, size, \result) ==> plain(buffer, \result); */
size_t sst_print_session_expires_like(char *buffer, size_t size, uint32_t seconds,
                                      const char *value, size_t length);

#include "../../../src/codec/print.c"
