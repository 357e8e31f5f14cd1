#!/usr/bin/env bash
# Prints the folder of a tree of Debian, which debootstrap makes where it is missing.
#
#   tests/system/tree.sh RELEASE [ARCH FOLDER]
#
# From the mirror that apt uses here, in which apt works as it does here. FOLDER is one of
# $DISTRIBUTION_CACHE (default ~/.cache/gst-visioncraft), where it stays; the default is one that
# nobody touches, for others to copy. Needs root.
set -eu

cache=${DISTRIBUTION_CACHE:-$HOME/.cache/gst-visioncraft}
arch=${2:-$(dpkg --print-architecture)}
tree=$cache/${3:-untouched-$1}

if [ ! -d "$tree" ]; then
  mkdir -p "$cache"
  for mirror in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
    rm -rf --one-file-system "$tree.new"
    if debootstrap --variant=minbase --arch="$arch" "$1" "$tree.new" "$mirror" >"$tree.log" 2>&1
    then
      mv "$tree.new" "$tree"
      break
    fi
  done
  [ -d "$tree" ] || { tail -n 3 "$tree.log" >&2; exit 1; }
fi
# The way to the mirror, a proxy for example, is the same.
cp -L /etc/resolv.conf "$tree/etc/resolv.conf"
apt-config dump Acquire | grep -v '^Acquire::IndexTargets' >"$tree/etc/apt/apt.conf.d/00host"
echo "$tree"
