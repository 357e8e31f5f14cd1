/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sourceharness.h"

/* Seeks and flushes: the bytes again, never another request. */

static void
seek (GstHarness *h, gint64 start, gint64 stop)
{
  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, start, GST_SEEK_TYPE_SET, stop)));
}

GST_START_TEST (test_a_flush_during_the_generation_generates_once)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GBytes) sent = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  seek (h, 0, -1);
  seek (h, 0, -1);
  mock_server_release (server);
  got = source_harness_pull_all (h);
  sent = mock_server_ref_gif (server, -1);
  assert_bytes_equal (got, sent);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

/* The bytes from @start to @stop come next; @next (transfer full) is the first
 * buffer of them, NULL where it is still to come. */
static void
assert_bytes_follow (
    GstHarness *h, GstBuffer *next, GBytes *sent, gsize start, gsize stop)
{
  g_autoptr (GByteArray) got = g_byte_array_new ();

  while (got->len < stop - start) {
    GstBuffer *buffer = next != NULL ? next : gst_harness_pull (h);
    GstMapInfo map;

    next = NULL;
    fail_unless (buffer != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), start + got->len);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    g_byte_array_append (got, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (got->len, stop - start);
  fail_unless (
      memcmp (got->data, (const guint8 *) g_bytes_get_data (sent, NULL) + start,
          got->len)
      == 0);
}

static void
assert_replay (GstHarness *h, GBytes *sent, gsize start, gsize stop)
{
  seek (h, start, stop);
  assert_bytes_follow (h, NULL, sent, start, stop);
}

GST_START_TEST (test_seeks_after_eos_replay_without_a_request)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) sent = NULL;
  gsize size;

  source_harness_run_to_eos (h);
  sent = mock_server_ref_gif (server, -1);
  size = g_bytes_get_size (sent);
  assert_replay (h, sent, 0, size);
  assert_replay (h, sent, size / 3, size);
  assert_replay (h, sent, 10, 20);
  assert_n_posts (server, 1);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_GET_RECEIVED), 1);
  source_harness_free (h);
}
GST_END_TEST;

/* As an application sends it, and as downstream does. */
static gboolean
try_seek (GstHarness *h, gboolean upstream, GstEvent *event)
{
  return upstream ? gst_harness_push_upstream_event (h, event)
                  : gst_element_send_event (h->element, event);
}

/* Positions from the end, since the size is known here only. */
static const struct
{
  double rate;
  GstFormat format;
  GstSeekType start_type;
  gint64 start;
  GstSeekType stop_type;
  gint64 stop;
} no_seeks[] = {
  { 1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 1 << 30, GST_SEEK_TYPE_NONE, 0 },
  { 1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_END, 1, GST_SEEK_TYPE_NONE, 0 },
  { 1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 20, GST_SEEK_TYPE_SET, 10 },
  { 1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_END, -10, GST_SEEK_TYPE_END, -20 },
  { 0.5, GST_FORMAT_TIME, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0 },
  { 1.0, GST_FORMAT_PERCENT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0 },
  { -1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_END, 0 },
  { -1.0, GST_FORMAT_BYTES, GST_SEEK_TYPE_NONE, 0, GST_SEEK_TYPE_NONE, 0 },
};

/* Nothing is flushed for them, and what comes is whole, behind its segment. */
GST_START_TEST (test_seeks_that_make_no_sense_change_nothing)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  GstEvent *event = gst_event_new_seek (no_seeks[__i__ / 2].rate,
      no_seeks[__i__ / 2].format, GST_SEEK_FLAG_FLUSH,
      no_seeks[__i__ / 2].start_type, no_seeks[__i__ / 2].start,
      no_seeks[__i__ / 2].stop_type, no_seeks[__i__ / 2].stop);
  g_autoptr (GBytes) sent = NULL;
  GstBuffer *buffer;
  guint n_events;

  mock_server_hold (server, MOCK_STAGE_GET, 100);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  n_events = gst_harness_events_received (h);
  fail_if (try_seek (h, __i__ % 2, event));
  fail_unless_equals_int (gst_harness_events_received (h), n_events);

  mock_server_release (server);
  sent = mock_server_ref_gif (server, -1);
  assert_bytes_follow (h, buffer, sent, 0, g_bytes_get_size (sent));
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_seek_may_count_from_the_end)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  gint64 size;
  GstBuffer *buffer;

  source_harness_run_to_eos (h);
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_BYTES, &size));
  fail_unless (try_seek (h, __i__,
      gst_event_new_seek (1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_END, -10, GST_SEEK_TYPE_END, -4)));
  buffer = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), size - 10);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 6);
  gst_buffer_unref (buffer);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

/* Where the size is not known yet: as filesrc has it. */
GST_START_TEST (test_a_seek_behind_the_end_to_come_ends)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) nothing = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  seek (h, 1 << 30, -1);
  mock_server_release (server);
  nothing = source_harness_pull_all (h);
  fail_unless_equals_int (g_bytes_get_size (nothing), 0);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

/* A seek in READY is performed when the run begins. */
GST_START_TEST (test_a_seek_before_the_run_is_checked_too)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  GstBuffer *buffer;

  gst_element_set_state (h->element, GST_STATE_READY);
  fail_if (try_seek (h, FALSE,
      gst_event_new_seek (-1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)));
  fail_unless (try_seek (h, FALSE,
      gst_event_new_seek (1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, 6, GST_SEEK_TYPE_NONE, 0)));
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 6);
  gst_buffer_unref (buffer);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_seek_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-seek", &tc);

  tcase_add_test (tc, test_a_flush_during_the_generation_generates_once);
  tcase_add_test (tc, test_seeks_after_eos_replay_without_a_request);
  tcase_add_loop_test (tc, test_seeks_that_make_no_sense_change_nothing, 0,
      2 * G_N_ELEMENTS (no_seeks));
  tcase_add_loop_test (tc, test_a_seek_may_count_from_the_end, 0, 2);
  tcase_add_test (tc, test_a_seek_behind_the_end_to_come_ends);
  tcase_add_test (tc, test_a_seek_before_the_run_is_checked_too);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_seek);
