#!/bin/sh
# The library exports exactly what the public headers declare.
#   check_api.sh COMPILER INCLUDE-FOLDER HEADER SOURCE...
# HEADER includes all the others. Additional compiler options come from the environment as CPPFLAGS.
set -eu

compiler=$1 include=$2 header=$3
shift 3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flags="-std=c11 -fPIC -fvisibility=hidden -DSST_BUILDING ${CPPFLAGS:-}"

# With SST_BUILDING each of our declarations begins with the visibility attribute.
echo "#include <$header>" >"$scratch/all.c"
# shellcheck disable=SC2086 # a list of words
"$compiler" $flags -I"$include" -E -P "$scratch/all.c" | tr '\n' ' ' | tr ';' '\n' |
    sed 's/ __attribute__((warn_unused_result))//' |
    sed -n 's/.*__attribute__((visibility("default")))\([^(]*\)(.*/\1/p' |
    sed 's/.*[ *]//' | sort >"$scratch/declared"

for source in "$@"; do
    # shellcheck disable=SC2086
    "$compiler" $flags -I"$include" -I"$include/../src" -c "$source" -o "$scratch/object.o"
    readelf -sW "$scratch/object.o"
done | awk '$5 == "GLOBAL" && $6 == "DEFAULT" && $7 != "UND" { print $8 }' |
    sort >"$scratch/exported"

status=0
missing=$(comm -23 "$scratch/declared" "$scratch/exported")
[ -z "$missing" ] || { echo "FAILED  declared and not there:" "$missing"; status=1; }
surplus=$(comm -13 "$scratch/declared" "$scratch/exported")
[ -z "$surplus" ] || { echo "FAILED  there and not declared:" "$surplus"; status=1; }
[ -s "$scratch/declared" ] || { echo "FAILED  <$header> declares nothing"; status=1; }
echo "$(wc -l <"$scratch/declared") functions declared, $(wc -l <"$scratch/exported") exported"
exit $status
