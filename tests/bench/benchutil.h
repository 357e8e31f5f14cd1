/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What the source's benchmarks share. They print JSON for bench.py; they use
 * the built module as a program would, through GST_PLUGIN_PATH. */

/* Seconds of CPU time that this process has used, user and system. */
double bench_cpu_s (void);

/* Resident memory now and at most so far, in KiB. */
gsize bench_rss_kib (void);
gsize bench_peak_rss_kib (void);

guint bench_n_descriptors (void);

/* Threads of this process; with @name only those of that name. */
guint bench_n_threads (const char *name);

/* Waits for the end of the stream; ends the program on an error or after
 * @timeout_s. */
void bench_wait_eos (GstElement *pipeline, guint timeout_s);

/* Value at fraction @p of @n sorted values. */
double bench_percentile (GArray *values, double p);

G_END_DECLS
