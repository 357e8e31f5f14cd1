#!/usr/bin/env bash
# examples/quickstart.sh with what this build has made: its three files come
# whole, and a run that fails leaves those of the one before.
#
#   quickstart.sh SCRIPT BUILD_DIR
set -eu

script=$1 built=$2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
fail () { echo "FAILED: $1"; cat "$tree/out.txt"; exit 1; }

# No packages and no compiler here: Meson's part is to name the folder, ninja's
# to fill it.
mkdir -p "$tree/examples" "$tree/scripts" "$tree/bin" "$tree/here" "$tree/tests/data/gif"
cp "$script" "$tree/examples/quickstart.sh"
cp "$(dirname "$script")/../tests/data/gif/delays-1840ms.gif" "$tree/tests/data/gif"
printf '#!/bin/sh\n' >"$tree/scripts/packages.sh"
launch=$(command -v gst-launch-1.0)
printf '#!/bin/sh\n[ "$1" = setup ] && mkdir -p "$2/tests" && touch "$2/build.ninja"\n' \
  >"$tree/bin/meson"
printf '#!/bin/sh\nln -sfn "%s/gst" "$2/gst"\nln -sfn "%s/tests/mockserver" "$2/tests/mockserver"\n' \
  "$built" "$built" >"$tree/bin/ninja"
chmod +x "$tree"/bin/* "$tree/scripts/packages.sh"

unset VISIONCRAFT_TOKEN VISIONCRAFT_API_URL GST_REGISTRY_DISABLE GST_PLUGIN_PATH
export PATH=$tree/bin:$PATH

run () {
  (cd "$tree/here" && timeout 100 "$tree/examples/quickstart.sh" "$1") >"$tree/out.txt" 2>&1
}
names () { ls -A "$tree/here" | tr '\n' ' '; }

# Its three files, whole.
check_files () {
  [ "$(names)" = "first-frame.png generated.gif generated.mp4 " ] || fail "its files are: $(names)"
  [ "$(head -c 6 "$tree/here/generated.gif")" = GIF89a ] || fail "generated.gif is no GIF"
  [ "$(head -c 8 "$tree/here/first-frame.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] \
    || fail "first-frame.png is no PNG"
  [ "$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 \
    "$tree/here/first-frame.png")" = 1 ] || fail "first-frame.png is not one picture"
  [ "$(dd if="$tree/here/generated.mp4" bs=1 skip=4 count=4 2>/dev/null)" = ftyp ] \
    || fail "generated.mp4 is no MP4"
}

run 'a "fox" in the \snow' || fail "the quickstart"
check_files
[ ! -e "$tree/build" ] || fail "it took the folder build/, which is the user's"

before=$(cd "$tree/here" && sha256sum *)
! run "fault:422" || fail "a refused prompt is a success"
[ "$(names)" = "first-frame.png generated.gif generated.mp4 " ] || fail "then there are: $(names)"
[ "$(cd "$tree/here" && sha256sum *)" = "$before" ] || fail "a run that failed changed the files"

# A tree that cannot be written, and a GdkPixbuf that does not work.
rm -rf "$tree"/build-quickstart "$tree"/here/*
touch "$tree/build-quickstart"
printf '#!/bin/sh\ncase "$*" in *gdkpixbufdec*) exit 1;; esac\nexec "%s" "$@"\n' "$launch" \
  >"$tree/bin/gst-launch-1.0"
chmod +x "$tree/bin/gst-launch-1.0"
export XDG_CACHE_HOME=$tree/cache
run "a fox" || fail "the quickstart in a tree that cannot be written"
check_files
compgen -G "$tree/cache/gst-visioncraft/quickstart-*/build.ninja" >/dev/null \
  || fail "it did not build in the cache"
