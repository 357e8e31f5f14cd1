/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often each client may do something. Not safe for threads: the caller has
 * a lock, or one thread. */
typedef struct _RateLimit RateLimit;

/* So many times a minute, evenly after that many at once; 0 is no limit. */
RateLimit *rate_limit_new (guint per_minute);
void rate_limit_free (RateLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RateLimit, rate_limit_free)

/* Counts one time more for @client at @now_us (monotonic); FALSE, uncounted,
 * when it would be too often, with the seconds until it would not. Memory is
 * bounded: those who come while very many others are being counted share one
 * count. */
gboolean rate_limit_allow (
    RateLimit *limit, const char *client, gint64 now_us, guint *ret_wait_s);

/* Whether the same would be allowed; counts nothing. */
gboolean rate_limit_would_allow (
    RateLimit *limit, const char *client, gint64 now_us);

G_END_DECLS
