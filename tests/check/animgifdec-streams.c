/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define GROUP 17
#define OTHER_GROUP 18

static GBytes *
write_gif (const char *comment)
{
  const guint delays_cs[] = { 10, G_MAXUINT };
  TestGif gif;

  test_gif_init (&gif, 20, 10, 2, delays_cs);
  gif.comment = comment;
  return test_gif_write (&gif);
}

static void
expect_even (GstHarness *h)
{
  expect_frame (h, 0, MS (100));
  expect_frame (h, MS (100), MS (100));
}

static int
get_width (GstHarness *h)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  int width = 0;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  return width;
}

GST_START_TEST (test_caps_are_not_needed)
{
  g_autoptr (GstElement) element =
      gst_element_factory_make ("animgifdec", NULL);
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = gst_harness_new_with_element (element, "sink", "src");
  GstSegment segment;

  /* As filesrc begins. */
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_stream_start ("file"));
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  push_file (h, bytes);
  expect_uneven (h, 0);
  expect_eos (h);
  gst_harness_teardown (h);
}
GST_END_TEST

GST_START_TEST (test_two_gifs_with_an_end_between)
{
  g_autoptr (GBytes) even = write_gif (NULL);
  g_autoptr (GBytes) uneven = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  GstSegment segment;

  push_file (h, even);
  expect_even (h);
  expect_eos (h);
  push_stream_start (h, "second", OTHER_GROUP, 0);
  push_file (h, uneven);
  expect_uneven (h, 0);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.base, 0);
  assert_clocktime (segment.stop, MS (1840));
  fail_unless_equals_int (get_width (h), 16);
  stop_decoder (h);
}
GST_END_TEST

/* What of the second file's STREAM_START makes running time go on, or begin
 * anew. */
static const struct
{
  guint group;
  gboolean offset;
  guint base_ms;
} seconds[] = {
  { OTHER_GROUP, FALSE, 0 }, /* playbin shifts groups by itself */
  { GROUP, FALSE, 200 },
  { OTHER_GROUP, TRUE, 200 }, /* concat goes on counting bytes */
};

GST_START_TEST (test_two_gifs_in_a_row)
{
  g_autoptr (GBytes) even = write_gif (NULL);
  g_autoptr (GBytes) uneven = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  GstSegment segment;

  push_stream_start (h, "one", GROUP, 0);
  fail_unless_equals_int (push_bytes (h, even, 0), GST_FLOW_OK);
  push_stream_start (h, "two", seconds[__i__].group,
      seconds[__i__].offset ? g_bytes_get_size (even) : 0);
  /* All of the first is out by now, and EOS is not. */
  expect_even (h);
  push_file (h, uneven);
  expect_uneven (h, 0);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.base, MS (seconds[__i__].base_ms));
  assert_clocktime (segment.stop, MS (1840));
  fail_unless_equals_int (get_width (h), 16);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_half_gif_before_another_is_played_out)
{
  g_autoptr (GBytes) even = write_gif (NULL);
  g_autoptr (GBytes) uneven = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  push_stream_start (h, "one", GROUP, 0);
  fail_unless_equals_int (
      push_slice (h, even, 0, g_bytes_get_size (even) - 20), GST_FLOW_OK);
  push_stream_start (h, "two", OTHER_GROUP, 0);
  fail_unless (gst_harness_buffers_received (h) > 0);
  gst_buffer_unref (gst_harness_pull (h));
  while (gst_harness_buffers_in_queue (h) > 0)
    gst_buffer_unref (gst_harness_pull (h));
  push_file (h, uneven);
  expect_uneven (h, 0);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_tags_belong_to_their_gif)
{
  g_autoptr (GBytes) one = write_gif ("one");
  g_autoptr (GBytes) two = write_gif (NULL);
  GstHarness *h = start_decoder (NULL, NULL);
  GstTagList *tags;
  GstEvent *event;

  push_stream_start (h, "one", GROUP, 0);
  gst_harness_push_event (
      h, gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a fox", NULL)));
  push_file (h, one);
  expect_even (h);
  expect_eos (h);
  push_stream_start (h, "two", GROUP, 0);
  push_file (h, two);
  event = pull_event_of_type (h, GST_EVENT_TAG);
  gst_event_parse_tag (event, &tags);
  fail_unless_equals_int (gst_tag_list_get_tag_size (tags, GST_TAG_COMMENT), 0);
  fail_unless_equals_int (gst_tag_list_get_tag_size (tags, GST_TAG_TITLE), 0);
  gst_event_unref (event);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_refused_file_does_not_spoil_the_next)
{
  g_autoptr (GBytes) text = g_bytes_new_static ("no GIF at all", 13);
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  push_stream_start (h, "one", GROUP, 0);
  fail_unless_equals_int (push_bytes (h, text, 0), GST_FLOW_ERROR);
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  push_stream_start (h, "two", OTHER_GROUP, 0);
  push_file (h, bytes);
  expect_uneven (h, 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_custom_events_keep_their_place)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  GstEvent *event;

  gst_harness_push_event (h,
      gst_event_new_custom (
          GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("mark")));
  push_file (h, bytes);
  event = pull_event_of_type (h, GST_EVENT_CUSTOM_DOWNSTREAM);
  fail_unless (gst_event_has_name (event, "mark"));
  fail_unless (gst_pad_has_current_caps (h->sinkpad));
  gst_event_unref (event);
  expect_uneven (h, 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_an_upstream_flush_begins_the_file_anew)
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
  gst_harness_push_event (h, gst_event_new_flush_start ());
  gst_harness_push_event (h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (h, gst_event_new_segment (&segment));
  gate_let (gate, G_MAXUINT);
  push_file (h, bytes);
  expect_uneven (h, 0);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* ---- What downstream says ---- */

static GstPadProbeReturn
answer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GPOINTER_TO_INT (user_data);
  return GST_PAD_PROBE_HANDLED;
}

static const struct
{
  GstFlowReturn flow; /* of downstream */
  GstFlowReturn sink; /* what upstream hears of it */
  guint n_errors;
} flows[] = {
  { GST_FLOW_EOS, GST_FLOW_OK, 0 }, /* a seek may want the rest of the file */
  { GST_FLOW_ERROR, GST_FLOW_ERROR, 1 },
  { GST_FLOW_NOT_LINKED, GST_FLOW_NOT_LINKED, 1 },
};

GST_START_TEST (test_a_refused_frame_ends_the_run)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  gulong probe = gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER,
      answer, GINT_TO_POINTER (flows[__i__].flow), NULL);

  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_OK);
  expect_eos (h);
  fail_unless_equals_int (push_bytes (h, bytes, 0), flows[__i__].sink);
  fail_unless_equals_int (
      count_messages (h, GST_MESSAGE_ERROR), flows[__i__].n_errors);

  /* A flushing seek makes up for everything. */
  gst_pad_remove_probe (h->sinkpad, probe);
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, 0, -1));
  expect_uneven (h, 0);
  stop_decoder (h);
}
GST_END_TEST

static gpointer
flush (gpointer h)
{
  gst_harness_push_event (h, gst_event_new_flush_start ());
  return NULL;
}

static gpointer
go_to_null (gpointer h)
{
  gst_element_set_state (((GstHarness *) h)->element, GST_STATE_NULL);
  return NULL;
}

static const GThreadFunc interruptions[] = { flush, go_to_null };

/* A file that plays for ever lets no other one follow. */
GST_START_TEST (test_waiting_for_an_endless_gif_can_be_interrupted)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  GThread *thread;

  gst_harness_set_drop_buffers (h, TRUE);
  push_stream_start (h, "one", GROUP, 0);
  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_OK);
  while (gst_harness_buffers_received (h) < 20)
    g_thread_yield ();
  thread = g_thread_new ("interruption", interruptions[__i__], h);
  /* Comes back, though the first file never ends. */
  gst_harness_push_event (h, gst_event_new_stream_start ("two"));
  g_thread_join (thread);
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_streams_suite (void)
{
  Suite *suite = suite_create ("animgifdec-streams");
  TCase *streams = decoder_case_new (suite, "streams");
  TCase *flushes = decoder_case_new (suite, "flushes");

  tcase_add_test (streams, test_caps_are_not_needed);
  tcase_add_test (streams, test_two_gifs_with_an_end_between);
  tcase_add_loop_test (
      streams, test_two_gifs_in_a_row, 0, G_N_ELEMENTS (seconds));
  tcase_add_test (streams, test_a_half_gif_before_another_is_played_out);
  tcase_add_test (streams, test_tags_belong_to_their_gif);
  tcase_add_test (streams, test_a_refused_file_does_not_spoil_the_next);
  tcase_add_test (streams, test_custom_events_keep_their_place);

  tcase_add_test (flushes, test_an_upstream_flush_begins_the_file_anew);
  tcase_add_loop_test (
      flushes, test_a_refused_frame_ends_the_run, 0, G_N_ELEMENTS (flows));
  tcase_add_loop_test (flushes,
      test_waiting_for_an_endless_gif_can_be_interrupted, 0,
      G_N_ELEMENTS (interruptions));
  return suite;
}

GST_CHECK_MAIN (animgifdec_streams)
