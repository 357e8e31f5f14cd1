/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Negative rates: what comes forwards is the truth, and comes in reverse. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#include "gifgolden.h"

#define FLUSH GST_SEEK_FLAG_FLUSH
#define NONE GST_SEEK_TYPE_NONE
#define SET GST_SEEK_TYPE_SET

static GPtrArray *names;

/* A decoder that has played @bytes to its end, forwards. */
static GstHarness *
play (GBytes *bytes, int loop_count, const char *caps)
{
  GstHarness *h = start_decoder ("loop-count", loop_count, NULL);

  if (caps != NULL)
    gst_harness_set_sink_caps_str (h, caps);
  push_bytes (h, bytes, 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  return h;
}

static gboolean
seek_types (GstHarness *h, double rate, GstSeekFlags flags,
    GstSeekType start_type, gint64 start, GstSeekType stop_type, gint64 stop)
{
  return gst_harness_push_upstream_event (h,
      gst_event_new_seek (
          rate, GST_FORMAT_TIME, flags, start_type, start, stop_type, stop));
}

/* Everything that comes until the next EOS: one line per buffer, with times and
 * checksum. Transfer full. */
static char *
record (GstHarness *h)
{
  GString *text = g_string_new (NULL);
  GstBuffer *buffer;
  GstMapInfo map;

  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    g_autofree char *sum = NULL;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    g_string_append_printf (text,
        "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s\n",
        GST_BUFFER_PTS (buffer), GST_BUFFER_DURATION (buffer), sum);
    gst_buffer_unref (buffer);
  }
  return g_string_free (text, FALSE);
}

/* The lines of record() in reverse. Transfer full. */
static char *
reverse (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *reversed = g_string_new (NULL);

  for (guint i = g_strv_length (lines); i > 0; i--)
    if (*lines[i - 1] != '\0')
      g_string_append_printf (reversed, "%s\n", lines[i - 1]);
  return g_string_free (reversed, FALSE);
}

/* From @start to @stop and back. */
static void
assert_the_same_way_back (GstHarness *h, GstClockTime start, GstClockTime stop)
{
  g_autofree char *forwards = NULL;
  g_autofree char *backwards = NULL;
  g_autofree char *expected = NULL;

  fail_unless (seek (h, 1.0, FLUSH, start, stop));
  forwards = record (h);
  expected = reverse (forwards);
  fail_unless (seek (h, -1.0, FLUSH, start, stop));
  backwards = record (h);
  fail_unless_equals_string (backwards, expected);
}

/* ---- Pictures and times ---- */

static const struct
{
  int loop_count;
  const char *caps;
} modes[] = {
  { 1, NULL },
  { 3, NULL },
  { 2, "video/x-raw, framerate=25/1" },
  { 2, "video/x-raw, framerate=7/3" },
};

/* The whole file, and random parts of it. */
static void
assert_comes_in_reverse (GBytes *bytes, guint mode, GRand *rand)
{
  GstHarness *h = play (bytes, modes[mode].loop_count, modes[mode].caps);
  g_autofree char *whole = record (h);
  gint64 total;

  fail_unless (*whole != '\0');
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_TIME, &total));
  assert_the_same_way_back (h, 0, total);
  for (guint i = 0; i < 3; i++) {
    GstClockTime a = g_rand_double_range (rand, 0, total);
    GstClockTime b = g_rand_double_range (rand, 0, total);

    assert_the_same_way_back (h, MIN (a, b), MAX (a, b));
  }
  stop_decoder (h);
}

/* Each of tests/data/gif. */
GST_START_TEST (test_every_file_comes_in_reverse)
{
  g_autoptr (GifGolden) golden = gif_golden_load (names->pdata[__i__]);
  g_autoptr (GBytes) bytes = g_bytes_new (golden->data, golden->size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (__i__);

  if (gif_golden_int (golden, -1, "frames") == 0)
    return;
  for (guint mode = 0; mode < G_N_ELEMENTS (modes); mode++) {
    /* One file lasts for eleven minutes, which are many ticks. */
    if (modes[mode].caps == NULL
        || gif_golden_int (golden, -1, "duration-cs") < 1000)
      assert_comes_in_reverse (bytes, mode, rand);
  }
}
GST_END_TEST

/* The next picture, and the running times between which it is on show. */
static void
expect_shown (GstHarness *h, GstClockTime pts, GstClockTime duration,
    guint color, GstClockTime from, GstClockTime to)
{
  GstBuffer *buffer = pull_frame (h, pts, duration);
  GstSegment segment;

  fail_unless_equals_int_hex (
      get_pixel (h, buffer, 0, 0), test_gif_color (color) << 8 | 0xff);
  gst_buffer_unref (buffer);
  get_segment (h, &segment);
  assert_clocktime (
      gst_segment_to_running_time (&segment, GST_FORMAT_TIME, pts + duration),
      from);
  assert_clocktime (
      gst_segment_to_running_time (&segment, GST_FORMAT_TIME, pts), to);
}

static gint64
query_position (GstHarness *h)
{
  gint64 position = -1;

  fail_unless (
      gst_element_query_position (h->element, GST_FORMAT_TIME, &position));
  return position;
}

GST_START_TEST (test_running_time_goes_on_as_time_goes_back)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = play (bytes, 1, NULL);
  GstSegment segment;

  expect_uneven (h, 0);
  expect_eos (h);
  fail_unless (seek (h, -2.0, FLUSH, 0, MS (900)));
  expect_shown (h, MS (840), MS (60), 4, 0, MS (30));
  expect_shown (h, MS (800), MS (40), 3, MS (30), MS (50));
  expect_shown (h, MS (600), MS (200), 2, MS (50), MS (150));
  expect_shown (h, MS (100), MS (500), 1, MS (150), MS (400));
  expect_shown (h, 0, MS (100), 0, MS (400), MS (450));
  expect_eos (h);
  get_segment (h, &segment);
  fail_unless_equals_float (segment.rate, -2.0);
  assert_clocktime (segment.start, 0);
  assert_clocktime (segment.stop, MS (900));
  assert_clocktime (segment.time, 0);
  assert_clocktime (query_position (h), 0);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Where it begins ---- */

static const struct
{
  int loop_count;
  GstSeekType start_type;
  gint64 start;
  GstSeekType stop_type;
  gint64 stop;
  guint n;
  guint first_ms; /* PTS of the first picture */
} seeks[] = {
  { 1, SET, 0, SET, -1, 4, 300 },
  { 1, SET, 0, GST_SEEK_TYPE_END, 0, 4, 300 },
  { 1, SET, 0, GST_SEEK_TYPE_END, -(gint64) MS (100), 3, 200 },
  { 1, GST_SEEK_TYPE_END, -(gint64) MS (200), SET, -1, 2, 300 },
  { 3, SET, 0, SET, -1, 12, 1100 },
  /* From the end that was reached. */
  { 1, SET, 0, NONE, -1, 4, 300 },
  { 1, NONE, -1, NONE, -1, 4, 300 },
  { 2, SET, MS (350), NONE, -1, 5, 700 },
};

GST_START_TEST (test_it_begins_where_the_seek_says)
{
  g_autoptr (GBytes) bytes = NULL;
  GstHarness *h;
  GstBuffer *buffer;
  TestGif gif;
  guint n = 0;

  test_gif_init (&gif, 16, 8, 4, (const guint[]){ 10, G_MAXUINT });
  bytes = test_gif_write (&gif);
  h = play (bytes, seeks[__i__].loop_count, NULL);
  g_free (record (h));
  fail_unless (seek_types (h, -1.0, FLUSH, seeks[__i__].start_type,
      seeks[__i__].start, seeks[__i__].stop_type, seeks[__i__].stop));
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    if (n == 0)
      assert_clocktime (GST_BUFFER_PTS (buffer), MS (seeks[__i__].first_ms));
    n++;
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (n, seeks[__i__].n);
  stop_decoder (h);
}
GST_END_TEST

/* Where there is no end, the first round is played back; a seek reaches any. */
GST_START_TEST (test_an_endless_gif_has_a_way_back)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  Gate *gate = gate_new (h);
  GstClockTime hour = 3600 * GST_SECOND;

  push_file (h, bytes);
  gate_await_frame (gate);
  fail_unless (seek_types (h, -1.0, FLUSH, SET, 0, SET, -1));
  gate_let (gate, G_MAXUINT);
  expect_shown (h, MS (840), MS (1000), 4, 0, MS (1000));
  for (guint i = 0; i < 4; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_eos (h);

  /* 3600 s are 1956 rounds of 1.84 s and 960 ms. */
  fail_unless (seek (h, -1.0, FLUSH, hour - MS (130), hour));
  expect_shown (h, hour - MS (120), MS (120), 4, 0, MS (120));
  expect_shown (h, hour - MS (130), MS (10), 3, MS (120), MS (130));
  expect_eos (h);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* Far behind what there is: nothing is shown, and nothing fails. */
GST_START_TEST (test_an_endless_gif_ends_at_once_behind_its_round)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_await_frame (gate);
  fail_unless (seek_types (h, -1.0, FLUSH, SET, MS (9000), SET, -1));
  expect_eos (h);
  fail_unless (seek_types (h, -1.0, FLUSH, SET, MS (9000), NONE, -1));
  expect_eos (h);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* From a round that loop-count takes away. */
GST_START_TEST (test_fewer_plays_are_played_back_from_their_end)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", -1, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_let (gate, 12);
  for (guint i = 0; i < 12; i++)
    gst_buffer_unref (gst_harness_pull (h));
  gate_await_frame (gate);
  g_object_set (h->element, "loop-count", 1, NULL);
  fail_unless (seek_types (h, -1.0, FLUSH, SET, 0, NONE, -1));
  gate_let (gate, G_MAXUINT);
  expect_shown (h, MS (840), MS (1000), 4, 0, MS (1000));
  for (guint i = 0; i < 4; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_eos (h);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* In the middle of it, without a flush and without a place. */
GST_START_TEST (test_it_can_turn_round_and_back)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("loop-count", 2, NULL);
  Gate *gate = gate_new (h);

  push_file (h, bytes);
  gate_let (gate, 7);
  for (guint i = 0; i < 7; i++)
    gst_buffer_unref (gst_harness_pull (h));
  gate_await_frame (gate);
  fail_unless (seek_types (h, -1.0, FLUSH, NONE, -1, NONE, -1));
  gate_let (gate, 3);
  /* Frame 2 of the second round was on its way. */
  expect_shown (h, MS (1940), MS (500), 1, 0, MS (500));
  expect_shown (h, MS (1840), MS (100), 0, MS (500), MS (600));
  expect_shown (h, MS (840), MS (1000), 4, MS (600), MS (1600));
  gate_await_frame (gate);
  fail_unless (seek_types (h, 1.0, FLUSH, NONE, -1, NONE, -1));
  gate_let (gate, G_MAXUINT);
  expect_shown (h, MS (840), MS (1000), 4, MS (1000), 0);
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  gboolean progressive;
  gint64 stop;
} early[] = { { FALSE, -1 }, { TRUE, -1 }, { TRUE, MS (5000) } };

/* The file is not known yet: its end has to come first. */
GST_START_TEST (test_a_seek_before_the_file_is_kept)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder ("progressive", early[__i__].progressive, NULL);
  gsize half = g_bytes_get_size (bytes) / 2;

  push_slice (h, bytes, 0, half);
  fail_unless (seek_types (h, -1.0, FLUSH, SET, 0, SET, early[__i__].stop));
  fail_unless (gst_harness_try_pull (h) == NULL);
  push_slice (h, bytes, half, g_bytes_get_size (bytes) - half);
  gst_harness_push_event (h, gst_event_new_eos ());
  expect_shown (h, MS (840), MS (1000), 4, 0, MS (1000));
  expect_shown (h, MS (800), MS (40), 3, MS (1000), MS (1040));
  for (guint i = 0; i < 3; i++)
    gst_buffer_unref (gst_harness_pull (h));
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Beside other things ---- */

GST_START_TEST (test_segment_seeks_loop_backwards)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = play (bytes, 1, NULL);
  GstFormat format;
  gint64 position;

  expect_uneven (h, 0);
  expect_eos (h);
  fail_unless (
      seek (h, -1.0, FLUSH | GST_SEEK_FLAG_SEGMENT, MS (600), MS (840)));
  for (guint round = 0; round < 3; round++) {
    g_autoptr (GstMessage) start = NULL;
    g_autoptr (GstMessage) done = NULL;
    GstClockTime base = round * MS (240);

    expect_shown (h, MS (800), MS (40), 3, base, base + MS (40));
    expect_shown (h, MS (600), MS (200), 2, base + MS (40), base + MS (240));
    start = await_message (h, GST_MESSAGE_SEGMENT_START);
    gst_message_parse_segment_start (start, &format, &position);
    assert_clocktime (position, MS (840));
    done = await_message (h, GST_MESSAGE_SEGMENT_DONE);
    gst_message_parse_segment_done (done, &format, &position);
    assert_clocktime (position, MS (600));
    gst_event_unref (pull_event_of_type (h, GST_EVENT_SEGMENT_DONE));
    fail_unless (seek (h, -1.0, GST_SEEK_FLAG_SEGMENT, MS (600), MS (840)));
  }
  fail_unless (seek (h, 1.0, FLUSH, MS (840), -1));
  stop_decoder (h);
}
GST_END_TEST

static const GstSeekFlags tricks[] = {
  GST_SEEK_FLAG_TRICKMODE,
  GST_SEEK_FLAG_TRICKMODE_KEY_UNITS, /* all are */
  GST_SEEK_FLAG_TRICKMODE_FORWARD_PREDICTED,
  GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_NEAREST,
};

/* And seeks stay exact. */
GST_START_TEST (test_trick_modes_show_what_can_be_seen)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = play (bytes, 1, NULL);
  GstSegment segment;

  expect_uneven (h, 0);
  expect_eos (h);
  for (int sign = -1; sign <= 1; sign += 2) {
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;

    fail_unless (
        seek (h, 4.0 * sign, FLUSH | tricks[__i__], MS (50), MS (900)));
    text = record (h);
    lines = g_strsplit (g_strchomp (text), "\n", -1);
    fail_unless_equals_int (g_strv_length (lines), 5);
    get_segment (h, &segment);
    fail_unless_equals_int (segment.flags
            & (GST_SEGMENT_FLAG_TRICKMODE | GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS
                | GST_SEGMENT_FLAG_TRICKMODE_FORWARD_PREDICTED),
        tricks[__i__]
            & (GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS
                | GST_SEEK_FLAG_TRICKMODE_FORWARD_PREDICTED));
  }
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_late_pictures_are_passed_over)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);
  g_autoptr (GstMessage) message = NULL;
  guint64 running_time;

  push_file (h, bytes);
  gate_await_frame (gate);
  fail_unless (seek (h, -1.0, FLUSH, 0, MS (900)));
  gate_await_frame (gate);
  /* The first one was 50 ms late: what ends before 100 ms has no chance, and
   * the second one does not last longer. */
  fail_unless (gst_harness_push_upstream_event (
      h, gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 1.5, MS (51), 0)));
  gate_let (gate, G_MAXUINT);
  expect_shown (h, MS (840), MS (60), 4, 0, MS (60));
  expect_shown (h, MS (600), MS (200), 2, MS (100), MS (300));
  message = await_message (h, GST_MESSAGE_QOS);
  gst_message_parse_qos (message, NULL, &running_time, NULL, NULL, NULL);
  assert_clocktime (running_time, MS (60));
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_an_instant_rate_keeps_the_direction)
{
  g_autoptr (GBytes) bytes = test_gif_write_uneven (16, 8);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);
  g_autoptr (GstEvent) change = NULL;
  double multiplier;

  push_file (h, bytes);
  gate_await_frame (gate);
  fail_unless (seek (h, -1.5, FLUSH, 0, MS (900)));
  gate_await_frame (gate);
  fail_unless (seek_types (
      h, -3.0, GST_SEEK_FLAG_INSTANT_RATE_CHANGE, NONE, -1, NONE, -1));
  fail_if (seek_types (
      h, 3.0, GST_SEEK_FLAG_INSTANT_RATE_CHANGE, NONE, -1, NONE, -1));
  change = pull_event_of_type (h, GST_EVENT_INSTANT_RATE_CHANGE);
  gst_event_parse_instant_rate_change (change, &multiplier, NULL);
  fail_unless_equals_float (multiplier, 2.0);
  gate_free (gate);
  gst_harness_set_drop_buffers (h, TRUE);
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_backwards_suite (void)
{
  Suite *suite = suite_create ("animgifdec-backwards");
  TCase *files = decoder_case_new (suite, "files");
  TCase *seeking = decoder_case_new (suite, "seeks");
  TCase *others = decoder_case_new (suite, "others");

  names = gif_golden_list ();
  tcase_add_loop_test (files, test_every_file_comes_in_reverse, 0, names->len);
  tcase_add_test (files, test_running_time_goes_on_as_time_goes_back);

  tcase_add_loop_test (
      seeking, test_it_begins_where_the_seek_says, 0, G_N_ELEMENTS (seeks));
  tcase_add_test (seeking, test_an_endless_gif_has_a_way_back);
  tcase_add_test (seeking, test_an_endless_gif_ends_at_once_behind_its_round);
  tcase_add_test (seeking, test_fewer_plays_are_played_back_from_their_end);
  tcase_add_test (seeking, test_it_can_turn_round_and_back);
  tcase_add_loop_test (
      seeking, test_a_seek_before_the_file_is_kept, 0, G_N_ELEMENTS (early));

  tcase_add_test (others, test_segment_seeks_loop_backwards);
  tcase_add_loop_test (
      others, test_trick_modes_show_what_can_be_seen, 0, G_N_ELEMENTS (tricks));
  tcase_add_test (others, test_late_pictures_are_passed_over);
  tcase_add_test (others, test_an_instant_rate_keeps_the_direction);
  return suite;
}

GST_CHECK_MAIN (animgifdec_backwards)
