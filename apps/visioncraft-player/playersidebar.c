/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersidebar.h"

#define NARROW_WIDTH 600
#define KEY "show-settings"

static gboolean
is_open (PlayerSidebar *sidebar)
{
  return gtk_toggle_button_get_active (sidebar->settings_button);
}

static void
update_stage (PlayerSidebar *sidebar)
{
  gboolean covers = sidebar->narrow && is_open (sidebar);

  gtk_widget_set_hexpand (sidebar->settings_revealer, covers);
  gtk_widget_set_visible (sidebar->stage_overlay, !covers);
}

/* What a narrow window does is nobody's wish for the next time. */
static void
set_narrow (PlayerSidebar *sidebar, gboolean narrow)
{
  if (narrow == sidebar->narrow)
    return;
  if (narrow)
    sidebar->was_open = is_open (sidebar);
  sidebar->narrow = narrow;
  gtk_widget_set_visible (sidebar->pause_button, !narrow);
  gtk_toggle_button_set_active (
      sidebar->settings_button, !narrow && sidebar->was_open);
  update_stage (sidebar);
}

static gboolean
on_idle (gpointer data)
{
  PlayerSidebar *sidebar = data;

  sidebar->idle_id = 0;
  set_narrow (sidebar, gtk_widget_get_width (sidebar->window) < NARROW_WIDTH);
  return G_SOURCE_REMOVE;
}

/* Widgets must not come and go while sizes are given out. */
static void
on_layout (GdkSurface *surface, int width, int height, PlayerSidebar *sidebar)
{
  if (sidebar->idle_id == 0)
    sidebar->idle_id = g_idle_add (on_idle, sidebar);
}

static void
on_realize (GtkWidget *window, PlayerSidebar *sidebar)
{
  g_signal_connect (gtk_native_get_surface (GTK_NATIVE (window)), "layout",
      G_CALLBACK (on_layout), sidebar);
}

static void
on_unrealize (GtkWidget *window, PlayerSidebar *sidebar)
{
  g_signal_handlers_disconnect_by_data (
      gtk_native_get_surface (GTK_NATIVE (window)), sidebar);
}

static void
on_toggled (GtkToggleButton *button, PlayerSidebar *sidebar)
{
  update_stage (sidebar);
  if (sidebar->stored != NULL && !sidebar->narrow)
    g_settings_set_boolean (sidebar->stored, KEY, is_open (sidebar));
}

void
player_sidebar_watch (
    PlayerSidebar *sidebar, GtkWidget *window, GSettings *stored)
{
  int width, height;

  sidebar->window = window;
  sidebar->stored = stored;
  if (stored != NULL)
    gtk_toggle_button_set_active (
        sidebar->settings_button, g_settings_get_boolean (stored, KEY));
  g_signal_connect (
      sidebar->settings_button, "toggled", G_CALLBACK (on_toggled), sidebar);
  /* A window that begins narrow is no wider for a moment. */
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  set_narrow (sidebar, width > 0 && width < NARROW_WIDTH);
  g_signal_connect (window, "realize", G_CALLBACK (on_realize), sidebar);
  g_signal_connect (window, "unrealize", G_CALLBACK (on_unrealize), sidebar);
}

void
player_sidebar_clear (PlayerSidebar *sidebar)
{
  g_clear_handle_id (&sidebar->idle_id, g_source_remove);
}
