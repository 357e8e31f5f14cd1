/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A constant rate, where downstream asks for one: which picture is on show at
 * each tick. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })
#define UNEQUAL DELAYS (5, 10, 25, 3, 50, 7, 100)

static GBytes *
write_gif (guint n_frames, const guint *delays_cs)
{
  TestGif gif;

  test_gif_init (&gif, 16, 8, n_frames, delays_cs);
  return test_gif_write (&gif);
}

static GstHarness *
start_at_rate (const char *rate, int loop_count)
{
  g_autofree char *caps = g_strdup_printf ("video/x-raw, framerate=%s", rate);
  GstHarness *h = start_decoder ("loop-count", loop_count, NULL);

  gst_harness_set_sink_caps_str (h, caps);
  return h;
}

static guint
color_of (GstHarness *h, GstBuffer *buffer)
{
  guint32 pixel = get_pixel (h, buffer, 0, 0);

  for (guint i = 0; i < TEST_GIF_HOLE; i++)
    if (pixel == (test_gif_color (i) << 8 | 0xff))
      return i;
  fail ("no picture has the colour %08x", pixel);
  return 0;
}

/* Pulls the tick from @start to @end. Returns: its picture. */
static guint
pull_tick (GstHarness *h, GstClockTime start, GstClockTime end, gboolean *gap)
{
  GstBuffer *buffer = pull_frame (h, start, end - start);
  guint color = color_of (h, buffer);

  *gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  gst_buffer_unref (buffer);
  return color;
}

/* Pulls ticks @first up to before @behind of rate @n / @d, of pictures that
 * begin as @begins says: one entry per picture, in ticks. */
static void
expect_ticks (GstHarness *h, guint n, guint d, guint64 first, guint64 behind,
    const guint *begins, guint n_begins)
{
  guint before = G_MAXUINT;

  for (guint64 tick = first; tick < behind; tick++) {
    gboolean gap;
    guint color = pull_tick (h, gst_util_uint64_scale (tick, d * GST_SECOND, n),
        gst_util_uint64_scale (tick + 1, d * GST_SECOND, n), &gap);
    guint expected = 0;

    for (guint i = 0; i < n_begins; i++)
      if (begins[i] <= tick)
        expected = i;
    fail_unless (color == expected, "tick %u shows %u instead of %u",
        (guint) tick, color, expected);
    fail_unless (
        gap == (color == before), "tick %u: GAP is %d", (guint) tick, gap);
    before = color;
  }
}

static const struct
{
  guint n_frames;
  const guint *delays_cs;
  guint n, d;
  guint n_ticks;
  guint begins[8]; /* round (start × rate) */
} grids[] = {
  { 7, UNEQUAL, 25, 1, 50, { 0, 1, 4, 10, 11, 23, 25 } },
  { 7, UNEQUAL, 30, 1, 60, { 0, 2, 5, 12, 13, 28, 30 } },
  { 7, UNEQUAL, 30000, 1001, 60, { 0, 1, 4, 12, 13, 28, 30 } },
  { 7, UNEQUAL, 100, 1, 200, { 0, 5, 15, 40, 43, 93, 100 } },
  /* What is shorter than a tick may vanish. */
  { 7, UNEQUAL, 5, 1, 10, { 0, 0, 1, 2, 2, 5, 5 } },
  { 7, UNEQUAL, 1, 1, 2, { 0, 0, 0, 0, 0, 1, 1 } },
  /* Long ones first and last, nothing ends after a second. */
  { 3, DELAYS (100, 100, 100), 25, 1, 75, { 0, 25, 50 } },
  { 3, DELAYS (100, 200, 300), 10, 1, 60, { 0, 10, 30 } },
  { 3, DELAYS (10, 10, 500), 25, 1, 130, { 0, 3, 5 } },
  { 3, DELAYS (500, 10, 10), 25, 1, 130, { 0, 125, 128 } },
  { 1, DELAYS (500), 25, 1, 125, { 0 } },
  /* The end is rounded, and never so that nothing is left. */
  { 1, DELAYS (99), 25, 1, 25, { 0 } },
  { 1, DELAYS (33), 25, 1, 8, { 0 } },
  { 1, DELAYS (2), 10, 1, 1, { 0 } },
  { 2, DELAYS (2), 5, 1, 1, { 0, 0 } },
  /* Equal delays, but another rate is wanted. */
  { 4, DELAYS (10), 25, 1, 10, { 0, 3, 5, 8 } },
  { 4, DELAYS (7), 25, 1, 7, { 0, 2, 4, 5 } },
};

GST_START_TEST (test_each_picture_begins_at_the_nearest_tick)
{
  g_autoptr (GBytes) bytes =
      write_gif (grids[__i__].n_frames, grids[__i__].delays_cs);
  guint n = grids[__i__].n, d = grids[__i__].d, n_ticks = grids[__i__].n_ticks;
  g_autofree char *rate = g_strdup_printf ("%u/%u", n, d);
  GstHarness *h = start_at_rate (rate, 1);
  GstClockTime end = gst_util_uint64_scale (n_ticks, d * GST_SECOND, n);
  GstSegment segment;
  gint64 duration;

  push_file (h, bytes);
  expect_ticks (
      h, n, d, 0, n_ticks, grids[__i__].begins, grids[__i__].n_frames);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.stop, end);
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
  assert_clocktime (duration, end);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Rounds ---- */

/* Three rounds of 0.99 s: no round begins at a whole tick, and nothing adds
 * up. */
GST_START_TEST (test_rounds_begin_at_the_nearest_tick)
{
  const guint n_rounds = 40;
  g_autoptr (GBytes) bytes = write_gif (3, DELAYS (33));
  GstHarness *h = start_at_rate ("25/1", n_rounds);

  push_file (h, bytes);
  for (guint tick = 0; tick < 990; tick++) {
    guint number = 0;
    gboolean gap;

    /* The last of all pictures whose start is rounded to here or before. */
    while (((number + 1) * 33 * 25 + 50) / 100 <= tick)
      number++;
    fail_unless_equals_int (
        pull_tick (h, tick * MS (40), (tick + 1) * MS (40), &gap), number % 3);
  }
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_endless_rounds_keep_the_rate)
{
  g_autoptr (GBytes) bytes = write_gif (2, DELAYS (3, 4));
  GstHarness *h = start_at_rate ("25/1", -1);
  Gate *gate = gate_new (h);
  gboolean gap;

  push_file (h, bytes);
  for (guint tick = 0; tick < 200; tick++) {
    gate_let (gate, 1);
    pull_tick (h, tick * MS (40), (tick + 1) * MS (40), &gap);
  }
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

/* A whole round is shorter than a tick. */
GST_START_TEST (test_rounds_shorter_than_a_tick_pass)
{
  g_autoptr (GBytes) bytes = write_gif (2, DELAYS (2));
  GstHarness *h = start_at_rate ("1/1", 100);
  gboolean gap;

  push_file (h, bytes);
  for (guint tick = 0; tick < 4; tick++)
    pull_tick (h, tick * GST_SECOND, (tick + 1) * GST_SECOND, &gap);
  expect_eos (h);

  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, MS (2300), -1));
  pull_tick (h, MS (2300), MS (3000), &gap);
  pull_tick (h, MS (3000), MS (4000), &gap);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Seeks ---- */

static const struct
{
  guint start_ms, stop_ms;
} parts[] = {
  { 0, 2000 },
  { 40, 2000 },
  { 50, 2000 }, /* picture 1 begins here, its tick at 40 ms */
  { 60, 430 },
  { 399, 401 },
  { 921, 2000 },
  { 999, 1001 },
  { 1990, 2000 },
};

GST_START_TEST (test_seeks_show_the_same_ticks)
{
  static const guint begins[] = { 0, 1, 4, 10, 11, 23, 25 };
  g_autoptr (GBytes) bytes = write_gif (7, UNEQUAL);
  GstHarness *h = start_at_rate ("25/1", 1);
  GstClockTime start = MS (parts[__i__].start_ms);
  GstClockTime stop = MS (parts[__i__].stop_ms);
  guint tick = start / MS (40);
  gboolean is_first = TRUE;

  push_file (h, bytes);
  expect_ticks (h, 25, 1, 0, 50, begins, 7);
  expect_eos (h);
  fail_unless (seek (h, 1.0, GST_SEEK_FLAG_FLUSH, start, stop));
  for (; tick * MS (40) < stop; tick++) {
    guint expected = 0;
    gboolean gap;

    for (guint i = 0; i < 7; i++)
      if (begins[i] <= tick)
        expected = i;
    fail_unless_equals_int (pull_tick (h, MAX (tick * MS (40), start),
                                MIN ((tick + 1) * MS (40), stop), &gap),
        expected);
    fail_if (is_first && gap);
    is_first = FALSE;
  }
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_segment_seeks_loop_at_the_rate)
{
  g_autoptr (GBytes) bytes = write_gif (7, UNEQUAL);
  GstHarness *h = start_at_rate ("25/1", 1);
  gboolean gap;

  push_file (h, bytes);
  fail_unless (seek (
      h, 1.0, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, MS (400), MS (480)));
  for (guint round = 0; round < 3; round++) {
    GstSegment segment;

    do {
      GstBuffer *buffer = gst_harness_pull (h);
      gboolean is_seen = GST_BUFFER_PTS (buffer) == MS (400);

      if (is_seen)
        fail_unless_equals_int (color_of (h, buffer), 3);
      gst_buffer_unref (buffer);
      if (is_seen)
        break;
    } while (TRUE);
    fail_unless_equals_int (pull_tick (h, MS (440), MS (480), &gap), 4);
    gst_message_unref (await_message (h, GST_MESSAGE_SEGMENT_DONE));
    get_segment (h, &segment);
    assert_clocktime (segment.base, round * MS (80));
    fail_unless (seek (h, 1.0, GST_SEEK_FLAG_SEGMENT, MS (400), MS (480)));
  }
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Memory and flags ---- */

GST_START_TEST (test_repeats_are_references)
{
  g_autoptr (GBytes) bytes = write_gif (3, DELAYS (40, 4, 40));
  GstHarness *h = start_at_rate ("25/1", 1);
  GstBuffer *shown[21];
  guint n = 1;

  push_file (h, bytes);
  for (guint i = 0; i < 21; i++) {
    shown[i] = gst_harness_pull (h);
    fail_unless (
        GST_BUFFER_FLAG_IS_SET (shown[i], GST_BUFFER_FLAG_DISCONT) == (i == 0));
    fail_unless (GST_BUFFER_FLAG_IS_SET (shown[i], GST_BUFFER_FLAG_GAP)
        == (i != 0 && i != 10 && i != 11));
    if (i > 0
        && gst_buffer_peek_memory (shown[i], 0)
            != gst_buffer_peek_memory (shown[i - 1], 0))
      n++;
  }
  fail_unless_equals_int (n, 3);
  for (guint i = 0; i < 21; i++)
    gst_buffer_unref (shown[i]);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* Who writes into a repeat, as overlays do, changes no other. */
GST_START_TEST (test_repeats_may_be_written_to)
{
  g_autoptr (GBytes) bytes = write_gif (1, DELAYS (40));
  GstHarness *h = start_at_rate ("25/1", 1);

  push_file (h, bytes);
  for (guint i = 0; i < 10; i++) {
    GstBuffer *buffer = gst_buffer_make_writable (gst_harness_pull (h));

    fail_unless_equals_int (color_of (h, buffer), 0);
    gst_buffer_memset (buffer, 0, 0x55, gst_buffer_get_size (buffer));
    gst_buffer_unref (buffer);
  }
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_no_gap_after_new_caps)
{
  g_autoptr (GBytes) bytes = write_gif (1, DELAYS (100));
  GstHarness *h = start_at_rate ("25/1", 1);
  Gate *gate = gate_new (h);
  GstBuffer *buffer;
  gboolean gap;

  push_file (h, bytes);
  gate_let (gate, 1);
  pull_tick (h, 0, MS (40), &gap);
  gate_await_frame (gate);
  gst_harness_set_sink_caps_str (h, "video/x-raw, format=ABGR, framerate=25/1");
  gate_let (gate, 1);
  buffer = pull_frame (h, MS (40), MS (40));
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP));
  gst_buffer_unref (buffer);
  gate_let (gate, 1);
  buffer = pull_frame (h, MS (80), MS (40));
  fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP));
  fail_unless_equals_int (color_of (h, buffer), 0);
  gst_buffer_unref (buffer);
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_downstream_may_change_the_rate)
{
  g_autoptr (GBytes) bytes = write_gif (2, DELAYS (33, 66));
  GstHarness *h = start_at_rate ("25/1", 1);
  Gate *gate = gate_new (h);
  GstSegment segment;
  gboolean gap;

  push_file (h, bytes);
  gate_let (gate, 1);
  fail_unless_equals_int (pull_tick (h, 0, MS (40), &gap), 0);
  gate_await_frame (gate);
  gst_harness_set_sink_caps_str (h, "video/x-raw, framerate=10/1");
  gate_let (gate, G_MAXUINT);
  fail_unless_equals_int (pull_tick (h, MS (40), MS (80), &gap), 0);
  /* No time is shown twice, and the end is the new rate's. */
  fail_unless_equals_int (pull_tick (h, MS (80), MS (100), &gap), 0);
  fail_if (gap);
  fail_unless_equals_int (pull_tick (h, MS (100), MS (200), &gap), 0);
  fail_unless_equals_int (pull_tick (h, MS (200), MS (300), &gap), 0);
  for (guint i = 3; i < 10; i++)
    fail_unless_equals_int (
        pull_tick (h, i * MS (100), (i + 1) * MS (100), &gap), 1);
  expect_eos (h);
  get_segment (h, &segment);
  assert_clocktime (segment.stop, GST_SECOND);
  assert_clocktime (segment.base, 0);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_late_ticks_are_dropped_one_by_one)
{
  g_autoptr (GBytes) bytes = write_gif (2, DELAYS (20, 20));
  GstHarness *h = start_at_rate ("25/1", 1);
  Gate *gate = gate_new (h);
  gboolean gap;

  push_file (h, bytes);
  gate_let (gate, 1);
  pull_tick (h, 0, MS (40), &gap);
  gate_await_frame (gate);
  /* Times below 130 ms are late by now. */
  fail_unless (gst_harness_push_upstream_event (
      h, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.0, MS (50), MS (30))));
  gate_let (gate, G_MAXUINT);
  fail_unless_equals_int (pull_tick (h, MS (40), MS (80), &gap), 0);
  fail_unless_equals_int (pull_tick (h, MS (120), MS (160), &gap), 0);
  fail_if (gap);
  fail_unless_equals_int (pull_tick (h, MS (160), MS (200), &gap), 0);
  fail_unless (gap);
  fail_unless_equals_int (pull_tick (h, MS (200), MS (240), &gap), 1);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_QOS), 1);
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Which rate ---- */

#define VIDEORATE "25/1; video/x-raw, framerate=[0/1, 2147483647/1]"

static const struct
{
  const char *wanted; /* NULL: any */
  gboolean repeat;
  const guint *delays_cs; /* of two frames */
  const char *rate;
} rates[] = {
  /* What works stays as it is. */
  { "[0/1, 2147483647/1]", FALSE, DELAYS (5, 10), "0/1" },
  { "[0/1, 2147483647/1]", FALSE, DELAYS (10), "10/1" },
  { "{ 25/1, 0/1 }", FALSE, DELAYS (5, 10), "0/1" },
  { "[1/1, 60/1]", FALSE, DELAYS (10), "10/1" },
  /* Nothing is asked for: each picture once. */
  { "0/1", FALSE, DELAYS (10), "0/1" },
  { "[0/1, 30/1]", FALSE, DELAYS (2), "0/1" },
  { "{ 25/1, 0/1 }", FALSE, DELAYS (10), "0/1" },
  /* The exact one, from the delays' common divisor. */
  { "[1/1, 60/1]", FALSE, DELAYS (5, 10), "20/1" },
  { "[1/1, 60/1]", FALSE, DELAYS (6, 9), "100/3" },
  { "[1/2147483647, 2147483647/1]", FALSE, DELAYS (3, 100), "100/1" },
  { "[1/2147483647, 2147483647/1]", FALSE, DELAYS (200, 300), "1/1" },
  { "[1/2147483647, 2147483647/1]", FALSE, DELAYS (400, 600), "1/2" },
  { "{ 10/1, 20/1, 100/1 }", FALSE, DELAYS (5, 10), "20/1" },
  /* Its smallest multiple. */
  { "[25/1, 60/1]", FALSE, DELAYS (5, 10), "40/1" },
  { "[11/1, 60/1]", FALSE, DELAYS (10), "20/1" },
  { "{ 50/1, 30/1, 60/1, 40/1 }", FALSE, DELAYS (10, 20), "30/1" },
  { "{ 5/1, [ 45/1, 55/1 ] }", FALSE, DELAYS (10, 20), "50/1" },
  /* The nearest. */
  { "[1/1, 30/1]", FALSE, DELAYS (3, 7), "30/1" },
  { "[15/1, 19/1]", FALSE, DELAYS (10, 20), "15/1" },
  { "{ 24/1, 25/1, 30/1 }", FALSE, DELAYS (3, 7), "30/1" },
  { "25/1", FALSE, DELAYS (10), "25/1" },
  /* The property. */
  { NULL, TRUE, DELAYS (5, 10), "20/1" },
  { NULL, TRUE, DELAYS (10), "10/1" },
  { "[0/1, 60/1]", TRUE, DELAYS (3, 7), "60/1" },
  { "[0/1, 30/1]", TRUE, DELAYS (2), "30/1" },
  { "0/1", TRUE, DELAYS (10), NULL },
  { "{ 25/1, 10/1 }", TRUE, DELAYS (10), "10/1" },
  /* As videorate has it: before all others the one behind it. */
  { VIDEORATE, TRUE, DELAYS (10), "25/1" },
  { VIDEORATE, TRUE, DELAYS (5, 10), "25/1" },
  { VIDEORATE, FALSE, DELAYS (10), "10/1" },
  { VIDEORATE, FALSE, DELAYS (5, 10), "0/1" },
};

GST_START_TEST (test_the_rate_is_the_best_that_downstream_takes)
{
  const char *wanted = rates[__i__].wanted;
  g_autoptr (GBytes) bytes = write_gif (2, rates[__i__].delays_cs);
  GstHarness *h = start_decoder ("repeat-frames", rates[__i__].repeat, NULL);
  g_autoptr (GstCaps) caps = NULL;
  g_autofree char *text = NULL;
  const GstStructure *structure;

  if (wanted != NULL) {
    text = g_strdup_printf ("video/x-raw, framerate=%s", wanted);
    gst_harness_set_sink_caps_str (h, text);
  }
  push_file (h, bytes);
  if (rates[__i__].rate == NULL) {
    assert_one_error (h, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  } else {
    const GValue *rate;

    gst_buffer_unref (gst_harness_pull (h));
    caps = gst_pad_get_current_caps (h->sinkpad);
    structure = gst_caps_get_structure (caps, 0);
    rate = gst_structure_get_value (structure, "framerate");
    g_free (text);
    text = gst_value_serialize (rate);
    fail_unless_equals_string (text, rates[__i__].rate);
    gst_harness_set_drop_buffers (h, TRUE);
  }
  stop_decoder (h);
}
GST_END_TEST

/* The file is not known yet, but delays are in hundredths. */
GST_START_TEST (test_progressive_takes_hundredths)
{
  static const guint begins[] = { 0, 5, 15, 40, 43, 93, 100 };
  g_autoptr (GBytes) bytes = write_gif (7, UNEQUAL);
  GstHarness *h =
      start_decoder ("progressive", TRUE, "repeat-frames", TRUE, NULL);

  fail_unless_equals_int (push_bytes (h, bytes, 7), GST_FLOW_OK);
  expect_ticks (h, 100, 1, 0, 100, begins, 7);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  for (guint i = 100; i < 200; i++)
    expect_frame (h, i * MS (10), MS (10));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_rate_suite (void)
{
  Suite *suite = suite_create ("animgifdec-rate");
  TCase *ticks = decoder_case_new (suite, "ticks");
  TCase *choice = decoder_case_new (suite, "choice");

  tcase_add_loop_test (ticks, test_each_picture_begins_at_the_nearest_tick, 0,
      G_N_ELEMENTS (grids));
  tcase_add_test (ticks, test_rounds_begin_at_the_nearest_tick);
  tcase_add_test (ticks, test_endless_rounds_keep_the_rate);
  tcase_add_test (ticks, test_rounds_shorter_than_a_tick_pass);
  tcase_add_loop_test (
      ticks, test_seeks_show_the_same_ticks, 0, G_N_ELEMENTS (parts));
  tcase_add_test (ticks, test_segment_seeks_loop_at_the_rate);
  tcase_add_test (ticks, test_repeats_are_references);
  tcase_add_test (ticks, test_repeats_may_be_written_to);
  tcase_add_test (ticks, test_no_gap_after_new_caps);
  tcase_add_test (ticks, test_downstream_may_change_the_rate);
  tcase_add_test (ticks, test_late_ticks_are_dropped_one_by_one);

  tcase_add_loop_test (choice, test_the_rate_is_the_best_that_downstream_takes,
      0, G_N_ELEMENTS (rates));
  tcase_add_test (choice, test_progressive_takes_hundredths);
  return suite;
}

GST_CHECK_MAIN (animgifdec_rate)
