/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The sidebar beside the stage. In a narrow window there is room for one of
 * them: the sidebar closes when the window gets narrow, opens again when it
 * gets wide, and covers the stage when it is opened meanwhile. The widgets
 * belong to the window's template. */
typedef struct
{
  GtkToggleButton *settings_button; /* whether it is open */
  GtkWidget *settings_revealer, *stage_overlay;
  GtkWidget *pause_button; /* is in the menu too */

  GtkWidget *window;
  GSettings *stored; /* NULL: none */
  gboolean narrow, was_open;
  guint idle_id;
} PlayerSidebar;

/* Watches the size of @window; whether it is open is kept in @stored (NULL: not
 * kept), which has to live as long. */
void player_sidebar_watch (
    PlayerSidebar *sidebar, GtkWidget *window, GSettings *stored);

void player_sidebar_clear (PlayerSidebar *sidebar);

G_END_DECLS
