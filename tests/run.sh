#!/usr/bin/env bash
# Installs what the tests need, builds, runs every suite, and ends with 'N passed, N failed'.
#
#   tests/run.sh [STAGE...]
#
# Stages: plain (every suite), sanitize (the linked-in suites under ASan and UBSan),
# valgrind (some of the linked-in suites, for what the sanitizers do not see),
# guard (what the source and the decoder cost, in instructions beside a peer's),
# package (the Debian package: built, installed, tried, removed).
set -eu
cd "$(dirname "$0")/.."

scripts/packages.sh build demo apps tests
# The tests bring their own server and key.
unset VISIONCRAFT_TOKEN VISIONCRAFT_API_URL

passed=0 failed=0

# run_suites NAME "MESON OPTIONS" "TEST OPTIONS": builds in build-NAME and adds up what ran.
run_suites () {
  local dir=build-$1 counts
  [ -f "$dir/build.ninja" ] || meson setup "$dir" $2 >/dev/null \
    || { cat "$dir/meson-logs/meson-log.txt"; failed=$((failed + 1)); return; }
  if ! ninja -C "$dir" >"$dir/build.log" 2>&1; then
    tail -n 60 "$dir/build.log"
    failed=$((failed + 1))
    return
  fi
  rm -f "$dir"/meson-logs/testlog*.json
  meson test -C "$dir" --no-rebuild --print-errorlogs $3 || true
  # A skipped test is one that did not run: it counts as failed.
  counts=$(/usr/bin/python3 - "$dir"/meson-logs/testlog*.json <<'PY'
import json, sys
results = [json.loads(line)["result"] for line in open(sys.argv[1])]
good = sum(r in ("OK", "EXPECTEDFAIL") for r in results)
print(good, len(results) - good)
PY
  ) || counts="0 1"
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
}

# run_script COMMAND...: one test that is not Meson's.
run_script () {
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

plain="-Dwerror=true -Dapps=enabled -Dexamples=enabled"

# A part of each kind: the client's layers, the source's tables, the decoder.
under_valgrind="vcbody vcerror vcjob vcrequest visioncraftgifsrc-net-errors
  visioncraftgifsrc-net-retries animgifdec-output"

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(plain sanitize valgrind guard package)
for stage in "${stages[@]}"; do
  echo "== $stage"
  case $stage in
    plain) run_suites plain "$plain" "--no-suite guard" ;;
    guard) run_suites plain "$plain" "--suite guard" ;;
    sanitize) run_suites sanitize \
      "-Db_sanitize=address,undefined -Db_lundef=false" \
      "--suite linked --timeout-multiplier 4" ;;
    valgrind) run_suites plain "$plain" "--setup valgrind $under_valgrind" ;;
    package) run_script tests/system/package.sh ;;
    *) echo "run.sh: no stage '$stage'" >&2; exit 64 ;;
  esac
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
