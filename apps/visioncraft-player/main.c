/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-player: a window that generates animations and plays them
 */
#include "config.h"

#include "number.h"
#include "playerdark.h"
#include "playerwindow.h"

#include <stdlib.h>

#define APPLICATION_ID "gst.visioncraft.Player"

static const char summary[] =
    "Type a prompt, watch the animation, save it as GIF or MP4.\n\n"
    "The API key comes from the file that --token-file names, the environment "
    "variable\nVISIONCRAFT_TOKEN, or what visioncraft-to-video --set-token has "
    "kept; it is never an\nargument, which everybody on the machine could "
    "read.";

static const GOptionEntry options[] = {
  { "prompt", 'p', 0, G_OPTION_ARG_STRING, NULL, "Generate this at once",
      "TEXT" },
  { "api-url", 0, 0, G_OPTION_ARG_STRING, NULL,
      "Address of the service (default: VISIONCRAFT_API_URL, or "
      "https://visioncraft.top)",
      "URL" },
  { "token-file", 0, 0, G_OPTION_ARG_FILENAME, NULL,
      "File that holds the API key (default: VISIONCRAFT_TOKEN)", "FILE" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL,
      "[GIF]" },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, "Print the version and end",
      NULL },
  { NULL },
};

static const struct
{
  const char *action;
  const char *keys[3];
} shortcuts[] = {
  { "win.generate", { "<Control>Return" } },
  { "win.cancel", { "Escape" } },
  { "win.pause", { "<Control>p" } },
  { "win.show-open", { "<Control>o" } },
  { "win.show-history", { "<Control>h" } },
  { "win.save-gif", { "<Control>s" } },
  { "win.save-mp4", { "<Control><Shift>s" } },
  { "win.settings", { "F9" } },
  { "window.close", { "<Control>w" } },
  { "app.quit", { "<Control>q" } },
};

static void
load_style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (
      provider, PLAYER_RESOURCES "/player.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
      GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
activate_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_show_about_dialog (gtk_application_get_active_window (data),
      "program-name", g_get_application_name (), "version", VERSION,
      "logo-icon-name", APPLICATION_ID, "comments",
      "Generates animations from a prompt with VisionCraft's text-to-GIF "
      "service, and plays them",
      "license-type", GTK_LICENSE_LGPL_2_1, NULL);
}

/* Each window ends what is its own. */
static void
activate_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window;

  while ((window = gtk_application_get_active_window (data)) != NULL)
    gtk_window_destroy (window);
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = activate_about },
  { .name = "quit", .activate = activate_quit },
};

static void
on_startup (GtkApplication *application, gpointer data)
{
  GDBusConnection *bus =
      g_application_get_dbus_connection (G_APPLICATION (application));

  if (bus != NULL)
    g_object_set_data_full (G_OBJECT (application), "dark",
        player_dark_new (bus), (GDestroyNotify) player_dark_free);
  g_action_map_add_action_entries (
      G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  gtk_window_set_default_icon_name (APPLICATION_ID);
  load_style ();
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (
        application, shortcuts[i].action, shortcuts[i].keys);
}

/* The element would only say so after the first prompt. */
static gboolean
check_elements (GApplicationCommandLine *line)
{
  static const char *const names[] = { "visioncraftgifsrc", "animgifdec",
    "appsink", "filesrc" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory == NULL) {
      g_application_command_line_printerr (line,
          "visioncraft-player: the GStreamer element %s is not installed "
          "(GST_PLUGIN_PATH tells where else to look)\n",
          names[i]);
      return FALSE;
    }
  }
  return TRUE;
}

/* Each start opens a window, in the process that runs already if there is one;
 * the environment is then that one's. */
static int
on_command_line (
    GApplication *application, GApplicationCommandLine *line, gpointer data)
{
  GVariantDict *arguments = g_application_command_line_get_options_dict (line);
  PlayerService service = { 0 };
  const char *prompt = NULL, *token_file = NULL;
  g_autofree char *token_path = NULL;
  g_autofree const char **files = NULL;
  PlayerWindow *window;

  if (!check_elements (line))
    return EXIT_FAILURE;
  g_variant_dict_lookup (arguments, "api-url", "&s", &service.api_url);
  g_variant_dict_lookup (arguments, "token-file", "^&ay", &token_file);
  /* Of the folder where it was said, which may be another one than ours. */
  if (token_file != NULL)
    service.token_file = token_path = g_canonicalize_filename (
        token_file, g_application_command_line_get_cwd (line));
  g_variant_dict_lookup (arguments, "prompt", "&s", &prompt);
  g_variant_dict_lookup (arguments, G_OPTION_REMAINING, "^a&ay", &files);

  window = player_window_new (GTK_APPLICATION (application), &service);
  gtk_window_present (GTK_WINDOW (window));
  if (files != NULL) {
    g_autoptr (GFile) file =
        g_application_command_line_create_file_for_arg (line, files[0]);

    g_autofree char *uri = g_file_get_uri (file);

    g_action_group_activate_action (
        G_ACTION_GROUP (window), "open", g_variant_new_string (uri));
  }
  if (prompt != NULL) {
    g_action_group_change_action_state (
        G_ACTION_GROUP (window), "prompt", g_variant_new_string (prompt));
    g_action_group_activate_action (G_ACTION_GROUP (window), "generate", NULL);
  }
  return EXIT_SUCCESS;
}

static int
on_local_options (
    GApplication *application, GVariantDict *arguments, gpointer data)
{
  const char *api_url = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_lookup (arguments, "api-url", "&s", &api_url);
  if (!option_check_text ("--api-url", api_url, &error)) {
    g_printerr ("visioncraft-player: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (!g_variant_dict_contains (arguments, "version"))
    return -1;
  g_print ("visioncraft-player %s\n", VERSION);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application =
      gtk_application_new (APPLICATION_ID, G_APPLICATION_HANDLES_COMMAND_LINE);

  g_set_application_name ("VisionCraft Player");
  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_application_set_option_context_summary (
      G_APPLICATION (application), summary);
  g_application_add_option_group (
      G_APPLICATION (application), gst_init_get_option_group ());
  g_signal_connect (application, "startup", G_CALLBACK (on_startup), NULL);
  g_signal_connect (
      application, "command-line", G_CALLBACK (on_command_line), NULL);
  g_signal_connect (
      application, "handle-local-options", G_CALLBACK (on_local_options), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
