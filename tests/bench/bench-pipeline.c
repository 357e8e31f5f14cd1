/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchutil.h"

/* Runs one pipeline several times in this process, each from PLAYING to EOS:
 *
 *   bench-pipeline RUNS ELEMENT…
 *
 * and prints {"wall_s": […], "cpu_s": […], "peak_rss_kib": N, "rss_kib": N},
 * where rss_kib is what the process had before the first run. */

#define TIMEOUT_S 300

static void
print_values (const char *name, GArray *values)
{
  g_print ("\"%s\": [", name);
  for (guint i = 0; i < values->len; i++)
    g_print ("%s%.6f", i > 0 ? ", " : "", g_array_index (values, double, i));
  g_print ("], ");
}

int
main (int argc, char **argv)
{
  g_autoptr (GArray) walls = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) cpus = g_array_new (FALSE, FALSE, sizeof (double));
  gsize rss_kib;
  int runs;

  gst_init (NULL, NULL);
  if (argc < 3 || (runs = atoi (argv[1])) < 1) {
    g_printerr ("usage: bench-pipeline RUNS ELEMENT…\n");
    return 64;
  }

  rss_kib = bench_rss_kib ();
  for (int i = 0; i < runs; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GstElement) pipeline =
        gst_parse_launchv ((const char **) argv + 2, &error);
    gint64 start_us;
    double cpu_s, wall_s;

    if (pipeline == NULL || error != NULL)
      g_error ("%s", error->message);
    cpu_s = bench_cpu_s ();
    start_us = g_get_monotonic_time ();
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    bench_wait_eos (pipeline, TIMEOUT_S);
    wall_s = (g_get_monotonic_time () - start_us) / 1e6;
    cpu_s = bench_cpu_s () - cpu_s;
    g_array_append_val (walls, wall_s);
    g_array_append_val (cpus, cpu_s);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }

  g_print ("{");
  print_values ("wall_s", walls);
  print_values ("cpu_s", cpus);
  g_print ("\"rss_kib\": %" G_GSIZE_FORMAT
           ", \"peak_rss_kib\": %" G_GSIZE_FORMAT "}\n",
      rss_kib, bench_peak_rss_kib ());
  return 0;
}
