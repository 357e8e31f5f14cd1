/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchfiles.h"

#include <time.h>

#define MAX_PEERS 8

/* A measurement takes at least so long, for the clock to be exact. */
#define LEAST_US 100

typedef struct
{
  const BenchPeer *peer;
  gpointer kept;
  gboolean is_good;
  guint n_times; /* to decode in one measurement */
  gdouble us;    /* the least so far */
} Runner;

static gdouble
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gdouble) now.tv_sec * 1e6 + (gdouble) now.tv_nsec / 1e3;
}

static gdouble
measure (const Runner *runner, const BenchFile *file, guint8 *dest)
{
  gdouble start = cpu_us ();
  guint i;

  for (i = 0; i < runner->n_times; i++)
    runner->peer->decode (runner->kept, file, dest, NULL, NULL);
  return (cpu_us () - start) / runner->n_times;
}

static void
open_runner (
    Runner *self, const BenchPeer *peer, const BenchFile *file, guint8 *dest)
{
  *self = (Runner){ peer, peer->open ? peer->open () : NULL };
  self->is_good = peer->decode (self->kept, file, dest, NULL, NULL);
  if (!self->is_good)
    return;
  self->n_times = 1;
  self->us = measure (self, file, dest);
  if (self->us < LEAST_US)
    self->n_times = (guint) (LEAST_US / MAX (self->us, 0.1)) + 1;
}

static void
print (const Runner *self, const BenchFile *file, const gchar *truth)
{
  g_autofree gchar *seen = truth ? bench_peer_look (self->peer, file) : NULL;

  g_print ("%s\t%.3f\t%s\n", self->peer->name, self->us,
      !truth                          ? "not compared"
          : !self->is_good || !seen   ? "refused"
          : g_str_equal (seen, truth) ? "yes"
                                      : "no");
}

void
bench_files_measure (
    const BenchFile *file, guint n_rounds, const gchar *only_peer)
{
  g_autofree guint8 *dest = g_malloc0 (4 * (gsize) file->width * file->height);
  g_autofree gchar *truth =
      only_peer ? NULL : bench_peer_look (bench_peer_get (0), file);
  Runner runners[MAX_PEERS];
  const BenchPeer *peer;
  guint k, n = 0, round;

  for (k = 0; (peer = bench_peer_get (k)); k++) {
    if (peer->is_for_files
        && (!only_peer || g_str_equal (peer->name, only_peer)))
      open_runner (&runners[n++], peer, file, dest);
  }
  for (round = 0; round < n_rounds; round++) {
    for (k = 0; k < n; k++) {
      if (runners[k].is_good)
        runners[k].us = MIN (runners[k].us, measure (&runners[k], file, dest));
    }
  }
  for (k = 0; k < n; k++) {
    print (&runners[k], file, truth);
    if (runners[k].peer->close)
      runners[k].peer->close (runners[k].kept);
  }
}
