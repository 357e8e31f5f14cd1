#!/usr/bin/env bash
# Installs the peers, builds optimized, measures, and prints the tables:
#
#   tests/bench/run.sh [--quick] [--write]
set -eu
cd "$(dirname "$0")/../.."

scripts/packages.sh build demo apps tests bench
[ -f build-bench/build.ninja ] || meson setup build-bench --buildtype=release >/dev/null
ninja -C build-bench >build-bench/build.log 2>&1 || { tail -n 40 build-bench/build.log; exit 1; }
exec tests/bench/bench.py build-bench "$@"
