/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerremote.h"

#include <glib/gstdio.h>
#include <signal.h>

#define APPLICATION "gst.visioncraft.Player"
#define WINDOW_PATH "/gst/visioncraft/Player/window/1"

static const char *const plugins[] = { "coreelements", "app",
  "videoconvertscale", "videocrop", "x264", "isomp4", NULL };

GSubprocessLauncher *
player_world_make_launcher (
    PlayerWorld *world, GSubprocessFlags flags, MockServer *server)
{
  GSubprocessLauncher *launcher = fixture_make_launcher (flags, server);
  const char *const environment[][2] = {
    { "DISPLAY", x_screen_get_display (world->screen) },
    { "DBUS_SESSION_BUS_ADDRESS", g_test_dbus_get_bus_address (world->bus) },
    { "HOME", world->home },
    { "XDG_RUNTIME_DIR", world->home },
    { "XDG_CACHE_HOME", world->home },
    { "XDG_CONFIG_HOME", world->home },
    { "GDK_BACKEND", "x11" },
    { "GSETTINGS_BACKEND", world->is_desktop ? "keyfile" : "memory" },
    { "GSK_RENDERER", "cairo" },
    { "GTK_A11Y", world->is_desktop ? "atspi" : "none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (environment); i++)
    g_subprocess_launcher_setenv (
        launcher, environment[i][0], environment[i][1], TRUE);
  if (world->without_key)
    g_subprocess_launcher_unsetenv (launcher, "VISIONCRAFT_TOKEN");
  fixture_use_plugins (launcher, world->home, world->module_directory);
  return launcher;
}

/* The bus of screen readers is started when the player asks for it. What it
 * prints is none of the test's output. */
static void
add_accessibility (PlayerWorld *world)
{
  g_autofree char *services = g_build_filename (world->home, "services", NULL);
  g_autofree char *path = g_build_filename (services, "a11y.service", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *program = NULL;
  g_autofree char *quiet = NULL;

  g_assert_true (g_key_file_load_from_file (file,
      "/usr/share/dbus-1/services/org.a11y.Bus.service", G_KEY_FILE_NONE,
      NULL));
  program = g_key_file_get_string (file, "D-BUS Service", "Exec", NULL);
  quiet = g_strdup_printf ("/bin/sh -c \"exec %s >/dev/null\"", program);
  g_key_file_set_string (file, "D-BUS Service", "Exec", quiet);
  g_assert_cmpint (g_mkdir (services, 0700), ==, 0);
  g_assert_true (g_key_file_save_to_file (file, path, NULL));
  g_test_dbus_add_service_dir (world->bus, services);
}

void
player_world_build (PlayerWorld *world)
{
  world->home = fixture_make_directory ();
  fixture_link_plugins (world->home, plugins);
  world->screen = x_screen_new (PLAYER_REMOTE_WIDTH, PLAYER_REMOTE_HEIGHT);
  world->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  if (world->is_desktop)
    add_accessibility (world);
  g_test_dbus_up (world->bus);
}

void
player_world_end (PlayerWorld *world)
{
  g_test_dbus_down (world->bus);
  g_object_unref (world->bus);
  x_screen_free (world->screen);
  fixture_remove (world->home);
  g_free (world->home);
}

/* --- One run --- */

char *
player_remote_get_text (PlayerRemote *remote, const char *action)
{
  g_autoptr (GVariant) state =
      g_action_group_get_action_state (remote->window, action);

  return state != NULL ? g_variant_dup_string (state, NULL) : NULL;
}

gboolean
player_remote_has_status (PlayerRemote *remote, const char *status)
{
  g_autofree char *now = player_remote_get_text (remote, "status");

  return g_strcmp0 (now, status) == 0;
}

static gboolean
is_idle (gpointer remote)
{
  return player_remote_has_status (remote, "idle");
}

static void
on_name (GDBusConnection *connection, const char *name, const char *owner,
    gpointer appeared)
{
  *(gboolean *) appeared = TRUE;
}

static gboolean
is_true (gpointer flag)
{
  return *(gboolean *) flag;
}

/* GDBusActionGroup asks once: the window has to be there before. */
static gboolean
is_exported (gpointer data)
{
  PlayerRemote *remote = data;
  g_autoptr (GVariant) names = g_dbus_connection_call_sync (remote->connection,
      APPLICATION, WINDOW_PATH, "org.gtk.Actions", "List", NULL, NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  return names != NULL;
}

static void
wait_for_window (PlayerRemote *remote)
{
  gboolean appeared = FALSE;
  guint watch = g_bus_watch_name_on_connection (remote->connection, APPLICATION,
      G_BUS_NAME_WATCHER_FLAGS_NONE, on_name, NULL, &appeared, NULL);

  fixture_wait_until (is_true, &appeared, "the player on the bus");
  g_bus_unwatch_name (watch);
  fixture_wait_until (is_exported, remote, "the window on the bus");
  remote->window = G_ACTION_GROUP (
      g_dbus_action_group_get (remote->connection, APPLICATION, WINDOW_PATH));
  g_strfreev (g_action_group_list_actions (remote->window));
  fixture_wait_until (is_idle, remote, "the window's actions");
}

void
player_remote_start (
    PlayerRemote *remote, PlayerWorld *world, MockServer *server)
{
  g_autoptr (GSubprocessLauncher) launcher =
      player_world_make_launcher (world, G_SUBPROCESS_FLAGS_NONE, server);
  g_autoptr (GError) error = NULL;

  remote->player =
      g_subprocess_launcher_spawn (launcher, &error, world->program, NULL);
  g_assert_no_error (error);
  remote->connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (world->bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  g_assert_no_error (error);
  wait_for_window (remote);
}

void
player_remote_stop (PlayerRemote *remote)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&remote->window);
  if (remote->player != NULL) {
    g_subprocess_send_signal (remote->player, SIGTERM);
    g_subprocess_wait (remote->player, NULL, NULL);
    g_object_unref (remote->player);
  }
  g_dbus_connection_close_sync (remote->connection, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (remote->connection);
}
