/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchmemory.h"

#include <glib/gstdio.h>
#include <string.h>

/* Peak of the resident set of this process, in kB. */
static glong
peak_kb (void)
{
  g_autofree gchar *status = NULL;
  const gchar *line;

  g_assert_true (
      g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
  return (glong) g_ascii_strtoll (line + strlen ("VmHWM:"), NULL, 10);
}

void
bench_memory_report (const BenchPeer *peer, const BenchFile *file)
{
  glong before = peak_kb ();

  peer->decode (file, NULL, NULL);
  g_print ("%ld\n", peak_kb () - before);
}

glong
bench_memory_measure (const gchar *program, const gchar *peer,
    const gchar *input, const GByteArray *bytes)
{
  g_autofree gchar *path =
      g_build_filename (g_get_tmp_dir (), "gifbench-XXXXXX", NULL);
  const gchar *argv[] = { program, "--memory", path, "--peer", peer, "--input",
    input, NULL };
  g_autofree gchar *output = NULL;
  g_autoptr (GError) error = NULL;
  gint status, fd = g_mkstemp (path);

  g_assert_true (fd >= 0 && g_close (fd, NULL));
  g_file_set_contents (
      path, (const gchar *) bytes->data, (gssize) bytes->len, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
      &output, NULL, &status, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
  return (glong) g_ascii_strtoll (output, NULL, 10);
}
