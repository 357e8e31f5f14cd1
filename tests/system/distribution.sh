#!/usr/bin/env bash
# The quickstart and the tests on another release of Debian, as a newcomer to it runs them: in a
# chroot that debootstrap makes from the mirror that apt uses here.
#
#   tests/system/distribution.sh RELEASE [ARCH] [STAGE...]
#
# RELEASE is a name like trixie or sid, ARCH one like i386 or arm64 (default: this machine's; others
# than that and i386 are emulated by QEMU, slowly). Stages are `quickstart` and those of tests/run.sh
# (default: quickstart plain sanitize valgrind package). Ends with a table of what passed. Where no
# chroot or no package can be had it says "not run" and ends with 77: that is not a pass.
#
# Needs root, or sudo. The chroot stays, with the packages that were installed there, in
# $DISTRIBUTION_CACHE (default ~/.cache/gst-visioncraft), for the next time.
set -eu
tree=$(cd "$(dirname "$0")/../.." && pwd)

[ $# -gt 0 ] || { sed -n '2,/^set/ s/^# \{0,1\}//p' "$0" >&2; exit 64; }
# not_run REASON
not_run () {
  echo "distribution $asked: not run: $1"
  exit 77
}
asked=$*

if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || [ -t 0 ] || not_run "it needs root, or sudo"
  exec sudo DISTRIBUTION_CACHE="${DISTRIBUTION_CACHE:-$HOME/.cache/gst-visioncraft}" "$0" "$@"
fi
# Mounts and processes of our own: however this ends, the kernel takes them all away.
if [ -z "${DISTRIBUTION_INSIDE:-}" ]; then
  own=(unshare --mount --propagation private --pid --fork --kill-child)
  "${own[@]}" mount -t tmpfs tmpfs /mnt 2>/dev/null || not_run "nothing can be mounted here"
  DISTRIBUTION_INSIDE=yes exec "${own[@]}" "$0" "$@"
fi

release=$1
shift
arch=$(dpkg --print-architecture)
case "${1:-}" in
  amd64 | arm64 | armhf | i386 | ppc64el | riscv64 | s390x) arch=$1; shift ;;
esac
stages=("$@")
[ ${#stages[@]} -gt 0 ] || stages=(quickstart plain sanitize valgrind package)

folder=$release
[ "$arch" = "$(dpkg --print-architecture)" ] || folder=$release-$arch

# The kernel gives programs of other processors to QEMU, also in a chroot.
emulate () {
  local registry=/proc/sys/fs/binfmt_misc
  case "$(dpkg --print-architecture) $arch" in
    "$arch $arch" | "amd64 i386") return ;;
  esac
  scripts/packages.sh emulation || not_run "QEMU is not there"
  [ -e "$registry/status" ] || mount -t binfmt_misc binfmt_misc "$registry" \
    || not_run "this kernel runs no programs of other processors"
  update-binfmts --enable >/dev/null 2>&1 || true
}

cd "$tree"
emulate
command -v debootstrap >/dev/null || scripts/packages.sh distribution \
  || not_run "debootstrap is not there"
root=$(tests/system/tree.sh "$release" "$arch" "$folder") \
  || not_run "debootstrap gets it from no mirror of apt's"

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mountpoint -q "$root/dev/shm" || mount -t tmpfs tmpfs "$root/dev/shm"

rm -rf --one-file-system "$root/root/gst-visioncraft"
mkdir -p "$root/root/gst-visioncraft"
tar -c --exclude-vcs --exclude='./build*' . | tar -x --no-same-owner -C "$root/root/gst-visioncraft"

# inside COMMAND...: in the tree there, with nothing of this environment.
inside () {
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    chroot "$root" sh -c 'cd /root/gst-visioncraft && exec "$@"' sh "$@"
}

inside apt-get update -qq || not_run "apt finds no packages there"
# The quickstart is to find out by itself what is missing.
groups=(build demo apps tests)
[ "${stages[*]}" != linked ] || groups=(build linked)
[ "${stages[0]}" = quickstart ] || inside scripts/packages.sh "${groups[@]}" \
  || not_run "packages cannot be installed there"

rows=() failed=0
for stage in "${stages[@]}"; do
  log=$root/root/$stage.log
  if [ "$stage" = quickstart ]; then
    command=(examples/quickstart.sh "a fox in the snow")
  else
    command=(tests/run.sh "$stage")
  fi
  begin=$SECONDS
  if inside "${command[@]}" >"$log" 2>&1; then
    result=passed
  else
    result=failed failed=1
    tail -n 60 "$log"
  fi
  rows+=("| $release $arch | $stage | $result, $(tail -n 1 "$log") | $((SECONDS - begin)) s |")
done

inside sh -c 'dpkg-query -W -f "\${Package} \${Version}\n" libgstreamer1.0-0 libsoup-3.0-0 gcc \
  | tr "\n" ";"; echo'
printf '%s\n' "${rows[@]}"
exit "$failed"
