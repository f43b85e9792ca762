#!/bin/sh
# examples/minimal.c prints one call: refreshed three times at half of its 600 s, each time
# answered a second later; the fourth refresh times out after 32 s and ends it.
#   minimal.sh PROGRAM
set -eu

output=$("$1")
expected='    0 s  sent INVITE
           Supported: timer
           Session-Expires: 600
    1 s  received 200
    1 s  negotiated local
  301 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
  302 s  received 200
  302 s  refreshed local
  602 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
  603 s  received 200
  603 s  refreshed local
  903 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
  904 s  received 200
  904 s  refreshed local
 1204 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
 1236 s  timed out: UPDATE
 1236 s  sent BYE: refresh_timeout'

if [ "$output" != "$expected" ]; then
    printf 'expected:\n%s\n\ngot:\n%s\n' "$expected" "$output"
    exit 1
fi
