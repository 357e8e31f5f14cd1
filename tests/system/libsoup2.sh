#!/usr/bin/env bash
# libsoup 2 and libsoup 3 cannot live in one process. Decoding a GIF needs neither, so a program that
# uses libsoup 2 plays GIFs; the source says that it cannot work there, and asks nobody.
#
#   libsoup2.sh MODULE_DIR GIF [LINKED_PROGRAM LOCAL_PROGRAM]
#
# Without the programs (no libsoup 2 to build them with), only what the decoder's module needs.
set -eu

module_dir=$1 gif=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail () { cat "$work/out.txt" 2>/dev/null || true; echo "FAILED: $1"; exit 1; }

readelf -d "$module_dir/libgstanimgif.so" >"$work/needed.txt"
grep -q 'NEEDED.*libgstreamer-1.0' "$work/needed.txt" || fail "readelf names no libraries"
! grep -E 'NEEDED.*(libsoup|json-glib|libgio)' "$work/needed.txt" \
  || fail "decoding a GIF loads libraries of the network"
[ $# -gt 2 ] || { echo "no libsoup 2: only the decoder's libraries were looked at"; exit 0; }

linked=$3 local=$4
unset GST_REGISTRY_DISABLE G_DEBUG
export GST_PLUGIN_PATH=$module_dir GST_REGISTRY=$work/registry.bin

"$linked" "filesrc location=\"$gif\" ! decodebin ! fakesink" >"$work/out.txt" 2>&1 \
  || fail "a program linked to libsoup 2 does not survive a GIF"
grep -qx ended "$work/out.txt" || fail "a program linked to libsoup 2 does not play a GIF"

# libsoup 3 sees the other's symbols when it is loaded, and ends the process.
ulimit -c 0
if "$linked" 'visioncraftgifsrc prompt=x ! fakesink' >"$work/out.txt" 2>&1; then
  fail "libsoup 3 lets libsoup 2 be: say so in README.md"
fi
grep -q 'libsoup2 symbols detected' "$work/out.txt" || fail "the end is not libsoup's"

# Behind RTLD_LOCAL it does not see them, and would hang or crash where it needs its types.
timeout 60 "$local" 'visioncraftgifsrc prompt=x ! fakesink' >"$work/out.txt" 2>&1 \
  || fail "beside libsoup 2 the source does not end with an error"
[ "$(grep -c '^error: ' "$work/out.txt")" -eq 1 ] || fail "not exactly one error"
grep -q '^error: .*libsoup 2' "$work/out.txt" || fail "the error does not name libsoup 2"
grep -qx 'nobody asked' "$work/out.txt" || fail "there was a request"
! grep -q CRITICAL "$work/out.txt" || fail "libsoup 3 was called"
