#!/bin/sh
# The core must have no writable data and no allocation, and define no name that does not begin
# with sst_. Looks at objects compiled as the library's are, but without sanitizers, which add
# data of their own.
#   check_symbols.sh COMPILER INCLUDE-FOLDER SOURCE...
set -eu

compiler=$1 include=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# fail WHAT LINES: each line is "object: what was found in it"
fail() {
    [ -z "$2" ] || {
        echo "$2" | sed "s/^/FAILED  $1: /"
        status=1
    }
}

for source in "$@"; do
    "$compiler" -std=c11 -O2 -fPIC -fvisibility=hidden -fno-common -I"$include" -I"$include/../src" -DSST_BUILDING \
        -c "$source" -o "$scratch/$(echo "${source##*/src/}" | tr / _).o"
done
cd "$scratch"

# Sections that are both allocated and writable. A compiler may turn a switch into a table in
# .data.rel.ro, which the dynamic linker writes once and which is read-only afterwards. The source's
# own objects must not need even that.
fail "writable data" "$(readelf -SW ./*.o | sed 's/^ *\[ *[0-9]*\] *//' | awk '
    $1 == "File:" { file = $2 }
    $7 ~ /W/ && $7 ~ /A/ && $5 !~ /^0+$/ && $1 !~ /^\.data\.rel\.ro/ { print file ": " $1 " " $5 }')"

nm -A ./*.o >symbols
fail "not read-only" "$(awk '$(NF - 1) ~ /^[dDbBC]$/ { print $1, $NF }' symbols)"
fail "a foreign name" "$(nm -A --defined-only -g ./*.o | awk '$NF !~ /^sst_/ { print $1, $NF }')"
fail "allocates" "$(awk '$(NF - 1) == "U" && $NF ~ \
    /^(.*alloc|free|str(n)?dup|alloca|mmap|brk|sbrk|.*printf|__tls_get_addr|errno)$/ { print $1, $NF }' symbols)"
[ $status -ne 0 ] || echo "$# files without writable data, allocation or foreign names"
exit $status
