/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When the next request may leave: by --rate, and by what the service asks for.
 * Times are monotonic microseconds that the caller gives. */
typedef struct
{
  gint64 interval_us; /* from one request to the next */
  gint64 max_wait_us; /* longer than that is not waited */

  gint64 next_us;       /* by the interval */
  gint64 hold_until_us; /* by the service */
  gint64 refused_us;    /* since when it refuses everything; 0: it does not */
  guint n_refused;      /* since then, without a time of its own */
} Pace;

void pace_init (Pace *pace, double interval_s, int max_wait_s);

/* How long to wait; 0: one may leave now. While the service refuses only one
 * is out at a time: @n_out others are. G_MAXINT64: until one of those ends. */
gint64 pace_wait (const Pace *pace, gint64 now_us, guint n_out);

/* A request leaves. */
void pace_start (Pace *pace, gint64 now_us);

/* The service was busy and asks for @retry_after_s (0: it does not say, then
 * each wait is twice as long, 1 s to a minute). FALSE: that is longer than
 * anybody waits, or it has refused all for as long. */
gboolean pace_refused (Pace *pace, gint64 now_us, guint retry_after_s);

/* It took a request. */
void pace_accepted (Pace *pace);

G_END_DECLS
