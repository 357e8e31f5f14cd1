/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerwindow.h"

#include "playerpaintable.h"
#include "playersave.h"
#include "playersavedialog.h"
#include "playerstatus.h"

struct _PlayerWindow
{
  GtkApplicationWindow parent;

  /* The template's. */
  GtkEditable *prompt, *negative_prompt;
  GtkDropDown *sampler;
  GtkStringList *samplers;
  GtkAdjustment *cfg_scale, *steps;
  GtkWidget *generate_button, *cancel_button, *save_button;
  GtkStack *stage;
  GtkPicture *picture;
  PlayerStatus status;

  PlayerPaintable *paintable;
  char *api_url, *token_file;

  PlayerGeneration *pending; /* is being made; NULL: none */
  PlayerGeneration *shown;   /* is on show; NULL: none */
  char *pending_prompt, *shown_prompt;
  gboolean paused;
  GBytes *to_save;      /* while the dialog asks for a place */
  GCancellable *closed; /* ends a save when the window goes */
};

G_DEFINE_FINAL_TYPE (PlayerWindow, player_window, GTK_TYPE_APPLICATION_WINDOW)

/* --- What is on show --- */

/* Sets what a state-only action says; takes a floating @state. */
static void
tell (PlayerWindow *self, const char *name, GVariant *state)
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

/* Brings buttons, actions and pages to what there is. */
static void
update (PlayerWindow *self)
{
  gboolean generating = self->pending != NULL;
  gboolean saveable = can_save (self);
  const char *status = generating ? "generating"
      : self->shown == NULL       ? "idle"
      : self->paused              ? "paused"
                                  : "playing";

  gtk_widget_set_visible (self->generate_button, !generating);
  gtk_widget_set_visible (self->cancel_button, generating);
  player_status_reveal_progress (&self->status, generating);
  gtk_stack_set_visible_child_name (
      self->stage, self->shown != NULL ? "picture" : "empty");
  gtk_widget_set_sensitive (self->save_button, saveable);

  enable_action (self, "generate", !generating && has_prompt (self));
  enable_action (self, "cancel", generating);
  enable_action (self, "pause", self->shown != NULL);
  enable_action (self, "save", saveable);
  enable_action (self, "save-gif", saveable);
  enable_action (self, "save-mp4", saveable);
  tell (self, "pause", g_variant_new_boolean (self->paused));
  tell (self, "status", g_variant_new_string (status));
}

static void
show_message (PlayerWindow *self, const char *text, gboolean is_error)
{
  player_status_show_message (&self->status, text, is_error);
  tell (self, "message", g_variant_new_string (text));
}

static void
hide_message (PlayerWindow *self)
{
  player_status_hide_message (&self->status);
  tell (self, "message", g_variant_new_string (""));
}

/* --- What a generation reports --- */

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
  player_status_show_progress (&self->status, text, fraction);
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
  tell (self, "rounds", g_variant_new_uint32 (0));
  update (self);
}

static void
on_complete (PlayerGeneration *generation, PlayerWindow *self)
{
  update (self);
}

static void
on_picture (PlayerGeneration *generation, GstSample *sample, PlayerWindow *self)
{
  player_paintable_set_sample (self->paintable, sample);
}

static void
on_round (PlayerGeneration *generation, guint n, PlayerWindow *self)
{
  tell (self, "rounds", g_variant_new_uint32 (n));
}

static void
on_failed (PlayerGeneration *generation, const char *text, PlayerWindow *self)
{
  drop (self, generation == self->pending ? &self->pending : &self->shown);
  show_message (self, text, TRUE);
  update (self);
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

  hide_message (self);
  self->pending = player_generation_new ();
  g_object_connect (self->pending, "signal::progress", on_progress, self,
      "signal::ready", on_ready, self, "signal::complete", on_complete, self,
      "signal::picture", on_picture, self, "signal::round", on_round, self,
      "signal::failed", on_failed, self, NULL);
  g_free (self->pending_prompt);
  self->pending_prompt = g_strdup (request.prompt);
  player_status_show_progress (&self->status, "Generating", -1.0);
  if (!player_generation_start (self->pending, &service, &request, &error)) {
    drop (self, &self->pending);
    show_message (self, error->message, TRUE);
  }
  update (self);
}

static void
activate_cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;

  drop (self, &self->pending);
  update (self);
}

static void
activate_dismiss (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  hide_message (data);
}

static void
change_pause (GSimpleAction *action, GVariant *state, gpointer data)
{
  PlayerWindow *self = data;

  if (self->shown == NULL)
    return;
  self->paused = g_variant_get_boolean (state);
  player_generation_set_paused (self->shown, self->paused);
  update (self);
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
  tell (self, "sampler", g_variant_new_string (get_sampler (self)));
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

    show_message (self, text, FALSE);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    show_message (self, error->message, TRUE);
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
  player_status_stop (&self->status);
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
#define BIND_STATUS(name) \
  gtk_widget_class_bind_template_child_full ( \
      widget_class, #name, FALSE, G_STRUCT_OFFSET (PlayerWindow, status.name))

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
  BIND_STATUS (message_bar);
  BIND_STATUS (message_icon);
  BIND_STATUS (message_label);
  BIND_STATUS (message_revealer);
  BIND_STATUS (progress_label);
  BIND_STATUS (progress_revealer);
  BIND_STATUS (progress_bar);
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

  g_signal_connect_swapped (self->prompt, "changed", G_CALLBACK (update), self);
  g_signal_connect (self->sampler, "notify::selected",
      G_CALLBACK (on_sampler_selected), self);
  update (self);
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
