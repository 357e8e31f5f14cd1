/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchinputs.h"
#include "benchutil.h"

#include <glib/gstdio.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* animgifdec against avdemux_gif ! avdec_gif: whole pipelines from a file to fakesink, in turns,
 * one process per run so that peak memory is each decoder's own.
 *
 *   bench-animgifdec [--rounds N]            prints a table
 *   bench-animgifdec --once FILE FRAMES DECODER…   one run: prints CPU ms, wall ms and the KiB it took
 *
 * A run ends when the last frame has reached the sink: libav's demuxer does not end by itself, but
 * turns in circles. */

#define TIMEOUT_S 60
#define DEFAULT_ROUNDS 9
#define MAX_ROUNDS 99

typedef struct
{
  const char *name;
  const char *elements;
} Decoder;

static const Decoder decoders[] = {
  { "animgifdec", "animgifdec" },
  { "avdemux_gif ! avdec_gif", "avdemux_gif ! avdec_gif" },
};

/* One run's result, and all of them for one decoder. */
typedef struct
{
  double cpu_ms, wall_ms, peak_kib;
} Run;

/* ---- One run ---- */

typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_left;
} Countdown;

static GstPadProbeReturn
count_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Countdown *countdown = user_data;

  g_mutex_lock (&countdown->lock);
  if (countdown->n_left > 0 && --countdown->n_left == 0)
    g_cond_signal (&countdown->cond);
  g_mutex_unlock (&countdown->lock);
  return GST_PAD_PROBE_OK;
}

static void
await_frames (Countdown *countdown)
{
  gint64 deadline = g_get_monotonic_time () + TIMEOUT_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&countdown->lock);
  while (countdown->n_left > 0)
    if (!g_cond_wait_until (&countdown->cond, &countdown->lock, deadline))
      g_error ("%u frames did not come", countdown->n_left);
  g_mutex_unlock (&countdown->lock);
}

static void
load (const char *folder, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%s/libgst%s.so", folder, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = gst_plugin_load_file (file, &error);

  if (plugin == NULL)
    g_error ("%s: %s", file, error->message);
}

static int
run_once (const char *file, guint n_frames, const char *elements)
{
  g_autofree char *line = g_strdup_printf ("filesrc location=\"%s\" ! %s ! "
                                           "fakesink name=sink sync=false",
      file, elements);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstPad) pad = NULL;
  Countdown countdown = { .n_left = n_frames };
  gsize rss_kib;
  gint64 start_us;
  double cpu_s;

  load (MODULE_DIR, "animgif");
  load (PLUGINS_DIR, "coreelements");
  if (strstr (elements, "avdec") != NULL)
    load (PLUGINS_DIR, "libav");
  pipeline = gst_parse_launch (line, &error);
  if (error != NULL)
    g_error ("%s", error->message);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER, count_frame, &countdown, NULL);

  rss_kib = bench_rss_kib ();
  cpu_s = bench_cpu_s ();
  start_us = g_get_monotonic_time ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  await_frames (&countdown);
  g_print ("%.3f %.3f %" G_GSIZE_FORMAT "\n", 1e3 * (bench_cpu_s () - cpu_s),
      (g_get_monotonic_time () - start_us) / 1e3,
      bench_peak_rss_kib () - rss_kib);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return 0;
}

/* ---- All of them ---- */

static Run
spawn_run (
    const char *self, const char *file, guint n_frames, const char *elements)
{
  g_autofree char *frames = g_strdup_printf ("%u", n_frames);
  const char *argv[] = { self, "--once", file, frames, elements, NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;
  int status;
  Run run;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
          &out, NULL, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", elements, error->message);
  if (sscanf (out, "%lf %lf %lf", &run.cpu_ms, &run.wall_ms, &run.peak_kib)
      != 3)
    g_error ("%s says: %s", elements, out);
  return run;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Median of one member of the runs. */
static double
median (const Run *runs, guint n, gsize member)
{
  double values[MAX_ROUNDS];

  for (guint i = 0; i < n; i++)
    memcpy (&values[i], (const char *) &runs[i] + member, sizeof values[i]);
  qsort (values, n, sizeof values[0], compare_doubles);
  return values[n / 2];
}

static void
print_rows (const BenchInput *input, Run runs[][MAX_ROUNDS], guint n_rounds)
{
  const gsize cpu = G_STRUCT_OFFSET (Run, cpu_ms);
  double mpx = 1e-6 * input->width * input->height * input->n_frames;
  double reference = median (runs[1], n_rounds, cpu);

  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++) {
    double cpu_ms = median (runs[i], n_rounds, cpu);

    g_print ("| %s %ux%ux%u | %s | %.1f | %.1f | %.0f | %.2f | %.1f |\n",
        input->name, input->width, input->height, input->n_frames,
        decoders[i].name, cpu_ms,
        median (runs[i], n_rounds, G_STRUCT_OFFSET (Run, wall_ms)),
        1e3 * mpx / cpu_ms, reference / cpu_ms,
        median (runs[i], n_rounds, G_STRUCT_OFFSET (Run, peak_kib)) / 1024);
  }
}

static void
run_input (const char *self, const char *folder, const BenchInput *input,
    guint n_rounds)
{
  g_autofree char *file = g_build_filename (folder, "input.gif", NULL);
  g_autoptr (GByteArray) bytes = bench_input_make (input);
  Run runs[G_N_ELEMENTS (decoders)][MAX_ROUNDS];
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (
          file, (const char *) bytes->data, bytes->len, &error))
    g_error ("%s", error->message);
  for (guint round = 0; round < n_rounds; round++)
    for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
      runs[i][round] =
          spawn_run (self, file, input->n_frames, decoders[i].elements);
  print_rows (input, runs, n_rounds);
  g_unlink (file);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  const BenchInput *input;
  guint n_rounds = DEFAULT_ROUNDS;

  if (argc == 5 && strcmp (argv[1], "--once") == 0) {
    gst_init (NULL, NULL);
    return run_once (argv[2], atoi (argv[3]), argv[4]);
  }
  if (argc == 3 && strcmp (argv[1], "--rounds") == 0)
    n_rounds = CLAMP (atoi (argv[2]), 1, MAX_ROUNDS);
  else if (argc != 1) {
    g_printerr ("usage: bench-animgifdec [--rounds N]\n");
    return 64;
  }

  folder = g_dir_make_tmp ("bench-animgifdec-XXXXXX", &error);
  if (folder == NULL)
    g_error ("%s", error->message);
  g_print ("| input | decoder | CPU ms | wall ms | Mpx/s | x libav | MiB "
           "taken |\n|---|---|--:|--:|--:|--:|--:|\n");
  for (guint i = 0; (input = bench_input_get (i)) != NULL; i++)
    run_input (argv[0], folder, input, n_rounds);
  g_rmdir (folder);
  return 0;
}
