/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the decoder promises beyond the pictures. */

#include "gifgolden.h"

#include <string.h>

static void
render (GifDecoder *decoder, const GifGolden *golden, guint n)
{
  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, n),
      ==, GIF_RESULT_OK);
}

static void
test_other_files_are_no_gifs (void)
{
  static const char *const files[] = { "", "G", "GIF89a", "GIF89a\4\0\4\0\0\0",
    "PNG", "GIF90a" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GifDecoder) decoder = gif_decoder_new ();
    const guint8 *data = (const guint8 *) files[i];
    gsize size = strlen (files[i]);

    g_assert_cmpint (
        gif_decoder_scan (decoder, data, size, TRUE), ==, GIF_RESULT_NOT_A_GIF);
    g_assert_cmpint (
        gif_decoder_scan (decoder, data, size, TRUE), ==, GIF_RESULT_NOT_A_GIF);
    g_assert_cmpuint (gif_decoder_get_info (decoder)->width, ==, 0);
    g_assert_cmpuint (gif_decoder_get_info (decoder)->n_frames, ==, 0);
    g_assert_cmpint (
        gif_decoder_render (decoder, data, size, 0), ==, GIF_RESULT_END);
    g_assert_null (gif_decoder_get_canvas (decoder));
  }
}

static GifResult
scan_with_limit (const guint8 *data, gsize size, guint64 max_pixels)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  GifResult result;

  gif_decoder_set_max_pixels (decoder, max_pixels);
  result = gif_decoder_scan (decoder, data, size, TRUE);
  if (result == GIF_RESULT_TOO_LARGE) {
    g_assert_cmpuint (gif_decoder_get_info (decoder)->width, ==, 0);
    g_assert_cmpint (gif_decoder_scan (decoder, data, size, TRUE), ==, result);
  }
  return result;
}

static void
test_a_screen_above_the_limit_is_refused (void)
{
  static const guint8 huge[] = "GIF89a\xff\xff\xff\xff\0\0\0";
  g_autoptr (GifGolden) golden = gif_golden_load ("delays-1840ms");
  g_autoptr (GifGolden) larger = gif_golden_load ("frame-larger");

  g_assert_cmpint (scan_with_limit (golden->data, golden->size, 64 * 48 - 1),
      ==, GIF_RESULT_TOO_LARGE);
  g_assert_cmpint (scan_with_limit (golden->data, golden->size, 64 * 48), ==,
      GIF_RESULT_END);
  /* Its screen of 3 × 3 grows to 5 × 4. */
  g_assert_cmpint (scan_with_limit (larger->data, larger->size, 19), ==,
      GIF_RESULT_TOO_LARGE);
  g_assert_cmpint (
      scan_with_limit (larger->data, larger->size, 20), ==, GIF_RESULT_END);
  g_assert_cmpint (scan_with_limit (huge, sizeof huge - 1, G_MAXUINT64), ==,
      GIF_RESULT_TOO_LARGE);
}

static void
test_all_pictures_have_a_budget (void)
{
  static const guint8 largest_screen[] = "GIF89a\0\x20\0\x10\0\0\0";
  g_autoptr (GifGolden) golden = gif_golden_load ("delays-1840ms");
  guint k;

  /* Five pictures of 64 × 48. */
  for (k = 0; k < 2; k++) {
    g_autoptr (GifDecoder) decoder = gif_decoder_new ();

    gif_decoder_set_max_total_pixels (decoder, 5 * 64 * 48 - k);
    g_assert_cmpint (
        gif_decoder_scan (decoder, golden->data, golden->size, TRUE), ==,
        k == 0 ? GIF_RESULT_END : GIF_RESULT_TOO_LONG);
    g_assert_cmpuint (gif_decoder_get_info (decoder)->n_frames, ==, 5 - k);
    g_assert_true (gif_decoder_get_info (decoder)->complete);
    render (decoder, golden, 4 - k);
    gif_golden_assert_picture (golden, 4 - k, gif_decoder_get_canvas (decoder));
    g_assert_cmpint (
        gif_decoder_render (decoder, golden->data, golden->size, 5 - k), ==,
        GIF_RESULT_END);
  }
  /* What there is unless set. */
  g_assert_cmpint (scan_with_limit (largest_screen, sizeof largest_screen - 1,
                       GIF_DECODER_MAX_PIXELS),
      ==, GIF_RESULT_END);
  g_assert_cmpint (scan_with_limit (largest_screen, sizeof largest_screen - 1,
                       GIF_DECODER_MAX_PIXELS - 1),
      ==, GIF_RESULT_TOO_LARGE);
}

/* Files of other sizes, with comments, with damage: nothing of them lasts. */
static void
test_a_reset_decoder_is_as_new (void)
{
  static const char *const names[] = { "mixed", "lzw-one-run", "frame-larger",
    "full-frames", "frame-huge-damaged", "delays-1840ms", "mixed" };
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  const GifInfo *info = gif_decoder_get_info (decoder);
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (names[i]);
    g_autoptr (GifDecoder) anew = gif_golden_scan (golden);
    const GifInfo *expected = gif_decoder_get_info (anew);

    g_assert_cmpint (
        gif_decoder_scan (decoder, golden->data, golden->size, TRUE), ==,
        GIF_RESULT_END);
    g_assert_cmpuint (info->width, ==, expected->width);
    g_assert_cmpuint (info->height, ==, expected->height);
    g_assert_cmpuint (info->n_frames, ==, expected->n_frames);
    g_assert_cmpuint (info->n_comments, ==, expected->n_comments);
    g_assert_cmpint (info->loop_count, ==, expected->loop_count);
    g_assert_cmpint (info->opaque, ==, expected->opaque);
    g_assert_cmpuint (info->duration_cs, ==, expected->duration_cs);
    for (n = 0; n < info->n_frames; n++) {
      gif_decoder_render (decoder, golden->data, golden->size, n);
      gif_golden_assert_picture (golden, n, gif_decoder_get_canvas (decoder));
    }
    gif_decoder_reset (decoder);
    g_assert_null (gif_decoder_get_canvas (decoder));
    g_assert_cmpuint (info->n_frames, ==, 0);
  }
}

static void
test_a_frame_needs_its_bytes (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("loop-absent");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  const GifFrame *frame = gif_decoder_get_frame (decoder, 0);

  g_assert_cmpint (gif_decoder_render (decoder, golden->data,
                       frame->offset + frame->size - 1, 0),
      ==, GIF_RESULT_NEED_DATA);
  g_assert_cmpint (gif_decoder_render (
                       decoder, golden->data, frame->offset + frame->size, 0),
      ==, GIF_RESULT_OK);
}

static void
test_copy_keeps_to_its_rows (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("version-87a");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  const guint8 *canvas;
  guint8 dest[4 * 20];
  guint y, i;

  render (decoder, golden, 0);
  canvas = gif_decoder_get_canvas (decoder);
  memset (dest, 0xaa, sizeof dest);
  gif_decoder_copy (decoder, dest, 20);
  for (y = 0; y < 4; y++) {
    g_assert_cmpmem (dest + 20 * y, 16, canvas + 16 * y, 16);
    for (i = 16; i < 20; i++)
      g_assert_cmpuint (dest[20 * y + i], ==, 0xaa);
  }
}

static void
test_times_find_their_frame (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("delays-1840ms");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  static const struct
  {
    guint64 cs;
    guint n;
  } table[] = { { 0, 0 }, { 9, 0 }, { 10, 1 }, { 59, 1 }, { 60, 2 }, { 79, 2 },
    { 80, 3 }, { 84, 4 }, { 183, 4 }, { 184, 4 }, { G_MAXUINT64, 4 } };
  guint i;

  g_assert_cmpuint (gif_decoder_get_info (decoder)->duration_cs, ==, 184);
  for (i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (
        gif_decoder_find_frame (decoder, table[i].cs), ==, table[i].n);
}

static void
test_plays_are_loops_and_one (void)
{
  static const struct
  {
    const char *name;
    guint n_plays;
  } table[] = { { "loop-absent", 1 }, { "loop-zero", 0 },
    { "loop-netscape", 4 }, { "loop-animexts", 65536 }, { "loop-twice", 10 },
    { "loop-empty", 1 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (table[i].name);
    g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);

    g_assert_cmpuint (
        gif_decoder_get_info (decoder)->n_plays, ==, table[i].n_plays);
  }
}

static void
test_equal_delays_are_a_rate (void)
{
  static const struct
  {
    const char *name;
    guint delay_cs;
  } table[] = { { "delays-1840ms", 0 }, { "frame-larger", 5 },
    { "loop-absent", 10 }, { "no-frames", 0 }, { "full-frames", 5 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (table[i].name);
    g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);

    g_assert_cmpuint (
        gif_decoder_get_info (decoder)->common_delay_cs, ==, table[i].delay_cs);
  }
}

static void
test_opaque_files_are_known (void)
{
  static const struct
  {
    const char *name;
    gboolean is_opaque;
  } table[] = {
    { "delays-1840ms", TRUE },
    { "lzw-runs", TRUE }, /* transparency over an opaque frame */
    { "disposal-previous-chain", TRUE },
    { "disposal-previous-first", FALSE },
    { "background-disposal", FALSE },
    { "background-ignored", FALSE },
    { "transparent-over", FALSE },
    { "truncated-header", TRUE },
    { "no-frames", FALSE },
    { "opaque-previous-chain", FALSE },
    { "opaque-empty-image", FALSE },
    { "lzw-empty", FALSE },
    { "lzw-invalid-first-code", FALSE },
    { "lzw-many-clears", TRUE },
    { "opaque-unused-index", TRUE },
    { "opaque-blocks-run-on", TRUE },
    { "truncated-interlaced", TRUE },
    { "truncated-interlaced-transparent", FALSE },
    { "frame-zero-size", TRUE },
    { "disposal-oversize", FALSE },
    { "code-size-12", FALSE },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (table[i].name);
    g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);

    g_test_message ("%s", table[i].name);
    g_assert_cmpint (
        gif_decoder_get_info (decoder)->opaque, ==, table[i].is_opaque);
  }
}

static void
test_no_look_changes_what_is_opaque (void)
{
  static const char *const names[] = { "opaque-unused-index",
    "truncated-interlaced-transparent", "transparent-over", "mixed" };
  static const guint32 backgrounds[] = { 0, 0xff102030, 0x80102030, 0x102030 };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (names[i]);
    g_autoptr (GifDecoder) plain = gif_golden_scan (golden);

    for (k = 0; k < 6 * G_N_ELEMENTS (backgrounds); k++) {
      g_autoptr (GifDecoder) decoder = gif_decoder_new ();

      gif_decoder_set_layout (decoder, GIF_LAYOUT_RGBA + k % 6);
      gif_decoder_set_background (decoder, backgrounds[k / 6]);
      gif_decoder_scan (decoder, golden->data, golden->size, TRUE);
      g_assert_cmpint (gif_decoder_get_info (decoder)->opaque, ==,
          gif_decoder_get_info (plain)->opaque);
    }
  }
}

static void
test_damage_is_reported_once_per_frame (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("lzw-fewer-pixels");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);

  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, 0),
      ==, GIF_RESULT_CORRUPT);
  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, 0),
      ==, GIF_RESULT_OK);
  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, 1),
      ==, GIF_RESULT_CORRUPT);
}

static void
test_comments_have_an_end (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  guint8 block[256];
  guint i;

  memset (block, 'x', sizeof block);
  block[0] = 255;
  g_byte_array_append (file, (const guint8 *) "GIF89a\1\0\1\0\0\0\0!\xfe", 15);
  for (i = 0; i < 1000; i++)
    g_byte_array_append (file, block, sizeof block);
  g_byte_array_append (file, (const guint8 *) "\0!\xfe\1y\0;", 7);
  g_assert_cmpint (gif_decoder_scan (decoder, file->data, file->len, TRUE), ==,
      GIF_RESULT_END);
  g_assert_cmpuint (gif_decoder_get_info (decoder)->n_comments, ==, 1);
  g_assert_cmpuint (
      strlen (gif_decoder_get_comment (decoder, 0)), ==, 64 * 1024);
}

/* Cut behind each byte; read at once, or told later that no more comes. */
static void
test_a_cut_image_counts_from_its_rectangle_on (void)
{
  static const guint8 bytes[] = { 'G', 'I', 'F', '8', '9', 'a', 2, 0, 1, 0, 0,
    0, 0, '!', 0xf9, 4, 8, 7, 0, 0, 0, ',', 0, 0, 0, 0, 2, 0, 1, 0, 0x80, 255,
    0, 0, 0, 0, 255, 2, 2, 4, 10, 0, ';' };
  const gsize at = 21, n_rectangle = 9, terminator = sizeof bytes - 2;
  gsize size;
  guint step;

  g_assert_cmpint (bytes[at], ==, ',');
  for (size = 13; size <= sizeof bytes; size++) {
    for (step = 0; step < 2; step++) {
      g_autofree guint8 *data = g_memdup2 (bytes, size);
      g_autoptr (GifDecoder) decoder = gif_decoder_new ();
      const GifInfo *info = gif_decoder_get_info (decoder);

      if (step == 1)
        gif_decoder_scan (decoder, data, size, FALSE);
      g_assert_cmpint (
          gif_decoder_scan (decoder, data, size, TRUE), ==, GIF_RESULT_END);
      g_assert_cmpuint (info->n_frames, ==, size >= at + n_rectangle);
      if (info->n_frames == 0)
        continue;
      g_assert_cmpuint (info->duration_cs, ==, 7);
      g_assert_cmpint (
          gif_decoder_get_frame (decoder, 0)->complete, ==, size > terminator);
      g_assert_cmpint (gif_decoder_render (decoder, data, size, 0), ==,
          size >= terminator ? GIF_RESULT_OK : GIF_RESULT_CORRUPT);
      g_assert_cmpint (info->opaque, ==, size >= terminator);
    }
  }
}

static void
test_the_way_to_a_frame_starts_at_a_key (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("full-frames");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  guint n = gif_decoder_get_info (decoder)->n_frames - 1, start;

  g_assert_cmpuint (n, >=, 2);
  g_assert_cmpuint (gif_decoder_find_start (decoder, 0), ==, 0);
  start = gif_decoder_find_start (decoder, n);
  g_assert_true (gif_decoder_get_frame (decoder, start)->is_key);
  gif_decoder_render (decoder, golden->data, golden->size, n - 1);
  g_assert_cmpuint (gif_decoder_find_start (decoder, n - 1), ==, n - 1);
  g_assert_cmpuint (gif_decoder_find_start (decoder, n), ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/gif/decoder/a-reset-decoder-is-as-new", test_a_reset_decoder_is_as_new);
  g_test_add_func (
      "/gif/decoder/other-files-are-no-gifs", test_other_files_are_no_gifs);
  g_test_add_func ("/gif/decoder/a-screen-above-the-limit-is-refused",
      test_a_screen_above_the_limit_is_refused);
  g_test_add_func ("/gif/decoder/all-pictures-have-a-budget",
      test_all_pictures_have_a_budget);
  g_test_add_func ("/gif/decoder/a-cut-image-counts-from-its-rectangle-on",
      test_a_cut_image_counts_from_its_rectangle_on);
  g_test_add_func ("/gif/decoder/the-way-to-a-frame-starts-at-a-key",
      test_the_way_to_a_frame_starts_at_a_key);
  g_test_add_func (
      "/gif/decoder/a-frame-needs-its-bytes", test_a_frame_needs_its_bytes);
  g_test_add_func (
      "/gif/decoder/copy-keeps-to-its-rows", test_copy_keeps_to_its_rows);
  g_test_add_func (
      "/gif/decoder/times-find-their-frame", test_times_find_their_frame);
  g_test_add_func (
      "/gif/decoder/plays-are-loops-and-one", test_plays_are_loops_and_one);
  g_test_add_func (
      "/gif/decoder/equal-delays-are-a-rate", test_equal_delays_are_a_rate);
  g_test_add_func (
      "/gif/decoder/opaque-files-are-known", test_opaque_files_are_known);
  g_test_add_func ("/gif/decoder/no-look-changes-what-is-opaque",
      test_no_look_changes_what_is_opaque);
  g_test_add_func ("/gif/decoder/damage-is-reported-once-per-frame",
      test_damage_is_reported_once_per_frame);
  g_test_add_func (
      "/gif/decoder/comments-have-an-end", test_comments_have_an_end);
  return g_test_run ();
}
