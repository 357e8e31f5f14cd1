#!/usr/bin/env bash
# The one place where Debian package names stand.
#
#   scripts/packages.sh GROUP...    installs what is missing of the named groups
#
# Groups: build (compile the plugins), demo (examples/quickstart.sh), apps (compile and run the
# applications), tests, linked (only what the tests of the plugins need), bench, docs (redraw
# docs/architecture.svg), fuzz, package, distribution (tests/system/distribution.sh), container and
# services (the scripts of these names there), emulation (other processors), slurm (the stage of that
# name).
# Nothing is asked of the network when everything is there already.
set -eu

if [ $# -eq 0 ]; then
  sed -n '2,/^set/ s/^# \{0,1\}//p' "$0" >&2
  exit 64
fi

packages_of () {
  case "$1" in
    build) echo build-essential meson ninja-build pkg-config
      echo libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev
      echo libsoup-3.0-dev libjson-glib-dev libgif-dev
      echo glib-networking ca-certificates ;;
    demo) echo gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
      echo gstreamer1.0-plugins-ugly ;;
    # MP4 and WebM; a window; RTSP.
    apps) echo gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly
      echo gstreamer1.0-plugins-bad libgtk-4-dev libgstrtspserver-1.0-dev
      echo libpango1.0-dev libsecret-1-dev ;;
    tests) echo ffmpeg gstreamer1.0-plugins-bad gstreamer1.0-libav gstreamer1.0-plugins-base-apps
      echo valgrind clang clang-format libclang-rt-dev imagemagick
      echo gstreamer1.0-x xvfb python3 python3-gst-1.0 python3-numpy python3-yaml groff-base
      # The programs of docs/languages.md.
      echo nodejs curl
      # Limits of minutes in seconds.
      echo faketime
      # Decoders to measure ours by.
      echo libavcodec-dev libavutil-dev libgdk-pixbuf-2.0-dev
      # An editor, a transcoder and a player.
      echo gir1.2-ges-1.0 gir1.2-gst-plugins-bad-1.0 gstreamer1.0-plugins-bad-apps
      # Programs that use libsoup 2 beside the plugins.
      echo libsoup2.4-dev
      # The web application in a browser,
      echo chromium chromium-driver python3-selenium
      # and behind proxies.
      echo nginx-light caddy
      # Proxies in front of the service.
      echo tinyproxy-bin squid openssl
      # axe-core and Lighthouse come from npm.
      echo npm
      # The servers' units.
      echo systemd
      # Completion in other shells than bash.
      echo zsh fish
      # Licences of files, and what software centres read.
      echo reuse appstream desktop-file-utils
      # The player's window under Xvfb, and a keyring for its key.
      echo xdotool dbus-daemon at-spi2-core gnome-keyring ;;
    linked) echo gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly
      echo gstreamer1.0-plugins-bad gstreamer1.0-libav python3 ;;
    bench) echo nginx-light curl jq python3-aiohttp ;;
    docs) echo graphviz python3-gst-1.0 ;;
    fuzz) echo clang libclang-rt-dev ;;
    slurm) echo slurmctld slurmd slurm-client munge ;;
    distribution) echo debootstrap ;;
    container) echo podman runc debootstrap curl ;;
    services) echo systemd-container debootstrap ;;
    emulation) echo qemu-user-static binfmt-support ;;
    package) echo debhelper devscripts fakeroot help2man lintian libgstreamer1.0-dev ;;
    *) echo "packages.sh: no group '$1'" >&2; exit 64 ;;
  esac
}

missing=()
for group in "$@"; do
  for package in $(packages_of "$group"); do
    # Other sources' packages of Node.js bring it along, and exclude Debian's.
    [ "$package" != npm ] || ! command -v npm >/dev/null || continue
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed \
      || missing+=("$package")
  done
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "packages.sh: install these as root, then try again: ${missing[*]}" >&2
    exit 69
  }
  as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
# No questions, and no daemons started (nginx, where init decides by runlevel).
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
# Debian 13 has no libsoup 2 any more; what tests that is left out then.
is_gone () {
  [ "$1" = libsoup2.4-dev ] && compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null \
    && ! apt-cache show "$1" >/dev/null 2>&1
}
install_missing () {
  local package there=()
  for package in "${missing[@]}"; do
    if is_gone "$package"; then
      echo "packages.sh: there is no $package here: its tests are left out"
    else
      there+=("$package")
    fi
  done
  [ ${#there[@]} -eq 0 ] \
    || "${as_root[@]}" apt-get install -qq -y --no-install-recommends "${there[@]}" >/dev/null
}
# The lists may be missing or old; ask for new ones only then.
install_missing 2>/dev/null || {
  "${as_root[@]}" apt-get update -qq
  install_missing
}
