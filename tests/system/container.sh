#!/usr/bin/env bash
# packaging/Containerfile, built by podman, and its two images used as packaging/README.md says.
#
#   tests/system/container.sh
#
# The base image is made by debootstrap from the mirror that apt uses here, under the name that the
# Containerfile has. Where no base, no podman or no container can be had it says "not run" and ends
# with 77: that is not a pass. Needs root. The base stays in $DISTRIBUTION_CACHE (default
# ~/.cache/gst-visioncraft), for the next time.
set -eu
cd "$(dirname "$0")/../.."

not_run () { echo "container: not run: $1"; exit 77; }
fail () { echo "FAILED: $1"; exit 1; }

[ "$(id -u)" -eq 0 ] || not_run "it needs root"
scripts/packages.sh build container || not_run "podman is not there"

release=$(sed -n 's/^FROM debian:\([a-z]*\)-slim AS build$/\1/p' packaging/Containerfile)
[ -n "$release" ] || fail "the Containerfile has another base"
work=$(mktemp -d)
mock=
clean_up () {
  [ -z "$mock" ] || kill "$mock"
  "${podman[@]}" rm --all --force >/dev/null 2>&1 || true
  # Its mounts and layers; another rm would stop at them.
  "${podman[@]}" system reset --force >/dev/null 2>&1 || true
  rm -rf --one-file-system "$work"
}
podman=(podman --root "$work/storage" --runroot "$work/run" --tmpdir "$work/tmp")
limits=(--ulimit "nofile=$(ulimit -Sn):$(ulimit -Hn)" --network host)
trap clean_up EXIT

base=$(tests/system/tree.sh "$release") || not_run "debootstrap makes no tree of $release"
tar -c -C "$base" . | "${podman[@]}" import - "debian:$release-slim" >/dev/null 2>&1 \
  || not_run "podman takes no image here"

# crun refuses some machines' cgroups; what a container may run is limited here as outside.
starts () {
  "${podman[@]}" --runtime "$1" run --rm "${limits[@]}" --ulimit nproc=4096:4096 \
    "debian:$release-slim" true 2>"$work/log"
}
for runtime in crun runc ''; do
  [ -n "$runtime" ] || not_run "no container starts: $(tail -n 1 "$work/log")"
  ! starts "$runtime" || break
done
podman+=(--runtime "$runtime")
limits+=(--ulimit nproc=4096:4096)

for target in tools web; do
  "${podman[@]}" build --pull=never "${limits[@]}" -f packaging/Containerfile \
    --target "$target" -t "visioncraft-$target" . >"$work/build.log" 2>&1 \
    || { tail -n 20 "$work/build.log"; fail "the image of $target"; }
done

# --- A service on this machine ---
key=key-of-the-tests
meson setup "$work/build" -Dapps=disabled -Dexamples=disabled >/dev/null
ninja -C "$work/build" tests/mockserver/visioncraft-mock >/dev/null
"$work/build/tests/mockserver/visioncraft-mock" --token "$key" --size 64x64 --frames 4 \
  >"$work/mock.log" &
mock=$!
# wait_for COMMAND...
wait_for () {
  local n
  for n in $(seq 300); do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "this did not come: $*"
}
service_of () { service=$(grep -om 1 'http://127.0.0.1:[0-9]*' "$work/mock.log"); }
wait_for service_of

# --- The tools, by a user whom the image does not know ---
mkdir -p "$work/files" "$work/cache"
chown 1234:1234 "$work/files" "$work/cache"
chmod 711 "$work"
convert () {
  VISIONCRAFT_TOKEN=$key "${podman[@]}" run --rm "${limits[@]}" --user 1234:1234 \
    -e VISIONCRAFT_TOKEN -v "$work/files:/work" \
    -v "$work/cache:/home/visioncraft/.cache/visioncraft" \
    visioncraft-tools --api-url "$service" "$@" >"$work/said" 2>&1 \
    || { cat "$work/said"; fail "visioncraft-to-video $*"; }
}
convert "a fox in the snow" fox.mp4 fox.webm fox.mov fox.gif fox.png
[ "$(stat -c %u "$work"/files/fox.* | sort -u)" = 1234 ] || fail "the files are somebody else's"
for file in fox.mp4 fox.webm fox.mov fox.gif fox.png; do
  [ -s "$work/files/$file" ] || fail "there is no $file"
done
convert "a fox in the snow" again.mp4
grep -q "From the cache" "$work/said" || fail "the second run asked again"

# --- The page ---
printf '%s\n' "$key" >"$work/token"
printf 'secret\n' >"$work/password"
for name in token password; do
  "${podman[@]}" secret create "visioncraft-$name" "$work/$name" >/dev/null
done
"${podman[@]}" run --detach --name web "${limits[@]}" \
  --secret visioncraft-token,uid=1000,mode=0400 \
  --secret visioncraft-password,uid=1000,mode=0400 \
  visioncraft-web --port 0 --api-url "$service" >/dev/null
page_of () {
  "${podman[@]}" logs web >"$work/said" 2>&1
  port=$(sed -n 's|^listening on http://0.0.0.0:\([0-9]*\)/$|\1|p' "$work/said")
  [ -n "$port" ]
}
wait_for page_of
! grep -v '^listening on ' "$work/said" || fail "it warns, see above"
page=http://127.0.0.1:$port
[ "$(curl -s "$page/healthz")" = ok ] || fail "it is not healthy"
[ "$(curl -s -o /dev/null -w '%{http_code}' --json '{"prompt":"a fox"}' "$page/api/generations")" \
  = 401 ] || fail "it asks for no password"
grep -q . "$work/token" && ! grep -qF "$key" "$work/said" || fail "the key is in the log"

# stop: SIGTERM, which it answers by ending.
"${podman[@]}" stop --time 20 web >/dev/null
[ "$("${podman[@]}" inspect --format '{{.State.ExitCode}}' web)" = 0 ] || fail "SIGTERM ends it badly"
echo "container: both images built and used"
