/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerwindow-private.h"

#include "failure.h"
#include "playerkey.h"
#include "playerkeydialog.h"
#include "playeropen.h"
#include "playersavedialog.h"

/* --- Generating --- */

static void
take_key (PlayerWindow *self, const char *key)
{
  g_free (self->key);
  self->key = g_strdup (key);
}

static void
on_key_loaded (const char *key, const GError *error, gpointer data)
{
  PlayerWindow *self = data;

  self->key_is_known = TRUE;
  if (key != NULL)
    take_key (self, key);
  if (self->generate_waits)
    g_action_group_activate_action (G_ACTION_GROUP (self), "generate", NULL);
}

static void
on_key_saved (GtkWindow *window, const char *key)
{
  take_key (PLAYER_WINDOW (window), key);
  g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
}

/* Whether the user named another place than those that the window looks in. */
static gboolean
names_a_key (PlayerWindow *self)
{
  const char *environment = g_getenv ("VISIONCRAFT_TOKEN");

  return self->token_file != NULL
      || (environment != NULL && environment[0] != '\0');
}

static void
activate_generate (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;
  const PlayerService service = { self->api_url, self->token_file, self->key };
  PlayerRequest request = { .prompt = gtk_editable_get_text (self->prompt) };
  g_autoptr (GError) error = NULL;

  self->generate_waits = !self->key_is_known;
  if (self->generate_waits)
    return;
  player_window_hide_message (self);
  player_settings_fill (&self->settings, &request);
  player_status_show_progress (&self->status, "Generating", -1.0);
  if (player_stage_generate (&self->stage, &service, &request, &error))
    return;
  if (g_error_matches (error, FAILURE, FAILURE_KEY) && !names_a_key (self))
    player_key_dialog_show (GTK_WINDOW (self), on_key_saved);
  else
    player_window_show_message (self, error->message, TRUE);
}

static void
activate_cancel (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;

  player_stage_cancel (&self->stage);
}

static void
on_key_changed (GtkWindow *window, const char *key)
{
  take_key (PLAYER_WINDOW (window), key);
  player_window_show_message (
      PLAYER_WINDOW (window), "The API key is kept.", FALSE);
}

static void
activate_set_key (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  player_key_dialog_show (window, on_key_changed);
}

/* --- What is there already --- */

static void
open_path (PlayerWindow *self, const char *path, const char *title,
    const GstTagList *tags)
{
  g_autoptr (GError) error = NULL;

  player_window_hide_message (self);
  if (!player_stage_open (&self->stage, path, title, tags, &error))
    player_window_show_message (self, error->message, TRUE);
}

static void
activate_open (GSimpleAction *action, GVariant *address, gpointer data)
{
  PlayerWindow *self = data;
  const char *text = g_variant_get_string (address, NULL);
  g_autoptr (GFile) file = g_path_is_absolute (text)
      ? g_file_new_for_path (text)
      : g_file_new_for_uri (text);
  const char *path = g_file_peek_path (file);
  g_autofree char *name =
      path != NULL ? g_filename_display_basename (path) : NULL;

  if (path != NULL)
    open_path (self, path, name, NULL);
  else
    player_window_show_message (
        self, "Only files of this computer can be opened.", TRUE);
}

static void
activate_show_open (GSimpleAction *action, GVariant *parameter, gpointer window)
{
  player_open_show (window);
}

/* With what it was made: to make another one like it. */
static void
replay (PlayerWindow *self, guint index)
{
  const CacheEntry *entry = player_history_get (&self->history, index);
  g_autoptr (GstTagList) tags = NULL;

  if (entry == NULL)
    return;
  gtk_editable_set_text (self->prompt, entry->prompt);
  gtk_editable_set_text (self->settings.negative_prompt,
      entry->negative_prompt != NULL ? entry->negative_prompt : "");
  if (entry->sampler != NULL)
    player_settings_set_sampler (&self->settings, entry->sampler);
  gtk_adjustment_set_value (self->settings.cfg_scale, entry->cfg_scale);
  gtk_adjustment_set_value (self->settings.steps, entry->steps);
  tags = cache_entry_new_tags (entry);
  open_path (self, entry->gif_path, entry->prompt, tags);
}

static void
activate_replay (GSimpleAction *action, GVariant *index, gpointer self)
{
  replay (self, g_variant_get_uint32 (index));
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, PlayerWindow *self)
{
  gtk_menu_button_popdown (self->history.history_button);
  replay (self, (guint) gtk_list_box_row_get_index (row));
}

static void
activate_show_history (
    GSimpleAction *action, GVariant *parameter, gpointer data)
{
  PlayerWindow *self = data;

  gtk_menu_button_popup (self->history.history_button);
}

static void
on_history_changed (gpointer data)
{
  PlayerWindow *self = data;

  player_window_tell (
      self, "history", player_history_list_prompts (&self->history));
}

/* --- Other actions --- */

static void
activate_dismiss (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  player_window_hide_message (data);
}

static void
change_pause (GSimpleAction *action, GVariant *state, gpointer data)
{
  PlayerWindow *self = data;

  player_stage_set_paused (&self->stage, g_variant_get_boolean (state));
}

static void
change_sampler (GSimpleAction *action, GVariant *state, gpointer data)
{
  PlayerWindow *self = data;

  player_settings_set_sampler (
      &self->settings, g_variant_get_string (state, NULL));
}

static void
on_sampler_selected (
    GtkDropDown *sampler, GParamSpec *pspec, PlayerWindow *self)
{
  const char *name = player_settings_get_sampler (&self->settings);

  if (name != NULL)
    player_window_tell (self, "sampler", g_variant_new_string (name));
}

/* Who asks to change a state that only tells is not heard. */
static void
ignore_change (GSimpleAction *action, GVariant *state, gpointer data)
{
}

static void
on_save_told (GtkWindow *window, const char *text, gboolean is_error)
{
  player_window_show_message (PLAYER_WINDOW (window), text, is_error);
}

static void
activate_save (GSimpleAction *action, GVariant *path, gpointer data)
{
  PlayerWindow *self = data;
  g_autoptr (GBytes) gif = player_stage_ref_gif (&self->stage);

  player_save_to (GTK_WINDOW (self), gif, player_stage_get_tags (&self->stage),
      g_variant_get_string (path, NULL), self->closed, on_save_told);
}

/* What was on show when they asked, also when another one comes meanwhile. */
static void
ask_and_save (PlayerWindow *self, const char *ending)
{
  g_autoptr (GBytes) gif = player_stage_ref_gif (&self->stage);

  player_save_dialog_show (GTK_WINDOW (self), gif,
      player_stage_get_tags (&self->stage), self->stage.shown.title, ending,
      self->closed, on_save_told);
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

static const GActionEntry actions[] = {
  { .name = "generate", .activate = activate_generate },
  { .name = "cancel", .activate = activate_cancel },
  { .name = "dismiss", .activate = activate_dismiss },
  { .name = "set-key", .activate = activate_set_key },
  { .name = "open", .activate = activate_open, .parameter_type = "s" },
  { .name = "show-open", .activate = activate_show_open },
  { .name = "replay", .activate = activate_replay, .parameter_type = "u" },
  { .name = "show-history", .activate = activate_show_history },
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
  { .name = "history", .state = "@as []", .change_state = ignore_change },
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

void
player_window_add_actions (PlayerWindow *self)
{
  g_action_map_add_action_entries (
      G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  add_property_action (self, "prompt", self->prompt, "text");
  add_property_action (
      self, "negative-prompt", self->settings.negative_prompt, "text");
  add_property_action (self, "cfg-scale", self->settings.cfg_scale, "value");
  add_property_action (self, "steps", self->settings.steps, "value");
  add_property_action (
      self, "settings", self->sidebar.settings_button, "active");

  g_signal_connect (self->settings.sampler, "notify::selected",
      G_CALLBACK (on_sampler_selected), self);
  g_signal_connect (self->history.history_list, "row-activated",
      G_CALLBACK (on_row_activated), self);
}

void
player_window_begin (PlayerWindow *self)
{
  player_history_watch (&self->history, on_history_changed, self);
  /* Nobody is asked to unlock a keyring for nothing. */
  self->key_is_known = names_a_key (self);
  if (!self->key_is_known)
    player_key_load (self->closed, on_key_loaded, self);
}
