/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <gst/check/gstcheck.h>

/* No query waits: each is asked while the service is silent, and the test fails
 * by its time limit where one does. */

#define SIZE 1000 /* of the GIF, more or less: it need not be whole */

static GBytes *
some_gif (void)
{
  guint8 *data = g_malloc0 (SIZE);

  memcpy (data, "GIF89a", 6);
  return g_bytes_new_take (data, SIZE);
}

/* A source whose request is out and not answered. */
static GstHarness *
silent_source (MockServer *server)
{
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  return h;
}

static void
check_scheduling (GstPad *pad)
{
  g_autoptr (GstQuery) query = gst_query_new_scheduling ();
  GstSchedulingFlags flags;
  int min, max, align;

  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_scheduling (query, &flags, &min, &max, &align);
  fail_unless_equals_int (flags,
      GST_SCHEDULING_FLAG_SEQUENTIAL | GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED);
  fail_unless_equals_int (gst_query_get_n_scheduling_modes (query), 1);
  fail_unless (gst_query_has_scheduling_mode (query, GST_PAD_MODE_PUSH));
}

static void
check_latency (GstPad *pad)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live;
  GstClockTime min, max;

  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_latency (query, &live, &min, &max);
  fail_if (live);
  fail_unless_equals_uint64 (min, 0);
  fail_unless_equals_uint64 (max, GST_CLOCK_TIME_NONE);
}

static void
check_seeking (GstPad *pad, gint64 size)
{
  g_autoptr (GstQuery) bytes = gst_query_new_seeking (GST_FORMAT_BYTES);
  g_autoptr (GstQuery) time = gst_query_new_seeking (GST_FORMAT_TIME);
  gboolean seekable;
  gint64 start, end;

  fail_unless (gst_pad_query (pad, bytes));
  gst_query_parse_seeking (bytes, NULL, &seekable, &start, &end);
  fail_unless (seekable);
  fail_unless_equals_int64 (start, 0);
  fail_unless_equals_int64 (end, size);
  fail_if (gst_pad_query (pad, time));
}

static void
check_uri (GstPad *pad)
{
  g_autoptr (GstQuery) query = gst_query_new_uri ();
  g_autofree char *uri = NULL;

  fail_unless (gst_pad_query (pad, query));
  gst_query_parse_uri (query, &uri);
  fail_unless (
      g_str_has_prefix (uri, "visioncraft://generate-gif?prompt=a%20fox"));
}

static void
check_position (GstPad *pad, gint64 expected)
{
  gint64 position = -2;

  fail_unless (gst_pad_query_position (pad, GST_FORMAT_BYTES, &position));
  fail_unless_equals_int64 (position, expected);
  fail_if (gst_pad_query_position (pad, GST_FORMAT_TIME, &position));
}

static void
check_duration (GstPad *pad, gint64 expected)
{
  gint64 duration = -2;

  if (expected < 0) {
    fail_if (gst_pad_query_duration (pad, GST_FORMAT_BYTES, &duration));
  } else {
    fail_unless (gst_pad_query_duration (pad, GST_FORMAT_BYTES, &duration));
    fail_unless_equals_int64 (duration, expected);
  }
  fail_if (gst_pad_query_duration (pad, GST_FORMAT_TIME, &duration));
}

GST_START_TEST (test_queries_are_answered_during_a_silent_generation)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  GstHarness *h = silent_source (server);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");

  check_scheduling (pad);
  check_latency (pad);
  check_seeking (pad, -1);
  check_uri (pad);
  check_position (pad, 0);
  check_duration (pad, -1);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

/* Whatever GStreamer knows to ask upstream, with whatever answer. */
GST_START_TEST (test_no_query_at_all_waits)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  GstHarness *h = silent_source (server);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/gif");
  g_autoptr (GPtrArray) queries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_query_unref);

  g_ptr_array_add (queries, gst_query_new_position (GST_FORMAT_PERCENT));
  g_ptr_array_add (queries, gst_query_new_duration (GST_FORMAT_PERCENT));
  g_ptr_array_add (queries, gst_query_new_segment (GST_FORMAT_BYTES));
  g_ptr_array_add (
      queries, gst_query_new_convert (GST_FORMAT_BYTES, 1, GST_FORMAT_TIME));
  g_ptr_array_add (queries, gst_query_new_formats ());
  g_ptr_array_add (queries, gst_query_new_buffering (GST_FORMAT_BYTES));
  g_ptr_array_add (queries, gst_query_new_caps (NULL));
  g_ptr_array_add (queries, gst_query_new_accept_caps (caps));
  g_ptr_array_add (queries, gst_query_new_context ("gst.test"));
  g_ptr_array_add (queries, gst_query_new_selectable ());
  g_ptr_array_add (queries,
      gst_query_new_custom (
          GST_QUERY_CUSTOM, gst_structure_new_empty ("anything")));

  for (guint i = 0; i < queries->len; i++) {
    GstQuery *query = g_ptr_array_index (queries, i);

    GST_DEBUG ("asking %" GST_PTR_FORMAT, query);
    gst_pad_query (pad, query);
    gst_element_query (h->element, query);
  }
  /* It was silent all the time. */
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_POST_ANSWERED), 0);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_duration_and_seeking_tell_the_size_with_the_first_bytes)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");
  g_autoptr (GBytes) gif = some_gif ();
  GstBuffer *buffer;

  mock_server_set_gif (server, gif);
  mock_server_hold (server, MOCK_STAGE_GET, SIZE / 2);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  check_duration (pad, SIZE);
  check_seeking (pad, SIZE);
  check_latency (pad);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_GET_ANSWERED), 0);
  gst_buffer_unref (buffer);
  source_harness_free (h);
}
GST_END_TEST;

/* urisourcebin and others ask before they start anything; the base class would
 * run start() and stop() for an answer. */
GST_START_TEST (test_queries_in_null_cause_no_request)
{
  g_autoptr (MockServer) server = mock_server_new (NULL, NULL);
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");

  check_scheduling (pad);
  check_latency (pad);
  check_duration (pad, -1);
  gst_element_set_state (h->element, GST_STATE_READY);
  check_scheduling (pad);
  check_uri (pad);
  source_harness_free (h);
  assert_n_posts (server, 0);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_queries_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-queries", &tc);

  tcase_add_test (tc, test_queries_are_answered_during_a_silent_generation);
  tcase_add_test (tc, test_no_query_at_all_waits);
  tcase_add_test (
      tc, test_duration_and_seeking_tell_the_size_with_the_first_bytes);
  tcase_add_test (tc, test_queries_in_null_cause_no_request);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_queries);
