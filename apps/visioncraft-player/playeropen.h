/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks for a GIF; its address goes to the action "open" of @window. */
void player_open_show (GtkWindow *window);

/* The same with a file that is dropped on @window. */
void player_open_accept_drops (GtkWindow *window);

G_END_DECLS
