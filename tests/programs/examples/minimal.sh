#!/bin/sh
# examples/minimal.c prints one call: refreshed three times halfway through its 600 s, each time
# answered a second later; the fourth refresh times out after 32 s and ends it. The half counts from
# sending, which is remembered to 1/256 of the interval, rounded down (EC-132): 301, 599.656,
# 897.312 s.
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
  601 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
  602 s  received 200
  602 s  refreshed local
  899 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
  900 s  received 200
  900 s  refreshed local
 1197 s  sent UPDATE
           Supported: timer
           Session-Expires: 600;refresher=uac
 1229 s  timed out: UPDATE
 1229 s  sent BYE: SIP;cause=408;text="Session refresh timed out"'

if [ "$output" != "$expected" ]; then
    printf 'expected:\n%s\n\ngot:\n%s\n' "$expected" "$output"
    exit 1
fi
