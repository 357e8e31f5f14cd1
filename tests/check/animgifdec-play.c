/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define HOUR (3600 * GST_SECOND)

static GBytes *
write_gif (guint n_frames, guint delay_cs, int loops)
{
  const guint delays_cs[] = { delay_cs, G_MAXUINT };
  TestGif gif;

  test_gif_init (&gif, 16, 8, n_frames, delays_cs);
  gif.loops = loops;
  return test_gif_write (&gif);
}

static void
expect_color (
    GstHarness *h, GstClockTime pts, GstClockTime duration, guint index)
{
  GstBuffer *buffer = pull_frame (h, pts, duration);

  fail_unless_equals_int_hex (
      get_pixel (h, buffer, 0, 0), test_gif_color (index) << 8 | 0xff);
  gst_buffer_unref (buffer);
}

/* ---- Loops ---- */

static const struct
{
  int property;
  int file;
  guint n_plays;
} loops[] = {
  { 1, 0, 1 }, /* once, whatever the file wants: files end */
  { 1, TEST_GIF_NO_LOOP, 1 },
  { 3, 0, 3 },
  { 0, TEST_GIF_NO_LOOP, 1 },
  { 0, 1, 2 }, /* one repetition */
  { 0, 4, 5 },
};

GST_START_TEST (test_time_goes_on_across_loops)
{
  g_autoptr (GBytes) bytes = write_gif (2, 10, loops[__i__].file);
  GstHarness *h = start_decoder ("loop-count", loops[__i__].property, NULL);
  GstSegment segment;
  gint64 duration;

  push_file (h, bytes);
  for (guint i = 0; i < 2 * loops[__i__].n_plays; i++)
    expect_color (h, i * MS (100), MS (100), i % 2);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.stop, loops[__i__].n_plays * MS (200));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  assert_clocktime (duration, loops[__i__].n_plays * MS (200));
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  int property;
  int file;
} endless[] = { { -1, TEST_GIF_NO_LOOP }, { -1, 2 }, { 0, 0 } };

GST_START_TEST (test_endless_play_has_no_end)
{
  g_autoptr (GBytes) bytes = write_gif (2, 10, endless[__i__].file);
  GstHarness *h = start_decoder ("loop-count", endless[__i__].property, NULL);
  Gate *gate = gate_new (h);
  GstSegment segment;
  gint64 duration;

  push_file (h, bytes);
  for (guint i = 0; i < 50; i++) {
    gate_let (gate, 1);
    expect_color (h, i * MS (100), MS (100), i % 2);
  }
  get_segment (h, &segment);
  fail_unless_equals_uint64 (segment.stop, GST_CLOCK_TIME_NONE);
  fail_if (gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_more_plays_than_time_can_hold_are_endless)
{
  g_autoptr (GBytes) bytes = write_gif (60, 65535, TEST_GIF_NO_LOOP);
  GstHarness *h = start_decoder ("loop-count", G_MAXINT, NULL);
  Gate *gate = gate_new (h);
  gint64 duration;

  push_file (h, bytes);
  gate_let (gate, 1);
  expect_frame (h, 0, MS (655350));
  fail_if (gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_endless_play_stops_at_once)
{
  g_autoptr (GBytes) bytes = write_gif (2, 10, 0);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  gint64 start;

  gst_harness_set_drop_buffers (h, TRUE);
  push_file (h, bytes);
  while (gst_harness_buffers_received (h) < 1000)
    g_thread_yield ();
  start = g_get_monotonic_time ();
  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless (g_get_monotonic_time () - start < G_TIME_SPAN_SECOND);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_seeks_reach_any_round)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_await_frame (gate);
  /* 3600 s are 1956 rounds of 1.84 s and 960 ms. */
  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET, HOUR, GST_SEEK_TYPE_SET, HOUR + MS (1000))));
  gate_let (gate, G_MAXUINT);
  expect_color (h, HOUR, MS (880), 4);
  expect_color (h, HOUR + MS (880), MS (100), 0);
  expect_color (h, HOUR + MS (980), MS (20), 1);
  expect_eos (h);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* The property changes while a frame of a 2-frame GIF is on its way. */
static const struct
{
  int before, after;
  guint at; /* frame */
  guint n_plays;
  const char *caps; /* what downstream takes */
} changes[] = {
  { -1, 1, 0, 1 },
  { -1, 1, 3, 2 },
  { -1, 2, 5, 3 }, /* the third round is shown to its end */
  { 1, 3, 0, 3 },
  { 1, 3, 1, 3 }, /* the last frame */
  { 5, 2, 1, 2 },
  { 5, 0, 2, 4 }, /* as the file says */
  { 1, 3, 1, 3, "video/x-raw, framerate=20/1" },
  { -1, 1, 5, 2, "video/x-raw, framerate=20/1" },
};

GST_START_TEST (test_the_next_round_obeys_a_new_loop_count)
{
  g_autoptr (GBytes) bytes = write_gif (2, 10, 3);
  GstHarness *h = start_decoder ("loop-count", changes[__i__].before, NULL);
  guint n_frames = 2 * changes[__i__].n_plays;
  GstClockTime duration = MS (100);
  Gate *gate = gate_new (h);
  GstSegment segment;
  gint64 total;

  if (changes[__i__].caps != NULL) {
    gst_harness_set_sink_caps_str (h, changes[__i__].caps);
    n_frames *= 2;
    duration /= 2;
  }
  push_file (h, bytes);
  gate_let (gate, changes[__i__].at);
  gate_await_frame (gate);
  g_object_set (h->element, "loop-count", changes[__i__].after, NULL);
  gate_let (gate, G_MAXUINT);
  for (guint i = 0; i < n_frames; i++)
    expect_color (h, i * duration, duration,
        i / (n_frames / 2 / changes[__i__].n_plays) % 2);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.stop, changes[__i__].n_plays * MS (200));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &total));
  assert_clocktime (total, changes[__i__].n_plays * MS (200));
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_loop_count_that_changes_is_a_new_duration)
{
  g_autoptr (GBytes) bytes = write_gif (2, 10, 3);
  GstHarness *h = start_decoder ("loop-count", 2, NULL);
  gint64 total;

  push_file (h, bytes);
  for (guint i = 0; i < 4; i++)
    expect_color (h, i * MS (100), MS (100), i % 2);
  expect_eos (h);
  count_messages (h, GST_MESSAGE_DURATION_CHANGED);
  /* At the end there is no next round; a seek finds it. */
  g_object_set (h->element, "loop-count", 3, NULL);
  gst_message_unref (await_message (h, GST_MESSAGE_DURATION_CHANGED));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &total));
  assert_clocktime (total, MS (600));
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, MS (300), -1));
  for (guint i = 3; i < 6; i++)
    expect_color (h, i * MS (100), MS (100), i % 2);
  expect_eos (h);
  /* Rounds that a seek leaves do not count as begun. */
  g_object_set (h->element, "loop-count", 1, NULL);
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, 0, -1));
  for (guint i = 0; i < 2; i++)
    expect_color (h, i * MS (100), MS (100), i % 2);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* ---- QoS ---- */

static void
send_qos (GstHarness *h, GstClockTime running_time, GstClockTimeDiff late)
{
  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_qos (
          late > 0 ? GST_QOS_TYPE_UNDERFLOW : GST_QOS_TYPE_OVERFLOW, 1.5, late,
          running_time)));
}

GST_START_TEST (test_late_frames_are_composed_but_not_sent)
{
  const guint delays_cs[] = { 10, G_MAXUINT };
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);
  g_autoptr (GBytes) bytes = NULL;
  GstBuffer *buffer;
  guint64 processed, dropped;
  GstMessage *message;
  TestGif gif;

  /* Frame 2 draws a corner that must still be there when frame 5 comes. */
  test_gif_init (&gif, 16, 8, 8, delays_cs);
  for (guint i = 1; i < 8; i++) {
    gif.frames[i].x = i;
    gif.frames[i].width = gif.frames[i].height = 1;
  }
  bytes = test_gif_write (&gif);
  push_file (h, bytes);
  gate_await_frame (gate);
  /* Frame 0 is 200 ms late: what ends before 400 ms has no chance. */
  send_qos (h, 0, MS (200));
  gate_let (gate, G_MAXUINT);

  expect_frame (h, 0, MS (100));
  buffer = pull_frame (h, MS (300), MS (100));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT));
  for (guint i = 1; i <= 3; i++)
    fail_unless_equals_int_hex (
        get_pixel (h, buffer, i, 0), test_gif_color (i) << 8 | 0xff);
  gst_buffer_unref (buffer);

  gst_message_unref (await_message (h, GST_MESSAGE_QOS));
  message = await_message (h, GST_MESSAGE_QOS);
  gst_message_parse_qos_stats (message, NULL, &processed, &dropped);
  fail_unless_equals_uint64 (processed, 1); /* what was shown */
  fail_unless_equals_uint64 (dropped, 2);
  gst_message_unref (message);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_late_frame_with_time_left_is_sent)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_await_frame (gate);
  /* At 400 ms the second frame, shown from 100 to 600 ms, is worth it. */
  send_qos (h, 0, MS (200));
  gate_let (gate, G_MAXUINT);
  expect_uneven (h, 0);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_flush_forgets_lateness)
{
  g_autoptr (GBytes) bytes = write_gif (5, 10, TEST_GIF_NO_LOOP);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_await_frame (gate);
  send_qos (h, 0, HOUR);
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, 0, -1));
  gate_let (gate, G_MAXUINT);
  for (guint i = 0; i < 5; i++)
    expect_color (h, i * MS (100), MS (100), i);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_qos_can_be_switched_off)
{
  g_autoptr (GBytes) bytes = write_gif (5, 10, TEST_GIF_NO_LOOP);
  GstHarness *h = start_decoder ("qos", FALSE, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_await_frame (gate);
  send_qos (h, 0, HOUR);
  gate_let (gate, G_MAXUINT);
  for (guint i = 0; i < 5; i++)
    expect_color (h, i * MS (100), MS (100), i);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_QOS), 0);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Queries ---- */

GST_START_TEST (test_position_is_that_of_the_frame_on_show)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);
  gint64 position;

  push_file (h, bytes);
  gate_let (gate, 2);
  gate_await_frame (gate);
  fail_unless (
      gst_element_query_position (h->element, GST_FORMAT_TIME, &position));
  assert_clocktime (position, MS (600));
  gate_let (gate, G_MAXUINT);
  expect_uneven (h, 0);
  expect_eos (h);
  fail_unless (
      gst_element_query_position (h->element, GST_FORMAT_TIME, &position));
  assert_clocktime (position, MS (1840));
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

static void
assert_seeking (GstHarness *h, GstFormat format, gboolean seekable, gint64 end)
{
  g_autoptr (GstQuery) query = gst_query_new_seeking (format);
  gboolean is_seekable;
  gint64 from, to;

  fail_unless (gst_element_query (h->element, query));
  gst_query_parse_seeking (query, NULL, &is_seekable, &from, &to);
  fail_unless_equals_int (is_seekable, seekable);
  fail_unless_equals_int64 (from, seekable ? 0 : -1);
  fail_unless_equals_int64 (to, end);
}

GST_START_TEST (test_seeking_is_offered_in_time)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", 2, NULL);

  assert_seeking (h, GST_FORMAT_TIME, TRUE, -1);
  push_file (h, bytes);
  expect_uneven (h, 0);
  assert_seeking (h, GST_FORMAT_TIME, TRUE, MS (3680));
  assert_seeking (h, GST_FORMAT_BYTES, FALSE, -1);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_segment_query_tells_the_segment)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  g_autoptr (GstQuery) query = gst_query_new_segment (GST_FORMAT_TIME);
  GstHarness *h = start_decoder (NULL, NULL);
  gint64 start, stop;
  GstFormat format;
  double rate;

  push_file (h, bytes);
  expect_uneven (h, 0);
  expect_eos (h);
  fail_unless (seek (h, 2.0, GST_SEEK_FLAG_FLUSH, MS (100), MS (600)));
  expect_frame (h, MS (100), MS (500));
  fail_unless (gst_element_query (h->element, query));
  gst_query_parse_segment (query, &rate, &format, &start, &stop);
  fail_unless_equals_float (rate, 2.0);
  fail_unless_equals_int (format, GST_FORMAT_TIME);
  fail_unless_equals_int64 (start, MS (100));
  fail_unless_equals_int64 (stop, MS (600));
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_play_suite (void)
{
  Suite *suite = suite_create ("animgifdec-play");
  TCase *rounds = decoder_case_new (suite, "loops");
  TCase *qos = decoder_case_new (suite, "qos");
  TCase *queries = decoder_case_new (suite, "queries");

  tcase_add_loop_test (
      rounds, test_time_goes_on_across_loops, 0, G_N_ELEMENTS (loops));
  tcase_add_loop_test (
      rounds, test_endless_play_has_no_end, 0, G_N_ELEMENTS (endless));
  tcase_add_test (rounds, test_more_plays_than_time_can_hold_are_endless);
  tcase_add_test (rounds, test_endless_play_stops_at_once);
  tcase_add_test (rounds, test_seeks_reach_any_round);
  tcase_add_loop_test (rounds, test_the_next_round_obeys_a_new_loop_count, 0,
      G_N_ELEMENTS (changes));
  tcase_add_test (rounds, test_a_loop_count_that_changes_is_a_new_duration);

  tcase_add_test (qos, test_late_frames_are_composed_but_not_sent);
  tcase_add_test (qos, test_a_late_frame_with_time_left_is_sent);
  tcase_add_test (qos, test_a_flush_forgets_lateness);
  tcase_add_test (qos, test_qos_can_be_switched_off);

  tcase_add_test (queries, test_position_is_that_of_the_frame_on_show);
  tcase_add_test (queries, test_seeking_is_offered_in_time);
  tcase_add_test (queries, test_segment_query_tells_the_segment);
  return suite;
}

GST_CHECK_MAIN (animgifdec_play)
