/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerwindowview.h"

/* While nobody knows how far it is, the bar moves that often. */
#define PULSE_INTERVAL_MS 80

void
player_window_tell (PlayerWindow *self, const char *name, GVariant *state)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_state (G_SIMPLE_ACTION (action), state);
}

static void
enable_action (PlayerWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static gboolean
can_save (PlayerWindow *self)
{
  g_autoptr (GBytes) gif =
      self->shown != NULL ? player_generation_get_gif (self->shown) : NULL;

  return gif != NULL;
}

static gboolean
has_prompt (PlayerWindow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->prompt));

  return g_strstrip (text)[0] != '\0';
}

static gboolean
pulse (gpointer data)
{
  gtk_progress_bar_pulse (PLAYER_WINDOW (data)->progress_bar);
  return G_SOURCE_CONTINUE;
}

void
player_window_show_progress (
    PlayerWindow *self, const char *text, double fraction)
{
  gtk_label_set_text (self->progress_label, text);
  if (fraction >= 0.0) {
    g_clear_handle_id (&self->pulse_id, g_source_remove);
    gtk_progress_bar_set_fraction (self->progress_bar, fraction);
  } else if (self->pulse_id == 0) {
    self->pulse_id = g_timeout_add (PULSE_INTERVAL_MS, pulse, self);
  }
}

void
player_window_update (PlayerWindow *self)
{
  gboolean generating = self->pending != NULL;
  gboolean saveable = can_save (self);
  const char *status = generating ? "generating"
      : self->shown == NULL       ? "idle"
      : self->paused              ? "paused"
                                  : "playing";

  gtk_widget_set_visible (self->generate_button, !generating);
  gtk_widget_set_visible (self->cancel_button, generating);
  gtk_revealer_set_reveal_child (self->progress_revealer, generating);
  if (!generating)
    g_clear_handle_id (&self->pulse_id, g_source_remove);
  gtk_stack_set_visible_child_name (
      self->stage, self->shown != NULL ? "picture" : "empty");
  gtk_widget_set_sensitive (self->save_button, saveable);

  enable_action (self, "generate", !generating && has_prompt (self));
  enable_action (self, "cancel", generating);
  enable_action (self, "pause", self->shown != NULL);
  enable_action (self, "save", saveable);
  enable_action (self, "save-gif", saveable);
  enable_action (self, "save-mp4", saveable);
  player_window_tell (self, "pause", g_variant_new_boolean (self->paused));
  player_window_tell (self, "status", g_variant_new_string (status));
}

void
player_window_show_message (
    PlayerWindow *self, const char *text, gboolean is_error)
{
  gtk_widget_remove_css_class (
      self->message_bar, is_error ? "notice-bar" : "error-bar");
  gtk_widget_add_css_class (
      self->message_bar, is_error ? "error-bar" : "notice-bar");
  gtk_image_set_from_icon_name (self->message_icon,
      is_error ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_label_set_text (self->message_label, text);
  gtk_revealer_set_reveal_child (self->message_revealer, TRUE);
  player_window_tell (self, "message", g_variant_new_string (text));
}

void
player_window_hide_message (PlayerWindow *self)
{
  gtk_revealer_set_reveal_child (self->message_revealer, FALSE);
  player_window_tell (self, "message", g_variant_new_string (""));
}
