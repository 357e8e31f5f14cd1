/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gives every file of the named directories to a fuzz target, where there is no
 * libFuzzer to do so. Fails when there is none. */

#include "fuzz.h"

#include <glib.h>

static guint
replay_directory (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const gchar *name;
  guint n = 0;

  g_assert_no_error (error);
  for (; (name = g_dir_read_name (dir)); n++) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);
    g_autofree gchar *text = NULL;
    g_autofree guint8 *data = NULL;
    gsize size;

    g_file_get_contents (file, &text, &size, &error);
    g_assert_no_error (error);
    g_print ("%s\n", file);
    /* Without the zero byte that GLib puts behind the content. */
    data = g_memdup2 (text, size);
    g_assert_true (LLVMFuzzerTestOneInput (data, size) == 0);
  }
  return n;
}

int
main (int argc, char **argv)
{
  guint n = 0;
  int i;

  for (i = 1; i < argc; i++)
    n += replay_directory (argv[i]);
  g_print ("%u inputs\n", n);
  return n > 0 ? 0 : 1;
}
