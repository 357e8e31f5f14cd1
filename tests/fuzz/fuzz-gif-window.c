/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window on an image shows what the image shows there. The first bytes of the
 * input are code size, flags, size of the image and of the window; the rest is
 * its data. */

#include "fuzz.h"
#include "fuzzgif.h"
#include "gifdecoder.h"
#include "gifwindow.h"

#include <string.h>

#define N_COLORS 16

/* Behind a first frame of one pixel, which may not be filled: an image that is
 * as large as the screen. */
static GByteArray *
make_file (FuzzBytes *bytes, guint code_size, gboolean interlaced, guint width,
    guint height)
{
  static const guint8 first[] = { ',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0, ',', 0,
    0, 0, 0 };
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) "GIF89a", 6);
  fuzz_append_u16 (file, width);
  fuzz_append_u16 (file, height);
  g_byte_array_append (file, (const guint8 *) "\x83\0\0", 3);
  fuzz_append_palette (file, N_COLORS, 0);
  g_byte_array_append (file, first, sizeof first);
  fuzz_append_u16 (file, width);
  fuzz_append_u16 (file, height);
  fuzz_append (file, interlaced ? 0x40 : 0);
  fuzz_append (file, (guint8) code_size);
  fuzz_append_sub_blocks (file, bytes, G_MAXUINT);
  return file;
}

static void
map_palette (guint32 *palette, const guint8 *rgb)
{
  guint i;

  for (i = 0; i < 1u << GIF_MAX_CODE_SIZE; i++) {
    guint8 pixel[4] = { 0, 0, 0, 0xff };

    if (i < N_COLORS)
      memcpy (pixel, rgb + 3 * i, 3);
    memcpy (&palette[i], pixel, sizeof pixel);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  guint code_size = fuzz_take (&bytes) % (GIF_MAX_CODE_SIZE + 1);
  guint8 flags = fuzz_take (&bytes);
  guint width = 1 + fuzz_take (&bytes) % 64,
        height = 1 + fuzz_take (&bytes) % 64;
  guint seen_width = 1 + fuzz_take (&bytes) % width;
  guint seen_height = 1 + fuzz_take (&bytes) % height, y;
  g_autoptr (GByteArray) file =
      make_file (&bytes, code_size, flags & 1, width, height);
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  g_autofree guint32 *seen = g_new0 (guint32, (gsize) seen_width * seen_height);
  guint32 palette[1u << GIF_MAX_CODE_SIZE];
  GifWindow *window = gif_window_new ();
  const guint8 *canvas;
  const GifFrame *frame;
  gsize n;

  g_assert_true (gif_decoder_scan (decoder, file->data, file->len, TRUE)
      == GIF_RESULT_END);
  frame = gif_decoder_get_frame (decoder, 1);
  map_palette (palette, file->data + frame->palette_offset);
  n = gif_window_decode (window, file->data, frame, palette,
      (gsize) width * height, seen, seen_width, seen_height);
  g_assert_true (
      (gif_decoder_render (decoder, file->data, file->len, 1) == GIF_RESULT_OK)
      == (n == (gsize) width * height));
  canvas = gif_decoder_get_canvas (decoder);
  for (y = 0; y < seen_height; y++)
    g_assert_true (memcmp (canvas + (gsize) 4 * width * y,
                       seen + (gsize) seen_width * y, 4 * seen_width)
        == 0);
  gif_window_free (window);
  return 0;
}
