/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerfixture.h"

PlayerWorld player_world;

const guint32 player_colors[PLAYER_N_COLORS] = { 0xd01010, 0x10d010, 0x1010d0,
  0xd0d010 };

void
player_fixture_build (
    int *argc, char ***argv, gboolean is_desktop, const char *const *plugins)
{
  g_assert_cmpint (*argc, >=, 3);
  player_world.program = (*argv)[1];
  player_world.module_directory = (*argv)[2];
  player_world.is_desktop = is_desktop;
  media_init (argc, argv, plugins);
  player_world_build (&player_world);
}

void
player_fixture_start (PlayerFixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) gif = media_make_gif (
      320, 240, PLAYER_DELAY_CS, player_colors, PLAYER_N_COLORS);

  fixture->mock = fixture_serve (NULL);
  mock_server_set_gif (fixture->mock, gif);
  player_remote_start (&fixture->remote, &player_world, fixture->mock);
}

/* The next test finds no history, and no settings. */
void
player_fixture_stop (PlayerFixture *fixture, gconstpointer unused)
{
  g_autofree char *cache =
      g_build_filename (player_world.home, "visioncraft", NULL);
  g_autofree char *settings =
      g_build_filename (player_world.home, "glib-2.0", NULL);

  player_remote_stop (&fixture->remote);
  mock_server_free (fixture->mock);
  fixture_remove (cache);
  fixture_remove (settings);
}

void
player_fixture_restart (PlayerFixture *fixture)
{
  player_remote_stop (&fixture->remote);
  player_remote_start (&fixture->remote, &player_world, fixture->mock);
}

void
player_set (PlayerFixture *fixture, const char *action, GVariant *state)
{
  g_action_group_change_action_state (fixture->remote.window, action, state);
}

void
player_activate (
    PlayerFixture *fixture, const char *action, GVariant *parameter)
{
  g_action_group_activate_action (fixture->remote.window, action, parameter);
}

void
player_generate (PlayerFixture *fixture, const char *prompt)
{
  player_set (fixture, "prompt", g_variant_new_string (prompt));
  fixture_wait_until (player_can_generate, fixture, "the prompt in the window");
  player_activate (fixture, "generate", NULL);
}

guint
player_count_posts (PlayerFixture *fixture)
{
  return mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED);
}

gboolean
player_is_idle (gpointer fixture)
{
  return player_remote_has_status (
      &((PlayerFixture *) fixture)->remote, "idle");
}

gboolean
player_is_generating (gpointer fixture)
{
  return player_remote_has_status (
      &((PlayerFixture *) fixture)->remote, "generating");
}

gboolean
player_is_playing (gpointer fixture)
{
  return player_remote_has_status (
      &((PlayerFixture *) fixture)->remote, "playing");
}

gboolean
player_has_message (gpointer fixture)
{
  g_autofree char *text =
      player_remote_get_text (&((PlayerFixture *) fixture)->remote, "message");

  return text != NULL && text[0] != '\0';
}

gboolean
player_can_generate (gpointer fixture)
{
  return g_action_group_get_action_enabled (
      ((PlayerFixture *) fixture)->remote.window, "generate");
}

gboolean
player_is_held (gpointer fixture)
{
  return mock_server_count (((PlayerFixture *) fixture)->mock, MOCK_EVENT_HELD)
      > 0;
}
