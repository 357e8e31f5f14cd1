/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersave.h"
#include "playersavedialog.h"
#include "playerwindowview.h"

G_DEFINE_FINAL_TYPE (PlayerWindow, player_window, GTK_TYPE_APPLICATION_WINDOW)

/* --- A generation's news --- */

static void
drop (PlayerWindow *self, PlayerGeneration **generation)
{
  if (*generation == NULL)
    return;
  g_signal_handlers_disconnect_by_data (*generation, self);
  player_generation_stop (*generation);
  g_clear_object (generation);
}

static void
on_progress (PlayerGeneration *generation, const char *text, double fraction,
    PlayerWindow *self)
{
  player_window_show_progress (self, text, fraction);
}

/* The one before stays on show until now. */
static void
on_ready (PlayerGeneration *generation, PlayerWindow *self)
{
  drop (self, &self->shown);
  g_free (self->shown_prompt);
  self->shown = g_steal_pointer (&self->pending);
  self->shown_prompt = g_steal_pointer (&self->pending_prompt);
  self->paused = FALSE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture),
      GTK_ACCESSIBLE_PROPERTY_LABEL, self->shown_prompt, -1);
  player_window_tell (self, "rounds", g_variant_new_uint32 (0));
  player_window_update (self);
}

static void
on_complete (PlayerGeneration *generation, PlayerWindow *self)
{
  player_window_update (self);
}

static void
on_picture (PlayerGeneration *generation, GstSample *sample, PlayerWindow *self)
{
  player_paintable_set_sample (self->paintable, sample);
}

static void
on_round (PlayerGeneration *generation, guint n, PlayerWindow *self)
{
  player_window_tell (self, "rounds", g_variant_new_uint32 (n));
}

static void
on_failed (PlayerGeneration *generation, const char *text, PlayerWindow *self)
{
  drop (self, generation == self->pending ? &self->pending : &self->shown);
  player_window_show_message (self, text, TRUE);
  player_window_update (self);
}

/* --- Actions --- */

static const char *
get_sampler (PlayerWindow *self)
{
  return gtk_string_list_get_string (
      self->samplers, gtk_drop_down_get_selected (self->sampler));
}

static void
activate_generate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;
  const PlayerService service = { self->api_url, self->token_file };
  const PlayerRequest request = {
    .prompt = gtk_editable_get_text (self->prompt),
    .negative_prompt = gtk_editable_get_text (self->negative_prompt),
    .sampler = get_sampler (self),
    .cfg_scale = (int) (gtk_adjustment_get_value (self->cfg_scale) + 0.5),
    .steps = (int) (gtk_adjustment_get_value (self->steps) + 0.5),
  };
  g_autoptr (GError) error = NULL;

  player_window_hide_message (self);
  self->pending = player_generation_new ();
  g_object_connect (self->pending, "signal::progress", on_progress, self,
      "signal::ready", on_ready, self, "signal::complete", on_complete, self,
      "signal::picture", on_picture, self, "signal::round", on_round, self,
      "signal::failed", on_failed, self, NULL);
  g_free (self->pending_prompt);
  self->pending_prompt = g_strdup (request.prompt);
  player_window_show_progress (self, "Generating", -1.0);
  if (!player_generation_start (self->pending, &service, &request, &error)) {
    drop (self, &self->pending);
    player_window_show_message (self, error->message, TRUE);
  }
  player_window_update (self);
}

static void
activate_cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;

  drop (self, &self->pending);
  player_window_update (self);
}

static void
activate_dismiss (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  player_window_hide_message (data);
}

static void
change_pause (GSimpleAction *action, GVariant *state, gpointer data)
{
  PlayerWindow *self = data;

  if (self->shown == NULL)
    return;
  self->paused = g_variant_get_boolean (state);
  player_generation_set_paused (self->shown, self->paused);
  player_window_update (self);
}

static void
change_sampler (GSimpleAction *action, GVariant *state, gpointer data)
{
  PlayerWindow *self = data;
  const char *name = g_variant_get_string (state, NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->samplers));
  guint i = 0;

  while (i < n
      && g_strcmp0 (gtk_string_list_get_string (self->samplers, i), name) != 0)
    i++;
  if (i == n)
    gtk_string_list_append (self->samplers, name);
  gtk_drop_down_set_selected (self->sampler, i);
}

static void
on_sampler_selected (GtkDropDown *sampler, GParamSpec *pspec, gpointer self)
{
  player_window_tell (
      self, "sampler", g_variant_new_string (get_sampler (self)));
}

/* Who asks to change a state that only tells is not heard. */
static void
ignore_change (GSimpleAction *action, GVariant *state, gpointer data)
{
}

/* --- Saving --- */

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (PlayerWindow) self = data;
  g_autoptr (GError) error = NULL;
  const char *path = player_save_get_path (result);

  if (player_save_finish (result, &error)) {
    g_autofree char *text = g_strdup_printf ("Saved: %s", path);

    player_window_show_message (self, text, FALSE);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    player_window_show_message (self, error->message, TRUE);
  }
}

static void
save (PlayerWindow *self, GBytes *gif, const char *path)
{
  player_save_async (gif, path, self->closed, on_saved, g_object_ref (self));
}

static void
activate_save (GSimpleAction *action, GVariant *path, gpointer data)
{
  PlayerWindow *self = data;
  g_autoptr (GBytes) gif = player_generation_get_gif (self->shown);

  save (self, gif, g_variant_get_string (path, NULL));
}

static void
on_place_chosen (GtkWindow *window, const char *path, gpointer data)
{
  PlayerWindow *self = PLAYER_WINDOW (window);

  save (self, self->to_save, path);
}

/* What was on show when they asked, also when another one comes meanwhile. */
static void
ask_and_save (PlayerWindow *self, const char *ending)
{
  g_clear_pointer (&self->to_save, g_bytes_unref);
  self->to_save = player_generation_get_gif (self->shown);
  player_save_dialog_show (
      GTK_WINDOW (self), self->shown_prompt, ending, on_place_chosen, NULL);
}

static void
activate_save_gif (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_and_save (data, ".gif");
}

static void
activate_save_mp4 (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ask_and_save (data, ".mp4");
}

/* --- Object --- */

static const GActionEntry actions[] = {
  { .name = "generate", .activate = activate_generate },
  { .name = "cancel", .activate = activate_cancel },
  { .name = "dismiss", .activate = activate_dismiss },
  { .name = "save", .activate = activate_save, .parameter_type = "s" },
  { .name = "save-gif", .activate = activate_save_gif },
  { .name = "save-mp4", .activate = activate_save_mp4 },
  { .name = "pause", .state = "false", .change_state = change_pause },
  { .name = "sampler",
      .state = "'Euler'",
      .parameter_type = "s",
      .change_state = change_sampler },
  { .name = "status", .state = "'idle'", .change_state = ignore_change },
  { .name = "message", .state = "''", .change_state = ignore_change },
  { .name = "rounds", .state = "uint32 0", .change_state = ignore_change },
};

/* An action whose state is @property of @object, in both directions. */
static void
add_property_action (
    PlayerWindow *self, const char *name, gpointer object, const char *property)
{
  g_autoptr (GPropertyAction) action =
      g_property_action_new (name, object, property);

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
}

static void
player_window_dispose (GObject *object)
{
  PlayerWindow *self = PLAYER_WINDOW (object);

  if (self->closed != NULL)
    g_cancellable_cancel (self->closed);
  drop (self, &self->pending);
  drop (self, &self->shown);
  g_clear_handle_id (&self->pulse_id, g_source_remove);
  g_clear_pointer (&self->to_save, g_bytes_unref);
  G_OBJECT_CLASS (player_window_parent_class)->dispose (object);
}

static void
player_window_finalize (GObject *object)
{
  PlayerWindow *self = PLAYER_WINDOW (object);

  g_clear_object (&self->closed);
  g_clear_object (&self->paintable);
  g_free (self->pending_prompt);
  g_free (self->shown_prompt);
  g_free (self->api_url);
  g_free (self->token_file);
  G_OBJECT_CLASS (player_window_parent_class)->finalize (object);
}

#define BIND(name) \
  gtk_widget_class_bind_template_child (widget_class, PlayerWindow, name)

static void
player_window_class_init (PlayerWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = player_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = player_window_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, PLAYER_RESOURCES "/player.ui");
  BIND (prompt);
  BIND (negative_prompt);
  BIND (sampler);
  BIND (samplers);
  BIND (cfg_scale);
  BIND (steps);
  BIND (generate_button);
  BIND (cancel_button);
  BIND (save_button);
  BIND (message_bar);
  BIND (message_icon);
  BIND (message_label);
  BIND (message_revealer);
  BIND (progress_label);
  BIND (progress_revealer);
  BIND (progress_bar);
  BIND (stage);
  BIND (picture);
}

static void
player_window_init (PlayerWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->closed = g_cancellable_new ();
  self->paintable = player_paintable_new ();
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (self->paintable));

  g_action_map_add_action_entries (
      G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  add_property_action (self, "prompt", self->prompt, "text");
  add_property_action (self, "negative-prompt", self->negative_prompt, "text");
  add_property_action (self, "cfg-scale", self->cfg_scale, "value");
  add_property_action (self, "steps", self->steps, "value");

  g_signal_connect_swapped (
      self->prompt, "changed", G_CALLBACK (player_window_update), self);
  g_signal_connect (self->sampler, "notify::selected",
      G_CALLBACK (on_sampler_selected), self);
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
  return self;
}
