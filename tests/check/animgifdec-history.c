/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What playing backwards costs: frames drawn, and memory for pictures that are
 * kept. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#include "animgifhistory.h"
#include "animgifinput.h"

static const struct
{
  guint width, height; /* few or many pictures can be kept */
  guint disposal;
  guint n_draws; /* at most, for each picture */
} costs[] = {
  { 64, 64, 1, 4 },
  { 64, 64, 2, 4 },
  { 64, 64, 3, 2 },
  { 1024, 1024, 1, 6 },
  { 1024, 1024, 2, 6 },
};

/* Each frame depends on all before it. */
GST_START_TEST (test_the_way_back_is_short)
{
  g_autoptr (GBytes) bytes = NULL;
  AnimGifInput *input = anim_gif_input_new ();
  AnimGifSettings settings = { 0 };
  GstBuffer *buffer;
  guint n_draws = 0, drawn;
  GifInfo info;
  TestGif gif;

  test_gif_init (&gif, costs[__i__].width, costs[__i__].height,
      TEST_GIF_MAX_FRAMES, (const guint[]){ 10, G_MAXUINT });
  for (guint i = 1; i < gif.n_frames; i++) {
    gif.frames[i].x = i % 64;
    gif.frames[i].width = gif.frames[i].height = 1;
    gif.frames[i].disposal = costs[__i__].disposal;
    gif.frames[i].color = i % TEST_GIF_HOLE;
  }
  bytes = test_gif_write (&gif);
  anim_gif_input_reset (input, &settings);
  buffer = gst_buffer_new_wrapped_bytes (bytes);
  fail_unless_equals_int (
      anim_gif_input_append (input, buffer, &info), GIF_RESULT_END);
  gst_buffer_unref (buffer);
  for (guint n = info.n_frames; n > 0; n--) {
    do {
      fail_unless_equals_int (
          anim_gif_input_draw (input, n - 1, GIF_LAYOUT_RGBA, TRUE, &drawn),
          GIF_RESULT_OK);
      n_draws++;
    } while (drawn != n - 1);
  }
  fail_unless (n_draws <= costs[__i__].n_draws * info.n_frames,
      "%u frames were drawn for %u", n_draws, info.n_frames);
  anim_gif_input_free (input);
}
GST_END_TEST

/* Sizes of pictures, and how many are kept on a long way: half of the room. */
static const struct
{
  gsize size;
  guint n_kept;
} bounds[] = {
  { 1 << 10, 32 },
  { 5 << 20, 6 },
  { 30 << 20, 2 },  /* of four */
  { 100 << 20, 1 }, /* of two */
  { 300 << 20, 0 },
};

GST_START_TEST (test_what_is_kept_has_a_bound)
{
  AnimGifHistory *history = anim_gif_history_new ();
  g_autofree guint8 *picture = g_malloc0 (bounds[__i__].size);
  guint n_kept = 0, of;

  anim_gif_history_set_size (history, bounds[__i__].size);
  anim_gif_history_begin (history, 0, 1000);
  for (guint n = 0; n < 1000; n++)
    anim_gif_history_offer (history, n, picture);
  for (guint n = 1000; anim_gif_history_find (history, n, &of); n = of - 1)
    n_kept++;
  fail_unless_equals_int (n_kept, bounds[__i__].n_kept);
  anim_gif_history_free (history);
}
GST_END_TEST

static Suite *
animgifdec_history_suite (void)
{
  Suite *suite = suite_create ("animgifdec-history");
  TCase *cost = decoder_case_new (suite, "cost");

  tcase_add_loop_test (
      cost, test_the_way_back_is_short, 0, G_N_ELEMENTS (costs));
  tcase_add_loop_test (
      cost, test_what_is_kept_has_a_bound, 0, G_N_ELEMENTS (bounds));
  return suite;
}

GST_CHECK_MAIN (animgifdec_history)
