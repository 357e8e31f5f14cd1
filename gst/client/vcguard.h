/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Sees to it that no connection keeps a thread which serves many: where one call
 * that reads from it does not come back, since more and more arrives that gives
 * nothing (a compressed body of empty blocks, say), its socket is shut down, and
 * the call ends as at the end of the connection. Belongs to the thread that made
 * it, and has one of its own. */
typedef struct _VcGuard VcGuard;

VcGuard *vc_guard_new (void);

/* Waits for its thread, a moment. */
void vc_guard_free (VcGuard *guard);

/* What follows, up to vc_guard_leave(), reads from @socket (NULL: nobody
 * watches). */
void vc_guard_enter (VcGuard *guard, GSocket *socket);

/* FALSE where the socket was shut down since: what was read is cut off. */
gboolean vc_guard_leave (VcGuard *guard);

G_END_DECLS
