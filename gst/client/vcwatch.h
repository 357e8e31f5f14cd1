/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

G_BEGIN_DECLS

/* Whether one HTTP exchange keeps within its limits of time and speed. Asks no
 * clock by itself: all times are given, in monotonic microseconds. */

/* 0: no such limit. */
typedef struct
{
  guint connect_s;   /* resolve, connect and TLS */
  guint reply_s;     /* from the connection to the body's end */
  guint idle_s;      /* between two arrivals of bytes, once connected */
  guint low_speed;   /* bytes per second of the body … */
  guint low_speed_s; /* … on average over so many seconds */
} VcHttpLimits;

typedef struct
{
  VcHttpLimits limits;
  /*< private >*/
  gint64 started_us, connected_us, active_us, window_us; /* 0: not yet */
  guint64 window_bytes;
} VcWatch;

void vc_watch_start (VcWatch *watch, const VcHttpLimits *limits, gint64 now_us);

/* The connection stands. */
void vc_watch_connected (VcWatch *watch, gint64 now_us);

/* @n bytes of the body have come; 0: its head. */
void vc_watch_received (VcWatch *watch, gsize n, gint64 now_us);

/* When to look again; G_MAXINT64: never. */
gint64 vc_watch_next (const VcWatch *watch);

/* Whether a limit is over. FALSE with VC_ERROR_TIMEOUT, in a sentence that
 * names @host and the limit. */
gboolean vc_watch_check (
    VcWatch *watch, gint64 now_us, const char *host, GError **error);

G_END_DECLS
