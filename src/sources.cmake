# The library's files. The list is explicit so that a stray file in src/ never becomes part of
# the library by accident; the build refuses a src/*.c that is in neither list.

set(SST_CORE_SOURCES
  codec.c
  failure.c
  image.c
  message.c
  names.c
  policy.c
  policy_text.c
  print.c
  proxy.c
  queue.c
  queue_heap.c
  rules_headers.c
  rules_uac.c
  rules_uas.c
  scan.c
  session.c
  session_commit.c
  session_due.c
  session_event.c
  session_lost.c
  session_refresh.c
  session_time.c
  session_uac.c
  session_uas.c
  sizes.c
  timing.c
  version.c
)

set(SST_OSIP_SOURCES
  osip_apply.c
  osip_event.c
  osip_read.c
  osip_room.c
  osip_session.c
)
