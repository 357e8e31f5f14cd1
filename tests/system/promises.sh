#!/usr/bin/env bash
# Each test and each program that docs/security.md names is there, and is run.
#
#   promises.sh SOURCE_DIR
set -eu
cd "$1"

named=$(grep -o '`test_[a-z0-9_]*`' docs/security.md | tr -d '`' | sort -u)
[ "$(wc -w <<<"$named")" -gt 20 ] || { echo "docs/security.md names no tests"; exit 1; }
missing=0
for name in $named; do
  # GstCheck: defined, and added. GLib: static void, and ADD (name without test_). Python: a method.
  if grep -qF "GST_START_TEST ($name)" -r tests/check; then
    [ "$(grep -rFw "$name" tests/check --include='*.c' | wc -l)" -ge 2 ] \
      || { echo "$name is not run"; missing=1; }
  elif ! grep -qE "ADD \(${name#test_}\)" -r tests/unit \
    && ! grep -qF "def $name(self" -r tests/apps; then
    echo "$name is not there"
    missing=1
  fi
done

programs=$(grep -oE '`[a-z0-9-]+\.(py|sh)`' docs/security.md | tr -d '`' | sort -u)
[ "$(wc -w <<<"$programs")" -ge 3 ] || { echo "docs/security.md names no programs"; exit 1; }
for program in $programs; do
  # Meson's tables have them without their endings.
  if [ ! -f "tests/system/$program" ] \
    || ! grep -q "'${program%.*}'" tests/system/meson.build; then
    echo "$program is not there, or is not run"
    missing=1
  fi
done
exit $missing
