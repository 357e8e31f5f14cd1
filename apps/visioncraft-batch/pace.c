/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pace.h"

#define LONGEST_DOUBLED_S 60
/* What leaves at one moment comes back at one, and lies in memory together. */
#define LEAST_INTERVAL_US 5000

void
pace_init (Pace *pace, double interval_s, int max_wait_s)
{
  *pace = (Pace){ .interval_us = MAX ((gint64) (interval_s * G_USEC_PER_SEC),
                      LEAST_INTERVAL_US),
    .max_wait_us = (gint64) max_wait_s * G_USEC_PER_SEC };
}

gint64
pace_wait (const Pace *pace, gint64 now_us, guint n_out)
{
  gint64 until_us = MAX (pace->next_us, pace->hold_until_us);

  if (now_us < until_us)
    return until_us - now_us;
  return pace->refused_us != 0 && n_out > 0 ? G_MAXINT64 : 0;
}

void
pace_start (Pace *pace, gint64 now_us)
{
  /* From now: a pause is not made good for by a burst. */
  pace->next_us = now_us + pace->interval_us;
}

gboolean
pace_refused (Pace *pace, gint64 now_us, guint retry_after_s)
{
  gint64 wait_s = retry_after_s;

  if (pace->refused_us == 0)
    pace->refused_us = now_us;
  if (retry_after_s == 0) {
    /* Those that left before the first refusal came say nothing new. */
    if (now_us >= pace->hold_until_us)
      pace->n_refused++;
    wait_s = MIN (
        (gint64) 1 << MIN (MAX (pace->n_refused, 1) - 1, 6), LONGEST_DOUBLED_S);
  }
  pace->hold_until_us =
      MAX (pace->hold_until_us, now_us + wait_s * G_USEC_PER_SEC);
  return pace->hold_until_us - pace->refused_us <= pace->max_wait_us;
}

void
pace_accepted (Pace *pace)
{
  pace->refused_us = 0;
  pace->n_refused = 0;
}
