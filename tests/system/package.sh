#!/usr/bin/env bash
# Builds the Debian packages in a folder of their own, installs them, tries them, and removes them
# again.
#
#   tests/system/package.sh
#
# Needs root, or sudo.
set -eu
cd "$(dirname "$0")/../.."

scripts/packages.sh build demo package

packages=(gstreamer1.0-visioncraft visioncraft-tools visioncraft-web visioncraft-player visioncraft-rtsp)
work=$(mktemp -d)
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
installed=

clean_up () {
  [ -z "$installed" ] || "${as_root[@]}" dpkg --purge "${packages[@]}" >/dev/null
  rm -rf "$work"
}
trap clean_up EXIT

fail () { echo "FAILED: $1"; exit 1; }

! dpkg-query -W -f '${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | grep -qx installed \
  || fail "the packages are installed already and would be lost"

# The sources as they are here, without what was built.
mkdir "$work/source"
tar -c --exclude-vcs --exclude='./build*' . | tar -x -C "$work/source"
cp -r packaging/debian "$work/source/debian"

version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
[ "$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)" = "$version" ] \
  || fail "packaging/debian/changelog is not about version $version"

(cd "$work/source" && dpkg-buildpackage -us -uc) >"$work/build.log" 2>&1 \
  || { tail -n 20 "$work/build.log" | cut -c1-300; fail "dpkg-buildpackage"; }
[ -f "$work/gst-visioncraft_$version.dsc" ] || fail "there is no source package"
deb=$(echo "$work/${packages[0]}_${version}"_*.deb)
debs=()
for package in "${packages[@]}"; do
  debs+=("$work/${package}_${version}"_*.deb)
done
# The lintian of Debian 12 does not know the policy of Debian 13.
lintian --allow-root --fail-on error,warning --suppress-tags newer-standards-version \
  "$work"/*.changes || fail "lintian"

# What installers of missing codecs look for.
has_field () {
  local value
  value=$(dpkg-deb -f "$deb" "$1")
  [[ $value == *"$2"* ]] || fail "the field $1 is \"$value\""
}
has_field Gstreamer-Version "$(pkg-config --modversion gstreamer-1.0 | cut -d. -f1,2)"
has_field Gstreamer-Elements "animgifdec, visioncraftgifsrc"
has_field Gstreamer-Uri-Sources visioncraft
has_field Gstreamer-Decoders image/gif
has_field Depends libsoup-3.0-0

plugins_dir=$(pkg-config --variable=pluginsdir gstreamer-1.0)
module=$plugins_dir/libgstvisioncraft.so
page=/usr/share/doc/gst-visioncraft/elements.md
dpkg-deb -c "$deb" >"$work/contents.txt"
for file in "$module" "$plugins_dir/libgstanimgif.so" "$page"; do
  grep -qF ".$file" "$work/contents.txt" || fail "$file is not in the package"
done

# As a user has it: no path, a registry that knows nothing yet.
unset GST_PLUGIN_PATH GST_PLUGIN_SYSTEM_PATH GST_REGISTRY_DISABLE
export HOME=$work/home XDG_CACHE_HOME=$work/home/.cache GST_REGISTRY=$work/registry.bin
installed=yes
"${as_root[@]}" dpkg --install "${debs[@]}" >"$work/install.log" 2>&1 \
  || { cat "$work/install.log"; fail "dpkg --install"; }
gst-inspect-1.0 visioncraftgifsrc >"$work/inspect.txt" || fail "visioncraftgifsrc is not found"
# /lib and /usr/lib are one.
found=$(sed -n 's/^ *Filename *//p' "$work/inspect.txt")
[ "$(realpath "$found")" = "$(realpath "$module")" ] \
  || fail "visioncraftgifsrc is from $found"
grep -qF "file://$page#visioncraftgifsrc" "$work/inspect.txt" || fail "the page's address differs"
[ -f "$page" ] || fail "$page is not installed"
timeout 60 gst-launch-1.0 playbin video-sink=fakesink \
  uri="file://$PWD/tests/data/gif/delays-1840ms.gif" >"$work/play.txt" 2>&1 \
  || { cat "$work/play.txt"; fail "playbin does not play a GIF"; }

grep -qF "release version=\"$version\"" /usr/share/metainfo/gst.visioncraft.Player.metainfo.xml \
  || fail "the player's metainfo is of another version"

# What belongs to the programs: settings, units, completion.
for file in /usr/share/glib-2.0/schemas/gst.visioncraft.Player.gschema.xml \
  /usr/share/applications/gst.visioncraft.Player.desktop \
  /usr/lib/systemd/system/visioncraft-web.service /usr/lib/systemd/system/visioncraft-rtsp.service \
  /usr/share/bash-completion/completions/visioncraft-to-video \
  /usr/share/zsh/site-functions/_visioncraft-to-video \
  /usr/share/fish/vendor_completions.d/visioncraft-to-video.fish; do
  [ -s "$file" ] || fail "$file is not installed"
done
gsettings list-schemas | grep -qx gst.visioncraft.Player || fail "the player's settings are not compiled"
timeout 60 visioncraft-to-video --quiet --from tests/data/gif/delays-1840ms.gif "$work/fox.mp4" \
  || fail "the converter does not work"
[ -s "$work/fox.mp4" ] || fail "the converter writes nothing"

for program in /usr/bin/visioncraft-*; do
  case $("$program" --version) in
    *"$version"*) ;;
    *) fail "$program does not tell its version" ;;
  esac
  [ -e "/usr/share/man/man1/${program##*/}.1.gz" ] || fail "$program has no manual page"
done

"${as_root[@]}" dpkg --purge "${packages[@]}" >/dev/null || fail "dpkg --purge"
installed=
! gst-inspect-1.0 --exists visioncraftgifsrc || fail "the element outlives its package"
[ ! -e "$module" ] && [ ! -e "$page" ] || fail "files outlive their package"
! compgen -G "/usr/bin/visioncraft-*" >/dev/null || fail "programs outlive their packages"
echo "The packages of $version build, install, work and go again."
