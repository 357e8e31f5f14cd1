/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Receives where to save to. */
typedef void (*PlayerPlaceChosen) (
    GtkWindow *parent, const char *path, gpointer data);

/* Asks for a file whose name ends in @ending (".gif", ".mp4"); suggests one
 * after @prompt. @chosen is called once, or not at all when people change
 * their mind. */
void player_save_dialog_show (GtkWindow *parent, const char *prompt,
    const char *ending, PlayerPlaceChosen chosen, gpointer data);

/* A file name made of @prompt's first words. Transfer full. */
char *player_save_dialog_suggest (const char *prompt, const char *ending);

G_END_DECLS
