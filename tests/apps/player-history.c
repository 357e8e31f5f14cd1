/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The player's memory: yesterday's animations and settings, and files that are
 * there already. argv as of player-window.c.
 */
#include "playerfixture.h"

typedef struct
{
  PlayerFixture *fixture;
  guint n;
} Wanted;

static guint
count_history (PlayerFixture *fixture)
{
  g_autoptr (GVariant) prompts =
      g_action_group_get_action_state (fixture->remote.window, "history");

  return prompts != NULL ? (guint) g_variant_n_children (prompts) : 0;
}

static gboolean
has_history (gpointer data)
{
  Wanted *wanted = data;

  return count_history (wanted->fixture) == wanted->n;
}

static void
wait_for_history (PlayerFixture *fixture, guint n)
{
  Wanted wanted = { fixture, n };

  fixture_wait_until (has_history, &wanted, "the history");
}

/* --- History --- */

static gboolean
has_prompt (gpointer data)
{
  PlayerFixture *fixture = data;
  g_autofree char *text = player_remote_get_text (&fixture->remote, "prompt");

  return g_strcmp0 (text, "a paper boat") == 0;
}

/* Yesterday's animation is there, and costs nothing again. */
static void
test_history_outlives_the_program (PlayerFixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) steps = NULL;

  player_set (fixture, "steps", g_variant_new_double (17));
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "the animation");
  wait_for_history (fixture, 1);
  player_set (fixture, "steps", g_variant_new_double (30));
  player_generate (fixture, "a paper plane");
  wait_for_history (fixture, 2);
  g_assert_cmpuint (player_count_posts (fixture), ==, 2);

  player_fixture_restart (fixture);
  wait_for_history (fixture, 2);
  player_activate (fixture, "replay", g_variant_new_uint32 (1));
  fixture_wait_until (player_is_playing, fixture, "yesterday's animation");
  fixture_wait_until (has_prompt, fixture, "its prompt");
  steps = g_action_group_get_action_state (fixture->remote.window, "steps");
  g_assert_cmpfloat (g_variant_get_double (steps), ==, 17);
  g_assert_cmpuint (player_count_posts (fixture), ==, 2);
}

/* The cache answers nobody who presses Generate. */
static void
test_generate_makes_a_new_one_each_time (
    PlayerFixture *fixture, gconstpointer data)
{
  for (guint i = 1; i <= 3; i++) {
    player_generate (fixture, "a paper boat");
    wait_for_history (fixture, i);
    g_assert_cmpuint (player_count_posts (fixture), ==, i);
  }
}

/* --- Files --- */

/* Transfer full. */
static char *
write_gif (const char *name)
{
  g_autoptr (GBytes) gif =
      media_make_gif (64, 48, PLAYER_DELAY_CS, player_colors, PLAYER_N_COLORS);
  char *path = g_build_filename (player_world.home, name, NULL);

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (gif, NULL),
      (gssize) g_bytes_get_size (gif), NULL));
  return path;
}

static void
test_a_file_is_played_for_nothing (PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *path = write_gif ("mine.gif");
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  player_activate (fixture, "open", g_variant_new_string (path));
  fixture_wait_until (player_is_playing, fixture, "the file");
  player_fixture_restart (fixture);
  player_activate (fixture, "open", g_variant_new_string (uri));
  fixture_wait_until (player_is_playing, fixture, "the file by its address");
  g_assert_cmpuint (player_count_posts (fixture), ==, 0);
  g_assert_cmpuint (count_history (fixture), ==, 0);
}

/* What was asked for is paid: it comes all the same. */
static void
test_a_file_does_not_end_a_generation (
    PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *path = write_gif ("mine.gif");

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_held, fixture, "the request");
  player_activate (fixture, "open", g_variant_new_string (path));
  fixture_wait_until (player_is_generating, fixture, "the generation still");
  mock_server_release (fixture->mock);
  wait_for_history (fixture, 1);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_ABORTED), ==, 0);
}

static const char *const no_gifs[] = { "/nowhere/at-all.gif",
  "https://example.org/fox.gif", "/etc/hostname" };

static void
test_what_cannot_be_opened_is_told (PlayerFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (no_gifs); i++) {
    player_fixture_restart (fixture);
    player_activate (fixture, "open", g_variant_new_string (no_gifs[i]));
    fixture_wait_until (player_has_message, fixture, "the message");
    g_assert_true (player_remote_has_status (&fixture->remote, "idle"));
  }
}

/* --- Settings --- */

static gboolean
has_sampler (gpointer data)
{
  PlayerFixture *fixture = data;
  g_autofree char *name = player_remote_get_text (&fixture->remote, "sampler");

  return g_strcmp0 (name, "DDIM") == 0;
}

static void
test_settings_outlive_the_program (PlayerFixture *fixture, gconstpointer data)
{
  g_autoptr (GVariant) cfg_scale = NULL;
  g_autofree char *negative = NULL;

  player_set (fixture, "sampler", g_variant_new_string ("DDIM"));
  player_set (fixture, "cfg-scale", g_variant_new_double (4));
  player_set (fixture, "negative-prompt", g_variant_new_string ("a frame"));
  fixture_wait_until (has_sampler, fixture, "the sampler");
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "the animation");

  player_fixture_restart (fixture);
  fixture_wait_until (has_sampler, fixture, "the sampler of before");
  cfg_scale =
      g_action_group_get_action_state (fixture->remote.window, "cfg-scale");
  g_assert_cmpfloat (g_variant_get_double (cfg_scale), ==, 4);
  negative = player_remote_get_text (&fixture->remote, "negative-prompt");
  g_assert_cmpstr (negative, ==, "a frame");
}

#define ADD(path, function) \
  player_fixture_add ("/player-history/" path, function)

int
main (int argc, char **argv)
{
  static const char *const plugins[] = { "coreelements", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  player_fixture_build (&argc, &argv, TRUE, plugins);
  ADD ("history", test_history_outlives_the_program);
  ADD ("new", test_generate_makes_a_new_one_each_time);
  ADD ("file", test_a_file_is_played_for_nothing);
  ADD ("file-meanwhile", test_a_file_does_not_end_a_generation);
  ADD ("no-file", test_what_cannot_be_opened_is_told);
  ADD ("settings", test_settings_outlive_the_program);
  status = g_test_run ();
  player_world_end (&player_world);
  return status;
}
