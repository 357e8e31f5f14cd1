/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <gst/check/gstcheck.h>

#define FOX_URI "visioncraft://generate-gif?prompt=a%20fox"
#define FOX_CANONICAL FOX_URI "&sampler=Euler&cfg-scale=10&steps=30"
#define OWL_URI "visioncraft://generate-gif?prompt=an%20owl&steps=7"
#define OWL_CANONICAL \
  "visioncraft://generate-gif?prompt=an%20owl&sampler=Euler&cfg-scale=10" \
  "&steps=7"

static GstElement *
make_from_uri (const char *uri)
{
  g_autoptr (GError) error = NULL;
  GstElement *element =
      gst_element_make_from_uri (GST_URI_SRC, uri, NULL, &error);

  g_assert_no_error (error);
  return gst_object_ref_sink (element);
}

static void
assert_uri (GstElement *element, const char *expected)
{
  g_autofree char *uri = gst_uri_handler_get_uri (GST_URI_HANDLER (element));

  fail_unless_equals_string (uri, expected);
}

GST_START_TEST (test_the_element_is_made_from_its_uri)
{
  g_autoptr (GstElement) element = make_from_uri (FOX_URI);
  g_autofree char *prompt = NULL;

  fail_unless (GST_IS_VISIONCRAFT_GIF_SRC (element));
  fail_unless_equals_int (
      gst_uri_handler_get_uri_type (GST_URI_HANDLER (element)), GST_URI_SRC);
  fail_unless (gst_uri_protocol_is_supported (GST_URI_SRC, "visioncraft"));
  g_object_get (element, "prompt", &prompt, NULL);
  fail_unless_equals_string (prompt, "a fox");
  assert_uri (element, FOX_CANONICAL);
}
GST_END_TEST;

GST_START_TEST (test_a_bad_uri_makes_no_element_but_a_sentence)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_element_make_from_uri (
      GST_URI_SRC, FOX_URI "&token=" TEST_TOKEN, NULL, &error);

  fail_unless (element == NULL);
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
  fail_unless (strstr (error->message, "VISIONCRAFT_TOKEN") != NULL);
  fail_unless (strstr (error->message, TEST_TOKEN) == NULL);
}
GST_END_TEST;

static void
count_notify (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

/* What an earlier URI or property said is gone. */
GST_START_TEST (test_a_uri_is_the_whole_request)
{
  g_autoptr (GstElement) element = make_from_uri (
      FOX_URI "&sampler=LMS&negative-prompt=cat&cfg-scale=3&steps=3");
  guint n_notified = 0;
  g_autofree char *negative = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (
      element, "notify::steps", G_CALLBACK (count_notify), &n_notified);
  g_object_set (
      element, "token", TEST_TOKEN, "api-url", "http://127.0.0.1:9", NULL);
  fail_unless (
      gst_uri_handler_set_uri (GST_URI_HANDLER (element), OWL_URI, &error));
  assert_uri (element, OWL_CANONICAL);
  g_object_get (element, "negative-prompt", &negative, NULL);
  fail_unless (negative == NULL);
  fail_unless_equals_int (n_notified, 1);
}
GST_END_TEST;

/* Which of several pictures of one prompt: all of it that differs is named. */
GST_START_TEST (test_a_uri_names_its_variation)
{
  g_autoptr (GstElement) element = make_from_uri (FOX_URI "&variation=7");
  g_autoptr (GError) error = NULL;
  guint variation;

  g_object_get (element, "variation", &variation, NULL);
  fail_unless_equals_int (variation, 7);
  assert_uri (element, FOX_CANONICAL "&variation=7");
  fail_unless (
      gst_uri_handler_set_uri (GST_URI_HANDLER (element), FOX_URI, &error));
  assert_uri (element, FOX_CANONICAL);
}
GST_END_TEST;

GST_START_TEST (test_what_a_uri_refuses_changes_nothing)
{
  g_autoptr (GstElement) element = make_from_uri (FOX_URI);
  g_autoptr (GError) error = NULL;

  fail_if (gst_uri_handler_set_uri (
      GST_URI_HANDLER (element), OWL_URI "&seed=1", &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI);
  assert_uri (element, FOX_CANONICAL);
}
GST_END_TEST;

GST_START_TEST (test_the_uri_is_fixed_above_ready)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  GstHarness *h = source_harness_new (server);
  GstURIHandler *handler = GST_URI_HANDLER (h->element);
  g_autoptr (GError) error = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  gst_harness_play (h);
  fail_if (gst_uri_handler_set_uri (handler, OWL_URI, &error));
  g_assert_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE);
  assert_uri (h->element, FOX_CANONICAL);

  g_clear_error (&error);
  gst_element_set_state (h->element, GST_STATE_READY);
  fail_unless (gst_uri_handler_set_uri (handler, OWL_URI, &error));
  assert_uri (h->element, OWL_CANONICAL);
  source_harness_free (h);
}
GST_END_TEST;

static gpointer
set_uris (gpointer handler)
{
  for (guint i = 0; i < 2000; i++) {
    g_autoptr (GError) error = NULL;

    gst_uri_handler_set_uri (handler, i % 2 ? FOX_URI : OWL_URI, &error);
    g_assert_no_error (error);
  }
  return NULL;
}

GST_START_TEST (test_the_uri_is_read_while_another_thread_sets_it)
{
  g_autoptr (GstElement) element = make_from_uri (FOX_URI);
  GThread *setter = g_thread_new ("setter", set_uris, element);

  for (guint i = 0; i < 2000; i++) {
    g_autofree char *uri = gst_uri_handler_get_uri (GST_URI_HANDLER (element));

    fail_unless (
        g_str_equal (uri, FOX_CANONICAL) || g_str_equal (uri, OWL_CANONICAL),
        "neither of both: %s", uri);
  }
  g_thread_join (setter);
  assert_uri (element, FOX_CANONICAL);
}
GST_END_TEST;

/* --- Players --- */

static const guint16 delays_cs[] = { 10, 50, 20, 4, 100 };
#define DURATION (1840 * GST_MSECOND)

/* Each gets the URI as its "uri" and plays it into a fakesink. */
static const char *const players[] = {
  "playbin name=player video-sink=fakesink",
  "playbin3 name=player video-sink=fakesink",
  "uridecodebin name=player ! fakesink",
  "uridecodebin3 name=player ! fakesink",
  /* A queue of its own, as network players have it. */
  "uridecodebin name=player use-buffering=true download=true ! fakesink",
};

static void
on_source_setup (GstElement *player, GstElement *source, MockServer *server)
{
  g_object_set (source, "token", TEST_TOKEN, "api-url",
      mock_server_get_url (server), NULL);
}

/* As applications have it: to PAUSED, a look at it, then to the end. */
static void
play (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  gint64 duration = 0;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  message = gst_bus_timed_pop_filtered (bus, TEST_DEADLINE_MS * GST_MSECOND,
      GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "does not preroll");
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ASYNC_DONE,
      "an error: %" GST_PTR_FORMAT, message);
  fail_unless (
      gst_element_query_duration (pipeline, GST_FORMAT_TIME, &duration));
  fail_unless_equals_uint64 (duration, DURATION);

  pipeline_run_to_eos (pipeline);
}

GST_START_TEST (test_players_play_the_uri_with_one_request)
{
  const MockOptions options = { .width = 64,
    .height = 48,
    .n_frames = G_N_ELEMENTS (delays_cs),
    .delays_cs = delays_cs };
  g_autoptr (MockServer) server = mock_server_new (&options, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) parsed = gst_parse_launch (players[__i__], &error);
  g_autoptr (GstElement) player = NULL;

  g_assert_no_error (error);
  player = g_str_has_prefix (players[__i__], "playbin")
      ? gst_object_ref (parsed)
      : gst_bin_get_by_name (GST_BIN (parsed), "player");
  g_object_set (player, "uri", FOX_URI, NULL);
  g_signal_connect (
      player, "source-setup", G_CALLBACK (on_source_setup), server);

  play (parsed);
  gst_element_set_state (parsed, GST_STATE_NULL);
  assert_n_posts (server, 1);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_GET_RECEIVED), 1);
}
GST_END_TEST;

/* What a player's window asks all the time. */
GST_START_TEST (test_players_can_be_asked_during_a_silent_generation)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) player =
      gst_parse_launch (__i__ == 0 ? "playbin video-sink=fakesink"
                                   : "playbin3 video-sink=fakesink",
          &error);
  g_autoptr (GstQuery) seeking = gst_query_new_seeking (GST_FORMAT_TIME);
  g_autoptr (GstQuery) buffering = gst_query_new_buffering (GST_FORMAT_PERCENT);
  g_autoptr (GstQuery) latency = gst_query_new_latency ();
  gint64 time;

  g_assert_no_error (error);
  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  g_object_set (player, "uri", FOX_URI, NULL);
  g_signal_connect (
      player, "source-setup", G_CALLBACK (on_source_setup), server);
  fail_unless_equals_int (
      gst_element_set_state (player, GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TEST_DEADLINE_MS));

  fail_if (gst_element_query_duration (player, GST_FORMAT_TIME, &time));
  gst_element_query_position (player, GST_FORMAT_TIME, &time);
  gst_element_query (player, seeking);
  gst_element_query (player, buffering);
  gst_element_query (player, latency);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_POST_ANSWERED), 0);
  gst_element_set_state (player, GST_STATE_NULL);
  assert_n_posts (server, 1);
}
GST_END_TEST;

static const char *const stock_plugins[] = { "coreelements",
  "typefindfunctions", "playback", "videoconvertscale", NULL };

/* --- Suite --- */

static Suite *
visioncraftgifsrc_uri_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-uri", &tc);

  source_load_plugins (stock_plugins);

  tcase_add_test (tc, test_the_element_is_made_from_its_uri);
  tcase_add_test (tc, test_a_bad_uri_makes_no_element_but_a_sentence);
  tcase_add_test (tc, test_a_uri_is_the_whole_request);
  tcase_add_test (tc, test_a_uri_names_its_variation);
  tcase_add_test (tc, test_what_a_uri_refuses_changes_nothing);
  tcase_add_test (tc, test_the_uri_is_fixed_above_ready);
  tcase_add_test (tc, test_the_uri_is_read_while_another_thread_sets_it);
  tcase_add_loop_test (tc, test_players_play_the_uri_with_one_request, 0,
      G_N_ELEMENTS (players));
  tcase_add_loop_test (
      tc, test_players_can_be_asked_during_a_silent_generation, 0, 2);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_uri);
