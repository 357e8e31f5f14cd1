#!/usr/bin/env bash
# What systemd says of the units of the servers.
#
#   units.sh UNIT-FOLDER PROGRAM...
set -eu

folder=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail () { echo "FAILED: $1"; exit 1; }

for program in "$@"; do
  program=$(realpath "$program")
  unit=$(basename "$program").service
  # The program is not installed here.
  sed "s|^ExecStart=[^ ]*|ExecStart=\"$program\"|" "$folder/$unit" >"$work/$unit"
  said=$(systemd-analyze verify --man=no --recursive-errors=no "$work/$unit" 2>&1) \
    || fail "$unit: $said"
  [ -z "$said" ] || fail "$unit: $said"
  # 0 is locked up, 100 is open; a unit that says nothing has 96.
  systemd-analyze security --offline=yes --threshold=20 --no-pager "$work/$unit" >"$work/said" \
    || { cat "$work/said"; fail "$unit is open to more than it needs"; }
  for line in DynamicUser=yes LoadCredential=token: CacheDirectory=; do
    grep -q "^$line" "$work/$unit" || fail "$unit has no $line"
  done
  ! grep -E '^(ExecStartPre|User|Environment=.*TOKEN)' "$work/$unit" || fail "$unit: see above"
  "$program" --help >/dev/null || fail "$program does not start"
done
