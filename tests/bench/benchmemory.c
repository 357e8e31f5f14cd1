/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchmemory.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

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

static glong
count_faults (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void
bench_memory_report (
    const BenchPeer *peer, const BenchFile *file, gboolean copies)
{
  gsize size = 4 * (gsize) file->width * file->height;
  g_autofree guint8 *dest = g_malloc (size);
  glong kb, n_faults;

  /* The buffer is there already. */
  memset (dest, 1, size);
  kb = peak_kb ();
  n_faults = count_faults ();
  bench_peer_decode (
      peer, file, peer->copies || copies ? dest : NULL, NULL, NULL);
  n_faults = count_faults () - n_faults;
  g_print ("%ld %ld\n", peak_kb () - kb, n_faults);
}

glong
bench_memory_measure (
    const gchar *program, const gchar *peer, const GByteArray *bytes)
{
  g_autofree gchar *path =
      g_build_filename (g_get_tmp_dir (), "gifbench-XXXXXX", NULL);
  const gchar *argv[] = { program, "--memory", path, "--peer", peer, NULL };
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
