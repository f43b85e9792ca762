#!/bin/sh
# The core must have no writable data and no allocation, and claim no name that does not begin
# with sst_. Looks at objects compiled as the library's are, but without sanitizers, which add
# data of their own.
#   check_symbols.sh COMPILER INCLUDE-FOLDER SOURCE...
set -eu

compiler=$1 include=$2
shift 2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

fail() {
    echo "FAILED  $*"
    status=1
}

for source in "$@"; do
    name=${source##*/src/}
    object=$scratch/$(echo "$name" | tr / _).o
    "$compiler" -std=c11 -O2 -fPIC -fvisibility=hidden -fno-common -I"$include" -I"$include/../src" -DSST_BUILDING \
        -c "$source" -o "$object"

    # Sections that are both allocated and writable. What a compiler makes of a switch may be a table
    # in .data.rel.ro, written once by the dynamic linker and read-only from then on; of the source's
    # own objects, not even constant ones may have to be written there.
    writable=$(readelf -SW "$object" | sed 's/^ *\[ *[0-9]*\] *//' | awk '
        $7 ~ /W/ && $7 ~ /A/ && $5 !~ /^0+$/ && $1 !~ /^\.data\.rel\.ro/ { print $1 " " $5 }')
    [ -z "$writable" ] || fail "$name has writable data:" "$writable" \
        "($(nm -S "$object" | awk '$3 ~ /^[dDbBC]$/ { print $4 }' | tr '\n' ' '))"

    objects=$(nm "$object" | awk '$2 ~ /^[dDbBC]$/ { print $3 }' | tr '\n' ' ')
    [ -z "$objects" ] || fail "$name has objects that are not read-only:" "$objects"

    strange=$(nm --defined-only -g "$object" | awk '$3 !~ /^sst_/ { print $3 }')
    [ -z "$strange" ] || fail "$name defines" "$strange"

    allocation=$(nm -u "$object" | awk '{ print $2 }' | grep -E \
        '^(.*alloc|free|str(n)?dup|alloca|mmap|brk|sbrk|.*printf|__tls_get_addr|errno)$' || true)
    [ -z "$allocation" ] || fail "$name uses" "$allocation"
done
[ $status -ne 0 ] || echo "$# files without writable data, allocation or foreign names"
exit $status
