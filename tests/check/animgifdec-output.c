/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })

static GBytes *
write_gif (guint n_frames, const guint *delays_cs)
{
  TestGif gif;

  test_gif_init (&gif, 16, 8, n_frames, delays_cs);
  return test_gif_write (&gif);
}

static char *
decode (GBytes *bytes, gsize chunk)
{
  GstHarness *h = start_decoder (NULL, NULL);
  char *text;

  fail_unless_equals_int (push_bytes (h, bytes, chunk), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  text = describe_output (h);
  fail_unless_equals_int (
      count_messages (h, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), 0);
  stop_decoder (h);
  return text;
}

GST_START_TEST (test_each_frame_has_its_own_time)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  GstBuffer *opening;

  push_file (h, bytes);
  opening = pull_frame (h, 0, MS (100));
  fail_unless (GST_BUFFER_FLAG_IS_SET (opening, GST_BUFFER_FLAG_DISCONT));
  gst_buffer_unref (opening);
  expect_frame (h, MS (100), MS (500));
  expect_frame (h, MS (600), MS (200));
  expect_frame (h, MS (800), MS (40));
  expect_frame (h, MS (840), MS (1000));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_each_frame_has_its_own_picture)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  push_file (h, bytes);
  for (guint i = 0; i < 5; i++) {
    GstBuffer *buffer = gst_harness_pull (h);

    fail_unless_equals_int_hex (
        get_pixel (h, buffer, 0, 0), test_gif_color (i) << 8 | 0xff);
    fail_unless_equals_int_hex (
        get_pixel (h, buffer, 15, 7), test_gif_color (i) << 8 | 0xff);
    gst_buffer_unref (buffer);
  }
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_what_no_frame_drew_is_transparent)
{
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GstBuffer *buffer;
  TestGif gif;

  test_gif_init (&gif, 16, 8, 2, DELAYS (10));
  gif.frames[0].x = 4;
  gif.frames[0].width = 4;
  gif.frames[0].height = 8;
  gif.frames[1].left_half_transparent = TRUE;
  bytes = test_gif_write (&gif);
  push_file (h, bytes);

  buffer = gst_harness_pull (h);
  fail_unless_equals_int_hex (get_pixel (h, buffer, 3, 0), 0);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, 4, 0), test_gif_color (0) << 8 | 0xff);
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (h);
  fail_unless_equals_int_hex (get_pixel (h, buffer, 3, 0), 0);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, 4, 0), test_gif_color (0) << 8 | 0xff);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, 8, 0), test_gif_color (1) << 8 | 0xff);
  gst_buffer_unref (buffer);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_delays_of_zero_and_one_last_100_ms)
{
  g_autoptr (GBytes) bytes = write_gif (4, DELAYS (0, 1, 2, 3));
  GstHarness *h = start_decoder (NULL, NULL);

  push_file (h, bytes);
  expect_frame (h, 0, MS (100));
  expect_frame (h, MS (100), MS (100));
  expect_frame (h, MS (200), MS (20));
  expect_frame (h, MS (220), MS (30));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_segment_ends_with_the_last_frame)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  GstSegment segment;

  push_file (h, bytes);
  expect_uneven (h, 0);
  get_segment (h, &segment);
  fail_unless_equals_int (segment.format, GST_FORMAT_TIME);
  assert_clocktime (segment.start, 0);
  assert_clocktime (segment.time, 0);
  assert_clocktime (segment.base, 0);
  assert_clocktime (segment.stop, MS (1840));
  assert_clocktime (segment.duration, MS (1840));
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_events_come_in_order)
{
  const GstEventType order[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT, GST_EVENT_TAG, GST_EVENT_EOS };
  g_autoptr (GBytes) bytes = write_gif (1, DELAYS (10));
  GstHarness *h = start_decoder (NULL, NULL);

  push_file (h, bytes);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);

    fail_unless (event != NULL);
    fail_unless_equals_string (
        GST_EVENT_TYPE_NAME (event), gst_event_type_get_name (order[i]));
  }
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  guint delays_cs[3];
  guint n_frames;
  int fps_n, fps_d;
} rates[] = {
  { { 10, G_MAXUINT }, 3, 10, 1 },
  { { 4, G_MAXUINT }, 3, 25, 1 },
  { { 7, G_MAXUINT }, 3, 100, 7 },
  { { 250, G_MAXUINT }, 2, 2, 5 },
  { { 0, 10, G_MAXUINT }, 2, 10, 1 },
  { { 50, G_MAXUINT }, 1, 2, 1 },
  { { 10, 20, G_MAXUINT }, 2, 0, 1 },
};

GST_START_TEST (test_caps_have_the_true_frame_rate)
{
  g_autoptr (GBytes) bytes =
      write_gif (rates[__i__].n_frames, rates[__i__].delays_cs);
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GstCaps) caps = NULL;
  const GstStructure *structure;
  int fps_n = -1, fps_d = -1;

  push_file (h, bytes);
  gst_buffer_unref (gst_harness_pull (h));
  caps = gst_pad_get_current_caps (h->sinkpad);
  structure = gst_caps_get_structure (caps, 0);
  fail_unless (
      gst_structure_get_fraction (structure, "framerate", &fps_n, &fps_d));
  fail_unless_equals_int (fps_n, rates[__i__].fps_n);
  fail_unless_equals_int (fps_d, rates[__i__].fps_d);
  /* It would leak through videorate. */
  fail_if (gst_structure_has_field (structure, "max-framerate"));
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  guint byte;
  int par_n, par_d;
} aspects[] = { { 0, 1, 1 }, { 49, 1, 1 }, { 17, 1, 2 }, { 255, 135, 32 } };

GST_START_TEST (test_caps_have_the_files_pixel_aspect_ratio)
{
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GstCaps) caps = NULL;
  int par_n = -1, par_d = -1;
  TestGif gif;

  test_gif_init (&gif, 16, 8, 1, DELAYS (10));
  gif.aspect = aspects[__i__].byte;
  bytes = test_gif_write (&gif);
  push_file (h, bytes);
  gst_buffer_unref (gst_harness_pull (h));
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (gst_structure_get_fraction (
      gst_caps_get_structure (caps, 0), "pixel-aspect-ratio", &par_n, &par_d));
  fail_unless_equals_int (par_n, aspects[__i__].par_n);
  fail_unless_equals_int (par_d, aspects[__i__].par_d);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_any_cut_gives_the_same)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  g_autofree char *whole = decode (bytes, 0);

  for (gsize chunk = 1; chunk < 40; chunk++) {
    g_autofree char *cut = decode (bytes, chunk);

    fail_unless_equals_string (cut, whole);
  }
}
GST_END_TEST

GST_START_TEST (test_random_cuts_give_the_same)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  g_autofree char *whole = decode (bytes, 0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (__i__);
  gsize size = g_bytes_get_size (bytes), at = 0;
  GstHarness *h = start_decoder (NULL, NULL);
  g_autofree char *cut = NULL;

  while (at < size) {
    gsize wish = g_rand_int_range (rand, 0, 60);
    gsize n = MIN (size - at, wish);

    fail_unless_equals_int (push_slice (h, bytes, at, n), GST_FLOW_OK);
    at += n;
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  cut = describe_output (h);
  fail_unless_equals_string (cut, whole);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_nothing_leaves_before_the_file_is_known)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  gsize size = g_bytes_get_size (bytes);
  GstHarness *h = start_decoder (NULL, NULL);
  gint64 duration;

  fail_unless_equals_int (push_slice (h, bytes, 0, size - 1), GST_FLOW_OK);
  fail_if (gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  fail_if (gst_pad_has_current_caps (h->sinkpad));
  fail_unless_equals_int (push_slice (h, bytes, size - 1, 1), GST_FLOW_OK);
  /* No EOS is needed when the trailer has come. */
  expect_uneven (h, 0);
  gst_message_unref (await_message (h, GST_MESSAGE_DURATION_CHANGED));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  assert_clocktime (duration, MS (1840));
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_progressive_shows_frames_as_they_come)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  gsize size = g_bytes_get_size (bytes), at = 0;
  GstHarness *h = start_decoder ("progressive", TRUE, NULL);
  GstSegment segment;
  gint64 duration;

  /* Byte by byte, up to where the first frame is known to be over. */
  while (gst_harness_buffers_received (h) == 0 && at < size - 20)
    fail_unless_equals_int (push_slice (h, bytes, at++, 1), GST_FLOW_OK);
  expect_frame (h, 0, MS (100));
  get_segment (h, &segment);
  fail_unless_equals_uint64 (segment.stop, GST_CLOCK_TIME_NONE);
  fail_if (gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));

  fail_unless_equals_int (push_slice (h, bytes, at, size - at), GST_FLOW_OK);
  expect_frame (h, MS (100), MS (500));
  expect_frame (h, MS (600), MS (200));
  expect_frame (h, MS (800), MS (40));
  expect_frame (h, MS (840), MS (1000));
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  assert_clocktime (duration, MS (1840));
  gst_harness_push_event (h, gst_event_new_eos ());
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

static void
assert_comments (GstEvent *event, const char *early, const char *late)
{
  const char *text;
  GstTagList *tags;

  gst_event_parse_tag (event, &tags);
  fail_unless_equals_int (gst_tag_list_get_scope (tags), GST_TAG_SCOPE_STREAM);
  fail_unless (
      gst_tag_list_peek_string_index (tags, GST_TAG_VIDEO_CODEC, 0, &text));
  fail_unless_equals_string (text, "GIF image");
  fail_unless_equals_int (gst_tag_list_get_tag_size (tags, GST_TAG_COMMENT),
      (early != NULL) + (late != NULL));
  if (early != NULL) {
    gst_tag_list_peek_string_index (tags, GST_TAG_COMMENT, 0, &text);
    fail_unless_equals_string (text, early);
  }
  if (late != NULL) {
    gst_tag_list_peek_string_index (tags, GST_TAG_COMMENT, 1, &text);
    fail_unless_equals_string (text, late);
  }
}

static GBytes *
write_commented_gif (const char *comment, const char *last_comment)
{
  TestGif gif;

  test_gif_init (&gif, 16, 8, 2, DELAYS (10));
  gif.comment = comment;
  gif.last_comment = last_comment;
  return test_gif_write (&gif);
}

GST_START_TEST (test_comments_become_tags)
{
  g_autoptr (GBytes) bytes = write_commented_gif ("made by hand",
      "sm\xf8rrebr\xf8"
      "d");
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GstEvent) event = NULL;

  push_file (h, bytes);
  event = pull_event_of_type (h, GST_EVENT_TAG);
  assert_comments (event, "made by hand", "smørrebrød");
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  const char *comment;
  const char *tag; /* NULL: none */
} comments[] = {
  { "  two\r\n\tlines \n", "two lines" },
  { "\x01\x1b[31mred\x7f!", "[31mred !" }, { "\n\t ", NULL },
  { "Grüße \xe2\x80\xa8 aus\xc2\x85wärts", "Grüße aus wärts" },
  { "gpj.\xe2\x80\xae"
    "exe",
      "gpj.exe" },
  { "a\x80\x9f\xe4", "a ä" }, /* ISO 8859-1 */
  { "cut \xe2\x82", "cut" },  /* in a character */
  { "cut \xe2\x82 not", "cut â not" },
  { "👩‍💻 family",
      "👩‍💻 family" }, /* joined by an invisible one */
};

GST_START_TEST (test_a_comment_is_one_line)
{
  g_autoptr (GBytes) bytes =
      write_commented_gif (comments[__i__].comment, "end");
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GstEvent) event = NULL;

  push_file (h, bytes);
  event = pull_event_of_type (h, GST_EVENT_TAG);
  if (comments[__i__].tag != NULL)
    assert_comments (event, comments[__i__].tag, "end");
  else
    assert_comments (event, "end", NULL);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_progressive_adds_tags_that_come_later)
{
  g_autoptr (GBytes) bytes = write_commented_gif ("early", "late");
  gsize size = g_bytes_get_size (bytes), at = 0;
  GstHarness *h = start_decoder ("progressive", TRUE, NULL);
  g_autoptr (GstEvent) early = NULL;
  g_autoptr (GstEvent) late = NULL;

  while (gst_harness_buffers_received (h) == 0 && at < size - 20)
    fail_unless_equals_int (push_slice (h, bytes, at++, 1), GST_FLOW_OK);
  expect_frame (h, 0, MS (100));
  early = pull_event_of_type (h, GST_EVENT_TAG);
  assert_comments (early, "early", NULL);
  fail_unless_equals_int (push_slice (h, bytes, at, size - at), GST_FLOW_OK);
  gst_harness_push_event (h, gst_event_new_eos ());
  late = pull_event_of_type (h, GST_EVENT_TAG);
  assert_comments (late, "early", "late");
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_upstream_tags_are_kept)
{
  g_autoptr (GBytes) bytes = write_commented_gif (NULL, NULL);
  GstHarness *h = start_decoder (NULL, NULL);
  g_autoptr (GstEvent) event = NULL;
  GstTagList *tags;
  const char *title;

  gst_harness_push_event (
      h, gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a fox", NULL)));
  push_file (h, bytes);
  gst_event_unref (pull_event_of_type (h, GST_EVENT_TAG));
  event = pull_event_of_type (h, GST_EVENT_TAG);
  assert_comments (event, NULL, NULL);
  gst_event_parse_tag (event, &tags);
  fail_unless (gst_tag_list_peek_string_index (tags, GST_TAG_TITLE, 0, &title));
  fail_unless_equals_string (title, "a fox");
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_output_suite (void)
{
  Suite *suite = suite_create ("animgifdec-output");
  TCase *times = decoder_case_new (suite, "times");
  TCase *bytes = decoder_case_new (suite, "bytes");

  tcase_add_test (times, test_each_frame_has_its_own_time);
  tcase_add_test (times, test_each_frame_has_its_own_picture);
  tcase_add_test (times, test_what_no_frame_drew_is_transparent);
  tcase_add_test (times, test_delays_of_zero_and_one_last_100_ms);
  tcase_add_test (times, test_segment_ends_with_the_last_frame);
  tcase_add_test (times, test_events_come_in_order);
  tcase_add_loop_test (
      times, test_caps_have_the_true_frame_rate, 0, G_N_ELEMENTS (rates));
  tcase_add_loop_test (times, test_caps_have_the_files_pixel_aspect_ratio, 0,
      G_N_ELEMENTS (aspects));

  tcase_add_test (bytes, test_any_cut_gives_the_same);
  tcase_add_loop_test (bytes, test_random_cuts_give_the_same, 0, 20);
  tcase_add_test (bytes, test_nothing_leaves_before_the_file_is_known);
  tcase_add_test (bytes, test_progressive_shows_frames_as_they_come);
  tcase_add_test (bytes, test_comments_become_tags);
  tcase_add_loop_test (
      bytes, test_a_comment_is_one_line, 0, G_N_ELEMENTS (comments));
  tcase_add_test (bytes, test_progressive_adds_tags_that_come_later);
  tcase_add_test (bytes, test_upstream_tags_are_kept);
  return suite;
}

GST_CHECK_MAIN (animgifdec_output)
