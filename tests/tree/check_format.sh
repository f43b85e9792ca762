#!/bin/sh
# Every C file is formatted by clang-format 19, except the proofs and the docs' scaffolds.
#   check_format.sh ROOT
set -eu

tool=$(command -v clang-format-19) || {
    echo "skipped: no clang-format-19"
    exit 77
}
cd "$1"
find include src examples tests -name '*.[ch]' ! -path 'tests/assurance/proofs/*' ! -path 'tests/docs/scaffold/*' \
    ! -path '*/node_modules/*' -print0 | xargs -0 "$tool" --dry-run -Werror
