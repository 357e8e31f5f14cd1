#!/usr/bin/env bash
# Builds the fuzz targets with clang, ASan and UBSan and runs them one after the
# other; ends at the first fault, whose input it leaves in build-fuzz.
#
#   tests/fuzz/run.sh SECONDS [TARGET...]    TARGET: a name of fuzz-NAME.c
#
# What is worth keeping goes to tests/fuzz/corpus/TARGET, which tests replay.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET...]}
shift
targets="gif-blocks gif-lzw gif-decoder gif-seeks gif-window wire uri animgifdec"
[ $# -gt 0 ] || set -- $targets

scripts/packages.sh build tests fuzz
[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz \
  -Dfuzzing=enabled -Dexamples=disabled \
  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 G_DEBUG=fatal-criticals
for target in "$@"; do
  ninja -C build-fuzz "tests/fuzz/fuzz-$target" >/dev/null
  mkdir -p "build-fuzz/found/$target"
  nice -n 5 "build-fuzz/tests/fuzz/fuzz-$target" -max_total_time="$seconds" \
    -max_len=4096 -timeout=10 -artifact_prefix=build-fuzz/found/ \
    "build-fuzz/found/$target" "tests/fuzz/corpus/$target"
done
