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
# A user's own files must stay as they are.
export HOME=$work/home XDG_CACHE_HOME=$work/home/.cache

[ -f "$build/build.ninja" ] || meson setup "$build" "$source_dir" --prefix=/usr \
  -Ddefault_library=both -Dtests=disabled -Dexamples=disabled >"$work/setup.log" \
  || { cat "$work/setup.log"; fail "meson setup"; }
DESTDIR=$root meson install -C "$build" >"$work/install.log" 2>&1 \
  || { cat "$work/install.log"; fail "meson install"; }

# Where this GStreamer looks, and nowhere else.
cat >"$work/expected" <<EOF
$plugins_dir/libgstvisioncraftgif.a
$plugins_dir/libgstvisioncraftgif.so
$plugins_dir/pkgconfig/gstvisioncraftgif.pc
/usr/share/doc/gst-visioncraft/elements.md
EOF
(cd "$root" && find . -type f | sed 's/^\.//' | LC_ALL=C sort) >"$work/found"
diff -u "$work/expected" "$work/found" || fail "other files are installed"
[ "$(pkg-config --variable=pluginsdir gstreamer-1.0)" = "$plugins_dir" ] \
  || fail "GStreamer looks elsewhere"

# The module shows the world its two entry points only.
symbols=$(nm -D --defined-only "$root$plugins_dir/libgstvisioncraftgif.so" | awk '{ print $3 }' \
  | LC_ALL=C sort | tr '\n' ' ')
[ "$symbols" = "gst_plugin_visioncraftgif_get_desc gst_plugin_visioncraftgif_register " ] \
  || fail "the module exports $symbols"

# inspect COMMAND...: both elements, from the file at $1.
inspect () {
  local file=$1
  shift
  for element in visioncraftgifsrc animgifdec; do
    "$@" gst-inspect-1.0 "$element" >"$work/inspect.txt" || fail "$element is not found"
    grep -qF "$file" "$work/inspect.txt" || fail "$element is not from $file"
  done
}
inspect "$root$plugins_dir/libgstvisioncraftgif.so" \
  env GST_PLUGIN_PATH="$root$plugins_dir" GST_REGISTRY="$work/registry.bin"
grep -qF "file:///usr/share/doc/gst-visioncraft/elements.md#animgifdec" "$work/inspect.txt" \
  || fail "the documentation's address is not that of the page"

# A program that links the plugin in with what pkg-config says.
cat >"$work/program.c" <<'EOF'
#include <gst/gst.h>
GST_PLUGIN_STATIC_DECLARE (visioncraftgif);
int
main (void)
{
  gst_init (NULL, NULL);
  GST_PLUGIN_STATIC_REGISTER (visioncraftgif);
  return gst_element_factory_find ("visioncraftgifsrc") == NULL
      || gst_element_factory_find ("animgifdec") == NULL;
}
EOF
flags=$(PKG_CONFIG_PATH=$root$plugins_dir/pkgconfig pkg-config \
  --define-variable=pluginsdir="$root$plugins_dir" --cflags --libs gstvisioncraftgif)
# shellcheck disable=SC2086
cc "$work/program.c" -o "$work/program" $flags || fail "linking the static library"
! ldd "$work/program" | grep -q libgstvisioncraftgif || fail "the module was linked"
GST_REGISTRY_DISABLE=yes "$work/program" || fail "static registration"

# Without installing: nothing outside of the build is read or written.
inspect "$build/gst/libgstvisioncraftgif.so" meson devenv -C "$build"
[ -f "$build/registry.bin" ] || fail "devenv's registry is elsewhere"
[ -z "$(find "$work/home" -type f)" ] || fail "a file was written to the user's home"
