#!/usr/bin/env bash
# C files are as clang-format 14 writes them with the tree's .clang-format, and every file says its
# licence as REUSE has it.
#
#   tests/system/format.sh
set -eu
cd "$(dirname "$0")/../.."

wanted=14
version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "$version" != "$wanted" ]; then
  echo "format: not checked, since clang-format $version formats otherwise than $wanted (Debian 12)"
  exit 1
fi
# What git tracks; in a tree without git, what was not built.
list () {
  git ls-files -z '*.c' '*.h' 2>/dev/null \
    || find . -path './build*' -prune -o -name '*.[ch]' -print0
}
list | xargs -0 clang-format --dry-run --Werror
if ! report=$(reuse lint 2>&1); then
  echo "$report"
  exit 1
fi
echo "format: as clang-format $wanted writes it, with licences"
