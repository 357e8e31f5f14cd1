/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whole files: what is rendered in order, from pieces and after a seek is the
 * same. */

#include "fuzz.h"
#include "gifdecoder.h"

#include <string.h>

#define MAX_PIXELS (64 * 64)
#define MAX_FRAMES 24

static gsize
canvas_size (const GifDecoder *decoder)
{
  const GifInfo *info = gif_decoder_get_info (decoder);

  return (gsize) 4 * info->width * info->height;
}

/* What is called opaque is, but for damage. */
static void
check_opacity (const GifDecoder *decoder)
{
  const guint8 *canvas = gif_decoder_get_canvas (decoder);
  gsize n_bytes = canvas_size (decoder), i;

  for (i = 3; i < n_bytes; i += 4)
    g_assert_true (canvas[i] == 0xff);
}

/* Returns: (transfer full): the last picture, in order; NULL: no frame. */
static guint8 *
render_in_order (GifDecoder *decoder, const guint8 *data, gsize size, guint n)
{
  gboolean is_opaque = gif_decoder_get_info (decoder)->opaque;
  guint i;

  for (i = 0; i < n; i++) {
    GifResult result = gif_decoder_render (decoder, data, size, i);

    g_assert_true (result == GIF_RESULT_OK || result == GIF_RESULT_CORRUPT);
    is_opaque = is_opaque && result == GIF_RESULT_OK;
    if (is_opaque)
      check_opacity (decoder);
  }
  if (n == 0)
    return NULL;
  return g_memdup2 (gif_decoder_get_canvas (decoder), canvas_size (decoder));
}

/* Scans in pieces and renders just one frame of all. */
static void
check_seek (const guint8 *data, gsize size, guint n, const guint8 *expected)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  GifResult result = GIF_RESULT_NEED_DATA;
  gsize n_given = 0;

  gif_decoder_set_max_pixels (decoder, MAX_PIXELS);
  while (result == GIF_RESULT_NEED_DATA) {
    g_autofree guint8 *piece = NULL;

    n_given += MIN (size - n_given, 1 + size / 7);
    piece = g_memdup2 (data, n_given);
    result = gif_decoder_scan (decoder, piece, n_given, n_given == size);
  }
  g_assert_true (result == GIF_RESULT_END);
  gif_decoder_render (decoder, data, size, n);
  g_assert_true (
      memcmp (gif_decoder_get_canvas (decoder), expected, canvas_size (decoder))
      == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  g_autofree guint8 *last = NULL;
  guint n_frames;

  gif_decoder_set_max_pixels (decoder, MAX_PIXELS);
  if (gif_decoder_scan (decoder, data, size, TRUE) != GIF_RESULT_END)
    return 0;
  g_assert_true (gif_decoder_get_info (decoder)->width > 0);
  n_frames = MIN (gif_decoder_get_info (decoder)->n_frames, MAX_FRAMES);
  last = render_in_order (decoder, data, size, n_frames);
  if (last)
    check_seek (data, size, n_frames - 1, last);
  return 0;
}
