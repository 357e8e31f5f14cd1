/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What became of it: a sentence for people. Not called when @window is closed
 * meanwhile. */
typedef void (*PlayerSaveTold) (
    GtkWindow *window, const char *text, gboolean is_error);

/* Saves @gif, with @tags where the format has room, as the file @path, whose name ends in .gif or .mp4. */
void player_save_to (GtkWindow *window, GBytes *gif, const GstTagList *tags,
    const char *path, GCancellable *closed, PlayerSaveTold told);

/* The same where people choose: they are asked for a file whose name ends in
 * @ending (".gif", ".mp4"); one after @prompt is suggested. */
void player_save_dialog_show (GtkWindow *window, GBytes *gif,
    const GstTagList *tags, const char *prompt, const char *ending,
    GCancellable *closed, PlayerSaveTold told);

/* A file name made of @prompt's first words. Transfer full. */
char *player_save_dialog_suggest (const char *prompt, const char *ending);

G_END_DECLS
