#!/usr/bin/env bash
# The built module, found by GST_PLUGIN_PATH as a user would have it: the first
# pipelines of the README, run by gst-launch-1.0 under the leaks tracer.
#
#   launch.sh MODULE_DIR MOCK_PROGRAM
set -eu

module_dir=$1 mock_program=$2
work=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null || true; rm -rf "$work"' EXIT

unset GST_REGISTRY_DISABLE
export GST_PLUGIN_PATH=$module_dir GST_REGISTRY=$work/registry.bin

exec 3< <(exec "$mock_program" --size 96x64 --frames 4)
mock=$!
read -r line <&3
export VISIONCRAFT_API_URL=${line#listening on } VISIONCRAFT_TOKEN=test

fail () { echo "FAILED: $1"; exit 1; }

# run NAME PIPELINE...: ends by itself, and leaks nothing.
run () {
  local name=$1
  shift
  echo "gst-launch-1.0 $*"
  GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_FILE=$work/leaks.log \
    timeout 60 gst-launch-1.0 "$@" >"$work/out.txt" 2>&1 \
    || { cat "$work/out.txt"; fail "$name"; }
  ! grep -q "object-alive, type-name=(string)[A-Z]" "$work/leaks.log" \
    || { grep "object-alive, type-name=(string)[A-Z]" "$work/leaks.log"; fail "$name leaks"; }
}

# The registry is written before the tracer counts.
gst-inspect-1.0 visioncraftgifsrc >"$work/inspect.txt" || fail "the module is not found"

run "the first frame" visioncraftgifsrc prompt="a fox in the snow" ! gdkpixbufdec \
  ! videoconvert ! pngenc ! filesink location="$work/fox.png"
[ "$(head -c 8 "$work/fox.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] \
  || fail "fox.png is no PNG"

run "the GIF" visioncraftgifsrc prompt="a fox in the snow" ! filesink location="$work/fox.gif"
[ "$(head -c 6 "$work/fox.gif")" = GIF89a ] || fail "fox.gif is no GIF"

run "the video" visioncraftgifsrc prompt="a fox in the snow" ! animgifdec ! videoconvert \
  ! video/x-raw,format=I420 ! x264enc bframes=0 ! mp4mux faststart=true \
  ! filesink location="$work/fox.mp4"
duration=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/fox.mp4")
[ "$duration" = 0.500000 ] || fail "fox.mp4 lasts $duration s, not 0.5"

if timeout 60 gst-launch-1.0 visioncraftgifsrc prompt="fault:429 times=9" retries=0 ! fakesink \
  >"$work/out.txt" 2>&1; then
  fail "an error of the service does not reach gst-launch"
fi
[ "$(grep -c '^ERROR: from element' "$work/out.txt")" -eq 1 ] \
  || { cat "$work/out.txt"; fail "not exactly one error"; }
