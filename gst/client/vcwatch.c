/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcwatch.h"

/* The limits: how long, since when, and what is said of one that is over. */
static const struct
{
  gsize seconds, since_us; /* offsets into VcWatch */
  const char *what, *how, *property;
} limits[] = {
  { G_STRUCT_OFFSET (VcWatch, limits.connect_s),
      G_STRUCT_OFFSET (VcWatch, started_us), "No connection to", "within",
      "connect-timeout" },
  { G_STRUCT_OFFSET (VcWatch, limits.reply_s),
      G_STRUCT_OFFSET (VcWatch, connected_us), "No whole reply from", "within",
      "generation-timeout" },
  { G_STRUCT_OFFSET (VcWatch, limits.idle_s),
      G_STRUCT_OFFSET (VcWatch, active_us), "Nothing came from", "for",
      "idle-timeout" },
  { G_STRUCT_OFFSET (VcWatch, limits.low_speed_s),
      G_STRUCT_OFFSET (VcWatch, window_us), "Too little came from", "for",
      "low-speed-limit, low-speed-time" },
};

/* When limit @i is over; G_MAXINT64: it does not run. */
static gint64
deadline (const VcWatch *watch, guint i)
{
  guint seconds = G_STRUCT_MEMBER (guint, watch, limits[i].seconds);
  gint64 since_us = G_STRUCT_MEMBER (gint64, watch, limits[i].since_us);

  return seconds == 0 || since_us == 0
      ? G_MAXINT64
      : since_us + (gint64) seconds * G_USEC_PER_SEC;
}

void
vc_watch_start (VcWatch *watch, const VcHttpLimits *new_limits, gint64 now_us)
{
  *watch = (VcWatch){ .limits = *new_limits, .started_us = now_us };
}

void
vc_watch_connected (VcWatch *watch, gint64 now_us)
{
  watch->started_us = 0;
  watch->connected_us = watch->active_us = now_us;
}

void
vc_watch_received (VcWatch *watch, gsize n, gint64 now_us)
{
  watch->active_us = now_us;
  watch->window_bytes += n;
  if (watch->window_us == 0)
    watch->window_us = now_us;
}

gint64
vc_watch_next (const VcWatch *watch)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    next_us = MIN (next_us, deadline (watch, i));
  return next_us;
}

/* Whether the window that is over had enough in it; the next one begins. */
static gboolean
was_fast (VcWatch *watch, gint64 now_us)
{
  gboolean fast = watch->window_bytes
      >= (guint64) watch->limits.low_speed * watch->limits.low_speed_s;

  watch->window_bytes = 0;
  watch->window_us = now_us;
  return fast;
}

gboolean
vc_watch_check (VcWatch *watch, gint64 now_us, const char *host, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    if (now_us < deadline (watch, i)
        || (limits[i].since_us == G_STRUCT_OFFSET (VcWatch, window_us)
            && was_fast (watch, now_us)))
      continue;
    g_set_error (error, VC_ERROR, VC_ERROR_TIMEOUT, "%s %s %s %u seconds (%s).",
        limits[i].what, host, limits[i].how,
        G_STRUCT_MEMBER (guint, watch, limits[i].seconds), limits[i].property);
    return FALSE;
  }
  return TRUE;
}
