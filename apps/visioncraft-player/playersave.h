/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* Writes @gif to @path: as it is when the name ends in ".gif", as H.264 in MP4
 * when it ends in ".mp4". The file appears, or is replaced, only when it is
 * whole. @callback runs on the default main context. */
void player_save_async (GBytes *gif, const GstTagList *tags, const char *path,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);

/* FALSE and @error with a sentence for people: another ending, the disk is
 * full, an element is not installed, … */
gboolean player_save_finish (GAsyncResult *result, GError **error);

/* Where it was to go. Owned by @result. */
const char *player_save_get_path (GAsyncResult *result);

G_END_DECLS
