/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerstatus.h"

#define PULSE_INTERVAL_MS 80

static gboolean
pulse (gpointer bar)
{
  gtk_progress_bar_pulse (bar);
  return G_SOURCE_CONTINUE;
}

void
player_status_show_progress (
    PlayerStatus *status, const char *text, double fraction)
{
  gtk_label_set_text (status->progress_label, text);
  if (fraction >= 0.0) {
    player_status_stop (status);
    gtk_progress_bar_set_fraction (status->progress_bar, fraction);
  } else if (status->pulse_id == 0) {
    status->pulse_id =
        g_timeout_add (PULSE_INTERVAL_MS, pulse, status->progress_bar);
  }
}

void
player_status_reveal_progress (PlayerStatus *status, gboolean visible)
{
  gtk_revealer_set_reveal_child (status->progress_revealer, visible);
  if (!visible)
    player_status_stop (status);
}

void
player_status_show_message (
    PlayerStatus *status, const char *text, gboolean is_error)
{
  gtk_widget_remove_css_class (
      status->message_bar, is_error ? "notice-bar" : "error-bar");
  gtk_widget_add_css_class (
      status->message_bar, is_error ? "error-bar" : "notice-bar");
  gtk_image_set_from_icon_name (status->message_icon,
      is_error ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_label_set_text (status->message_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (status->message_label),
      GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_revealer_set_reveal_child (status->message_revealer, TRUE);
}

void
player_status_hide_message (PlayerStatus *status)
{
  gtk_revealer_set_reveal_child (status->message_revealer, FALSE);
}

void
player_status_stop (PlayerStatus *status)
{
  g_clear_handle_id (&status->pulse_id, g_source_remove);
}
