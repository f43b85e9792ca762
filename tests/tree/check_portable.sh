#!/bin/sh
# The core and the smallest host are ISO C11: they use no function, attribute or builtin that only
# GNU or POSIX has.
#   check_portable.sh COMPILER INCLUDE-FOLDER SOURCE...
set -eu

compiler=$1 include=$2
shift 2
status=0

for source in "$@"; do
    # Without extensions, a C library's headers declare only ISO C, unless a macro asks for more.
    "$compiler" -std=c11 -pedantic-errors -Werror=implicit-function-declaration -fsyntax-only \
        -I"$include" -I"$include/../src" "$source" || status=1
done
own_headers=$(find "$include/../src" -name '*.h' ! -path '*/osip/*')
iso='assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|std[a-z]*|string|time'
# shellcheck disable=SC2086 # a list of paths without spaces
if grep -nE '__(attribute|builtin|extension|typeof|asm|int128)|_(GNU|DEFAULT|POSIX_C|XOPEN)_SOURCE' \
    "$@" $own_headers ||
    grep -n '^ *# *include <' "$@" $own_headers | grep -vE "<(sst/[a-z]+|$iso)\.h>"; then
    echo "FAILED  the lines above are for some compilers or systems only"
    status=1
fi
[ $status -ne 0 ] || echo "$# files are ISO C11"
exit $status
