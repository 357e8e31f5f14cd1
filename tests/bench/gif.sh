#!/usr/bin/env bash
# GIF decoding beside its peers: installs what that takes, builds, prints the tables
# of docs/performance.md, then our instructions per pixel.
#
#   [ROUNDS=N] [WUFFS=FILE] [FILES=FOLDER] tests/bench/gif.sh [BUILD-DIRECTORY]
#
# WUFFS: wuffs-v0.4.c, of release/c in https://github.com/google/wuffs. FILES: GIFs to measure
# instead of the inputs that the benchmark makes itself.
set -eu
cd "$(dirname "$0")/../.."
dir=${1:-build-bench}

scripts/packages.sh build tests
[ -f "$dir/build.ninja" ] || meson setup "$dir" >/dev/null
[ -z "${WUFFS:-}" ] || meson configure "$dir" -Dwuffs="$(realpath "$WUFFS")"
ninja -C "$dir" tests/bench/gifbench >/dev/null
bench=$dir/tests/bench/gifbench

if [ -n "${FILES:-}" ]; then
  exec tests/bench/giffiles.py "$bench" "$FILES" --rounds "${ROUNDS:-15}"
fi
"$bench" --rounds "${ROUNDS:-11}"

count () { # INPUT PIXELS
  local log instructions
  log=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    --toggle-collect=decode_visioncraft "$bench" --once --input "$1" 2>&1)
  instructions=$(sed -n 's/.*Collected : //p' <<<"$log")
  awk -v i="$instructions" -v p="$2" -v n="$1" \
    'BEGIN { printf "| %s | %.1f |\n", n, i / p }'
}
printf '\n| input | instructions per pixel |\n|---|--:|\n'
count dithered $((512 * 512 * 16))
count flat $((1280 * 720 * 200))
count small $((320 * 240 * 50))
