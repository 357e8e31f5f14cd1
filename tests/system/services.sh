#!/usr/bin/env bash
# The units of the servers under a real systemd, as docs/web-server.md says: the Debian packages are
# built, installed in a tree of Debian 12 that debootstrap makes, and started by systemd-nspawn.
#
#   tests/system/services.sh
#
# Where no tree, no package or no container can be had it says "not run" and ends with 77: that is
# not a pass. Needs root. The tree stays in $DISTRIBUTION_CACHE (default ~/.cache/gst-visioncraft).
set -eu
cd "$(dirname "$0")/../.."

not_run () { echo "services: not run: $1"; exit 77; }
fail () { echo "FAILED: $1"; exit 1; }

[ "$(id -u)" -eq 0 ] || not_run "it needs root"
scripts/packages.sh build package services || not_run "packages are missing"
base=$(tests/system/tree.sh bookworm) || not_run "debootstrap makes no tree of bookworm"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
tree=$work/tree

# --- The packages, and the service, in a tree of their own ---
mkdir "$work/source"
tar -c --exclude-vcs --exclude='./build*' . | tar -x -C "$work/source"
cp -r packaging/debian "$work/source/debian"
(cd "$work/source" && dpkg-buildpackage -us -uc -b) >"$work/build.log" 2>&1 \
  || { tail -n 20 "$work/build.log"; fail "dpkg-buildpackage"; }
meson setup "$work/build" -Dapps=disabled -Dexamples=disabled >/dev/null
ninja -C "$work/build" tests/mockserver/visioncraft-mock >/dev/null
cp -a --reflink=auto "$base" "$tree"
cp "$work"/gstreamer1.0-visioncraft_*.deb "$work"/visioncraft-{web,rtsp}_*.deb "$tree/opt"
cp "$work/build/tests/mockserver/visioncraft-mock" "$tree/usr/local/bin"
systemd-nspawn -q -D "$tree" --register=no --keep-unit --pipe sh -ec 'apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y systemd dbus curl libgif7 /opt/*.deb' \
  </dev/null >"$work/install.log" 2>&1 || { tail "$work/install.log"; not_run "apt installs nothing there"; }

# --- What runs inside ---
cat >"$tree/etc/systemd/system/mock.service" <<'UNIT'
[Service]
Type=exec
ExecStart=/usr/local/bin/visioncraft-mock --port 8080 --token key-of-the-tests --size 64x64
UNIT
cat >"$tree/etc/systemd/system/check.service" <<'UNIT'
[Unit]
Wants=mock.service
After=mock.service
[Service]
Type=oneshot
ExecStart=/usr/local/bin/check
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=file:/result
StandardError=inherit
UNIT
ln -s ../check.service "$tree/etc/systemd/system/multi-user.target.wants/check.service"
cat >"$tree/usr/local/bin/check" <<'CHECK'
#!/bin/bash
set -eu
fail () {
  echo "FAILED: $1"
  journalctl --no-pager -u visioncraft-web -u visioncraft-rtsp -u mock | tail -n 30
  exit 1
}
web=http://127.0.0.1:8000
wait_for () {
  local n
  for n in $(seq 300); do
    ! "$@" || return 0
    sleep 0.1
  done
  fail "this did not come: $*"
}
is_healthy () { [ "$(curl -s "$web/healthz")" = ok ]; }
listed () { curl -s -b /tmp/cookie "$web/api/generations" | grep -o '"state":"done"' | wc -l; }
is_done () { [ "$(listed)" = 1 ]; }

# As docs/web-server.md says.
install -d /etc/visioncraft
install -m 600 /dev/stdin /etc/visioncraft/token <<<key-of-the-tests
install -m 600 /dev/stdin /etc/visioncraft/password <<<secret
for name in web rtsp; do
  echo 'OPTIONS="--api-url http://127.0.0.1:8080"' >/etc/visioncraft/$name.conf
  install -D -m 644 /dev/stdin /etc/systemd/system/visioncraft-$name.service.d/override.conf \
    <<<$'[Service]\nLoadCredential=password:/etc/visioncraft/password'
done
systemctl daemon-reload
systemctl enable --now visioncraft-web visioncraft-rtsp
wait_for is_healthy

[ "$(curl -s -o /dev/null -w '%{http_code}' "$web/api/generations")" = 401 ] \
  || fail "the password is not asked for"
curl -s -f -c /tmp/cookie --json '{"password":"secret"}' "$web/api/login" >/dev/null || fail "no login"
curl -s -f -b /tmp/cookie --json '{"prompt":"a fox"}' "$web/api/generations" >/dev/null \
  || fail "no generation"
wait_for is_done

# A user of its own, its own directories, and the key nowhere to be read.
[ "$(stat -c %U /proc/"$(systemctl show -P MainPID visioncraft-web)")" != root ] || fail "it is root"
[ "$(stat -c %a /var/lib/private/visioncraft-web)" = 700 ] || fail "others read the gallery"
compgen -G "/var/lib/visioncraft-web/*.gif" >/dev/null || fail "the gallery is empty"
! tr '\0' '\n' </proc/"$(systemctl show -P MainPID visioncraft-web)"/environ \
  | grep -q key-of-the-tests || fail "the key is in the environment"
! journalctl --no-pager | grep -q key-of-the-tests || fail "the key is in the journal"
journalctl --no-pager -u visioncraft-web | grep -q '"POST /api/generations" 201' \
  || fail "the journal has no line for a request"

# What is kept is there after a restart.
systemctl restart visioncraft-web
wait_for is_healthy
curl -s -f -c /tmp/cookie --json '{"password":"secret"}' "$web/api/login" >/dev/null
[ "$(listed)" = 1 ] || fail "the gallery is gone after a restart"

# The RTSP server's, with its password.
rtsp () {
  exec 3<>/dev/tcp/127.0.0.1/8554
  printf 'DESCRIBE rtsp://127.0.0.1:8554/gif?prompt=a+fox RTSP/1.0\r\nCSeq: 1\r\n\r\n' >&3
  head -n 1 <&3
  exec 3<&-
}
[[ $(rtsp) == "RTSP/1.0 401 "* ]] || fail "the RTSP server asks for no password: $(rtsp)"

systemctl stop visioncraft-web visioncraft-rtsp
for name in web rtsp; do
  [ "$(systemctl show -P Result visioncraft-$name)" = success ] \
    || fail "visioncraft-$name ends by $(systemctl show -P Result visioncraft-$name)"
done
[ "$(systemctl --failed --plain --no-legend | grep -c visioncraft)" = 0 ] || fail "a unit has failed"
echo passed
CHECK
chmod +x "$tree/usr/local/bin/check"
# Its own network: nothing but what is inside.
timeout 300 systemd-nspawn -q --boot -D "$tree" --register=no --keep-unit --private-network \
  </dev/null >"$work/boot.log" 2>&1 || true
[ -e "$tree/result" ] || { tail "$work/boot.log"; not_run "systemd does not start here"; }
cat "$tree/result"
[ "$(tail -n 1 "$tree/result")" = passed ] || exit 1
