/* SPDX-License-Identifier: MIT */
#include "gaps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "text.h"

#define TOLD "sst-explain: gaps are told"

const char gaps_script[] =
    "local unseen = Field.new('tcp.analysis.ack_lost_segment')\n"
    "local gaps = Proto('sst_explain_gaps', 'Gaps in TCP streams')\n"
    "function gaps.dissector(_, packet)\n"
    "  if unseen() then\n"
    "    io.stderr:write(string.format('sst-explain: gap %d %s %d %s %d\\n', packet.number,\n"
    "      tostring(packet.net_dst), packet.dst_port, tostring(packet.net_src), packet.src_port))\n"
    "  end\n"
    "end\n"
    "register_postdissector(gaps)\n"
    "io.stderr:write('" TOLD "\\n')\n";

struct stream {
    struct end from;
    struct end to;
};

struct gap_stream {
    UT_hash_handle hh;
    struct stream stream;
};

bool gaps_are_told(const char *line)
{
    return strncmp(line, TOLD, strlen(TOLD)) == 0;
}

bool gaps_read(const char *line, struct packet *gap)
{
    *gap = (struct packet){.frame = 0};
    return sscanf(line, "sst-explain: gap %lu %47s %u %47s %u", &gap->frame, gap->from.host,
                  &gap->from.port, gap->to.host, &gap->to.port) == 5;
}

/* Keys are compared byte by byte, so clear the padding. */
static struct stream stream_of(const struct end *from, const struct end *to)
{
    struct stream stream;

    memset(&stream, 0, sizeof stream);
    memcpy(stream.from.host, from->host, strlen(from->host));
    memcpy(stream.to.host, to->host, strlen(to->host));
    stream.from.port = from->port;
    stream.to.port = to->port;
    return stream;
}

static struct gap_stream *find(const struct gaps *gaps, const struct end *from,
                               const struct end *to)
{
    struct stream stream = stream_of(from, to);
    struct gap_stream *found = NULL;

    HASH_FIND(hh, gaps->table, &stream, sizeof stream, found);
    return found;
}

bool gaps_add(struct gaps *gaps, const struct packet *gap)
{
    struct gap_stream *added;

    if (find(gaps, &gap->from, &gap->to) != NULL) {
        return false;
    }
    added = memory(sizeof *added);
    added->stream = stream_of(&gap->from, &gap->to);
    HASH_ADD(hh, gaps->table, stream, sizeof added->stream, added);
    return true;
}

bool gaps_take(struct gaps *gaps, const struct packet *packet)
{
    struct gap_stream *filled;

    if (gaps->table == NULL || !packet->stream) {
        return false;
    }
    filled = find(gaps, &packet->from, &packet->to);
    if (filled != NULL) {
        HASH_DEL(gaps->table, filled);
        free(filled);
    }
    return find(gaps, &packet->to, &packet->from) != NULL;
}

void gaps_clear(struct gaps *gaps)
{
    struct gap_stream *stream;
    struct gap_stream *next;

    HASH_ITER(hh, gaps->table, stream, next)
    {
        HASH_DEL(gaps->table, stream);
        free(stream);
    }
}
