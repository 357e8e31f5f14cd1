/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Frames on the canvas, without files and codes. */

#include "gifcanvas.h"
#include "gifcolor.h"

#include <string.h>

#define LEAD 5
#define WIDTH 6
#define HEIGHT 5
#define N_PIXELS (WIDTH * HEIGHT)

static void
set_up (GifCanvas *canvas, guint width, guint height)
{
  gif_canvas_set_size (canvas, width, height);
  g_assert_true (gif_canvas_reserve (canvas));
}

static GifCanvas *
make_canvas (void)
{
  GifCanvas *canvas = gif_canvas_new (LEAD);

  set_up (canvas, WIDTH, HEIGHT);
  return canvas;
}

static GifFrame
make_frame (guint x, guint y, guint width, guint height, GifDisposal disposal)
{
  return (GifFrame){
    .rect = { x, y, width, height },
    .disposal = disposal,
    .transparent_index = -1,
    .complete = TRUE,
  };
}

static gsize
count_pixels (const GifFrame *frame)
{
  if (frame->rect.x >= WIDTH || frame->rect.y >= HEIGHT)
    return 0;
  return (gsize) frame->rect.width
      * MIN (frame->rect.height, HEIGHT - frame->rect.y);
}

/* Draws the first @n_pixels of a frame of one colour. All that may be written to
 * is. */
static gboolean
try_to_draw (
    GifCanvas *canvas, const GifFrame *frame, guint32 pixel, gsize n_pixels)
{
  gsize n_all = count_pixels (frame), i;
  GifTarget target;

  g_assert_true (gif_canvas_begin (canvas, frame, n_all, &target));
  memset (target.palette, 0xee, LEAD * sizeof (guint32));
  for (i = 0; i < n_all; i++)
    target.pixels[i] = i < n_pixels ? pixel : 0xeeeeeeee;
  return gif_canvas_end (canvas, frame, n_pixels);
}

/* The same of a frame that is cut, where pixels are missing. */
static void
draw (GifCanvas *canvas, const GifFrame *frame, guint32 pixel, gsize n_pixels)
{
  GifFrame cut = *frame;

  cut.complete = n_pixels >= count_pixels (frame);
  g_assert_true (try_to_draw (canvas, &cut, pixel, n_pixels));
}

static void
draw_all (GifCanvas *canvas, const GifFrame *frame, guint32 pixel)
{
  draw (canvas, frame, pixel, count_pixels (frame));
}

/* @digits: a digit per pixel, spaces between rows. */
static void
assert_picture (GifCanvas *canvas, const char *digits)
{
  const guint32 *pixels = gif_canvas_get_pixels (canvas);
  g_autoptr (GString) is = g_string_new (NULL);
  guint x, y;

  for (y = 0; y < HEIGHT; y++) {
    if (y > 0)
      g_string_append_c (is, ' ');
    for (x = 0; x < WIDTH; x++)
      g_string_append_printf (is, "%x", pixels[y * WIDTH + x]);
  }
  g_assert_cmpstr (is->str, ==, digits);
}

static void
test_a_frame_fills_its_rectangle (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame frame = make_frame (1, 2, 3, 2, GIF_DISPOSAL_KEEP);

  assert_picture (canvas, "000000 000000 000000 000000 000000");
  draw_all (canvas, &frame, 7);
  assert_picture (canvas, "000000 000000 077700 077700 000000");
  gif_canvas_free (canvas);
}

static void
test_a_frame_is_cut_at_the_screen (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame frame = make_frame (4, 3, 5, 5, GIF_DISPOSAL_KEEP);
  GifFrame far_right = make_frame (6, 0, 2, 2, GIF_DISPOSAL_KEEP);
  GifFrame far_below = make_frame (0, 65535, 2, 2, GIF_DISPOSAL_BACKGROUND);

  draw_all (canvas, &frame, 7);
  assert_picture (canvas, "000000 000000 000000 000077 000077");
  draw_all (canvas, &far_right, 8);
  draw_all (canvas, &far_below, 8);
  assert_picture (canvas, "000000 000000 000000 000077 000077");
  gif_canvas_free (canvas);
}

static void
test_missing_pixels_stay_as_they_were (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_KEEP);
  GifFrame part = make_frame (1, 1, 4, 3, GIF_DISPOSAL_KEEP);

  draw (canvas, &all, 1, 13);
  assert_picture (canvas, "111111 111111 100000 000000 000000");
  draw (canvas, &all, 2, 8);
  assert_picture (canvas, "222222 221111 100000 000000 000000");
  draw (canvas, &part, 3, 6);
  assert_picture (canvas, "222222 233331 133000 000000 000000");
  draw (canvas, &all, 4, 0);
  assert_picture (canvas, "222222 233331 133000 000000 000000");
  gif_canvas_free (canvas);
}

static void
test_disposal_comes_with_the_next_frame (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_KEEP);
  GifFrame gone = make_frame (1, 1, 2, 2, GIF_DISPOSAL_BACKGROUND);
  GifFrame undone = make_frame (3, 1, 2, 3, GIF_DISPOSAL_PREVIOUS);
  GifFrame dot = make_frame (5, 4, 1, 1, GIF_DISPOSAL_KEEP);

  draw_all (canvas, &all, 1);
  draw_all (canvas, &gone, 2);
  assert_picture (canvas, "111111 122111 122111 111111 111111");
  draw_all (canvas, &undone, 3);
  assert_picture (canvas, "111111 100331 100331 111331 111111");
  draw_all (canvas, &dot, 4);
  assert_picture (canvas, "111111 100111 100111 111111 111114");
  gif_canvas_free (canvas);
}

static void
test_previous_is_the_picture_before_every_time (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_PREVIOUS);
  GifFrame part = make_frame (0, 0, 2, 2, GIF_DISPOSAL_PREVIOUS);
  GifFrame dot = make_frame (5, 4, 1, 1, GIF_DISPOSAL_KEEP);

  draw_all (canvas, &dot, 9);
  draw_all (canvas, &all, 1);
  draw (canvas, &all, 2, 9);
  assert_picture (canvas, "222222 222000 000000 000000 000009");
  draw_all (canvas, &all, 3);
  draw_all (canvas, &part, 4);
  assert_picture (canvas, "440000 440000 000000 000000 000009");
  draw_all (canvas, &all, 5);
  assert_picture (canvas, "555555 555555 555555 555555 555555");
  draw_all (canvas, &dot, 6);
  assert_picture (canvas, "000000 000000 000000 000000 000006");
  gif_canvas_free (canvas);
}

static void
test_transparent_pixels_let_through (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_KEEP);
  GifTarget target;
  guint i;

  draw_all (canvas, &all, 1);
  all.transparent_index = 3;
  g_assert_true (gif_canvas_begin (canvas, &all, N_PIXELS, &target));
  for (i = 0; i < N_PIXELS; i++)
    target.pixels[i] = i % 7 < 3 ? 2 : target.clear;
  g_assert_true (gif_canvas_end (canvas, &all, N_PIXELS));
  assert_picture (canvas, "222111 122211 112221 111222 111122");
  gif_canvas_free (canvas);
}

/* On an empty picture they are the background at once. */
static void
test_transparent_pixels_show_the_background (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame part = make_frame (1, 1, 3, 2, GIF_DISPOSAL_KEEP);
  GifTarget target;
  guint i;

  gif_canvas_set_background (canvas, 9);
  part.transparent_index = 3;
  g_assert_true (gif_canvas_begin (canvas, &part, 6, &target));
  for (i = 0; i < 6; i++)
    target.pixels[i] = i % 2 ? 2 : target.clear;
  g_assert_true (gif_canvas_end (canvas, &part, 6));
  assert_picture (canvas, "999999 992999 929299 999999 999999");
  gif_canvas_free (canvas);
}

/* Draws an interlaced frame whose rows are numbered from 1. */
static void
draw_interlaced (GifCanvas *canvas, GifFrame frame)
{
  GifTarget target;
  gsize n = (gsize) frame.rect.width * frame.rect.height, i;

  frame.interlaced = TRUE;
  g_assert_true (gif_canvas_begin (canvas, &frame, n, &target));
  for (i = 0; i < n; i++)
    target.pixels[i] = 1 + i / frame.rect.width;
  g_assert_true (gif_canvas_end (canvas, &frame, n));
}

static void
test_interlaced_rows_go_where_they_belong (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_KEEP);

  draw_interlaced (canvas, all);
  assert_picture (canvas, "111111 444444 333333 555555 222222");
  draw_all (canvas, &all, 9);
  draw_interlaced (canvas, all);
  assert_picture (canvas, "111111 444444 333333 555555 222222");
  draw_interlaced (canvas, make_frame (2, 1, 3, 4, GIF_DISPOSAL_KEEP));
  assert_picture (canvas, "111111 441114 333333 552225 224442");
  gif_canvas_clear (canvas);
  draw_interlaced (canvas, make_frame (2, 1, 3, 4, GIF_DISPOSAL_KEEP));
  assert_picture (canvas, "000000 001110 003330 002220 004440");
  gif_canvas_free (canvas);
}

/* Against the order of GIF89a appendix E. */
static void
test_interlace_is_right_at_any_height (void)
{
  static const guint starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  GifCanvas *canvas = gif_canvas_new (LEAD);
  GifFrame frame = make_frame (1, 0, 1, 1, GIF_DISPOSAL_KEEP);
  guint pass, y, row;

  for (frame.rect.height = 1; frame.rect.height < 100; frame.rect.height++) {
    set_up (canvas, 2, frame.rect.height);
    draw_interlaced (canvas, frame);
    for (pass = 0, row = 1; pass < 4; pass++) {
      for (y = starts[pass]; y < frame.rect.height; y += steps[pass], row++)
        g_assert_cmpuint (gif_canvas_get_pixels (canvas)[2 * y + 1], ==, row);
    }
  }
  gif_canvas_free (canvas);
}

/* What was in their place is gone; drawn again, they keep off it. */
static void
test_missing_pixels_of_a_whole_frame_lose_the_picture (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_KEEP);

  draw_all (canvas, &all, 1);
  g_assert_false (try_to_draw (canvas, &all, 2, 8));
  gif_canvas_clear (canvas);
  draw_all (canvas, &all, 1);
  g_assert_true (try_to_draw (canvas, &all, 2, 8));
  assert_picture (canvas, "222222 221111 111111 111111 111111");
  gif_canvas_free (canvas);
}

/* On the empty picture there is nothing to lose. */
static void
test_missing_pixels_of_the_first_frame_are_background (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame part = make_frame (1, 1, 4, 3, GIF_DISPOSAL_KEEP);

  gif_canvas_set_background (canvas, 9);
  g_assert_true (try_to_draw (canvas, &part, 2, 6));
  assert_picture (canvas, "999999 922229 922999 999999 999999");
  gif_canvas_free (canvas);
}

static void
test_clear_forgets_the_last_disposal (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_PREVIOUS);
  GifFrame dot = make_frame (5, 4, 1, 1, GIF_DISPOSAL_KEEP);

  draw_all (canvas, &dot, 1);
  draw_all (canvas, &all, 2);
  gif_canvas_clear (canvas);
  assert_picture (canvas, "000000 000000 000000 000000 000000");
  dot.rect.x = 0;
  draw_all (canvas, &dot, 3);
  assert_picture (canvas, "000000 000000 000000 000000 300000");
  gif_canvas_free (canvas);
}

static void
test_background_is_where_nothing_is_drawn (void)
{
  GifCanvas *canvas = make_canvas ();
  GifFrame box = make_frame (1, 1, 2, 2, GIF_DISPOSAL_BACKGROUND);
  GifFrame dot = make_frame (0, 0, 1, 1, GIF_DISPOSAL_PREVIOUS);

  gif_canvas_set_background (canvas, 9);
  assert_picture (canvas, "999999 999999 999999 999999 999999");
  draw_all (canvas, &box, 1);
  assert_picture (canvas, "999999 911999 911999 999999 999999");
  draw_all (canvas, &dot, 2);
  assert_picture (canvas, "299999 999999 999999 999999 999999");
  box.transparent_index = 3;
  draw_all (canvas, &box, 0);
  assert_picture (canvas, "999999 999999 999999 999999 999999");
  gif_canvas_set_background (canvas, 0);
  assert_picture (canvas, "000000 000000 000000 000000 000000");
  gif_canvas_free (canvas);
}

/* All colours, against the formulas of BT.601 and BT.709. */
static void
test_yuv_is_the_formula_rounded (void)
{
  guint32 rgb;
  int hd;

  for (hd = 0; hd < 2; hd++) {
    GifLayout layout = hd ? GIF_LAYOUT_AYUV_BT709 : GIF_LAYOUT_AYUV_BT601;
    double kr = hd ? .2126 : .299, kb = hd ? .0722 : .114;

    for (rgb = 0; rgb < 1 << 24; rgb++) {
      int red = rgb >> 16, green = rgb >> 8 & 0xff, blue = rgb & 0xff;
      guint32 pixel = gif_color_map (red, green, blue, 0xff, layout);
      double luma = kr * red + (1 - kr - kb) * green + kb * blue;
      double u = 128 + (blue - luma) / (1 - kb) * 112 / 255;
      double v = 128 + (red - luma) / (1 - kr) * 112 / 255;
      guint8 bytes[4];

      memcpy (bytes, &pixel, sizeof bytes);
      if (bytes[0] != 0xff || ABS (bytes[1] - 16 - luma * 219 / 255) > 0.51
          || ABS (bytes[2] - u) > 0.51 || ABS (bytes[3] - v) > 0.51)
        g_error ("%06x is %02x, %02x, %02x", rgb, bytes[1], bytes[2], bytes[3]);
    }
  }
}

static void
test_a_smaller_screen_uses_the_same_memory (void)
{
  GifCanvas *canvas = gif_canvas_new (LEAD);
  GifFrame all = make_frame (0, 0, WIDTH, HEIGHT, GIF_DISPOSAL_PREVIOUS);

  set_up (canvas, 2 * WIDTH, HEIGHT);
  all.rect.width = 2 * WIDTH;
  draw_all (canvas, &all, 1);
  set_up (canvas, WIDTH, HEIGHT);
  assert_picture (canvas, "000000 000000 000000 000000 000000");
  all.rect.width = WIDTH;
  draw_all (canvas, &all, 2);
  draw (canvas, &all, 3, 7);
  assert_picture (canvas, "333333 300000 000000 000000 000000");
  gif_canvas_free (canvas);
}

static void
test_palettes_become_pixels (void)
{
  static const guint8 rgb[] = { 1, 2, 3, 4, 5, 6 };
  static const guint8 bytes[][12] = {
    [GIF_LAYOUT_RGBA] = { 1, 2, 3, 255, 4, 5, 6, 255, 0, 0, 0, 255 },
    [GIF_LAYOUT_BGRA] = { 3, 2, 1, 255, 6, 5, 4, 255, 0, 0, 0, 255 },
    [GIF_LAYOUT_ARGB] = { 255, 1, 2, 3, 255, 4, 5, 6, 255, 0, 0, 0 },
    [GIF_LAYOUT_ABGR] = { 255, 3, 2, 1, 255, 6, 5, 4, 255, 0, 0, 0 },
    [GIF_LAYOUT_AYUV_BT601] = { 255, 18, 129, 127, 255, 20, 129, 127, 255, 16,
        128, 128 },
  };
  GifLayout layout;

  for (layout = GIF_LAYOUT_RGBA; layout <= GIF_LAYOUT_AYUV_BT601; layout++) {
    guint32 pixels[4] = { 0, 0, 0, 7 };

    gif_color_map_palette (pixels, 3, rgb, 2, layout);
    g_assert_cmpmem (pixels, 12, bytes[layout], 12);
    g_assert_cmpuint (pixels[3], ==, 7);
    /* Fewer than the file has. */
    pixels[1] = 7;
    gif_color_map_palette (pixels, 1, rgb, 2, layout);
    g_assert_cmpmem (pixels, 4, bytes[layout], 4);
    g_assert_cmpuint (pixels[1], ==, 7);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gif/canvas/a-frame-fills-its-rectangle",
      test_a_frame_fills_its_rectangle);
  g_test_add_func ("/gif/canvas/a-frame-is-cut-at-the-screen",
      test_a_frame_is_cut_at_the_screen);
  g_test_add_func ("/gif/canvas/missing-pixels-stay-as-they-were",
      test_missing_pixels_stay_as_they_were);
  g_test_add_func ("/gif/canvas/disposal-comes-with-the-next-frame",
      test_disposal_comes_with_the_next_frame);
  g_test_add_func ("/gif/canvas/previous-is-the-picture-before-every-time",
      test_previous_is_the_picture_before_every_time);
  g_test_add_func ("/gif/canvas/transparent-pixels-let-through",
      test_transparent_pixels_let_through);
  g_test_add_func ("/gif/canvas/transparent-pixels-show-the-background",
      test_transparent_pixels_show_the_background);
  g_test_add_func ("/gif/canvas/interlaced-rows-go-where-they-belong",
      test_interlaced_rows_go_where_they_belong);
  g_test_add_func ("/gif/canvas/interlace-is-right-at-any-height",
      test_interlace_is_right_at_any_height);
  g_test_add_func (
      "/gif/canvas/missing-pixels-of-a-whole-frame-lose-the-picture",
      test_missing_pixels_of_a_whole_frame_lose_the_picture);
  g_test_add_func (
      "/gif/canvas/missing-pixels-of-the-first-frame-are-background",
      test_missing_pixels_of_the_first_frame_are_background);
  g_test_add_func ("/gif/canvas/background-is-where-nothing-is-drawn",
      test_background_is_where_nothing_is_drawn);
  g_test_add_func ("/gif/canvas/yuv-is-the-formula-rounded",
      test_yuv_is_the_formula_rounded);
  g_test_add_func ("/gif/canvas/clear-forgets-the-last-disposal",
      test_clear_forgets_the_last_disposal);
  g_test_add_func ("/gif/canvas/a-smaller-screen-uses-the-same-memory",
      test_a_smaller_screen_uses_the_same_memory);
  g_test_add_func (
      "/gif/canvas/palettes-become-pixels", test_palettes_become_pixels);
  return g_test_run ();
}
