#!/bin/sh
# examples/quickstart removes nothing that it did not create, whatever SST_BUILD_DIR names.
#   quickstart.sh SOURCE-DIR
# Builds nothing and places no calls: cmake is a stub that does nothing, so the script ends early.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/build/logs"
echo precious >"$work/build/logs/mine.json"
printf '#!/bin/sh\nexit 0\n' >"$work/bin/cmake"
chmod +x "$work/bin/cmake"
PATH=$work/bin:$PATH SST_BUILD_DIR=$work/build "$1/examples/quickstart" >"$work/out" 2>&1 || true
if ! grep -q 'sst-ua does not listen' "$work/out"; then
    echo "the script did not get as far as its logs:"
    cat "$work/out"
    exit 1
fi
[ "$(cat "$work/build/logs/mine.json" 2>/dev/null)" = precious ] || {
    echo "an existing file is gone"
    exit 1
}
