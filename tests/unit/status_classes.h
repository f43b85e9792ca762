/* SPDX-License-Identifier: MIT */
/* How each final status to a local INVITE or UPDATE is treated: RFC 4028 §10, EC-50 to EC-62. */
#ifndef STATUS_CLASSES_H
#define STATUS_CLASSES_H

#include "talk.h"

/*
 * S success; E the session ends; T retry later; M this method will not work; N the peer does not
 * have it; O without the offer, if there was one; I interval too small; G glare; A credentials; X
 * extension; D RFC 5057 says that it ends the dialog. u: M to an UPDATE, T to an INVITE.
 */
static const struct {
    unsigned from;
    char class_;
} classes[] = {
    {200, 'S'}, {300, 'M'}, {401, 'A'}, {402, 'M'}, {404, 'D'}, {405, 'N'}, {406, 'O'}, {407, 'A'},
    {408, 'E'}, {409, 'M'}, {410, 'D'}, {411, 'M'}, {413, 'O'}, {414, 'M'}, {415, 'O'}, {416, 'D'},
    {417, 'M'}, {420, 'X'}, {421, 'M'}, {422, 'I'}, {423, 'M'}, {480, 'T'}, {481, 'E'}, {482, 'D'},
    {486, 'T'}, {488, 'O'}, {489, 'M'}, {491, 'G'}, {492, 'M'}, {500, 'T'}, {501, 'N'}, {502, 'D'},
    {503, 'T'}, {504, 'u'}, {505, 'M'}, {506, 'T'}, {513, 'O'}, {514, 'T'}, {580, 'O'}, {581, 'T'},
    {601, 'M'}, {604, 'D'}, {605, 'M'}, {606, 'O'}, {607, 'M'}, {700, '-'},
};

static inline char class_of(unsigned status, enum sst_method method)
{
    size_t i = 0;

    while (classes[i + 1].from <= status) {
        i++;
    }
    if (classes[i].class_ == 'u') {
        return method == UPDATE ? 'M' : 'T';
    }
    return classes[i].class_;
}

#endif
