#!/usr/bin/env bash
# Prints the folder of a tree of Debian that debootstrap made, untouched: for others to copy.
#
#   tests/system/tree.sh RELEASE
#
# From the mirror that apt uses here, in which apt works as it does here. It stays in
# $DISTRIBUTION_CACHE (default ~/.cache/gst-visioncraft). Needs root.
set -eu

cache=${DISTRIBUTION_CACHE:-$HOME/.cache/gst-visioncraft}
tree=$cache/untouched-$1

if [ ! -d "$tree" ]; then
  mkdir -p "$cache"
  for mirror in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
    rm -rf --one-file-system "$tree.new"
    ! debootstrap --variant=minbase "$1" "$tree.new" "$mirror" >"$tree.log" 2>&1 || break
  done
  [ -d "$tree.new/usr" ] || exit 1
  mv "$tree.new" "$tree"
fi
# The way to the mirror, a proxy for example, is the same.
cp -L /etc/resolv.conf "$tree/etc/resolv.conf"
apt-config dump Acquire | grep -v '^Acquire::IndexTargets' >"$tree/etc/apt/apt.conf.d/00host"
echo "$tree"
