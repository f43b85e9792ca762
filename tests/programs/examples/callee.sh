#!/bin/sh
# examples/callee.c prints one call: 60 s are below the minimum of 90; 120 s are refreshed three
# times, each time halfway. Then the watching side hangs up 32 s before the end (RFC 4028 §10: the
# smaller of 32 s and a third), at 180.1 + 88 s. Midway between half and that it reports the refresh
# as overdue.
#   callee.sh PROGRAM
set -eu

output=$("$1")
answer='           Supported: timer
           Session-Expires: 120;refresher=uac
           Require: timer'
refresh() {
    printf '%5d s  received UPDATE\n%5d s  sent 200\n%s\n%5d s  refreshed remote\n' \
        "$1" "$1" "$answer" "$1"
}
expected="    0 s  received INVITE
    0 s  sent 422
           Supported: timer
           Min-SE: 90
    0 s  received INVITE
    0 s  sent 200
$answer
    0 s  received ACK
    0 s  negotiated remote
$(refresh 60)
$(refresh 120)
$(refresh 180)
  254 s  overdue remote
  268 s  sent BYE: SIP;cause=408;text=\"Session not refreshed\""

if [ "$output" != "$expected" ]; then
    printf 'expected:\n%s\n\ngot:\n%s\n' "$expected" "$output"
    exit 1
fi
