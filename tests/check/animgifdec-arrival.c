/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The running and stream time at which a file begins. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

/* A decoder whose clock shows what gst_harness_set_time() sets. */
static GstHarness *
start_with_clock (const char *arrival, GstState state)
{
  GstHarness *h = start_decoder (NULL, NULL);
  GstElement *element = h->element;

  gst_element_set_state (element, GST_STATE_READY);
  gst_util_set_object_arg (G_OBJECT (element), "arrival", arrival);
  gst_harness_use_testclock (h);
  gst_element_set_state (element, state);
  push_stream_start (h, "late", 0, 0);
  return h;
}

/* The next frame's running time. */
static void
expect_running_time (GstHarness *h, GstClockTime time)
{
  GstBuffer *buffer = gst_harness_pull (h);
  GstSegment segment;

  fail_unless (buffer != NULL);
  get_segment (h, &segment);
  assert_clocktime (gst_segment_to_running_time (
                        &segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)),
      time);
  gst_buffer_unref (buffer);
}

/* ---- The property ---- */

static const struct
{
  const char *arrival;
  GstState state;
  GstClockTime first;
} arrivals[] = {
  { "zero", GST_STATE_PLAYING, 0 },
  { "now", GST_STATE_PLAYING, 3 * GST_SECOND },
  { "now", GST_STATE_PAUSED, 0 },
};

GST_START_TEST (test_a_late_file_begins_when_it_should)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h =
      start_with_clock (arrivals[__i__].arrival, arrivals[__i__].state);
  static const guint starts_ms[] = { 0, 100, 600, 800, 840 };

  gst_harness_set_time (h, 3 * GST_SECOND);
  push_file (h, bytes);
  for (guint i = 0; i < G_N_ELEMENTS (starts_ms); i++)
    expect_running_time (h, arrivals[__i__].first + MS (starts_ms[i]));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_flushing_seek_arrives_anew)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_with_clock ("now", GST_STATE_PLAYING);

  gst_harness_set_time (h, 3 * GST_SECOND);
  push_file (h, bytes);
  for (guint i = 0; i < 5; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_eos (h);

  gst_harness_set_time (h, 10 * GST_SECOND);
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, MS (600), -1));
  expect_running_time (h, 10 * GST_SECOND);
  expect_running_time (h, 10 * GST_SECOND + MS (200));
  stop_decoder (h);
}
GST_END_TEST

/* One that is there before the file before it is over waits for that. */
GST_START_TEST (test_a_next_file_does_not_overtake)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_with_clock ("now", GST_STATE_PLAYING);

  push_stream_start (h, "one", 7, 0);
  gst_harness_set_time (h, 3 * GST_SECOND);
  push_bytes (h, bytes, 0);
  push_stream_start (h, "two", 7, 0);
  push_file (h, bytes);
  for (guint i = 0; i < 5; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_running_time (h, 3 * GST_SECOND + MS (1840));
  stop_decoder (h);
}
GST_END_TEST

/* ---- Upstream's times ---- */

static const struct
{
  GstClockTime base, start, time; /* of upstream's segment */
  double rate;
  GstClockTime pts; /* of the first bytes */
  const char *arrival;
  GstClockTime running_time, stream_time; /* of the first picture */
} upstreams[] = {
  { 0, 0, 0, 1.0, 5 * GST_SECOND, "zero", 5 * GST_SECOND, 5 * GST_SECOND },
  { 0, 0, 0, 1.0, GST_CLOCK_TIME_NONE, "zero", 0, 0 },
  { 2 * GST_SECOND, GST_SECOND, 7 * GST_SECOND, 1.0, 4 * GST_SECOND, "zero",
      5 * GST_SECOND, 10 * GST_SECOND },
  { 2 * GST_SECOND, GST_SECOND, 7 * GST_SECOND, 1.0, GST_CLOCK_TIME_NONE,
      "zero", 2 * GST_SECOND, 7 * GST_SECOND },
  { 0, 0, 0, 2.0, 4 * GST_SECOND, "zero", 2 * GST_SECOND, 4 * GST_SECOND },
  { 0, 0, 0, 1.0, GST_SECOND, "now", 3 * GST_SECOND, GST_SECOND },
  { 0, 0, 0, 1.0, 5 * GST_SECOND, "now", 5 * GST_SECOND, 5 * GST_SECOND },
};

static void
push_timed_file (GstHarness *h, GBytes *bytes, guint i)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = upstreams[i].base;
  segment.start = upstreams[i].start;
  segment.time = upstreams[i].time;
  segment.rate = upstreams[i].rate;
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
  GST_BUFFER_PTS (buffer) = upstreams[i].pts;
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
}

static gint64
query_position (GstHarness *h)
{
  gint64 position = -1;

  fail_unless (
      gst_element_query_position (h->element, GST_FORMAT_TIME, &position));
  return position;
}

GST_START_TEST (test_upstreams_times_are_taken)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h =
      start_with_clock (upstreams[__i__].arrival, GST_STATE_PLAYING);
  const GstClockTime begin = upstreams[__i__].stream_time;
  gint64 duration;

  gst_harness_set_time (h, 3 * GST_SECOND);
  push_timed_file (h, bytes, __i__);
  expect_running_time (h, upstreams[__i__].running_time);
  expect_running_time (
      h, upstreams[__i__].running_time + MS (100) / upstreams[__i__].rate);
  for (guint i = 2; i < 5; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_eos (h);
  assert_clocktime (query_position (h), begin + MS (1840));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  assert_clocktime (duration, begin + MS (1840));

  /* Seeks are in stream time. */
  fail_unless (
      seek (h, 1.0, GST_SEEK_FLAG_FLUSH, begin + MS (800), begin + MS (900)));
  expect_frame (h, MS (800), MS (40));
  expect_frame (h, MS (840), MS (60));
  expect_eos (h);
  assert_clocktime (query_position (h), begin + MS (900));
  stop_decoder (h);
}
GST_END_TEST

/* Also when they come before the file, and what is said of their end. */
GST_START_TEST (test_early_seeks_are_in_stream_time)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h =
      start_with_clock (upstreams[__i__].arrival, GST_STATE_PLAYING);
  const GstClockTime begin = upstreams[__i__].stream_time;
  g_autoptr (GstMessage) done = NULL;
  GstFormat format;
  gint64 position;

  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT,
      begin + MS (800), begin + MS (900)));
  push_timed_file (h, bytes, __i__);
  expect_frame (h, MS (800), MS (40));
  expect_frame (h, MS (840), MS (60));
  done = await_message (h, GST_MESSAGE_SEGMENT_DONE);
  gst_message_parse_segment_done (done, &format, &position);
  assert_clocktime (position, begin + MS (900));
  stop_decoder (h);
}
GST_END_TEST

/* Bytes that are early for that too. */
GST_START_TEST (test_a_next_file_in_time_does_not_overtake)
{
  static const GstClockTime begins[] = { 0, MS (1840), 4 * GST_SECOND };
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_with_clock ("zero", GST_STATE_PLAYING);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  push_stream_start (h, "next", 7, 0);
  for (guint i = 0; i < G_N_ELEMENTS (begins); i++) {
    GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

    fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
    GST_BUFFER_PTS (buffer) = i * i * GST_SECOND;
    fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
    push_stream_start (h, "next", 7, 0);
    expect_running_time (h, begins[i]);
    for (guint n = 1; n < 5; n++)
      gst_buffer_unref (gst_harness_pull (h));
  }
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_arrival_suite (void)
{
  Suite *suite = suite_create ("animgifdec-arrival");
  TCase *property = decoder_case_new (suite, "property");
  TCase *upstream = decoder_case_new (suite, "upstream");

  tcase_add_loop_test (property, test_a_late_file_begins_when_it_should, 0,
      G_N_ELEMENTS (arrivals));
  tcase_add_test (property, test_a_flushing_seek_arrives_anew);
  tcase_add_test (property, test_a_next_file_does_not_overtake);

  tcase_add_loop_test (
      upstream, test_upstreams_times_are_taken, 0, G_N_ELEMENTS (upstreams));
  tcase_add_test (upstream, test_a_next_file_in_time_does_not_overtake);
  tcase_add_loop_test (upstream, test_early_seeks_are_in_stream_time, 0,
      G_N_ELEMENTS (upstreams));
  return suite;
}

GST_CHECK_MAIN (animgifdec_arrival)
