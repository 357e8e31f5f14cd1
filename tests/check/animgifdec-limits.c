/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })

/* Offsets in a GIF file, GIF89a §17 and §18. */
#define AT_SCREEN_SIZE 6
#define AT_PALETTE 13

static GBytes *
write_gif (void)
{
  TestGif gif;

  test_gif_init (&gif, 40, 30, 4, DELAYS (10));
  return test_gif_write (&gif);
}

/* A copy with @n bytes from @offset on replaced. */
static GBytes *
patch (GBytes *bytes, gsize offset, const guint8 *with, gsize n)
{
  gsize size;
  guint8 *data =
      g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  size = g_bytes_get_size (bytes);
  g_assert (offset + n <= size);
  memcpy (data + offset, with, n);
  return g_bytes_new_take (data, size);
}

/* ---- Limits ---- */

static const struct
{
  guint8 size[4];
  guint64 max_pixels;
  const char *text; /* why not */
} screens[] = {
  { { 0xff, 0xff, 0xff, 0xff }, 1 << 25, "than max-pixels allows (33554432)." },
  { { 0x01, 0x20, 0x00, 0x10 }, 1 << 25, /* 8193 × 4096 */
      "than max-pixels allows (33554432)." },
  { { 40, 0, 30, 0 }, 40 * 30 - 1, "than max-pixels allows (1199)." },
  /* 0: no limit, but there is one to what can be decoded. */
  { { 0xff, 0xff, 0xff, 0xff }, 0, "than can be decoded (2147483647)." },
  { { 0x01, 0x80, 0xff, 0xff }, 0, "than can be decoded (2147483647)." },
  { { 0xff, 0xff, 0xff, 0xff }, G_MAXUINT64,
      "than can be decoded (2147483647)." },
  { { 0xff, 0xff, 0xff, 0xff }, G_MAXINT32,
      "than max-pixels allows (2147483647)." },
};

GST_START_TEST (test_a_screen_above_max_pixels_is_refused)
{
  g_autoptr (GBytes) plain = write_gif ();
  g_autoptr (GBytes) bytes =
      patch (plain, AT_SCREEN_SIZE, screens[__i__].size, 4);
  GstHarness *h = start_decoder ("max-pixels", screens[__i__].max_pixels, NULL);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_ERROR);
  expect_eos (h);
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  message = await_message (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (
      error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
  fail_unless (g_str_has_suffix (error->message, screens[__i__].text), "%s",
      error->message);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
  stop_decoder (h);
}
GST_END_TEST

static const guint64 enough[] = { 40 * 30, 1 << 20, 0 };

GST_START_TEST (test_a_screen_within_max_pixels_is_shown)
{
  g_autoptr (GBytes) bytes = write_gif ();
  GstHarness *h = start_decoder ("max-pixels", enough[__i__], NULL);

  push_file (h, bytes);
  for (guint i = 0; i < 4; i++)
    expect_frame (h, i * MS (100), MS (100));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_all_pictures_together_have_a_budget)
{
  g_autoptr (GBytes) bytes = write_gif ();
  GstHarness *h =
      start_decoder ("max-total-pixels", (guint64) 4 * 40 * 30 - 1, NULL);

  fail_unless_equals_int (push_bytes (h, bytes, 7), GST_FLOW_ERROR);
  expect_eos (h);
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  assert_one_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  stop_decoder (h);
}
GST_END_TEST

static const guint64 budgets[] = { 4 * 40 * 30, 0 };

/* Repetitions do not count. */
GST_START_TEST (test_pictures_within_the_budget_are_shown)
{
  g_autoptr (GBytes) bytes = write_gif ();
  GstHarness *h =
      start_decoder ("max-total-pixels", budgets[__i__], "loop-count", 3, NULL);

  push_file (h, bytes);
  for (guint i = 0; i < 12; i++)
    expect_frame (h, i * MS (100), MS (100));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_file_above_max_size_is_refused)
{
  g_autoptr (GBytes) bytes = write_gif ();
  guint size = g_bytes_get_size (bytes);
  GstHarness *h = start_decoder ("max-size", (guint64) size - 1, NULL);

  fail_unless_equals_int (push_bytes (h, bytes, 7), GST_FLOW_ERROR);
  expect_eos (h);
  assert_one_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  stop_decoder (h);

  h = start_decoder ("max-size", (guint64) size, NULL);
  push_file (h, bytes);
  expect_frame (h, 0, MS (100));
  stop_decoder (h);

  /* No limit. */
  h = start_decoder ("max-size", (guint64) 0, NULL);
  push_file (h, bytes);
  expect_frame (h, 0, MS (100));
  stop_decoder (h);
}
GST_END_TEST

/* ---- Damage ---- */

static const char *strangers[] = { "This is a text.", "GIF90a and so on",
  "\x89PNG\r\n\x1a\n", "G" };

GST_START_TEST (test_what_is_no_gif_is_of_the_wrong_type)
{
  g_autoptr (GBytes) bytes =
      g_bytes_new_static (strangers[__i__], strlen (strangers[__i__]));
  GstHarness *h = start_decoder (NULL, NULL);

  push_bytes (h, bytes, 1);
  gst_harness_push_event (h, gst_event_new_eos ());
  expect_eos (h);
  assert_one_error (h, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_EOS);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_no_byte_at_all_is_just_the_end)
{
  GstHarness *h = start_decoder (NULL, NULL);

  gst_harness_push_event (h, gst_event_new_eos ());
  expect_eos (h);
  fail_unless_equals_int (
      count_messages (h, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_a_gif_without_pictures_is_an_error)
{
  g_autoptr (GBytes) bytes = NULL;
  GstHarness *h = start_decoder (NULL, NULL);
  TestGif gif;

  test_gif_init (&gif, 40, 30, 0, DELAYS (10));
  gif.comment = "nothing to see";
  bytes = test_gif_write (&gif);
  push_bytes (h, bytes, 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  expect_eos (h);
  assert_one_error (h, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE);
  stop_decoder (h);
}
GST_END_TEST

/* Offset of the first image's LZW data in a file of write_gif(). */
static gsize
find_image_data (GBytes *bytes)
{
  const guint8 *data = g_bytes_get_data (bytes, NULL);
  gsize at = AT_PALETTE + 3 * 64;

  while (data[at] != 0x2c)
    at++;
  return at + 12; /* descriptor, code size, length of the sub-block */
}

GST_START_TEST (test_damaged_pictures_are_one_warning)
{
  const guint8 garbage[] = { 0x55, 0xaa, 0x99, 0xfe, 0x77 };
  g_autoptr (GBytes) plain = write_gif ();
  g_autoptr (GBytes) bytes =
      patch (plain, find_image_data (plain), garbage, sizeof garbage);
  GstHarness *h = start_decoder ("loop-count", 3, NULL);
  GstBuffer *buffer;

  push_file (h, bytes);
  for (guint i = 0; i < 12; i++) {
    buffer = pull_frame (h, i * MS (100), MS (100));
    if (i % 4 > 0)
      fail_unless_equals_int_hex (
          get_pixel (h, buffer, 20, 20), test_gif_color (i % 4) << 8 | 0xff);
    gst_buffer_unref (buffer);
  }
  expect_eos (h);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_WARNING), 1);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_what_follows_the_trailer_is_ignored)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  g_autoptr (GBytes) junk = g_bytes_new_static ("<html>GIF89a", 12);
  GstHarness *h =
      start_decoder ("max-size", (guint64) g_bytes_get_size (bytes), NULL);

  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_OK);
  fail_unless_equals_int (push_bytes (h, junk, 0), GST_FLOW_OK);
  push_file (h, bytes);
  expect_uneven (h, 0);
  expect_eos (h);
  fail_unless_equals_int (
      count_messages (h, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING), 0);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Settings and runs ---- */

GST_START_TEST (test_settings_are_fixed_while_running)
{
  g_autoptr (GstElement) element =
      gst_element_factory_make ("animgifdec", NULL);
  int loop_count;
  gboolean progressive, qos;
  guint64 max_pixels, max_size;

  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);
  g_object_set (element, "loop-count", 7, "progressive", TRUE, "max-pixels",
      G_GUINT64_CONSTANT (5), "max-size", (guint64) 9, "qos", FALSE, NULL);
  g_object_get (element, "loop-count", &loop_count, "progressive", &progressive,
      "max-pixels", &max_pixels, "max-size", &max_size, "qos", &qos, NULL);
  fail_unless_equals_int (progressive, FALSE);
  fail_unless_equals_uint64 (max_pixels, 1 << 25);
  fail_unless_equals_uint64 (max_size, 256 << 20);
  /* Those that may change. */
  fail_unless_equals_int (qos, FALSE);
  fail_unless_equals_int (loop_count, 7);

  gst_element_set_state (element, GST_STATE_READY);
  g_object_set (element, "progressive", TRUE, NULL);
  g_object_get (element, "progressive", &progressive, NULL);
  fail_unless_equals_int (progressive, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
}
GST_END_TEST

GST_START_TEST (test_ready_makes_it_as_new)
{
  g_autoptr (GBytes) even = write_gif ();
  g_autoptr (GBytes) uneven = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  for (guint round = 0; round < 3; round++) {
    push_file (h, even);
    for (guint i = 0; i < 4; i++)
      expect_frame (h, i * MS (100), MS (100));
    expect_eos (h);

    gst_element_set_state (h->element, GST_STATE_READY);
    gst_element_set_state (h->element, GST_STATE_PLAYING);
    push_stream_start (h, "again", 0, 0);
    push_file (h, uneven);
    expect_uneven (h, 0);
    expect_eos (h);

    gst_element_set_state (h->element, GST_STATE_READY);
    gst_element_set_state (h->element, GST_STATE_PLAYING);
    push_stream_start (h, "and again", 0, 0);
  }
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_ready_interrupts_a_half_file)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);

  push_slice (h, bytes, 0, g_bytes_get_size (bytes) / 2);
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  push_stream_start (h, "again", 0, 0);
  push_file (h, bytes);
  expect_uneven (h, 0);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_runs_can_end_at_any_moment)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 300; i++) {
    GstHarness *h =
        start_decoder ("loop-count", -1, "progressive", i % 2, NULL);
    gsize size = g_rand_int_range (rand, 0, g_bytes_get_size (bytes) + 1);

    gst_harness_set_drop_buffers (h, TRUE);
    push_slice (h, bytes, 0, size);
    if (i % 3 == 0)
      gst_harness_push_event (h, gst_event_new_eos ());
    if (i % 5 == 0)
      gst_element_set_state (h->element, GST_STATE_PAUSED);
    stop_decoder (h);
  }
}
GST_END_TEST

/* ---- Several files in one stream ---- */

/* What lies between two files, and whether the second one is seen. */
static const struct
{
  const char *between;
  gsize size;
  gboolean cut_trailer;
  gboolean is_another;
} gaps[] = {
  { "", 0, FALSE, TRUE },
  { "", 0, TRUE, TRUE },
  { "\0\0\r\n ", 5, FALSE, TRUE },
  { "GIF", 3, FALSE, FALSE },
  { "PK\3\4", 4, FALSE, FALSE },
};

GST_START_TEST (test_another_gif_in_the_stream_is_one_warning)
{
  static const gsize chunks[] = { 0, 1, 7, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
    g_autoptr (GBytes) gif = test_gif_write_uneven (16, 8);
    g_autoptr (GByteArray) all = g_byte_array_new ();
    gsize size = g_bytes_get_size (gif) - gaps[__i__].cut_trailer;
    g_autoptr (GBytes) bytes = NULL;
    GstHarness *h = start_decoder (NULL, NULL);

    g_byte_array_append (all, g_bytes_get_data (gif, NULL), size);
    for (guint n = 0; n < 3; n++) {
      g_byte_array_append (
          all, (const guint8 *) gaps[__i__].between, gaps[__i__].size);
      g_byte_array_append (all, g_bytes_get_data (gif, NULL), size);
    }
    bytes = g_byte_array_free_to_bytes (g_steal_pointer (&all));
    push_bytes (h, bytes, chunks[i]);
    gst_harness_push_event (h, gst_event_new_eos ());
    expect_uneven (h, 0);
    expect_eos (h);
    fail_unless_equals_int (
        count_messages (h, GST_MESSAGE_WARNING), gaps[__i__].is_another);
    stop_decoder (h);
  }
}
GST_END_TEST

static Suite *
animgifdec_limits_suite (void)
{
  Suite *suite = suite_create ("animgifdec-limits");
  TCase *limits = decoder_case_new (suite, "limits");
  TCase *damage = decoder_case_new (suite, "damage");
  TCase *runs = decoder_case_new (suite, "runs");
  TCase *several = decoder_case_new (suite, "several");

  tcase_add_loop_test (limits, test_a_screen_above_max_pixels_is_refused, 0,
      G_N_ELEMENTS (screens));
  tcase_add_loop_test (limits, test_a_screen_within_max_pixels_is_shown, 0,
      G_N_ELEMENTS (enough));
  tcase_add_test (limits, test_all_pictures_together_have_a_budget);
  tcase_add_loop_test (limits, test_pictures_within_the_budget_are_shown, 0,
      G_N_ELEMENTS (budgets));
  tcase_add_test (limits, test_a_file_above_max_size_is_refused);

  tcase_add_loop_test (damage, test_what_is_no_gif_is_of_the_wrong_type, 0,
      G_N_ELEMENTS (strangers));
  tcase_add_test (damage, test_no_byte_at_all_is_just_the_end);
  tcase_add_test (damage, test_a_gif_without_pictures_is_an_error);
  tcase_add_test (damage, test_damaged_pictures_are_one_warning);
  tcase_add_test (damage, test_what_follows_the_trailer_is_ignored);

  tcase_add_test (runs, test_settings_are_fixed_while_running);
  tcase_add_test (runs, test_ready_makes_it_as_new);
  tcase_add_test (runs, test_runs_can_end_at_any_moment);
  tcase_add_test (runs, test_ready_interrupts_a_half_file);

  tcase_add_loop_test (several, test_another_gif_in_the_stream_is_one_warning,
      0, G_N_ELEMENTS (gaps));
  return suite;
}

GST_CHECK_MAIN (animgifdec_limits)
