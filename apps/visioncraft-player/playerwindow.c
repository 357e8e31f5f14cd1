/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerwindow-private.h"

#include "playeropen.h"

G_DEFINE_FINAL_TYPE (PlayerWindow, player_window, GTK_TYPE_APPLICATION_WINDOW)

/* --- What is on show --- */

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
has_prompt (PlayerWindow *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->prompt));

  return g_strstrip (text)[0] != '\0';
}

void
player_window_update (PlayerWindow *self)
{
  gboolean generating = self->stage.pending.generation != NULL;
  g_autoptr (GBytes) gif = player_stage_ref_gif (&self->stage);

  gtk_widget_set_visible (self->generate_button, !generating);
  gtk_widget_set_visible (self->cancel_button, generating);
  player_status_reveal_progress (&self->status, generating);
  gtk_widget_set_sensitive (self->save_button, gif != NULL);

  enable_action (self, "generate", !generating && has_prompt (self));
  enable_action (self, "cancel", generating);
  enable_action (self, "pause", self->stage.shown.generation != NULL);
  enable_action (self, "save", gif != NULL);
  enable_action (self, "save-gif", gif != NULL);
  enable_action (self, "save-mp4", gif != NULL);
  player_window_tell (
      self, "pause", g_variant_new_boolean (self->stage.paused));
  player_window_tell (
      self, "rounds", g_variant_new_uint32 (self->stage.n_rounds));
  player_window_tell (self, "status",
      g_variant_new_string (player_stage_get_status (&self->stage)));
}

void
player_window_show_message (
    PlayerWindow *self, const char *text, gboolean is_error)
{
  player_status_show_message (&self->status, text, is_error);
  player_window_tell (self, "message", g_variant_new_string (text));
}

void
player_window_hide_message (PlayerWindow *self)
{
  player_status_hide_message (&self->status);
  player_window_tell (self, "message", g_variant_new_string (""));
}

/* --- What the stage tells --- */

static void
on_stage_changed (gpointer self)
{
  player_window_update (self);
}

static void
on_progress (const char *text, double fraction, gpointer data)
{
  PlayerWindow *self = data;

  player_status_show_progress (&self->status, text, fraction);
}

static void
on_failed (const char *text, gpointer self)
{
  player_window_show_message (self, text, TRUE);
}

static const PlayerStageEvents stage_events = { on_stage_changed, on_progress,
  on_failed };

/* --- Object --- */

static void
player_window_dispose (GObject *object)
{
  PlayerWindow *self = PLAYER_WINDOW (object);

  if (self->closed != NULL)
    g_cancellable_cancel (self->closed);
  player_stage_clear (&self->stage);
  player_status_stop (&self->status);
  player_sidebar_clear (&self->sidebar);
  player_history_clear (&self->history);
  player_settings_clear (&self->settings);
  G_OBJECT_CLASS (player_window_parent_class)->dispose (object);
}

static void
player_window_finalize (GObject *object)
{
  PlayerWindow *self = PLAYER_WINDOW (object);

  g_clear_object (&self->closed);
  g_free (self->api_url);
  g_free (self->token_file);
  g_free (self->key);
  G_OBJECT_CLASS (player_window_parent_class)->finalize (object);
}

#define BIND(name) \
  gtk_widget_class_bind_template_child (widget_class, PlayerWindow, name)
#define BIND_OF(part, name) \
  gtk_widget_class_bind_template_child_full ( \
      widget_class, #name, FALSE, G_STRUCT_OFFSET (PlayerWindow, part.name))

static void
player_window_class_init (PlayerWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = player_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = player_window_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, PLAYER_RESOURCES "/player.ui");
  BIND (prompt);
  BIND (generate_button);
  BIND (cancel_button);
  BIND (save_button);
  BIND_OF (stage, stage);
  BIND_OF (stage, picture);
  BIND_OF (settings, negative_prompt);
  BIND_OF (settings, sampler);
  BIND_OF (settings, samplers);
  BIND_OF (settings, cfg_scale);
  BIND_OF (settings, steps);
  BIND_OF (settings, limits_label);
  BIND_OF (sidebar, settings_button);
  BIND_OF (sidebar, pause_button);
  BIND_OF (sidebar, settings_revealer);
  BIND_OF (sidebar, stage_overlay);
  BIND_OF (history, history_button);
  BIND_OF (history, history_list);
  BIND_OF (status, message_bar);
  BIND_OF (status, message_icon);
  BIND_OF (status, message_label);
  BIND_OF (status, message_revealer);
  BIND_OF (status, progress_label);
  BIND_OF (status, progress_revealer);
  BIND_OF (status, progress_bar);
}

static void
player_window_init (PlayerWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->closed = g_cancellable_new ();
  player_stage_init (&self->stage, &stage_events, self);

  player_window_add_actions (self);
  g_signal_connect_swapped (
      self->prompt, "changed", G_CALLBACK (player_window_update), self);
  player_settings_restore (&self->settings, GTK_WINDOW (self));
  player_sidebar_watch (
      &self->sidebar, GTK_WIDGET (self), self->settings.stored);
  player_open_accept_drops (GTK_WINDOW (self));
  player_window_update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->prompt));
}

PlayerWindow *
player_window_new (GtkApplication *application, const PlayerService *service)
{
  PlayerWindow *self =
      g_object_new (PLAYER_TYPE_WINDOW, "application", application, NULL);

  self->api_url = g_strdup (service->api_url);
  self->token_file = g_strdup (service->token_file);
  player_settings_ask_service (&self->settings, service->api_url);
  player_window_begin (self);
  return self;
}
