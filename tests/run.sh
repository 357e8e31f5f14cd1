#!/usr/bin/env bash
# Installs what the tests need, builds, runs every suite, and ends with 'N passed, N failed'.
#
#   tests/run.sh [STAGE...]
#
# Stages: format (C as clang-format 14 writes it: other versions write it otherwise, so that
# only Debian 12 runs this by default; a licence for each file), plain (every suite), sanitize (the linked-in suites under
# ASan and UBSan), valgrind (some of the linked-in suites, for what the sanitizers do not see),
# guard (what the source and the decoder cost, in instructions beside a peer's),
# slurm (a list of prompts on a Slurm of this machine alone; as root),
# package (the Debian package: built, installed, tried, removed),
# container, services (packaging/Containerfile by podman, the units under a real systemd: minutes,
# as root, where the kernel lets them),
# short (the linked-in suites and the launch lines: enough for another release),
# trixie (short, in a chroot of Debian 13; as root; "not run" where none can be made),
# linked (the linked-in suites of the plugins alone, patiently: enough for another processor).
set -eu
cd "$(dirname "$0")/.."

if [ "$*" = linked ]; then
  scripts/packages.sh build linked
else
  scripts/packages.sh build demo apps tests
fi

# What runs does not depend on what else the caller has set: a key, a proxy, Python's settings.
bare () {
  env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 ${TMPDIR:+TMPDIR="$TMPDIR"} \
    ${CCACHE_DIR:+CCACHE_DIR="$CCACHE_DIR"} "$@"
}

passed=0 failed=0

# run_suites NAME "MESON OPTIONS" "TEST OPTIONS": builds in build-NAME and adds up what ran.
run_suites () {
  local dir=build-$1 counts
  [ -f "$dir/build.ninja" ] || bare meson setup "$dir" $2 >/dev/null \
    || { cat "$dir/meson-logs/meson-log.txt"; failed=$((failed + 1)); return; }
  # A module of both elements, from a build that is older than this tree.
  rm -f "$dir/gst/libgstvisioncraftgif.so"
  if ! bare ninja -C "$dir" >"$dir/build.log" 2>&1; then
    tail -n 60 "$dir/build.log"
    failed=$((failed + 1))
    return
  fi
  rm -f "$dir"/meson-logs/testlog*.json
  bare meson test -C "$dir" --no-rebuild --print-errorlogs $3 || true
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
  if bare "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

plain="-Dwerror=true -Dapps=enabled -Dexamples=enabled"

# run_elsewhere RELEASE STAGE: a stage on another release, or a line that says why not.
run_elsewhere () {
  local status=0
  bare tests/system/distribution.sh "$@" || status=$?
  case $status in
    0) passed=$((passed + 1)) ;;
    77) ;;
    *) failed=$((failed + 1)) ;;
  esac
}

# A part of each kind: the client's layers, the source's tables, the decoder.
under_valgrind="vcbody vcerror vcjob vcrequest visioncraftgifsrc-net-errors
  visioncraftgifsrc-net-retries animgifdec-output"

default_stages () {
  if grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release; then
    echo format plain sanitize valgrind guard slurm package trixie
  else
    echo plain sanitize valgrind guard slurm package
  fi
}

stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=($(default_stages))
for stage in "${stages[@]}"; do
  echo "== $stage"
  case $stage in
    format) run_script tests/system/format.sh ;;
    plain) run_suites plain "$plain" "--no-suite guard --no-suite slurm" ;;
    guard) run_suites plain "$plain" "--suite guard" ;;
    sanitize) run_suites sanitize \
      "-Db_sanitize=address,undefined -Db_lundef=false" \
      "--suite linked --timeout-multiplier 4" ;;
    valgrind) run_suites plain "$plain" "--setup valgrind $under_valgrind" ;;
    short)
      run_suites plain "$plain" "--suite linked"
      run_suites plain "$plain" "launch launchlines" ;;
    linked) run_suites linked "-Dwerror=true -Dapps=disabled -Dexamples=disabled" \
      "--suite linked --timeout-multiplier 20" ;;
    slurm)
      scripts/packages.sh slurm
      run_suites plain "$plain" "--suite slurm" ;;
    package | container | services) run_script "tests/system/$stage.sh" ;;
    trixie) run_elsewhere trixie short ;;
    *) echo "run.sh: no stage '$stage'" >&2; exit 64 ;;
  esac
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
