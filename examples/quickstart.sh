#!/usr/bin/env bash
# From a prompt to a GIF, its first frame and a video, in one generation:
#
#   examples/quickstart.sh ["a prompt"]
#
# Installs what is missing, builds, and leaves generated.gif, first-frame.png and
# generated.mp4 in the current folder. With VISIONCRAFT_TOKEN set it asks the
# service; without, a mock server on this machine, and says so.
set -eu

prompt=${1:-"a fox in the snow"}
here=$PWD
cd "$(dirname "$0")/.."
root=$PWD

scripts/packages.sh build demo
# build/ is for whoever installs; a tree that cannot be written stays as it is.
build=$root/build-quickstart
mkdir -p "$build" 2>/dev/null && [ -w "$build" ] || {
  build=${XDG_CACHE_HOME:-$HOME/.cache}/gst-visioncraft/quickstart-$(cksum <<<"$root" | cut -d' ' -f1)
  mkdir -p "$build"
  echo "$root cannot be written: building in $build."
}
[ -f "$build/build.ninja" ] || meson setup "$build" -Dtests=disabled -Dapps=disabled >/dev/null
ninja -C "$build" >"$build/quickstart.log" 2>&1 || { tail -n 40 "$build/quickstart.log"; exit 1; }

export GST_PLUGIN_PATH=$build/gst${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}
export GST_REGISTRY=$build/registry.bin

# What came before stays until the new files are whole.
work=$(mktemp -d "$here/.quickstart-XXXXXX")
mock=
clean_up () {
  [ -z "$mock" ] || kill "$mock" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

if [ -z "${VISIONCRAFT_TOKEN:-}" ]; then
  exec 3< <(exec "$build/tests/mockserver/visioncraft-mock" --latency-ms 1500)
  mock=$!
  read -r line <&3 || { echo "The mock server did not start." >&2; exit 1; }
  export VISIONCRAFT_API_URL=${line#listening on } VISIONCRAFT_TOKEN=mock
  echo "VISIONCRAFT_TOKEN is not set: a mock server on this machine makes the picture, not VisionCraft."
else
  echo "Asking ${VISIONCRAFT_API_URL:-https://visioncraft.top}; a generation takes 10 to 120 seconds."
fi

# gst-launch-1.0 reads quotes and backslashes itself.
quoted=${prompt//\\/\\\\}
quoted=${quoted//\"/\\\"}

# Newer GdkPixbufs decode in a sandbox, which not every container allows.
still=(gdkpixbufdec ! videoconvert ! pngenc)
timeout 20 gst-launch-1.0 filesrc location="$root/tests/data/gif/delays-1840ms.gif" ! "${still[@]}" \
  ! fakesink >"$work/still.log" 2>&1 \
  || still=(animgifdec ! videoconvert ! pngenc snapshot=true)

# One generation, three files. Only the first branch has something to show before the
# GIF is whole, so its sink does not take part in the preroll.
pipeline=(
  visioncraftgifsrc "prompt=\"$quoted\"" ! tee name=gif
  gif. ! queue ! filesink location=generated.gif async=false
  gif. ! queue ! "${still[@]}" ! filesink location=first-frame.png
  gif. ! queue ! animgifdec ! videoconvert ! video/x-raw,format=I420
  ! x264enc bframes=0 ! mp4mux faststart=true ! filesink location=generated.mp4
)
echo
echo "gst-launch-1.0 ${pipeline[*]}"
echo
(cd "$work" && exec gst-launch-1.0 "${pipeline[@]}")

files=(generated.gif first-frame.png generated.mp4)
for file in "${files[@]}"; do
  [ -s "$work/$file" ] || { echo "$file is missing." >&2; exit 1; }
done
echo
for file in "${files[@]}"; do
  mv -f "$work/$file" "$here/$file"
  echo "$here/$file, $(stat -c %s "$here/$file") bytes"
done
