/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchutil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

double
bench_cpu_s (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
      + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

gsize
bench_rss_kib (void)
{
  g_autofree char *statm = NULL;
  char *resident;

  if (!g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL))
    g_error ("no /proc");
  resident = strchr (statm, ' ');
  return g_ascii_strtoull (resident, NULL, 10)
      * (sysconf (_SC_PAGESIZE) / 1024);
}

gsize
bench_peak_rss_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static guint
count_entries (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

guint
bench_n_descriptors (void)
{
  return count_entries ("/proc/self/fd") - 1; /* the folder itself */
}

guint
bench_n_threads (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *entry;
  guint n = 0;

  while ((entry = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", entry);
    g_autofree char *comm = NULL;

    if (!g_file_get_contents (path, &comm, NULL, NULL))
      continue;
    g_strchomp (comm);
    /* The kernel keeps 15 characters. */
    if (name == NULL || strncmp (comm, name, 15) == 0)
      n++;
  }
  return n;
}

void
bench_wait_eos (GstElement *pipeline, guint timeout_s)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
      bus, timeout_s * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  if (message == NULL)
    g_error ("no end within %u s", timeout_s);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    return;
  gst_message_parse_error (message, &error, NULL);
  g_error ("%s", error->message);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_percentile (GArray *values, double p)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, (guint) lround ((values->len - 1) * p));
}
