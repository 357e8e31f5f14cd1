/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchutil.h"

#include <string.h>
#include <sys/resource.h>

/* Many sources in one process, in one pipeline, at once:
 *
 *   bench-many N LATENCY_S
 *
 * asks the server that VISIONCRAFT_API_URL names, which takes LATENCY_S for each
 * generation, and prints wall time, threads, memory for each element while all
 * wait, and descriptors before and after. */

#define TIMEOUT_S 120

/* What the stack and the bookkeeping of a waiting thread take, in KiB. */
static GMutex gate;

static gpointer
wait_at_gate (gpointer data)
{
  g_mutex_lock (&gate);
  g_mutex_unlock (&gate);
  return NULL;
}

static double
idle_thread_kib (void)
{
  GThread *threads[200];
  gsize before = bench_rss_kib (), after;

  g_mutex_lock (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("idle", wait_at_gate, NULL);
  after = bench_rss_kib ();
  g_mutex_unlock (&gate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  return (double) (after - before) / G_N_ELEMENTS (threads);
}

/* A bin goes through the messages that it keeps for each that comes: a thousand
 * elements in one bin would measure that. */
#define ELEMENTS_IN_BIN 25

static GstElement *
make_pipeline (guint n)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *bin = NULL;

  for (guint i = 0; i < n; i++) {
    GstElement *source = gst_element_factory_make ("visioncraftgifsrc", NULL);
    GstElement *sink = gst_element_factory_make ("fakesink", NULL);

    if (i % ELEMENTS_IN_BIN == 0) {
      bin = gst_bin_new (NULL);
      gst_bin_add (GST_BIN (pipeline), bin);
    }
    g_object_set (source, "prompt", "many", NULL);
    gst_bin_add_many (GST_BIN (bin), source, sink, NULL);
    gst_element_link (source, sink);
  }
  return pipeline;
}

int
main (int argc, char **argv)
{
  struct rlimit limit;
  g_autoptr (GstElement) warm_up = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  guint n, descriptors, network_threads;
  double latency_s, thread_kib, wall_s, element_kib, waiting_kib;
  gint64 start_us, middle_us;

  gst_init (NULL, NULL);
  if (argc != 3) {
    g_printerr ("usage: bench-many N LATENCY_S\n");
    return 64;
  }
  n = atoi (argv[1]);
  latency_s = g_ascii_strtod (argv[2], NULL);

  /* A connection for each element: more than many a soft limit allows. */
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);

  /* What the first run of a process loads stays. */
  warm_up = make_pipeline (1);
  gst_element_set_state (warm_up, GST_STATE_PLAYING);
  bench_wait_eos (warm_up, TIMEOUT_S);
  gst_element_set_state (warm_up, GST_STATE_NULL);
  g_clear_object (&warm_up);
  thread_kib = idle_thread_kib ();
  descriptors = bench_n_descriptors ();
  waiting_kib = bench_rss_kib ();

  pipeline = make_pipeline (n);
  start_us = g_get_monotonic_time ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  /* All are waiting a little before the first is served. */
  middle_us = start_us + (gint64) (latency_s * 0.9 * G_USEC_PER_SEC);
  while (g_get_monotonic_time () < middle_us)
    g_usleep (middle_us - g_get_monotonic_time ());
  waiting_kib = bench_rss_kib () - waiting_kib;
  network_threads = bench_n_threads ("visioncraft-net");
  bench_wait_eos (pipeline, TIMEOUT_S);
  wall_s = (g_get_monotonic_time () - start_us) / 1e6;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_clear_object (&pipeline);

  element_kib = waiting_kib / n - thread_kib;
  g_print ("{\"n\": %u, \"wall_s\": %.4f, \"over_ms\": %.4f, "
           "\"network_threads\": %u, \"element_kib\": %.1f, "
           "\"thread_kib\": %.1f, \"descriptors_left\": %d}\n",
      n, wall_s, (wall_s - latency_s) * 1000 / n, network_threads, element_kib,
      thread_kib, (int) bench_n_descriptors () - (int) descriptors);
  return 0;
}
