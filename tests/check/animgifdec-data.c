/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"

#include "gifgolden.h"

#define CS (10 * GST_MSECOND)

static GPtrArray *names;

static GBytes *
get_file (const GifGolden *golden)
{
  return g_bytes_new (golden->data, golden->size);
}

static GstClockTime
get_time (const GifGolden *golden, int n, const char *key)
{
  return gif_golden_int (golden, n, key) * CS;
}

/* How often the file wants to be shown, as far as a test waits: 3 rounds stand
 * for more. */
static guint
count_plays (const GifGolden *golden)
{
  int loops = gif_golden_int (golden, -1, "loop-count");

  return loops < 0 ? 1 : loops == 0 ? 3 : (guint) MIN (loops + 1, 3);
}

static void
assert_frame (GstHarness *h, const GifGolden *golden, guint play, int n)
{
  GstClockTime round = play * get_time (golden, -1, "duration-cs");
  g_autofree guint8 *picture = NULL;
  GstBuffer *buffer;
  gsize size;

  buffer = pull_frame (h, round + get_time (golden, n, "start-cs"),
      get_time (golden, n, "delay-cs"));
  picture = get_picture (h, buffer, &size);
  gif_golden_assert_picture (golden, n, picture);
  gst_buffer_unref (buffer);
}

static void
assert_caps (GstHarness *h, const GifGolden *golden)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  g_autofree char *par = gif_golden_text (golden, -1, "par");
  g_autofree char *is = NULL;
  int width = 0, height = 0, par_n = 0, par_d = 1;

  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  gst_structure_get_fraction (structure, "pixel-aspect-ratio", &par_n, &par_d);
  is = g_strdup_printf ("%d/%d", par_n, par_d);
  fail_unless_equals_int (width, gif_golden_int (golden, -1, "width"));
  fail_unless_equals_int (height, gif_golden_int (golden, -1, "height"));
  fail_unless_equals_string (is, par);
}

GST_START_TEST (test_file_comes_out_as_its_truth_says)
{
  g_autoptr (GifGolden) golden = gif_golden_load (names->pdata[__i__]);
  g_autoptr (GBytes) bytes = get_file (golden);
  int n_frames = gif_golden_int (golden, -1, "frames");
  guint n_plays = count_plays (golden);
  GstHarness *h = start_decoder ("loop-count", (int) n_plays, NULL);
  GstSegment segment;

  GST_INFO ("%s", golden->name);
  push_bytes (h, bytes, 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  if (n_frames == 0) {
    expect_eos (h);
    assert_one_error (h, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE);
    stop_decoder (h);
    return;
  }
  for (guint play = 0; play < n_plays; play++)
    for (int n = 0; n < n_frames; n++)
      assert_frame (h, golden, play, n);
  expect_eos (h);
  assert_caps (h, golden);
  get_segment (h, &segment);
  assert_clocktime (
      segment.stop, n_plays * get_time (golden, -1, "duration-cs"));
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_file_is_repeated_as_it_says)
{
  g_autoptr (GifGolden) golden = gif_golden_load (names->pdata[__i__]);
  g_autoptr (GBytes) bytes = get_file (golden);
  GstClockTime play = get_time (golden, -1, "duration-cs");
  int loops = gif_golden_int (golden, -1, "loop-count");
  GstHarness *h = start_decoder ("loop-count", 0, NULL);
  Gate *gate = gate_new (h);
  gint64 duration = -1;

  /* Held at the gate: some ask for 65536 rounds. */
  push_bytes (h, bytes, 0);
  gst_harness_push_event (h, gst_event_new_eos ());
  if (gif_golden_int (golden, -1, "frames") > 0) {
    gate_await_frame (gate);
    if (loops == 0) {
      fail_if (
          gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
    } else {
      fail_unless (
          gst_element_query_duration (h->element, GST_FORMAT_TIME, &duration));
      assert_clocktime (duration, MAX (loops + 1, 1) * play);
    }
  }
  gst_harness_set_drop_buffers (h, TRUE);
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_file_can_be_cut_anywhere)
{
  g_autoptr (GifGolden) golden = gif_golden_load (names->pdata[__i__]);
  g_autoptr (GBytes) bytes = get_file (golden);
  const gsize chunks[] = { 0, 1, 2, 13, 255 };
  g_autofree char *whole = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (chunks); i++) {
    GstHarness *h = start_decoder (NULL, NULL);
    g_autofree char *text = NULL;

    push_bytes (h, bytes, chunks[i]);
    gst_harness_push_event (h, gst_event_new_eos ());
    text = describe_output (h);
    if (whole == NULL)
      whole = g_steal_pointer (&text);
    else
      fail_unless_equals_string (text, whole);
    stop_decoder (h);
  }
}
GST_END_TEST

/* Which of the frames lie wholly, or at least begin, in the first @size bytes.
 */
static void
count_frames (
    const GifGolden *golden, gsize size, guint *n_whole, guint *n_begun)
{
  int n_frames = gif_golden_int (golden, -1, "frames");

  *n_whole = *n_begun = 0;
  for (int n = 0; n < n_frames; n++) {
    g_autofree char *range = gif_golden_text (golden, n, "range");
    char *end;
    gsize offset = g_ascii_strtoull (range, &end, 10);
    gsize length = g_ascii_strtoull (end + 1, NULL, 10);

    *n_begun += offset < size;
    *n_whole += offset + length <= size;
  }
}

static void
assert_cut_off_at (const GifGolden *golden, GBytes *bytes, gsize size)
{
  GstHarness *h = start_decoder (NULL, NULL);
  guint n_whole, n_begun, n = 0;
  GstBuffer *buffer = NULL;

  count_frames (golden, size, &n_whole, &n_begun);
  if (size > 0)
    push_slice (h, bytes, 0, size);
  gst_harness_push_event (h, gst_event_new_eos ());
  for (; n < n_whole; n++)
    assert_frame (h, golden, 0, n);
  for (;; n++) {
    fail_unless (gst_harness_pull_until_eos (h, &buffer));
    if (buffer == NULL)
      break;
    gst_buffer_unref (buffer);
  }
  fail_unless (n <= n_begun,
      "%s cut to %" G_GSIZE_FORMAT " bytes has %u "
      "frames, but only %u begin there",
      golden->name, size, n, n_begun);
  stop_decoder (h);
}

static const char *cut_off[] = { "comments", "delays",
  "disposal-previous-chain", "interlace", "palette-local" };

GST_START_TEST (test_a_file_cut_off_anywhere_shows_what_it_has)
{
  g_autoptr (GifGolden) golden = gif_golden_load (cut_off[__i__]);
  g_autoptr (GBytes) bytes = get_file (golden);

  for (gsize size = 0; size <= golden->size; size++)
    assert_cut_off_at (golden, bytes, size);
}
GST_END_TEST

static Suite *
animgifdec_data_suite (void)
{
  Suite *suite = suite_create ("animgifdec-data");
  TCase *truths = decoder_case_new (suite, "truths");
  TCase *cuts = decoder_case_new (suite, "cuts");

  names = gif_golden_list ();
  tcase_add_loop_test (
      truths, test_file_comes_out_as_its_truth_says, 0, (int) names->len);
  tcase_add_loop_test (
      truths, test_file_is_repeated_as_it_says, 0, (int) names->len);

  tcase_add_loop_test (
      cuts, test_file_can_be_cut_anywhere, 0, (int) names->len);
  tcase_add_loop_test (cuts, test_a_file_cut_off_anywhere_shows_what_it_has, 0,
      G_N_ELEMENTS (cut_off));
  return suite;
}

GST_CHECK_MAIN (animgifdec_data)
