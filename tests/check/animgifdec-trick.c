/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Trick modes: some pictures stand for those that follow them. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define FLUSH GST_SEEK_FLAG_FLUSH
#define TRICK GST_SEEK_FLAG_TRICKMODE
#define KEY_UNITS GST_SEEK_FLAG_TRICKMODE_KEY_UNITS
#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })

#define WIDTH 8
#define HEIGHT 6

/* Frames 0, 2 and 5 cover all that came before, the others a corner. */
static const gboolean is_key[] = { TRUE, FALSE, TRUE, FALSE, FALSE, TRUE };
#define N_FRAMES G_N_ELEMENTS (is_key)

static GBytes *
write_keys (void)
{
  TestGif gif;

  test_gif_init (
      &gif, WIDTH, HEIGHT, N_FRAMES, DELAYS (10, 20, 30, 40, 50, 60));
  for (guint i = 0; i < N_FRAMES; i++) {
    if (!is_key[i])
      gif.frames[i].width = gif.frames[i].height = 2;
  }
  return test_gif_write (&gif);
}

/* @n frames of the whole screen. */
static GBytes *
write_full (guint n, const guint *delays_cs)
{
  TestGif gif;

  test_gif_init (&gif, WIDTH, HEIGHT, n, delays_cs);
  return test_gif_write (&gif);
}

/* A decoder at the end of @bytes, which were played. */
static GstHarness *
play (GBytes *bytes, int loop_count, const char *caps)
{
  GstHarness *h = start_decoder ("loop-count", loop_count, NULL);
  GstBuffer *buffer;

  if (caps != NULL)
    gst_harness_set_sink_caps_str (h, caps);
  push_bytes (h, bytes, 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  while ((buffer = gst_harness_try_pull (h)) != NULL)
    gst_buffer_unref (buffer);
  return h;
}

/* Frame @n must come, alone on the screen, with these times. */
static void
expect_picture (
    GstHarness *h, guint n, GstClockTime start, GstClockTime duration)
{
  GstBuffer *buffer = pull_frame (h, start, duration);
  guint32 pixel = test_gif_color (n) << 8 | 0xff;

  fail_unless_equals_int_hex (get_pixel (h, buffer, 0, 0), pixel);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, WIDTH - 1, HEIGHT - 1), pixel);
  gst_buffer_unref (buffer);
}

GST_START_TEST (test_key_units_are_key_frames)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = play (bytes, 2, NULL);

  fail_unless (seek (h, 1.0, FLUSH | KEY_UNITS, 0, -1));
  for (guint play = 0; play < 2; play++) {
    expect_picture (h, 0, MS (2100) * play, MS (300));
    expect_picture (h, 2, MS (2100) * play + MS (300), MS (1200));
    expect_picture (h, 5, MS (2100) * play + MS (1500), MS (600));
  }
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_key_units_come_backwards)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = play (bytes, 1, NULL);

  fail_unless (seek (h, -4.0, FLUSH | KEY_UNITS, 0, -1));
  expect_picture (h, 5, MS (1500), MS (600));
  expect_picture (h, 2, MS (300), MS (1200));
  expect_picture (h, 0, 0, MS (300));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* The picture on show there is of the last key frame. */
GST_START_TEST (test_a_seek_to_key_units_is_exact)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = play (bytes, 1, NULL);

  fail_unless (seek (h, 1.0, FLUSH | KEY_UNITS, MS (700), MS (1600)));
  expect_picture (h, 2, MS (700), MS (800));
  expect_picture (h, 5, MS (1500), MS (100));
  expect_eos (h);
  fail_unless (seek (h, -1.0, FLUSH | KEY_UNITS, MS (700), MS (1600)));
  expect_picture (h, 5, MS (1500), MS (100));
  expect_picture (h, 2, MS (700), MS (800));
  expect_eos (h);
  /* The next seek without the flag shows all again. */
  fail_unless (seek (h, 1.0, FLUSH, MS (300), MS (700)));
  expect_frame (h, MS (300), MS (300));
  expect_frame (h, MS (600), MS (100));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_key_units_at_a_constant_rate_fill_all_ticks)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = play (bytes, 1, "video/x-raw,framerate=10/1");
  const guint shown[] = { 0, 2, 5 }, begin[] = { 0, 3, 15, 21 };

  fail_unless (seek (h, 1.0, FLUSH | KEY_UNITS, 0, -1));
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++) {
    for (guint tick = begin[i]; tick < begin[i + 1]; tick++)
      expect_picture (h, shown[i], tick * MS (100), MS (100));
  }
  expect_eos (h);
  fail_unless (seek (h, -1.0, FLUSH | KEY_UNITS, 0, -1));
  for (guint i = G_N_ELEMENTS (shown); i-- > 0;) {
    for (guint tick = begin[i + 1]; tick-- > begin[i];)
      expect_picture (h, shown[i], tick * MS (100), MS (100));
  }
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* What belongs to a picture is known when the next one begins, or the file
 * ends. */
GST_START_TEST (test_key_units_come_with_the_file)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = start_decoder ("progressive", TRUE, NULL);

  fail_unless (seek (h, 1.0, FLUSH | KEY_UNITS, 0, -1));
  push_bytes (h, bytes, 7);
  expect_picture (h, 0, 0, MS (300));
  expect_picture (h, 2, MS (300), MS (1200));
  gst_harness_push_event (h, gst_event_new_eos ());
  expect_picture (h, 5, MS (1500), MS (600));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* 40 pictures of 20 ms: at rate 8 each stands for 160 ms, that is 20 ms. */
GST_START_TEST (test_a_high_rate_shows_no_more_pictures_in_a_second)
{
  g_autoptr (GBytes) bytes = write_full (40, DELAYS (2));
  GstHarness *h = play (bytes, 1, NULL);

  fail_unless (seek (h, 8.0, FLUSH | TRICK, 0, -1));
  for (guint i = 0; i < 5; i++)
    expect_picture (h, 8 * i, i * MS (160), MS (160));
  expect_eos (h);
  fail_unless (seek (h, -8.0, FLUSH | TRICK, 0, -1));
  for (guint i = 5; i-- > 0;)
    expect_picture (h, 8 * i, i * MS (160), MS (160));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* Long ones are all shown, of short ones the first. */
GST_START_TEST (test_a_high_rate_shows_long_pictures)
{
  g_autoptr (GBytes) bytes = write_full (6, DELAYS (100, 3, 3, 3, 91, 100));
  GstHarness *h = play (bytes, 1, NULL);

  fail_unless (seek (h, 5.0, FLUSH | TRICK, 0, -1));
  expect_picture (h, 0, 0, MS (1000));
  expect_picture (h, 1, MS (1000), MS (90));
  expect_picture (h, 4, MS (1090), MS (910));
  expect_picture (h, 5, MS (2000), MS (1000));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  double rate;
  GstSeekFlags flags;
} whole[] = { { 1.0, FLUSH | TRICK }, { 0.1, FLUSH | TRICK },
  { -1.0, FLUSH | TRICK }, { 100.0, FLUSH }, { -100.0, FLUSH },
  { 1.0, FLUSH | TRICK | KEY_UNITS } };

GST_START_TEST (test_nothing_is_skipped_without_need)
{
  g_autoptr (GBytes) bytes = write_full (30, DELAYS (2, 3));
  GstHarness *h = play (bytes, 1, NULL);
  guint n_before = gst_harness_buffers_received (h);

  fail_unless (seek (h, whole[__i__].rate, whole[__i__].flags, 0, -1));
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  fail_unless_equals_int (gst_harness_buffers_received (h), n_before + 30);
  stop_decoder (h);
}
GST_END_TEST

/* Key frames, but no more of them than can be seen. */
GST_START_TEST (test_key_units_are_skipped_too)
{
  g_autoptr (GBytes) bytes = write_keys ();
  GstHarness *h = play (bytes, 1, NULL);

  /* Intervals of 700 ms: 0 and 2 begin in the first one. */
  fail_unless (seek (h, 35.0, FLUSH | TRICK | KEY_UNITS, 0, -1));
  expect_picture (h, 0, 0, MS (1500));
  expect_picture (h, 5, MS (1500), MS (600));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_trick_suite (void)
{
  Suite *suite = suite_create ("animgifdec-trick");
  TCase *tcase = decoder_case_new (suite, "trick");

  tcase_add_test (tcase, test_key_units_are_key_frames);
  tcase_add_test (tcase, test_key_units_come_backwards);
  tcase_add_test (tcase, test_a_seek_to_key_units_is_exact);
  tcase_add_test (tcase, test_key_units_at_a_constant_rate_fill_all_ticks);
  tcase_add_test (tcase, test_key_units_come_with_the_file);
  tcase_add_test (tcase, test_a_high_rate_shows_no_more_pictures_in_a_second);
  tcase_add_test (tcase, test_a_high_rate_shows_long_pictures);
  tcase_add_loop_test (
      tcase, test_nothing_is_skipped_without_need, 0, G_N_ELEMENTS (whole));
  tcase_add_test (tcase, test_key_units_are_skipped_too);
  return suite;
}

GST_CHECK_MAIN (animgifdec_trick)
