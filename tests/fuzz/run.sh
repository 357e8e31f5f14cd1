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
  -Dfuzzing=enabled -Dexamples=disabled -Dapps=disabled \
  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 G_DEBUG=fatal-criticals
export GST_REGISTRY_DISABLE=yes G_SLICE=always-malloc
# Leaks are looked for afterwards, in what was found: to know a library's leak needs whole stacks,
# which cost ten times the time.
export LSAN_OPTIONS=print_suppressions=0:suppressions=$PWD/tests/lsan.supp
whole_stacks=fast_unwind_on_malloc=0:malloc_context_size=20:intercept_tls_get_addr=0
for target in "$@"; do
  ninja -C build-fuzz "tests/fuzz/fuzz-$target" >/dev/null
  mkdir -p "build-fuzz/found/$target"
  nice -n 5 "build-fuzz/tests/fuzz/fuzz-$target" -max_total_time="$seconds" \
    -max_len=4096 -timeout=10 -detect_leaks=0 -artifact_prefix=build-fuzz/found/ \
    "build-fuzz/found/$target" "tests/fuzz/corpus/$target"
  ASAN_OPTIONS=$whole_stacks nice -n 5 "build-fuzz/tests/fuzz/fuzz-$target" -runs=0 \
    -timeout=60 -artifact_prefix=build-fuzz/found/ "build-fuzz/found/$target"
done
