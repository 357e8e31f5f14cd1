/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often each address may do something. Main thread only. */
typedef struct _WebLimit WebLimit;

/* So many times a minute, evenly after that many at once; 0 is no limit. */
WebLimit *web_limit_new (guint per_minute);
void web_limit_free (WebLimit *limit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebLimit, web_limit_free)

/* Counts one time more for @address at @now_us (monotonic); FALSE, uncounted,
 * when it would be too often, with the seconds until it would not. */
gboolean web_limit_allow (
    WebLimit *limit, const char *address, gint64 now_us, guint *ret_wait_s);

G_END_DECLS
