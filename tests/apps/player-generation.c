/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The player without its window: one generation, shown and saved.
 */
#include "fixture.h"
#include "media.h"
#include "playergeneration.h"
#include "playersave.h"

#include <string.h>

#define WIDTH 64
#define HEIGHT 48
#define N_FRAMES 5
#define DELAY_CS 4
#define ROUND_TIME (N_FRAMES * DELAY_CS * 10 * GST_MSECOND)

static const char *const plugins[] = { "coreelements", "app",
  "typefindfunctions", "videoconvertscale", "videocrop", "x264", "isomp4",
  NULL };

typedef struct
{
  MockServer *mock;
  PlayerGeneration *generation;
  char *directory;

  guint n_ready, n_complete, n_pictures, n_rounds, n_progress;
  char *failure;
  GArray *times; /* GstClockTime: when each picture reached the sink */
  GMutex lock;   /* of @times */

  gboolean saved;
  GError *save_error;
} Fixture;

static void
on_progress (
    PlayerGeneration *generation, const char *text, double at, Fixture *fixture)
{
  g_assert_cmpstr (text, !=, "");
  /* Nobody knows until the download begins. */
  if (fixture->n_progress == 0)
    g_assert_cmpfloat (at, ==, -1.0);
  g_assert_cmpfloat (at, <=, 1.0);
  fixture->n_progress++;
}

static void
on_ready (PlayerGeneration *generation, Fixture *fixture)
{
  fixture->n_ready++;
}

static void
on_complete (PlayerGeneration *generation, Fixture *fixture)
{
  fixture->n_complete++;
}

static void
on_picture (PlayerGeneration *generation, GstSample *sample, Fixture *fixture)
{
  g_assert_cmpuint (fixture->n_ready, ==, 1);
  fixture->n_pictures++;
}

static void
on_round (PlayerGeneration *generation, guint n, Fixture *fixture)
{
  fixture->n_rounds = n;
}

static void
on_failed (PlayerGeneration *generation, const char *text, Fixture *fixture)
{
  g_assert_null (fixture->failure);
  fixture->failure = g_strdup (text);
}

static void
set_up (Fixture *fixture, gconstpointer options)
{
  static const MockOptions small = {
    .width = WIDTH, .height = HEIGHT, .n_frames = N_FRAMES, .delay_cs = DELAY_CS
  };

  fixture->mock = fixture_serve (options != NULL ? options : &small);
  fixture->directory = fixture_make_directory ();
  fixture->times = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  g_mutex_init (&fixture->lock);
  fixture->generation = player_generation_new ();
  g_object_connect (fixture->generation, "signal::progress", on_progress,
      fixture, "signal::ready", on_ready, fixture, "signal::complete",
      on_complete, fixture, "signal::picture", on_picture, fixture,
      "signal::round", on_round, fixture, "signal::failed", on_failed, fixture,
      NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->generation);
  fixture_remove (fixture->directory);
  g_free (fixture->directory);
  mock_server_free (fixture->mock);
  g_array_unref (fixture->times);
  g_mutex_clear (&fixture->lock);
  g_free (fixture->failure);
  g_clear_error (&fixture->save_error);
}

static void
start (Fixture *fixture, const char *prompt)
{
  const PlayerService service = { .api_url =
                                      mock_server_get_url (fixture->mock) };
  const PlayerRequest request = { .prompt = prompt,
    .negative_prompt = "text",
    .sampler = "Heun",
    .cfg_scale = 7,
    .steps = 12 };
  g_autoptr (GError) error = NULL;

  player_generation_start (fixture->generation, &service, &request, &error);
  g_assert_no_error (error);
}

static gboolean
has_failed (gpointer fixture)
{
  return ((Fixture *) fixture)->failure != NULL;
}

static gboolean
shows_pictures (gpointer fixture)
{
  return ((Fixture *) fixture)->n_pictures > 0 || has_failed (fixture);
}

static gboolean
is_complete (gpointer fixture)
{
  return ((Fixture *) fixture)->n_complete > 0 || has_failed (fixture);
}

static gboolean
did_three_rounds (gpointer fixture)
{
  return ((Fixture *) fixture)->n_rounds >= 3 || has_failed (fixture);
}

/* --- Rounds --- */

static GstPadProbeReturn
note_time (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Fixture *fixture = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  GstClockTime at;

  gst_event_parse_segment (event, &segment);
  at = gst_segment_to_running_time (
      segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  g_mutex_lock (&fixture->lock);
  g_array_append_val (fixture->times, at);
  g_mutex_unlock (&fixture->lock);
  return GST_PAD_PROBE_OK;
}

/* From the flushing seek on, running time starts anew: the pictures before it
 * are not part of the show. */
static void
watch_times (PlayerGeneration *generation, Fixture *fixture)
{
  GstElement *pipeline = player_generation_get_pipeline (generation);
  g_autoptr (GstIterator) sinks = gst_bin_iterate_sinks (GST_BIN (pipeline));
  GValue value = G_VALUE_INIT;
  g_autoptr (GstPad) pad = NULL;

  g_assert_cmpint (gst_iterator_next (sinks, &value), ==, GST_ITERATOR_OK);
  pad = gst_element_get_static_pad (g_value_get_object (&value), "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, note_time, fixture, NULL);
  g_value_unset (&value);
}

static void
test_rounds_follow_without_a_gap_or_a_request (
    Fixture *fixture, gconstpointer data)
{
  start (fixture, "a lighthouse");
  watch_times (fixture->generation, fixture);
  fixture_wait_until (did_three_rounds, fixture, "the third round");
  player_generation_stop (fixture->generation);

  g_assert_cmpstr (fixture->failure, ==, NULL);
  g_assert_cmpuint (fixture->n_ready, ==, 1);
  g_assert_cmpuint (fixture->n_complete, ==, 1);
  g_assert_cmpuint (fixture->n_progress, >, 0);
  g_assert_cmpuint (fixture->n_pictures, >=, 2 * N_FRAMES);

  /* The first is the one that was there before the rewind. */
  g_assert_cmpuint (fixture->times->len, >=, 3 * N_FRAMES);
  for (guint i = fixture->times->len - 1; i > 1; i--) {
    GstClockTime at = g_array_index (fixture->times, GstClockTime, i);
    GstClockTime before = g_array_index (fixture->times, GstClockTime, i - 1);

    if (at == 0)
      break;
    g_assert_cmpuint (at - before, ==, DELAY_CS * 10 * GST_MSECOND);
  }
  g_assert_cmpuint (
      g_array_index (fixture->times, GstClockTime, fixture->times->len - 1), >=,
      3 * ROUND_TIME - DELAY_CS * 10 * GST_MSECOND);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED), ==, 1);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_GET_RECEIVED), ==, 1);
}

static void
test_parameters_reach_the_service (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  start (fixture, "a lighthouse");
  fixture_wait_until (shows_pictures, fixture, "a picture");
  g_assert_cmpstr (fixture->failure, ==, NULL);
  body = mock_server_ref_post_body (fixture->mock, -1);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_nonnull (strstr (text, "\"prompt\":\"a lighthouse\""));
  g_assert_nonnull (strstr (text, "\"negative_prompt\":\"text\""));
  g_assert_nonnull (strstr (text, "\"sampler\":\"Heun\""));
  g_assert_nonnull (strstr (text, "\"cfg_scale\":7"));
  g_assert_nonnull (strstr (text, "\"steps\":12"));
}

static void
test_pause_stands_still_and_goes_on (Fixture *fixture, gconstpointer data)
{
  GstState state;

  start (fixture, "a lighthouse");
  fixture_wait_until (shows_pictures, fixture, "a picture");
  player_generation_set_paused (fixture->generation, TRUE);
  g_assert_cmpint (gst_element_get_state (
                       player_generation_get_pipeline (fixture->generation),
                       &state, NULL, FIXTURE_DEADLINE_MS * GST_MSECOND),
      ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (state, ==, GST_STATE_PAUSED);

  player_generation_set_paused (fixture->generation, FALSE);
  fixture_wait_until (did_three_rounds, fixture, "the third round");
  g_assert_cmpstr (fixture->failure, ==, NULL);
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

/* --- Ends --- */

static gboolean
has_posted (gpointer mock)
{
  return mock_server_count (mock, MOCK_EVENT_HELD) == 1;
}

static gboolean
has_aborted (gpointer mock)
{
  return mock_server_count (mock, MOCK_EVENT_ABORTED) == 1;
}

static void
test_stop_cancels_the_request (Fixture *fixture, gconstpointer data)
{
  mock_server_hold (fixture->mock, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  start (fixture, "a lighthouse");
  fixture_wait_until (has_posted, fixture->mock, "the request");
  player_generation_stop (fixture->generation);
  fixture_wait_until (has_aborted, fixture->mock, "the request's end");
  g_assert_cmpuint (fixture->n_ready, ==, 0);
  g_assert_null (fixture->failure);
  g_assert_null (player_generation_get_gif (fixture->generation));
}

static void
test_failure_is_told_once_in_words (Fixture *fixture, gconstpointer data)
{
  start (fixture, "a lighthouse fault:403");
  fixture_wait_until (has_failed, fixture, "the failure");
  g_assert_nonnull (strstr (fixture->failure, "VISIONCRAFT_TOKEN"));
  g_assert_cmpuint (fixture->n_ready, ==, 0);
  g_assert_null (player_generation_get_pipeline (fixture->generation));
}

static void
test_unreadable_token_fails_at_once (Fixture *fixture, gconstpointer data)
{
  const PlayerService service = {
    .api_url = mock_server_get_url (fixture->mock),
    .token_file = "/nonexistent/token",
  };
  const PlayerRequest request = {
    .prompt = "a lighthouse", .cfg_scale = 7, .steps = 12
  };
  g_autoptr (GError) error = NULL;

  g_assert_false (player_generation_start (
      fixture->generation, &service, &request, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, service.token_file));
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_CONNECTION), ==, 0);
}

/* --- Files --- */

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *fixture = data;

  player_save_finish (result, &fixture->save_error);
  fixture->saved = TRUE;
}

static gboolean
has_saved (gpointer fixture)
{
  return ((Fixture *) fixture)->saved;
}

/* Transfer full: the file's path. */
static char *
generate_and_save (Fixture *fixture, const char *name)
{
  g_autoptr (GBytes) gif = NULL;
  char *path = g_build_filename (fixture->directory, name, NULL);

  start (fixture, "a lighthouse");
  fixture_wait_until (is_complete, fixture, "the GIF");
  g_assert_cmpstr (fixture->failure, ==, NULL);
  gif = player_generation_get_gif (fixture->generation);
  g_assert_nonnull (gif);
  player_save_async (gif, player_generation_get_tags (fixture->generation),
      path, NULL, on_saved, fixture);
  fixture_wait_until (has_saved, fixture, "the file");
  g_assert_cmpuint (
      mock_server_count (fixture->mock, MOCK_EVENT_POST_RECEIVED), ==, 1);
  return path;
}

static void
test_gif_is_saved_with_its_prompt (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = generate_and_save (fixture, "Lighthouse.GIF");
  g_autoptr (GBytes) sent = mock_server_ref_gif (fixture->mock, -1);
  g_autofree char *saved = NULL, *comment = NULL;
  gsize size;

  g_assert_no_error (fixture->save_error);
  g_assert_true (g_file_get_contents (path, &saved, &size, NULL));
  comment = fixture_cut_comment (saved, &size);
  g_assert_true (g_str_has_prefix (comment, "Prompt: a lighthouse\n"));
  g_assert_cmpmem (
      saved, size, g_bytes_get_data (sent, NULL), g_bytes_get_size (sent));
}

static void
test_mp4_lasts_as_long_as_the_gif (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = generate_and_save (fixture, "lighthouse.mp4");
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *bytes = NULL;
  gsize size;
  Movie movie;

  g_assert_no_error (fixture->save_error);
  media_read_mp4 (path, &movie);
  g_assert_cmpuint (movie.n_pictures, ==, N_FRAMES);
  g_assert_cmpuint (movie.duration, ==, ROUND_TIME);
  g_assert_cmpint (movie.width, ==, WIDTH);
  g_assert_cmpint (movie.height, ==, HEIGHT);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_nonnull (
      memmem (bytes, size, "AI-generated by VisionCraft; sampler Heun", 41));
  g_assert_nonnull (memmem (bytes, size, "a lighthouse", 12));
}

static void
test_mp4_of_odd_size_loses_a_column_and_a_row (
    Fixture *fixture, gconstpointer data)
{
  const guint32 colors[] = { 0xff0000, 0x00ff00, 0x0000ff };
  g_autoptr (GBytes) odd =
      media_make_gif (33, 17, 10, colors, G_N_ELEMENTS (colors));
  g_autofree char *path = NULL;
  Movie movie;

  mock_server_set_gif (fixture->mock, odd);
  path = generate_and_save (fixture, "odd.mp4");
  g_assert_no_error (fixture->save_error);
  media_read_mp4 (path, &movie);
  g_assert_cmpuint (movie.n_pictures, ==, G_N_ELEMENTS (colors));
  g_assert_cmpuint (movie.duration, ==, 300 * GST_MSECOND);
  g_assert_cmpint (movie.width, ==, 32);
  g_assert_cmpint (movie.height, ==, 16);
}

static void
test_unknown_ending_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = generate_and_save (fixture, "lighthouse.txt");

  g_assert_error (fixture->save_error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_unwritable_place_is_said (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = generate_and_save (fixture, "no/such/place.mp4");

  g_assert_nonnull (fixture->save_error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

#define ADD(path, function) \
  g_test_add ( \
      "/player-generation/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  media_init (&argc, &argv, plugins);
  ADD ("rounds", test_rounds_follow_without_a_gap_or_a_request);
  ADD ("parameters", test_parameters_reach_the_service);
  ADD ("pause", test_pause_stands_still_and_goes_on);
  ADD ("stop", test_stop_cancels_the_request);
  ADD ("failure", test_failure_is_told_once_in_words);
  ADD ("no-token", test_unreadable_token_fails_at_once);
  ADD ("save-gif", test_gif_is_saved_with_its_prompt);
  ADD ("save-mp4", test_mp4_lasts_as_long_as_the_gif);
  ADD ("save-odd-mp4", test_mp4_of_odd_size_loses_a_column_and_a_row);
  ADD ("save-unknown", test_unknown_ending_is_refused);
  ADD ("save-unwritable", test_unwritable_place_is_said);
  return g_test_run ();
}
