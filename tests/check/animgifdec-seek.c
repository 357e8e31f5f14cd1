/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define FLUSH GST_SEEK_FLAG_FLUSH
#define ACCURATE (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE)
#define HOUR (3600 * GST_SECOND)

/* A decoder that has played the uneven file to its end. */
static GstHarness *
play_uneven (void)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  push_file (h, bytes);
  expect_uneven (h, 0);
  expect_eos (h);
  /* Linking sends some. */
  while (gst_harness_upstream_events_in_queue (h) > 0)
    gst_event_unref (gst_harness_pull_upstream_event (h));
  return h;
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

static const struct
{
  guint start_ms, stop_ms;
  struct
  {
    guint pts_ms, duration_ms, color;
  } frames[5];
} seeks[] = {
  { 0, 1840,
      { { 0, 100, 0 }, { 100, 500, 1 }, { 600, 200, 2 }, { 800, 40, 3 },
          { 840, 1000, 4 } } },
  { 100, 600, { { 100, 500, 1 } } },
  { 99, 101, { { 99, 1, 0 }, { 100, 1, 1 } } },
  { 350, 1840,
      { { 350, 250, 1 }, { 600, 200, 2 }, { 800, 40, 3 }, { 840, 1000, 4 } } },
  { 838, 841, { { 838, 2, 3 }, { 840, 1, 4 } } },
  { 1839, 1840, { { 1839, 1, 4 } } },
  { 350, 400, { { 350, 50, 1 } } },
};

GST_START_TEST (test_seeks_are_accurate)
{
  GstHarness *h = play_uneven ();
  GstSegment segment;

  fail_unless (seek (
      h, 1.0, ACCURATE, MS (seeks[__i__].start_ms), MS (seeks[__i__].stop_ms)));
  for (guint i = 0; i < 5 && seeks[__i__].frames[i].duration_ms > 0; i++)
    expect_color (h, MS (seeks[__i__].frames[i].pts_ms),
        MS (seeks[__i__].frames[i].duration_ms), seeks[__i__].frames[i].color);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.start, MS (seeks[__i__].start_ms));
  assert_clocktime (segment.time, MS (seeks[__i__].start_ms));
  assert_clocktime (segment.stop, MS (seeks[__i__].stop_ms));
  assert_clocktime (segment.base, 0);
  /* The bytes were kept: nobody upstream was asked. */
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (h), 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_behind_the_end_ends)
{
  GstHarness *h = play_uneven ();

  fail_unless (seek (h, 1.0, FLUSH, HOUR, -1));
  expect_eos (h);
  fail_unless (seek (h, 1.0, FLUSH, MS (1840), -1));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_can_count_from_the_end)
{
  GstHarness *h = play_uneven ();

  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, FLUSH, GST_SEEK_TYPE_END,
          -(gint64) MS (1020), GST_SEEK_TYPE_END, -(gint64) MS (900))));
  expect_color (h, MS (820), MS (20), 3);
  expect_color (h, MS (840), MS (100), 4);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_stop_does_not_outlive_its_seek)
{
  GstHarness *h = play_uneven ();
  GstSegment segment;

  fail_unless (seek (h, 1.0, FLUSH, 0, MS (50)));
  expect_frame (h, 0, MS (50));
  expect_eos (h);
  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_TIME, FLUSH, GST_SEEK_TYPE_SET,
          MS (840), GST_SEEK_TYPE_SET, -1)));
  expect_color (h, MS (840), MS (1000), 4);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.stop, MS (1840));
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_rates_above_zero_are_the_segments)
{
  const double rates[] = { 0.25, 2.0, 16.0 };
  GstHarness *h = play_uneven ();
  GstSegment segment;

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    fail_unless (seek (h, rates[i], FLUSH, MS (840), -1));
    expect_frame (h, MS (840), MS (1000));
    expect_eos (h);
    get_segment (h, &segment);
    fail_unless_equals_float (segment.rate, rates[i]);
    assert_clocktime (
        gst_segment_to_running_time (&segment, GST_FORMAT_TIME, MS (1840)),
        (GstClockTime) (MS (1000) / rates[i]));
  }
  stop_decoder (h);
}
GST_END_TEST

/* An instant change to @rate, with nothing else in it. */
static GstEvent *
new_instant_seek (double rate)
{
  return gst_event_new_seek (rate, GST_FORMAT_TIME,
      GST_SEEK_FLAG_INSTANT_RATE_CHANGE, GST_SEEK_TYPE_NONE, -1,
      GST_SEEK_TYPE_NONE, -1);
}

GST_START_TEST (test_an_instant_rate_is_for_the_sinks)
{
  GstHarness *h = play_uneven ();
  Gate *gate = gate_new (h);
  GstEvent *event = new_instant_seek (3.0);
  g_autoptr (GstEvent) change = NULL;
  GstSegment segment;
  double multiplier;

  fail_unless (seek (h, 1.5, FLUSH, 0, -1));
  gate_await_frame (gate);
  fail_unless (gst_harness_push_upstream_event (h, gst_event_ref (event)));
  change = pull_event_of_type (h, GST_EVENT_INSTANT_RATE_CHANGE);
  gst_event_parse_instant_rate_change (change, &multiplier, NULL);
  fail_unless_equals_float (multiplier, 2.0);
  fail_unless_equals_int (
      gst_event_get_seqnum (change), gst_event_get_seqnum (event));
  /* From another sink once more, and the answer of the pipeline. */
  fail_unless (gst_harness_push_upstream_event (h, event));
  fail_unless (gst_harness_push_upstream_event (
      h, gst_event_new_instant_rate_sync_time (2.0, 0, 0)));
  /* All goes on as it was. */
  fail_unless_equals_int (gst_harness_events_in_queue (h), 0);
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (h), 0);
  gate_let (gate, G_MAXUINT);
  expect_uneven (h, 0);
  expect_eos (h);
  get_segment (h, &segment);
  fail_unless_equals_float (segment.rate, 1.5);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_an_instant_rate_cannot_turn_round)
{
  GstHarness *h = play_uneven ();

  fail_if (gst_harness_push_upstream_event (h, new_instant_seek (-2.0)));
  /* Nor can what is over or has not begun change. */
  fail_if (gst_harness_push_upstream_event (h, new_instant_seek (2.0)));
  fail_unless_equals_int (gst_harness_events_in_queue (h), 0);
  stop_decoder (h);
  h = start_decoder (NULL, NULL);
  fail_if (gst_harness_push_upstream_event (h, new_instant_seek (2.0)));
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_impossible_seeks_are_refused)
{
  GstHarness *h = play_uneven ();

  fail_if (seek (h, -1.0, FLUSH, MS (200), MS (100)));
  fail_if (seek (h, 1.0, FLUSH, MS (200), MS (100)));
  fail_if (gst_harness_push_upstream_event (h,
      gst_event_new_seek (1.0, GST_FORMAT_BYTES, FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_NONE, -1)));
  /* Nothing moved, nobody upstream heard of it. */
  fail_unless_equals_int (gst_harness_events_in_queue (h), 0);
  fail_unless_equals_int (gst_harness_upstream_events_in_queue (h), 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_interrupts_a_blocked_frame)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_let (gate, 2);
  expect_frame (h, 0, MS (100));
  expect_frame (h, MS (100), MS (500));
  gate_await_frame (gate);
  fail_unless (seek (h, 1.0, FLUSH, MS (50), -1));
  gate_let (gate, G_MAXUINT);
  expect_color (h, MS (50), MS (50), 0);
  expect_color (h, MS (100), MS (500), 1);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_new_rate_goes_on_from_the_position)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);
  GstSegment segment;

  push_file (h, bytes);
  gate_let (gate, 2);
  expect_frame (h, 0, MS (100));
  expect_frame (h, MS (100), MS (500));
  gate_await_frame (gate);
  fail_unless (gst_harness_push_upstream_event (h,
      gst_event_new_seek (2.0, GST_FORMAT_TIME, FLUSH, GST_SEEK_TYPE_NONE, 0,
          GST_SEEK_TYPE_NONE, 0)));
  gate_let (gate, G_MAXUINT);
  expect_color (h, MS (600), MS (200), 2);
  expect_color (h, MS (800), MS (40), 3);
  get_segment (h, &segment);
  fail_unless_equals_float (segment.rate, 2.0);
  assert_clocktime (
      gst_segment_to_running_time (&segment, GST_FORMAT_TIME, MS (600)), 0);
  assert_clocktime (
      gst_segment_to_stream_time (&segment, GST_FORMAT_TIME, MS (600)),
      MS (600));
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_one_seek_of_many_sinks_is_done_once)
{
  GstHarness *h = play_uneven ();
  GstEvent *event = gst_event_new_seek (1.0, GST_FORMAT_TIME, FLUSH,
      GST_SEEK_TYPE_SET, MS (600), GST_SEEK_TYPE_SET, MS (800));

  fail_unless (gst_harness_push_upstream_event (h, gst_event_ref (event)));
  expect_color (h, MS (600), MS (200), 2);
  expect_eos (h);
  /* The same one again moves nothing, another one does. */
  fail_unless (gst_harness_push_upstream_event (h, event));
  fail_unless (seek (h, 1.0, FLUSH, MS (800), MS (840)));
  expect_color (h, MS (800), MS (40), 3);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_before_the_first_byte_is_kept)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  fail_unless (seek (h, 1.0, FLUSH, MS (820), -1));
  push_file (h, bytes);
  expect_color (h, MS (820), MS (20), 3);
  expect_color (h, MS (840), MS (1000), 4);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_before_the_stream_is_kept)
{
  g_autoptr (GstElement) element =
      gst_element_factory_make ("animgifdec", NULL);
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = gst_harness_new_with_element (element, "sink", "src");

  fail_unless (seek (h, 1.0, FLUSH, MS (820), -1));
  push_stream_start (h, "late", 0, 0);
  push_file (h, bytes);
  expect_color (h, MS (820), MS (20), 3);
  expect_color (h, MS (840), MS (1000), 4);
  expect_eos (h);
  gst_harness_teardown (h);
}
GST_END_TEST

GST_START_TEST (test_a_seek_goes_where_progressive_bytes_are_not_yet)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  gsize size = g_bytes_get_size (bytes), at = 0;
  GstHarness *h = start_decoder ("progressive", TRUE, NULL);
  Gate *gate = gate_new (h);

  gate_let (gate, 1);
  while (gst_harness_buffers_received (h) == 0 && at < size - 20)
    fail_unless_equals_int (push_slice (h, bytes, at++, 1), GST_FLOW_OK);
  expect_frame (h, 0, MS (100));
  fail_unless (seek (h, 1.0, FLUSH, MS (820), -1));
  fail_unless_equals_int (push_slice (h, bytes, at, size - at), GST_FLOW_OK);
  gate_let (gate, G_MAXUINT);
  expect_color (h, MS (820), MS (20), 3);
  expect_color (h, MS (840), MS (1000), 4);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_segment_seeks_play_without_a_gap)
{
  GstHarness *h = play_uneven ();
  GstSegment segment;
  GstFormat format;
  gint64 position;

  fail_unless (
      seek (h, 1.0, FLUSH | GST_SEEK_FLAG_SEGMENT, MS (600), MS (840)));
  for (guint round = 0; round < 3; round++) {
    g_autoptr (GstMessage) message = NULL;

    expect_color (h, MS (600), MS (200), 2);
    expect_color (h, MS (800), MS (40), 3);
    gst_message_unref (await_message (h, GST_MESSAGE_SEGMENT_START));
    message = await_message (h, GST_MESSAGE_SEGMENT_DONE);
    gst_message_parse_segment_done (message, &format, &position);
    fail_unless_equals_int (format, GST_FORMAT_TIME);
    assert_clocktime (position, MS (840));
    gst_event_unref (pull_event_of_type (h, GST_EVENT_SEGMENT_DONE));
    get_segment (h, &segment);
    assert_clocktime (segment.base, round * MS (240));
    fail_unless (seek (h, 1.0, GST_SEEK_FLAG_SEGMENT, MS (600), MS (840)));
  }
  fail_unless (seek (h, 1.0, FLUSH, MS (840), -1));
  stop_decoder (h);
}
GST_END_TEST

static GstBusSyncReply
seek_on_segment_done (GstBus *bus, GstMessage *message, gpointer user_data)
{
  GstEvent **next = user_data;
  GstElement *element;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_SEGMENT_DONE && *next != NULL) {
    element = GST_ELEMENT (GST_MESSAGE_SRC (message));
    fail_unless (gst_element_send_event (element, g_steal_pointer (next)));
  }
  return GST_BUS_PASS;
}

GST_START_TEST (test_a_seek_from_within_segment_done_is_heard)
{
  GstHarness *h = play_uneven ();
  GstEvent *next = gst_event_new_seek (1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_NONE,
      GST_SEEK_TYPE_SET, MS (50), GST_SEEK_TYPE_SET, MS (150));
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  GstSegment segment;

  /* The handler runs in the decoder's own thread. */
  gst_bus_set_sync_handler (bus, seek_on_segment_done, &next, NULL);
  fail_unless (seek (h, 1.0, FLUSH | GST_SEEK_FLAG_SEGMENT, 0, MS (50)));
  expect_frame (h, 0, MS (50));
  expect_frame (h, MS (50), MS (50));
  expect_frame (h, MS (100), MS (50));
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.base, MS (50));
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Seeks against everything else ---- */

typedef struct
{
  GstHarness *h;
  guint n_seeks;
} Seeker;

static gpointer
seek_around (gpointer user_data)
{
  Seeker *seeker = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seeker->n_seeks);

  /* Some are lost: while one thread's seek flushes, the other's cannot pass. */
  for (guint i = 0; i < seeker->n_seeks; i++)
    seek (seeker->h, 1.0, FLUSH, MS (g_rand_int_range (rand, 0, 1800)), -1);
  return NULL;
}

GST_START_TEST (test_seeks_from_two_threads_during_endless_play)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  Seeker seekers[] = { { h, 150 }, { h, 151 } };
  GThread *threads[2];

  gst_harness_set_drop_buffers (h, TRUE);
  push_file (h, bytes);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("seeker", seek_around, &seekers[i]);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);

  /* Still in good order. */
  fail_unless (seek (h, 1.0, ACCURATE, 0, MS (1)));
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  gst_harness_set_drop_buffers (h, FALSE);
  fail_unless (seek (h, 1.0, ACCURATE, MS (100), MS (600)));
  expect_color (h, MS (100), MS (500), 1);
  expect_eos (h);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_seek_suite (void)
{
  Suite *suite = suite_create ("animgifdec-seek");
  TCase *seeking = decoder_case_new (suite, "seeks");
  TCase *segments = decoder_case_new (suite, "segments");

  tcase_add_loop_test (
      seeking, test_seeks_are_accurate, 0, G_N_ELEMENTS (seeks));
  tcase_add_test (seeking, test_a_seek_behind_the_end_ends);
  tcase_add_test (seeking, test_a_seek_can_count_from_the_end);
  tcase_add_test (seeking, test_a_stop_does_not_outlive_its_seek);
  tcase_add_test (seeking, test_rates_above_zero_are_the_segments);
  tcase_add_test (seeking, test_an_instant_rate_is_for_the_sinks);
  tcase_add_test (seeking, test_an_instant_rate_cannot_turn_round);
  tcase_add_test (seeking, test_impossible_seeks_are_refused);
  tcase_add_test (seeking, test_a_seek_interrupts_a_blocked_frame);
  tcase_add_test (seeking, test_a_new_rate_goes_on_from_the_position);
  tcase_add_test (seeking, test_one_seek_of_many_sinks_is_done_once);
  tcase_add_test (seeking, test_a_seek_before_the_first_byte_is_kept);
  tcase_add_test (seeking, test_a_seek_before_the_stream_is_kept);
  tcase_add_test (
      seeking, test_a_seek_goes_where_progressive_bytes_are_not_yet);
  tcase_add_test (seeking, test_seeks_from_two_threads_during_endless_play);

  tcase_add_test (segments, test_segment_seeks_play_without_a_gap);
  tcase_add_test (segments, test_a_seek_from_within_segment_done_is_heard);
  return suite;
}

GST_CHECK_MAIN (animgifdec_seek)
