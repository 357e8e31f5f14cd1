/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The player as a part of a desktop: for screen readers, with its key, dark,
 * narrow. argv as of player-window.c; and whether it was built with libsecret:
 * "keyring", "file".
 */
#include "accessibletree.h"
#include "playerfixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define STAGE_GREY 0x24242b

/* --- Screen readers --- */

typedef struct
{
  AccessibleTree *tree;
  const char *text;
  char *lines;
} Reading;

static gboolean
reads (gpointer data)
{
  Reading *reading = data;

  g_free (reading->lines);
  reading->lines = accessible_tree_read (reading->tree);
  return strstr (reading->lines, reading->text) != NULL;
}

/* What people work with has a name, and none that is a class's. The button
 * within a combo box is GTK's own, the box has the name. */
static void
assert_all_have_names (const char *text)
{
  static const char *const roles[] = { "button: ", "toggle button: ",
    "combo box: ", "slider: ", "text box: ", "progress bar: ", "image: ",
    "alert: " };
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 1; lines[i] != NULL; i++) {
    gboolean within = g_str_has_prefix (lines[i - 1], "combo box: ");

    g_test_message ("%s", lines[i]);
    for (guint k = 0; k < G_N_ELEMENTS (roles) && !within; k++)
      if (g_str_has_prefix (lines[i], roles[k])) {
        const char *name = lines[i] + strlen (roles[k]);

        g_assert_cmpstr (name, !=, "");
        g_assert_false (g_str_has_prefix (name, "Gtk"));
        n++;
      }
  }
  g_assert_cmpuint (n, >, 12);
}

static void
test_a_screen_reader_has_names_for_all (
    PlayerFixture *fixture, gconstpointer data)
{
  static const char *const named[] = { "Settings", "History", "Menu", "Save",
    "Pause", "Prompt", "Generate" };
  Reading reading = { accessible_tree_new (fixture->remote.connection),
    ": Generate\n", NULL };

  fixture_wait_until (reads, &reading, "the window's tree");
  assert_all_have_names (reading.lines);
  for (guint i = 0; i < G_N_ELEMENTS (named); i++) {
    g_autofree char *line = g_strdup_printf (": %s\n", named[i]);

    g_assert_nonnull (strstr (reading.lines, line));
  }
  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  player_generate (fixture, "a paper boat");
  reading.text = "progress bar: ";
  fixture_wait_until (reads, &reading, "the progress bar");
  assert_all_have_names (reading.lines);
  g_assert_nonnull (strstr (reading.lines, "progress bar: Progress\n"));
  g_free (reading.lines);
  accessible_tree_free (reading.tree);
}

static void
test_help_is_there (PlayerFixture *fixture, gconstpointer data)
{
  Reading reading = { accessible_tree_new (fixture->remote.connection),
    ": Save as MP4\n", NULL };
  g_autoptr (GDBusActionGroup) application =
      g_dbus_action_group_get (fixture->remote.connection,
          "gst.visioncraft.Player", "/gst/visioncraft/Player");

  player_activate (fixture, "show-help-overlay", NULL);
  fixture_wait_until (reads, &reading, "the shortcuts");
  g_action_group_activate_action (G_ACTION_GROUP (application), "about", NULL);
  reading.text = "License";
  fixture_wait_until (reads, &reading, "what it is");
  g_free (reading.lines);
  accessible_tree_free (reading.tree);
}

/* --- The key --- */

static gboolean
has_asked (gpointer data)
{
  return player_count_posts (data) > 0;
}

/* Transfer full. */
static char *
read_post (PlayerFixture *fixture)
{
  g_autoptr (GBytes) body = mock_server_ref_post_body (fixture->mock, -1);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

/* Without a key in the environment: asks once, and then never again. */
static void
give_key (PlayerFixture *fixture)
{
  g_autofree char *body = NULL;
  g_autofree char *message = NULL;
  Reading reading = { NULL, "text box: API key\n", NULL };

  player_remote_stop (&fixture->remote);
  player_world.without_key = TRUE;
  player_remote_start (&fixture->remote, &player_world, fixture->mock);
  reading.tree = accessible_tree_new (fixture->remote.connection);
  player_generate (fixture, "a paper boat");
  fixture_wait_until (reads, &reading, "the dialog");
  assert_all_have_names (reading.lines);
  x_screen_do (player_world.screen, "mousemove", "100", "100", NULL);
  x_screen_do (player_world.screen, "type", "--delay", "1", TEST_KEY, NULL);
  x_screen_do (player_world.screen, "key", "Return", NULL);
  fixture_wait_until (has_asked, fixture, "the request");
  fixture_wait_until (player_is_playing, fixture, "the animation");
  body = read_post (fixture);
  g_assert_nonnull (strstr (body, "\"token\":\"" TEST_KEY "\""));
  message = player_remote_get_text (&fixture->remote, "message");
  g_assert_cmpstr (message, ==, "");

  player_fixture_restart (fixture);
  player_generate (fixture, "a paper plane");
  fixture_wait_until (player_is_playing, fixture, "another animation");
  player_world.without_key = FALSE;
  g_free (reading.lines);
  accessible_tree_free (reading.tree);
}

static void
test_the_window_asks_for_the_key (PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *file =
      g_build_filename (player_world.home, "visioncraft", "token", NULL);
  g_autofree char *kept = NULL;
  GStatBuf status;

  give_key (fixture);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, TEST_KEY "\n");
  g_assert_cmpint (g_stat (file, &status), ==, 0);
  g_assert_cmphex (status.st_mode & 0777, ==, 0600);
}

static gboolean
has_keyring (gpointer connection)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_sync (connection,
      "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "NameHasOwner", g_variant_new ("(s)", "org.freedesktop.secrets"), NULL,
      G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean owned = FALSE;

  g_assert_nonnull (reply);
  g_variant_get (reply, "(b)", &owned);
  return owned;
}

/* A keyring with a password, as a desktop opens one at login. */
static GSubprocess *
start_keyring (void)
{
  g_autoptr (GSubprocessLauncher) launcher =
      player_world_make_launcher (&player_world,
          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
              | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
          NULL);
  g_autofree char *folder = g_build_filename (player_world.home, "data", NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *keyring;
  GOutputStream *input;

  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", folder, TRUE);
  keyring =
      g_subprocess_launcher_spawn (launcher, &error, "gnome-keyring-daemon",
          "--foreground", "--components=secrets", "--unlock", NULL);
  g_assert_no_error (error);
  input = g_subprocess_get_stdin_pipe (keyring);
  g_assert_true (
      g_output_stream_write_all (input, "password", 8, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (input, NULL, NULL));
  return keyring;
}

/* There the file is not needed. */
static void
test_the_key_goes_into_the_keyring (PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *file =
      g_build_filename (player_world.home, "visioncraft", "token", NULL);
  g_autoptr (GSubprocess) keyring = start_keyring ();

  fixture_wait_until (has_keyring, fixture->remote.connection, "the keyring");
  give_key (fixture);
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_subprocess_send_signal (keyring, SIGTERM);
  g_subprocess_wait (keyring, NULL, NULL);
}

/* --- Narrow --- */

#define NARROW 380

static gboolean
is_stage (guint x)
{
  return x_screen_get_pixel (player_world.screen, x, 100) == STAGE_GREY;
}

static gboolean
shows_the_stage_alone (gpointer unused)
{
  return is_stage (20) && is_stage (NARROW - 20);
}

static gboolean
shows_the_sidebar_alone (gpointer unused)
{
  return !is_stage (20) && !is_stage (NARROW - 20);
}

static gboolean
shows_both (gpointer unused)
{
  return !is_stage (20) && is_stage (NARROW + 100);
}

/* As on a phone, or in half of a small screen. */
static void
test_the_sidebar_yields_in_a_narrow_window (
    PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *folder =
      g_build_filename (player_world.home, "glib-2.0", "settings", NULL);
  g_autofree char *path = g_build_filename (folder, "keyfile", NULL);

  fixture_wait_until (shows_both, NULL, "sidebar and stage");
  player_remote_stop (&fixture->remote);
  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path,
      "[gst/visioncraft/Player]\nwidth=" G_STRINGIFY (NARROW) "\nheight=600\n",
      -1, NULL));
  player_remote_start (&fixture->remote, &player_world, fixture->mock);
  fixture_wait_until (shows_the_stage_alone, NULL, "the stage alone");
  /* Nothing of the window is right of it. */
  g_assert_cmphex (
      x_screen_get_pixel (player_world.screen, NARROW + 30, 100), ==, 0x000000);
  player_set (fixture, "settings", g_variant_new_boolean (TRUE));
  fixture_wait_until (shows_the_sidebar_alone, NULL, "the sidebar alone");
  player_set (fixture, "settings", g_variant_new_boolean (FALSE));
  fixture_wait_until (shows_the_stage_alone, NULL, "the stage again");
}

/* --- Dark --- */

#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_INTERFACE "org.freedesktop.portal.Settings"

static const char portal_xml[] =
    "<node><interface name='" PORTAL_INTERFACE "'>"
    "<method name='Read'><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='v' direction='out'/></method>"
    "<signal name='SettingChanged'><arg type='s'/><arg type='s'/>"
    "<arg type='v'/></signal>"
    "</interface></node>";

/* A desktop that is dark from the start. */
static void
on_portal_call (GDBusConnection *bus, const char *sender, const char *path,
    const char *interface, const char *method, GVariant *parameters,
    GDBusMethodInvocation *invocation, gpointer data)
{
  g_dbus_method_invocation_return_value (invocation,
      g_variant_new ("(v)", g_variant_new_variant (g_variant_new_uint32 (1))));
}

/* Below the sidebar's widgets. */
static gboolean
is_dark (gpointer unused)
{
  guint32 pixel = x_screen_get_pixel (player_world.screen, 20, 540);

  return (pixel >> 16) < 0x60 && (pixel & 0xff) < 0x60;
}

static gboolean
is_light (gpointer unused)
{
  return !is_dark (NULL);
}

static void
test_it_is_dark_where_the_desktop_is (
    PlayerFixture *fixture, gconstpointer data)
{
  static const GDBusInterfaceVTable table = { .method_call = on_portal_call };
  g_autoptr (GDBusNodeInfo) node =
      g_dbus_node_info_new_for_xml (portal_xml, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (player_world.bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);
  guint owner;

  g_assert_no_error (error);
  fixture_wait_until (is_light, NULL, "a light window");
  g_dbus_connection_register_object (
      bus, PORTAL_PATH, node->interfaces[0], &table, NULL, NULL, &error);
  g_assert_no_error (error);
  owner = g_bus_own_name_on_connection (bus, "org.freedesktop.portal.Desktop",
      G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL, NULL);
  player_fixture_restart (fixture);
  fixture_wait_until (is_dark, NULL, "a dark window");
  g_dbus_connection_emit_signal (bus, NULL, PORTAL_PATH, PORTAL_INTERFACE,
      "SettingChanged",
      g_variant_new ("(ssv)", "org.freedesktop.appearance", "color-scheme",
          g_variant_new_uint32 (2)),
      NULL);
  fixture_wait_until (is_light, NULL, "a light window again");
  g_bus_unown_name (owner);
  g_dbus_connection_close_sync (bus, NULL, NULL);
}

#define ADD(path, function) \
  player_fixture_add ("/player-desktop/" path, function)

int
main (int argc, char **argv)
{
  static const char *const plugins[] = { "coreelements", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 4);
  player_fixture_build (&argc, &argv, TRUE, plugins);
  ADD ("screen-reader", test_a_screen_reader_has_names_for_all);
  ADD ("help", test_help_is_there);
  ADD ("key", test_the_window_asks_for_the_key);
  if (g_str_equal (argv[3], "keyring"))
    ADD ("keyring", test_the_key_goes_into_the_keyring);
  ADD ("narrow", test_the_sidebar_yields_in_a_narrow_window);
  ADD ("dark", test_it_is_dark_where_the_desktop_is);
  status = g_test_run ();
  player_world_end (&player_world);
  return status;
}
