#!/bin/sh
# The core must compile without a C library: with no header but the compiler's own, and with no
# external function but the four that a compiler demands of every environment.
#   check_freestanding.sh COMPILER INCLUDE-FOLDER SOURCE...
set -eu

compiler=$1 include=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
own=$("$compiler" -print-file-name=include)

for source in "$@"; do
    "$compiler" -std=c11 -O2 -ffreestanding -nostdinc -isystem "$own" -I"$include" -I"$include/../src" -Wall -Wextra \
        -Wpedantic -Werror -DSST_BUILDING -c "$source" -o "$scratch/$(echo "$source" | tr / _).o"
done
"$compiler" -nostdlib -r "$scratch"/*.o -o "$scratch/all"

needed=$(nm -u "$scratch/all" | awk '{ print $2 }')
status=0
for symbol in $needed; do
    case $symbol in
    memcpy | memmove | memset | memcmp | _GLOBAL_OFFSET_TABLE_) ;;
    *)
        echo "FAILED  the core needs $symbol"
        status=1
        ;;
    esac
done
echo "$# files compiled freestanding; needed from outside:" "${needed:-nothing}" | tr '\n' ' '
echo
exit $status
