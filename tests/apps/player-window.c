/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The player as people meet it: the program, on an X server, with its actions
 * on a session bus. argv[1] is the program, argv[2] the directory of our module.
 */
#include "playerfixture.h"

#include <string.h>

/* Within the picture, and within the bar on top. */
#define PICTURE_X 605
#define PICTURE_Y 320

/* A row through the bar that moves while something is made. */
#define PROGRESS_Y 559
#define PROGRESS_LEFT 290
#define PROGRESS_RIGHT 920
#define PROGRESS_BLUE 0x3584e4

#define ERROR_RED 0xb3261e
#define N_RED_MIN 5000

#define DURATION (PLAYER_N_COLORS * PLAYER_DELAY_CS * 10 * GST_MSECOND)

/* --- Predicates --- */

static gboolean
is_true (gpointer flag)
{
  return *(gboolean *) flag;
}

static gboolean
is_paused (gpointer fixture)
{
  return player_remote_has_status (
      &((PlayerFixture *) fixture)->remote, "paused");
}

static gboolean
can_save (gpointer data)
{
  PlayerFixture *fixture = data;

  return g_action_group_get_action_enabled (fixture->remote.window, "save");
}

static gboolean
did_two_rounds (gpointer data)
{
  PlayerFixture *fixture = data;
  g_autoptr (GVariant) rounds =
      g_action_group_get_action_state (fixture->remote.window, "rounds");

  return rounds != NULL && g_variant_get_uint32 (rounds) >= 2;
}

/* --- Screen --- */

static int
find_color (guint32 pixel)
{
  for (guint i = 0; i < PLAYER_N_COLORS; i++) {
    if (player_colors[i] == pixel)
      return (int) i;
  }
  return -1;
}

static gboolean
shows_a_picture (gpointer data)
{
  return find_color (
             x_screen_get_pixel (player_world.screen, PICTURE_X, PICTURE_Y))
      >= 0;
}

static gboolean
shows_another_picture (gpointer before)
{
  return shows_a_picture (NULL)
      && x_screen_get_pixel (player_world.screen, PICTURE_X, PICTURE_Y)
      != *(guint32 *) before;
}

static gboolean
shows_no_picture (gpointer data)
{
  return !shows_a_picture (data);
}

static gboolean
shows_red_bar (gpointer data)
{
  return x_screen_count (player_world.screen, ERROR_RED) >= N_RED_MIN;
}

static gboolean
shows_no_red_bar (gpointer data)
{
  return x_screen_count (player_world.screen, ERROR_RED) == 0;
}

/* Where the moving part begins; 0: nowhere. */
static guint
find_progress (void)
{
  for (guint x = PROGRESS_LEFT; x < PROGRESS_RIGHT; x++) {
    if (x_screen_get_pixel (player_world.screen, x, PROGRESS_Y)
        == PROGRESS_BLUE)
      return x;
  }
  return 0;
}

static gboolean
shows_progress (gpointer data)
{
  return find_progress () != 0;
}

static gboolean
shows_other_progress (gpointer before)
{
  return shows_progress (NULL) && find_progress () != *(guint *) before;
}

static void
assert_progress_moves (void)
{
  guint before;

  fixture_wait_until (shows_progress, NULL, "the progress bar");
  before = find_progress ();
  fixture_wait_until (shows_other_progress, &before, "some progress");
}

static void
assert_it_moves (void)
{
  guint32 before;

  fixture_wait_until (shows_a_picture, NULL, "a picture on the screen");
  before = x_screen_get_pixel (player_world.screen, PICTURE_X, PICTURE_Y);
  fixture_wait_until (shows_another_picture, &before, "the next picture");
}

/* --- Claims --- */

/* Transfer full. */
static char *
get_post_text (PlayerFixture *fixture)
{
  g_autoptr (GBytes) body = mock_server_ref_post_body (fixture->mock, -1);

  g_assert_nonnull (body);
  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
test_typed_prompt_becomes_an_endless_animation (
    PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *body = NULL;

  /* Without a window manager the keys go where the pointer is. */
  x_screen_do (player_world.screen, "mousemove", "600", "300", NULL);
  x_screen_do (
      player_world.screen, "type", "--delay", "1", "a paper boat", NULL);
  fixture_wait_until (player_can_generate, fixture, "the typed prompt");
  x_screen_do (player_world.screen, "key", "Return", NULL);
  fixture_wait_until (player_is_playing, fixture, "the animation");
  assert_it_moves ();
  g_assert_cmpuint (x_screen_count_colors (player_world.screen, 50), ==, 50);
  fixture_wait_until (did_two_rounds, fixture, "the second round");
  assert_it_moves ();

  body = get_post_text (fixture);
  g_assert_nonnull (strstr (body, "\"prompt\":\"a paper boat\""));
  g_assert_cmpuint (player_count_posts (fixture), ==, 1);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_GET_RECEIVED), ==, 1);
}

static void
test_settings_reach_the_service (PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *body = NULL;
  g_autofree char *sampler = NULL;

  g_action_group_change_action_state (fixture->remote.window, "sampler",
      g_variant_new_string ("A sampler of tomorrow"));
  g_action_group_change_action_state (
      fixture->remote.window, "cfg-scale", g_variant_new_double (4));
  g_action_group_change_action_state (
      fixture->remote.window, "steps", g_variant_new_double (17));
  g_action_group_change_action_state (fixture->remote.window, "negative-prompt",
      g_variant_new_string ("a frame"));
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_has_message, fixture, "the service's answer");
  sampler =
      player_remote_get_text (&((PlayerFixture *) fixture)->remote, "sampler");
  g_assert_cmpstr (sampler, ==, "A sampler of tomorrow");

  body = get_post_text (fixture);
  g_assert_nonnull (strstr (body, "\"sampler\":\"A sampler of tomorrow\""));
  g_assert_nonnull (strstr (body, "\"cfg_scale\":4"));
  g_assert_nonnull (strstr (body, "\"steps\":17"));
  g_assert_nonnull (strstr (body, "\"negative_prompt\":\"a frame\""));
}

static gboolean
is_aborted (gpointer mock)
{
  return mock_server_count (mock, MOCK_EVENT_ABORTED) > 0;
}

static void
test_cancel_returns_to_idle (PlayerFixture *fixture, gconstpointer data)
{
  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_generating, fixture, "the generation");
  fixture_wait_until (player_is_held, fixture, "the request");
  assert_progress_moves ();
  g_action_group_activate_action (fixture->remote.window, "cancel", NULL);
  fixture_wait_until (player_is_idle, fixture, "idleness");
  fixture_wait_until (is_aborted, fixture->mock, "the request's end");
  g_assert_false (player_has_message (fixture));
  g_assert_true (shows_no_picture (NULL));

  mock_server_release (fixture->mock);
  g_action_group_activate_action (fixture->remote.window, "generate", NULL);
  fixture_wait_until (player_is_playing, fixture, "another try");
  assert_it_moves ();
}

static void
test_animation_stays_while_the_next_is_made (
    PlayerFixture *fixture, gconstpointer data)
{
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "the animation");
  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  player_generate (fixture, "a paper plane");
  fixture_wait_until (player_is_held, fixture, "the second request");
  assert_it_moves ();
  g_action_group_activate_action (fixture->remote.window, "cancel", NULL);
  fixture_wait_until (player_is_playing, fixture, "the first animation");
  assert_it_moves ();
  g_assert_cmpuint (player_count_posts (fixture), ==, 2);
}

static void
test_pause_holds_the_picture (PlayerFixture *fixture, gconstpointer data)
{
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "the animation");
  g_action_group_change_action_state (
      fixture->remote.window, "pause", g_variant_new_boolean (TRUE));
  fixture_wait_until (is_paused, fixture, "the pause");
  g_action_group_change_action_state (
      fixture->remote.window, "pause", g_variant_new_boolean (FALSE));
  fixture_wait_until (player_is_playing, fixture, "the end of the pause");
  assert_it_moves ();
  g_assert_cmpuint (player_count_posts (fixture), ==, 1);
}

static void
test_error_is_shown_in_the_window (PlayerFixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  g_assert_true (shows_no_red_bar (NULL));
  player_generate (fixture, "a paper boat fault:403");
  fixture_wait_until (player_has_message, fixture, "the error");
  text =
      player_remote_get_text (&((PlayerFixture *) fixture)->remote, "message");
  g_assert_nonnull (strstr (text, "403"));
  g_assert_true (player_is_idle (fixture));
  fixture_wait_until (shows_red_bar, NULL, "the error on the screen");

  g_action_group_activate_action (fixture->remote.window, "dismiss", NULL);
  fixture_wait_until (shows_no_red_bar, NULL, "the error's end");
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "another try");
}

/* Transfer full: the path. */
static char *
save_as (PlayerFixture *fixture, const char *name)
{
  char *path = g_build_filename (player_world.home, name, NULL);
  g_autofree char *expected = g_strdup_printf ("Saved: %s", path);
  g_autofree char *text = NULL;

  g_action_group_activate_action (
      fixture->remote.window, "save", g_variant_new_string (path));
  fixture_wait_until (player_has_message, fixture, "the file");
  text =
      player_remote_get_text (&((PlayerFixture *) fixture)->remote, "message");
  g_assert_cmpstr (text, ==, expected);
  return path;
}

static gboolean
has_no_message (gpointer fixture)
{
  return !player_has_message (fixture);
}

static void
test_one_generation_is_saved_twice (PlayerFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) sent = NULL;
  g_autofree char *gif = NULL, *mp4 = NULL, *saved = NULL, *comment = NULL;
  Movie movie;
  gsize size;

  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_playing, fixture, "the animation");
  fixture_wait_until (can_save, fixture, "the whole GIF");
  gif = save_as (fixture, "boat.gif");
  g_action_group_activate_action (fixture->remote.window, "dismiss", NULL);
  fixture_wait_until (has_no_message, fixture, "the message's end");
  mp4 = save_as (fixture, "boat.mp4");

  sent = mock_server_ref_gif (fixture->mock, -1);
  g_assert_true (g_file_get_contents (gif, &saved, &size, NULL));
  comment = fixture_cut_comment (saved, &size);
  g_assert_true (g_str_has_prefix (comment, "Prompt: a paper boat\n"));
  g_assert_cmpmem (
      saved, size, g_bytes_get_data (sent, NULL), g_bytes_get_size (sent));
  media_read_mp4 (mp4, &movie);
  g_assert_cmpuint (movie.duration, ==, DURATION);
  g_assert_cmpuint (movie.n_pictures, ==, PLAYER_N_COLORS);
  g_assert_cmpuint (player_count_posts (fixture), ==, 1);
  g_assert_true (player_is_playing (fixture));
}

static void
on_ended (GObject *player, GAsyncResult *result, gpointer ended)
{
  g_subprocess_wait_finish (G_SUBPROCESS (player), result, NULL);
  *(gboolean *) ended = TRUE;
}

static void
test_closing_ends_all (PlayerFixture *fixture, gconstpointer data)
{
  gboolean ended = FALSE;

  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  player_generate (fixture, "a paper boat");
  fixture_wait_until (player_is_held, fixture, "the request");
  x_screen_do (
      player_world.screen, "mousemove", "600", "300", "key", "ctrl+w", NULL);
  g_subprocess_wait_async (fixture->remote.player, NULL, on_ended, &ended);
  fixture_wait_until (is_true, &ended, "the player's end");
  g_assert_true (g_subprocess_get_if_exited (fixture->remote.player));
  g_assert_cmpint (
      g_subprocess_get_exit_status (fixture->remote.player), ==, 0);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_ABORTED), ==, 1);
  g_clear_object (&fixture->remote.player);
}

/* --- Command line --- */

static void
assert_prints (const char *argument, const char *expected)
{
  g_autoptr (GSubprocessLauncher) launcher = player_world_make_launcher (
      &player_world, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) player = g_subprocess_launcher_spawn (
      launcher, &error, player_world.program, argument, NULL);
  g_autofree char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (player, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (player), ==, 0);
  g_assert_nonnull (strstr (output, expected));
}

static void
test_help_says_where_the_token_is_read (void)
{
  assert_prints ("--help", "VISIONCRAFT_TOKEN");
  assert_prints ("--version", "visioncraft-player ");
}

static void
test_missing_element_is_named (void)
{
  g_autoptr (GSubprocessLauncher) launcher = player_world_make_launcher (
      &player_world, G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
  g_autofree char *registry =
      g_build_filename (player_world.home, "empty", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) player = NULL;
  g_autofree char *output = NULL;

  g_subprocess_launcher_setenv (launcher, "GST_PLUGIN_PATH", "", TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY", registry, TRUE);
  player = g_subprocess_launcher_spawn (
      launcher, &error, player_world.program, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (player, NULL, NULL, NULL, &output, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (player), !=, 0);
  g_assert_nonnull (strstr (output, "visioncraftgifsrc is not installed"));
}

#define ADD(path, function) \
  player_fixture_add ("/player-window/" path, function)

int
main (int argc, char **argv)
{
  /* To read what was saved. */
  static const char *const plugins[] = { "coreelements", "typefindfunctions",
    "isomp4", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  player_fixture_build (&argc, &argv, FALSE, plugins);
  ADD ("typed-prompt", test_typed_prompt_becomes_an_endless_animation);
  ADD ("settings", test_settings_reach_the_service);
  ADD ("cancel", test_cancel_returns_to_idle);
  ADD ("next", test_animation_stays_while_the_next_is_made);
  ADD ("pause", test_pause_holds_the_picture);
  ADD ("error", test_error_is_shown_in_the_window);
  ADD ("save", test_one_generation_is_saved_twice);
  ADD ("close", test_closing_ends_all);
  g_test_add_func (
      "/player-window/help", test_help_says_where_the_token_is_read);
  g_test_add_func (
      "/player-window/missing-element", test_missing_element_is_named);
  status = g_test_run ();
  player_world_end (&player_world);
  return status;
}
