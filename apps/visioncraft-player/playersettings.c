/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersettings.h"

#include "servicelimits.h"

#define SCHEMA "gst.visioncraft.Player"

/* --- Samplers --- */

/* Its place in the list; the list's length where it is none of them. */
static guint
find_sampler (PlayerSettings *settings, const char *name)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (settings->samplers));
  guint i = 0;

  while (i < n
      && g_strcmp0 (gtk_string_list_get_string (settings->samplers, i), name)
          != 0)
    i++;
  return i;
}

const char *
player_settings_get_sampler (PlayerSettings *settings)
{
  return gtk_string_list_get_string (
      settings->samplers, gtk_drop_down_get_selected (settings->sampler));
}

void
player_settings_set_sampler (PlayerSettings *settings, const char *name)
{
  guint i = find_sampler (settings, name);

  if (i == g_list_model_get_n_items (G_LIST_MODEL (settings->samplers)))
    gtk_string_list_append (settings->samplers, name);
  gtk_drop_down_set_selected (settings->sampler, i);
}

/* The one that is chosen stays, also where the service does not know it: it
 * will say so. */
static void
show_samplers (PlayerSettings *settings)
{
  g_autofree char *chosen = g_strdup (player_settings_get_sampler (settings));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (settings->samplers));

  gtk_string_list_splice (
      settings->samplers, 0, n, samplers_get (settings->list));
  player_settings_set_sampler (settings, chosen != NULL ? chosen : "Euler");
}

static void
on_samplers (const GError *error, gpointer data)
{
  if (error != NULL)
    g_message ("%s Offering the usual samplers.", error->message);
  else
    show_samplers (data);
}

/* Releases of the service differ: there may be no limits. */
static void
on_limits (GBytes *body, const GError *error, gpointer data)
{
  PlayerSettings *settings = data;
  g_auto (GStrv) lines = body != NULL ? service_limits_parse (body) : NULL;
  g_autofree char *text = lines != NULL ? g_strjoinv ("\n", lines) : NULL;

  g_clear_pointer (&settings->get_limits, service_get_free);
  if (text != NULL)
    gtk_label_set_text (settings->limits_label, text);
  gtk_widget_set_visible (GTK_WIDGET (settings->limits_label), text != NULL);
}

void
player_settings_ask_service (PlayerSettings *settings, const char *api_url)
{
  settings->api_url =
      api_url != NULL ? g_strdup (api_url) : service_dup_default_url ();
  settings->access = (ServiceAccess){ .api_url = settings->api_url };
  settings->list = samplers_new (&settings->access);
  samplers_refresh (settings->list, on_samplers, settings);
  settings->get_limits = service_get_start (
      &settings->access, SERVICE_LIMITS_PATH, on_limits, settings);
}

void
player_settings_fill (PlayerSettings *settings, PlayerRequest *request)
{
  request->negative_prompt = gtk_editable_get_text (settings->negative_prompt);
  request->sampler = player_settings_get_sampler (settings);
  request->cfg_scale =
      (int) (gtk_adjustment_get_value (settings->cfg_scale) + 0.5);
  request->steps = (int) (gtk_adjustment_get_value (settings->steps) + 0.5);
}

/* --- The next time --- */

/* A program that is not installed yet has no schema; GSettings would end it. */
static GSettings *
new_stored (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source != NULL
      ? g_settings_schema_source_lookup (source, SCHEMA, TRUE)
      : NULL;

  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

static void
on_sampler_selected (
    GtkDropDown *sampler, GParamSpec *pspec, PlayerSettings *settings)
{
  const char *name = player_settings_get_sampler (settings);

  /* Nothing is chosen while the list is exchanged. */
  if (name != NULL)
    g_settings_set_string (settings->stored, "sampler", name);
}

void
player_settings_restore (PlayerSettings *settings, GtkWindow *window)
{
  g_autofree char *sampler = NULL;

  settings->stored = new_stored ();
  if (settings->stored == NULL)
    return;
  g_settings_bind (settings->stored, "cfg-scale", settings->cfg_scale, "value",
      G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings->stored, "steps", settings->steps, "value",
      G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings->stored, "negative-prompt",
      settings->negative_prompt, "text", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings->stored, "width", window, "default-width",
      G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings->stored, "height", window, "default-height",
      G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings->stored, "maximized", window, "maximized",
      G_SETTINGS_BIND_DEFAULT);
  sampler = g_settings_get_string (settings->stored, "sampler");
  player_settings_set_sampler (settings, sampler);
  g_signal_connect (settings->sampler, "notify::selected",
      G_CALLBACK (on_sampler_selected), settings);
}

void
player_settings_clear (PlayerSettings *settings)
{
  if (settings->sampler != NULL)
    g_signal_handlers_disconnect_by_data (settings->sampler, settings);
  g_clear_pointer (&settings->get_limits, service_get_free);
  g_clear_pointer (&settings->list, samplers_free);
  g_clear_pointer (&settings->api_url, g_free);
  g_clear_object (&settings->stored);
}
