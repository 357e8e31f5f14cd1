/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GIF decoders side by side: CPU time, interleaved, medians. */

#include "benchfiles.h"
#include "benchinputs.h"
#include "benchmemory.h"
#include "benchpeers.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_PEERS 8

static gint n_rounds = 11;
static gchar *only_input;
static gchar *only_peer;
static gchar *directory;
static gboolean decodes_once;
static gchar *memory_of;
static gchar *times_of;
static gboolean copies;

static const GOptionEntry options[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "Measurements of each (11)",
      "N" },
  { "input", 0, 0, G_OPTION_ARG_STRING, &only_input, "This input only",
      "NAME" },
  { "peer", 0, 0, G_OPTION_ARG_STRING, &only_peer, "This decoder only",
      "NAME" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &decodes_once,
      "Decode once and measure nothing: for callgrind", NULL },
  { "memory", 0, 0, G_OPTION_ARG_FILENAME, &memory_of,
      "Print what one decoding of this file takes: peak memory in kB and page "
      "faults",
      "FILE" },
  { "copy", 0, 0, G_OPTION_ARG_NONE, &copies,
      "With --memory: the pictures go to a buffer, which does not count",
      NULL },
  { "times", 0, 0, G_OPTION_ARG_FILENAME, &times_of,
      "Print what time each decoder takes for this file, in microseconds",
      "FILE" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &directory,
      "Write the inputs there and end", "DIRECTORY" },
  { NULL },
};

static gdouble
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (gdouble) now.tv_sec * 1e3 + (gdouble) now.tv_nsec / 1e6;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gdouble *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static gdouble
median (gdouble *times, guint n)
{
  qsort (times, n, sizeof *times, compare_times);
  return times[n / 2];
}

static gboolean
is_wanted (const gchar *name, const gchar *only)
{
  return !only || g_str_equal (name, only);
}

static void
run_input (const gchar *program, const BenchInput *input,
    const GByteArray *bytes, const BenchFile *file)
{
  g_autofree gdouble *times = g_new (gdouble, MAX_PEERS * (gsize) n_rounds);
  gdouble n_mpx = 1e-6 * input->width * input->height * input->n_frames;
  gdouble canvas_kb = 4.0 * input->width * input->height / 1024, reference = 0;
  g_autofree gchar *truth = bench_peer_look (bench_peer_get (0), file);
  g_autofree guint8 *dest = g_malloc (4 * (gsize) file->width * file->height);
  const BenchPeer *peer;
  gint round;
  guint k;

  for (round = 0; round < n_rounds; round++) {
    for (k = 0; (peer = bench_peer_get (k)); k++) {
      gdouble start = cpu_ms ();

      if (is_wanted (peer->name, only_peer))
        bench_peer_decode (peer, file, peer->copies ? dest : NULL, NULL, NULL);
      times[k * (gsize) n_rounds + (gsize) round] = cpu_ms () - start;
    }
  }
  if (!only_peer)
    reference = median (times + n_rounds, (guint) n_rounds);

  g_print ("\n%s: %s, %u × %u × %u frames, %.2f MB, %.2f bits per pixel\n\n",
      input->name, input->description, input->width, input->height,
      input->n_frames, (gdouble) file->size / 1e6,
      (gdouble) file->size * 8 / (n_mpx * 1e6));
  g_print ("| decoder | CPU ms | Mpx/s | × libavcodec | peak canvases | same "
           "pictures |\n|---|--:|--:|--:|--:|---|\n");
  for (k = 0; (peer = bench_peer_get (k)); k++) {
    gdouble ms = median (times + k * (gsize) n_rounds, (guint) n_rounds);
    g_autofree gchar *seen = NULL;

    if (!is_wanted (peer->name, only_peer))
      continue;
    seen = bench_peer_look (peer, file);
    g_print ("| %s | %.1f | %.0f | %.2f | %.1f | %s |\n", peer->name, ms,
        n_mpx / ms * 1e3, reference / ms,
        (gdouble) bench_memory_measure (program, peer->name, bytes) / canvas_kb,
        !seen                           ? "–"
            : g_str_equal (seen, truth) ? "yes"
                                        : "no");
  }
}

static void
print_as_it_is (const gchar *text)
{
  fputs (text, stdout);
}

/* One file from elsewhere. Mapped: what reading leaves behind, decoding would
 * use. */
static int
run_file (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) map = g_mapped_file_new (path, FALSE, &error);
  BenchFile file;

  if (!map) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  if (!bench_file_describe (&file, (guint8 *) g_mapped_file_get_contents (map),
          g_mapped_file_get_length (map))) {
    g_printerr ("%s: no GIF\n", path);
    return 2;
  }
  if (memory_of)
    bench_memory_report (bench_peer_find (only_peer), &file, copies);
  else
    bench_files_measure (&file, (guint) n_rounds, only_peer);
  g_free (file.packet_ends);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const BenchInput *input;
  guint i;

  /* The table has signs beyond ASCII, whatever the locale. */
  g_set_print_handler (print_as_it_is);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  if (memory_of || times_of)
    return run_file (memory_of ? memory_of : times_of);
#ifndef WUFFS_HEADER
  g_print ("Wuffs is missing: meson configure -Dwuffs=…/wuffs-v0.4.c\n");
#endif
  for (i = 0; (input = bench_input_get (i)); i++) {
    g_autoptr (GByteArray) bytes = NULL;
    BenchFile file;

    if (!is_wanted (input->name, only_input))
      continue;
    bytes = bench_input_make (input);
    g_assert_true (bench_file_describe (&file, bytes->data, bytes->len));
    if (directory) {
      g_autofree gchar *path =
          g_strdup_printf ("%s/%s.gif", directory, input->name);

      g_assert_true (g_file_set_contents (
          path, (const gchar *) bytes->data, bytes->len, NULL));
    } else if (decodes_once) {
      bench_peer_decode (bench_peer_find (only_peer), &file, NULL, NULL, NULL);
    } else {
      run_input (argv[0], input, bytes, &file);
    }
    g_free (file.packet_ends);
  }
  return 0;
}
