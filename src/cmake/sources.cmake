# The library's files, a folder for each layer, the lowest first (docs/design.md). The list is
# explicit so that a stray file in src/ never becomes part of the library by accident; the build
# refuses a file of src/ that is in neither list.

set(SST_CORE_SOURCES
  about/names.c
  about/sizes.c
  about/version.c
  codec/scan.c
  codec/parse.c
  codec/print.c
  codec/message.c
  policy/fields.c
  policy/text.c
  policy/policy.c
  policy/proxy.c
  rules/timing.c
  rules/failure.c
  rules/headers.c
  rules/uac.c
  rules/uas.c
  rules/proxy.c
  watch/names.c
  watch/tx.c
  watch/limits.c
  watch/findings.c
  watch/negotiate.c
  watch/request.c
  watch/response.c
  watch/watch.c
  watch/refused.c
  watch/judge.c
  watch/relay.c
  watch/across.c
  session/state.c
  session/due.c
  session/check.c
  session/plan.c
  session/commit.c
  session/time.c
  session/image.c
  session/event.c
  session/lost.c
  session/refused.c
  session/session.c
  session/uac.c
  session/uas.c
  queue/heap.c
  queue/queue.c
)

set(SST_OSIP_SOURCES
  osip/room.c
  osip/read.c
  osip/apply.c
  osip/event.c
  osip/session.c
)
