/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every file of tests/data/gif against the truth beside it. */

#include "gifgolden.h"

static void
assert_header (const GifGolden *golden, const GifDecoder *decoder)
{
  const GifInfo *info = gif_decoder_get_info (decoder);
  g_autofree char *par = g_strdup_printf ("%u/%u", info->par_n, info->par_d);
  g_autofree char *par_expected = gif_golden_text (golden, -1, "par");
  g_autofree char *comments_expected = gif_golden_text (golden, -1, "comments");
  g_autoptr (GString) comments = g_string_new (NULL);
  const char *c;
  guint i;

  g_assert_cmpint (info->width, ==, gif_golden_int (golden, -1, "width"));
  g_assert_cmpint (info->height, ==, gif_golden_int (golden, -1, "height"));
  g_assert_cmpstr (par, ==, par_expected);
  g_assert_cmpint (gif_decoder_get_info (decoder)->loop_count, ==,
      gif_golden_int (golden, -1, "loop-count"));
  g_assert_cmpint (gif_decoder_get_info (decoder)->n_frames, ==,
      gif_golden_int (golden, -1, "frames"));
  g_assert_cmpint ((int) gif_decoder_get_info (decoder)->duration_cs, ==,
      gif_golden_int (golden, -1, "duration-cs"));

  for (i = 0; i < gif_decoder_get_info (decoder)->n_comments; i++) {
    if (i > 0)
      g_string_append_c (comments, ';');
    for (c = gif_decoder_get_comment (decoder, i); *c; c++)
      g_string_append_printf (comments, "%02x", (guint8) *c);
  }
  g_assert_cmpstr (comments->str, ==, comments_expected);
}

static void
assert_frame (const GifGolden *golden, const GifFrame *frame, int n)
{
  static const char *disposals[] = { "keep", "background", "previous" };
  g_autofree char *rect = g_strdup_printf ("%u;%u;%u;%u", frame->rect.x,
      frame->rect.y, frame->rect.width, frame->rect.height);
  g_autofree char *range = g_strdup_printf (
      "%" G_GSIZE_FORMAT ";%" G_GSIZE_FORMAT, frame->offset, frame->size);
  g_autofree char *rect_expected = gif_golden_text (golden, n, "rect");
  g_autofree char *range_expected = gif_golden_text (golden, n, "range");
  g_autofree char *disposal = gif_golden_text (golden, n, "disposal");

  g_assert_cmpstr (rect, ==, rect_expected);
  g_assert_cmpstr (range, ==, range_expected);
  g_assert_cmpstr (disposals[frame->disposal], ==, disposal);
  g_assert_cmpint (
      frame->delay_file_cs, ==, gif_golden_int (golden, n, "delay-file-cs"));
  g_assert_cmpint (frame->delay_cs, ==, gif_golden_int (golden, n, "delay-cs"));
  g_assert_cmpint (
      (int) frame->start_cs, ==, gif_golden_int (golden, n, "start-cs"));
  g_assert_cmpint (
      frame->transparent_index, ==, gif_golden_int (golden, n, "transparent"));
  g_assert_cmpint (
      frame->interlaced, ==, gif_golden_int (golden, n, "interlaced"));
  g_assert_cmpint (frame->complete, ==, gif_golden_int (golden, n, "complete"));
}

static GifResult
result_of (const GifGolden *golden, guint n)
{
  return gif_golden_int (golden, (int) n, "whole") ? GIF_RESULT_OK
                                                   : GIF_RESULT_CORRUPT;
}

static void
test_everything_is_as_written (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  const GifInfo *info = gif_decoder_get_info (decoder);
  gboolean has_damage = FALSE;
  guint n;

  assert_header (golden, decoder);
  for (n = 0; n < gif_decoder_get_info (decoder)->n_frames; n++) {
    assert_frame (golden, gif_decoder_get_frame (decoder, n), (int) n);
    g_assert_cmpint (
        gif_decoder_render (decoder, golden->data, golden->size, n), ==,
        result_of (golden, n));
    gif_golden_assert_picture (golden, n, gif_decoder_get_canvas (decoder));
    has_damage |= result_of (golden, n) != GIF_RESULT_OK;
  }
  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, n),
      ==, GIF_RESULT_END);
  if (info->opaque && !has_damage)
    g_assert_false (gif_golden_int (golden, -1, "has-hole"));
}

/* Where red, green, blue and alpha stand, by GifLayout. */
static const guint8 places[][4] = { { 0, 1, 2, 3 }, { 0, 1, 2, 3 },
  { 2, 1, 0, 3 }, { 1, 2, 3, 0 }, { 3, 2, 1, 0 } };

static void
test_layouts_differ_in_byte_order_only (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  const GifInfo *info = gif_decoder_get_info (decoder);
  gsize n_pixels = (gsize) info->width * info->height, i;
  g_autofree guint8 *rgba = g_malloc (4 * n_pixels);
  GifLayout layout;
  guint n, k;

  for (layout = GIF_LAYOUT_RGBA; layout <= GIF_LAYOUT_ABGR; layout++) {
    gif_decoder_set_layout (decoder, layout);
    for (n = 0; n < gif_decoder_get_info (decoder)->n_frames; n++) {
      const guint8 *canvas;

      gif_decoder_render (decoder, golden->data, golden->size, n);
      canvas = gif_decoder_get_canvas (decoder);
      for (i = 0; i < n_pixels; i++) {
        for (k = 0; k < 4; k++)
          rgba[4 * i + k] = canvas[4 * i + places[layout][k]];
      }
      gif_golden_assert_picture (golden, n, rgba);
    }
  }
}

/* From any picture that was kept, any later one can be reached. */
static void
test_kept_pictures_can_be_gone_on_from (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  const GifInfo *info = gif_decoder_get_info (decoder);
  gsize size = (gsize) 4 * info->width * info->height;
  guint n, later;

  for (n = 0; n < info->n_frames; n++) {
    g_autofree guint8 *kept = NULL;

    if (gif_decoder_get_frame (decoder, n)->disposal == GIF_DISPOSAL_PREVIOUS)
      continue;
    gif_decoder_render (decoder, golden->data, golden->size, n);
    kept = g_memdup2 (gif_decoder_get_canvas (decoder), size);
    for (later = n; later < info->n_frames; later++) {
      gif_decoder_render (decoder, golden->data, golden->size, 0);
      g_assert_true (gif_decoder_restore (decoder, kept, n));
      gif_decoder_render (decoder, golden->data, golden->size, later);
      gif_golden_assert_picture (
          golden, later, gif_decoder_get_canvas (decoder));
    }
  }
}

/* Frames are rendered as soon as they are found, from a buffer that is exactly
 * as long as what came so far, and moves. */
static void
assert_pieces_make_the_same (const GifGolden *golden, GRand *rand)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  GifResult result = GIF_RESULT_NEED_DATA;
  gsize size = 0;
  guint n = 0;

  while (result == GIF_RESULT_NEED_DATA) {
    gsize step = rand ? (gsize) g_rand_int_range (rand, 0, 700) : 1;
    g_autofree guint8 *data = NULL;

    size += MIN (step, golden->size - size);
    data = g_memdup2 (golden->data, size);
    result = gif_decoder_scan (decoder, data, size, size == golden->size);
    for (; n < gif_decoder_get_info (decoder)->n_frames; n++) {
      g_assert_cmpint (gif_decoder_render (decoder, data, size, n), ==,
          result_of (golden, n));
      gif_golden_assert_picture (golden, n, gif_decoder_get_canvas (decoder));
      assert_frame (golden, gif_decoder_get_frame (decoder, n), (int) n);
    }
    g_assert_cmpint (gif_decoder_render (decoder, data, size, n), ==,
        result == GIF_RESULT_NEED_DATA ? GIF_RESULT_NEED_DATA : GIF_RESULT_END);
  }
  g_assert_cmpint (result, ==, GIF_RESULT_END);
  assert_header (golden, decoder);
}

static void
test_byte_by_byte_is_the_same (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);

  assert_pieces_make_the_same (golden, NULL);
}

static void
test_random_cuts_are_the_same (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  guint i;

  for (i = 0; i < 10; i++)
    assert_pieces_make_the_same (golden, rand);
}

static void
test_any_order_shows_the_same (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  int n_frames = (int) gif_decoder_get_info (decoder)->n_frames, i;

  for (i = 0; n_frames > 0 && i < 6 * n_frames; i++) {
    guint n = (guint) g_test_rand_int_range (0, n_frames);

    gif_decoder_render (decoder, golden->data, golden->size, n);
    gif_golden_assert_picture (golden, n, gif_decoder_get_canvas (decoder));
  }
}

/* All frames but a cut one are those of the whole file; a cut one is there only
 * if the whole file has it. */
static void
assert_cut_invents_nothing (const GifGolden *golden, gsize size)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  g_autofree guint8 *data = g_memdup2 (golden->data, size);
  int n_whole = gif_golden_int (golden, -1, "frames");
  GifResult result;
  guint n;

  result = gif_decoder_scan (decoder, data, size, TRUE);
  if (result == GIF_RESULT_NOT_A_GIF) {
    g_assert_cmpuint (gif_decoder_get_info (decoder)->width, ==, 0);
    return;
  }
  g_assert_cmpint (result, ==, GIF_RESULT_END);
  g_assert_cmpint ((int) gif_decoder_get_info (decoder)->n_frames, <=, n_whole);
  for (n = 0; n < gif_decoder_get_info (decoder)->n_frames; n++) {
    const GifFrame *frame = gif_decoder_get_frame (decoder, n);

    gif_decoder_render (decoder, data, size, n);
    if (frame->complete) {
      assert_frame (golden, frame, (int) n);
      gif_golden_assert_picture (golden, n, gif_decoder_get_canvas (decoder));
    } else {
      g_assert_cmpuint (n + 1, ==, gif_decoder_get_info (decoder)->n_frames);
    }
  }
}

static void
test_truncation_invents_nothing (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  /* Hashing the pictures of the few large files again and again takes long. */
  gsize step = 1 + golden->size / 2000, size;

  for (size = 0; size < golden->size; size += step)
    assert_cut_invents_nothing (golden, size);
}

static void
test_truncation_shows_old_or_new_pixels (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GifDecoder) whole = gif_golden_scan (golden);
  const GifFrame *frame = gif_decoder_get_frame (whole, 0);
  gsize size, i,
      n_pixels = (gsize) gif_decoder_get_info (whole)->width
      * gif_decoder_get_info (whole)->height;
  const guint32 *shown, *full;

  gif_decoder_render (whole, golden->data, golden->size, 0);
  full = (const guint32 *) (gconstpointer) gif_decoder_get_canvas (whole);
  for (size = frame->data_offset + 2; size < frame->offset + frame->size;
       size += 1 + frame->size / 200) {
    g_autoptr (GifDecoder) cut = gif_decoder_new ();

    gif_decoder_scan (cut, golden->data, size, TRUE);
    g_assert_cmpuint (gif_decoder_get_info (cut)->n_frames, ==, 1);
    gif_decoder_render (cut, golden->data, size, 0);
    shown = (const guint32 *) (gconstpointer) gif_decoder_get_canvas (cut);
    for (i = 0; i < n_pixels; i++)
      g_assert_true (shown[i] == full[i] || shown[i] == 0);
  }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *claim;
    GTestDataFunc check;
  } claims[] = {
    { "everything-is-as-written", test_everything_is_as_written },
    { "layouts-differ-in-byte-order-only",
        test_layouts_differ_in_byte_order_only },
    { "byte-by-byte-is-the-same", test_byte_by_byte_is_the_same },
    { "random-cuts-are-the-same", test_random_cuts_are_the_same },
    { "any-order-shows-the-same", test_any_order_shows_the_same },
    { "kept-pictures-can-be-gone-on-from",
        test_kept_pictures_can_be_gone_on_from },
    { "truncation-invents-nothing", test_truncation_invents_nothing },
  };
  static const char *const large[] = { "lzw-table-full", "lzw-runs", "mixed",
    "lzw-one-run", "interlace", "delays-1840ms" };
  g_autoptr (GPtrArray) names = NULL;
  guint i, k;

  g_test_init (&argc, &argv, NULL);
  names = gif_golden_list ();
  for (k = 0; k < G_N_ELEMENTS (claims); k++) {
    for (i = 0; i < names->len; i++) {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path =
          g_strdup_printf ("/gif/pictures/%s/%s", claims[k].claim, name);

      g_test_add_data_func (path, name, claims[k].check);
    }
  }
  for (i = 0; i < G_N_ELEMENTS (large); i++) {
    g_autofree char *path = g_strdup_printf (
        "/gif/pictures/truncation-shows-old-or-new-pixels/%s", large[i]);

    g_test_add_data_func (
        path, large[i], test_truncation_shows_old_or_new_pixels);
  }
  return g_test_run ();
}
