#!/usr/bin/env bash
# What `meson install` puts where, what can be done with it, and `meson devenv`.
#
#   install.sh SOURCE_DIR WORK_DIR PLUGINS_DIR
#
# WORK_DIR is kept from run to run, so that only what has changed is compiled.
set -eu

source_dir=$1 work=$2 plugins_dir=$3
build=$work/build root=$work/root

fail () { echo "FAILED: $1"; exit 1; }

unset GST_PLUGIN_PATH GST_REGISTRY GST_REGISTRY_DISABLE DESTDIR
rm -rf "$root" "$work/home"
mkdir -p "$work/home"
# A user's own files must stay as they are; a compiler cache would keep its own there.
export CCACHE_DISABLE=1
export HOME=$work/home XDG_CACHE_HOME=$work/home/.cache

[ -f "$build/build.ninja" ] || meson setup "$build" "$source_dir" --prefix=/usr \
  -Ddefault_library=both -Dtests=disabled -Dapps=disabled -Dexamples=disabled >"$work/setup.log" \
  || { cat "$work/setup.log"; fail "meson setup"; }
# What was one module once must not stay: it has the same types.
mkdir -p "$root$plugins_dir"
touch "$root$plugins_dir/libgstvisioncraftgif.so"
DESTDIR=$root meson install -C "$build" >"$work/install.log" 2>&1 \
  || { cat "$work/install.log"; fail "meson install"; }

# Where this GStreamer looks, and nowhere else.
cat >"$work/expected" <<EOF
$plugins_dir/libgstanimgif.a
$plugins_dir/libgstanimgif.so
$plugins_dir/libgstvisioncraft.a
$plugins_dir/libgstvisioncraft.so
$plugins_dir/pkgconfig/gstanimgif.pc
$plugins_dir/pkgconfig/gstvisioncraft.pc
/usr/share/doc/gst-visioncraft/elements.md
EOF
(cd "$root" && find . -type f | sed 's/^\.//' | LC_ALL=C sort) >"$work/found"
diff -u "$work/expected" "$work/found" || fail "other files are installed"
[ "$(pkg-config --variable=pluginsdir gstreamer-1.0)" = "$plugins_dir" ] \
  || fail "GStreamer looks elsewhere"

# A module shows the world its two entry points only.
for name in animgif visioncraft; do
  symbols=$(nm -D --defined-only "$root$plugins_dir/libgst$name.so" | awk '{ print $3 }' \
    | LC_ALL=C sort | tr '\n' ' ')
  [ "$symbols" = "gst_plugin_${name}_get_desc gst_plugin_${name}_register " ] \
    || fail "the module $name exports $symbols"
done

# inspect ANIMGIF VISIONCRAFT COMMAND...: each element, from its file.
inspect () {
  local -A files=([visioncraftgifsrc]=$2 [animgifdec]=$1)
  local element
  shift 2
  for element in visioncraftgifsrc animgifdec; do
    "$@" gst-inspect-1.0 "$element" >"$work/inspect.txt" || fail "$element is not found"
    grep -qF "${files[$element]}" "$work/inspect.txt" \
      || fail "$element is not from ${files[$element]}"
  done
}
inspect "$root$plugins_dir/libgstanimgif.so" "$root$plugins_dir/libgstvisioncraft.so" \
  env GST_PLUGIN_PATH="$root$plugins_dir" GST_REGISTRY="$work/registry.bin"
grep -qF "file:///usr/share/doc/gst-visioncraft/elements.md#animgifdec" "$work/inspect.txt" \
  || fail "the documentation's address is not that of the page"

# A program that links the plugins in with what pkg-config says.
cat >"$work/program.c" <<'EOF'
#include <gst/gst.h>
GST_PLUGIN_STATIC_DECLARE (animgif);
GST_PLUGIN_STATIC_DECLARE (visioncraft);
int
main (void)
{
  gst_init (NULL, NULL);
  GST_PLUGIN_STATIC_REGISTER (animgif);
  GST_PLUGIN_STATIC_REGISTER (visioncraft);
  return gst_element_factory_find ("visioncraftgifsrc") == NULL
      || gst_element_factory_find ("animgifdec") == NULL;
}
EOF
# pkg-config takes no paths with spaces.
link=$(mktemp -d)
trap 'rm -rf "$link"' EXIT
ln -s "$root$plugins_dir" "$link/plugins"
flags=$(PKG_CONFIG_PATH=$link/plugins/pkgconfig pkg-config \
  --define-variable=pluginsdir="$link/plugins" --cflags --libs gstanimgif gstvisioncraft)
# shellcheck disable=SC2086
cc "$work/program.c" -o "$work/program" $flags || fail "linking the static library"
! ldd "$work/program" | grep -qE "libgst(animgif|visioncraft)" || fail "the module was linked"
GST_REGISTRY_DISABLE=yes "$work/program" || fail "static registration"

# Without installing: nothing outside of the build is read or written.
inspect "$build/gst/libgstanimgif.so" "$build/gst/libgstvisioncraft.so" \
  meson devenv -C "$build"
[ -f "$build/registry.bin" ] || fail "devenv's registry is elsewhere"
[ -z "$(find "$work/home" -type f)" ] || fail "a file was written to the user's home"
