#!/bin/sh
# Each public header must compile alone, twice in a row, and without a warning.
#   check_headers.sh COMPILER STANDARD INCLUDE-FOLDER HEADER...
# STANDARD is c99, c11 or c++17. Additional compiler options come from the environment as CPPFLAGS.
set -eu

compiler=$1 standard=$2 include=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

warnings='-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Werror'
case $standard in
c++*)
    language=c++
    warnings="$warnings -Wold-style-cast -Wnon-virtual-dtor"
    ;;
*)
    language=c
    warnings="$warnings -Wstrict-prototypes -Wmissing-prototypes -Wc++-compat"
    ;;
esac

status=0
for header in "$@"; do
    printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$header" "$header" \
        >"$scratch/use"
    # shellcheck disable=SC2086 # lists of words
    if "$compiler" -x "$language" -std="$standard" $warnings ${CPPFLAGS:-} -I"$include" \
        -fsyntax-only "$scratch/use"; then
        echo "ok      <$header> as $standard"
    else
        echo "FAILED  <$header> as $standard"
        status=1
    fi
done
[ $# -gt 0 ] || { echo "no header to check"; status=1; }
exit $status
