/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A decoder that has done anything shows what a fresh one shows: the input is a
 * few steps (more bytes, another layout or background, a frame) and then what a
 * well-formed GIF is made of. */

#include "fuzz.h"
#include "fuzzgif.h"
#include "gifdecoder.h"

#include <string.h>

#define MAX_STEPS 8
#define MAX_FRAMES 12
#define MAX_TOTAL_PIXELS (1 << 16)

typedef struct
{
  guint8 more; /* bytes of the file; 255: all of them */
  guint8 look; /* layout and background */
  guint8 frame;
} Step;

/* Bits 0 to 2 are the disposal. */
enum
{
  HAS_CONTROL = 1 << 3,
  IS_TRANSPARENT = 1 << 4,
  IS_INTERLACED = 1 << 5,
  HAS_PALETTE = 1 << 6,
  IS_HUGE = 1 << 7,
};

static void
append_frame (GByteArray *file, FuzzBytes *bytes)
{
  guint8 flags = fuzz_take (bytes), colors = fuzz_take (bytes);
  guint huge = flags & IS_HUGE ? 65000 : 0;

  if (flags & HAS_CONTROL) {
    g_byte_array_append (file, (const guint8 *) "!\xf9\4", 3);
    fuzz_append (
        file, (guint8) ((flags & 7) << 2 | !!(flags & IS_TRANSPARENT)));
    fuzz_append_u16 (file, fuzz_take (bytes));
    fuzz_append (file, fuzz_take (bytes) % 8);
    fuzz_append (file, 0);
  }
  fuzz_append (file, ',');
  fuzz_append_u16 (file, fuzz_take (bytes) % 24);
  fuzz_append_u16 (file, fuzz_take (bytes) % 24);
  fuzz_append_u16 (file, fuzz_take (bytes) % 24 + huge);
  fuzz_append_u16 (file, fuzz_take (bytes) % 24 + (colors & 8 ? huge : 0));
  fuzz_append (file,
      (guint8) ((flags & IS_INTERLACED ? 0x40 : 0)
          | (flags & HAS_PALETTE ? 0x80 | (colors & 7) : 0)));
  if (flags & HAS_PALETTE)
    fuzz_append_palette (file, 2u << (colors & 7), 0x80);
  fuzz_append (file, fuzz_take (bytes) % (GIF_MAX_CODE_SIZE + 2));
  fuzz_append_sub_blocks (file, bytes, 1 + fuzz_take (bytes) % 4);
}

static GByteArray *
make_file (FuzzBytes *bytes)
{
  GByteArray *file = g_byte_array_new ();
  guint8 colors = fuzz_take (bytes);
  guint n;

  g_byte_array_append (file, (const guint8 *) "GIF89a", 6);
  fuzz_append_u16 (file, fuzz_take (bytes) % 24);
  fuzz_append_u16 (file, fuzz_take (bytes) % 24);
  fuzz_append (file, (guint8) (0x80 | (colors & 7)));
  fuzz_append_u16 (file, 0);
  fuzz_append_palette (file, 2u << (colors & 7), 0x40);
  for (n = 0; n < MAX_FRAMES && bytes->size > 0; n++)
    append_frame (file, bytes);
  if (colors & 8)
    fuzz_append (file, ';');
  return file;
}

static void
set_look (GifDecoder *decoder, guint8 look)
{
  static const guint32 colors[] = { 0, 0xff102030, 0x80405060, 0x00102030 };

  gif_decoder_set_layout (decoder, GIF_LAYOUT_RGBA + look % 6);
  gif_decoder_set_background (decoder, colors[look / 6 % 4]);
}

/* Another decoder sees the first @size bytes at once and renders frame @n at
 * once. */
static void
check_picture (const GifDecoder *used, const guint8 *data, gsize size,
    gboolean at_end, guint8 look, guint n)
{
  const GifInfo *info = gif_decoder_get_info (used);
  gsize n_bytes = (gsize) 4 * info->width * info->height;
  g_autoptr (GifDecoder) fresh = gif_decoder_new ();

  gif_decoder_set_max_pixels (fresh, 1 << 12);
  gif_decoder_set_max_total_pixels (fresh, MAX_TOTAL_PIXELS);
  gif_decoder_scan (fresh, data, size, at_end);
  set_look (fresh, look);
  gif_decoder_render (fresh, data, size, n);
  g_assert_true (memcmp (gif_decoder_get_canvas (used),
                     gif_decoder_get_canvas (fresh), n_bytes)
      == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  FuzzBytes bytes = { data, size };
  guint n_steps = fuzz_take (&bytes) % MAX_STEPS + 1, i;
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  Step steps[MAX_STEPS];
  gsize n_given = 0;

  for (i = 0; i < n_steps; i++)
    steps[i] =
        (Step){ fuzz_take (&bytes), fuzz_take (&bytes), fuzz_take (&bytes) };
  file = make_file (&bytes);
  gif_decoder_set_max_pixels (decoder, 1 << 12);
  gif_decoder_set_max_total_pixels (decoder, MAX_TOTAL_PIXELS);
  for (i = 0; i < n_steps; i++) {
    gsize left = file->len - n_given;
    g_autofree guint8 *piece = NULL;
    GifResult scanned, result;
    guint n_frames, n;

    n_given += steps[i].more == 255 ? left : MIN (steps[i].more, left);
    /* In memory that ends with the bytes, and elsewhere than before. */
    piece = g_memdup2 (file->data, n_given);
    scanned = gif_decoder_scan (decoder, piece, n_given, n_given == file->len);
    n_frames = gif_decoder_get_info (decoder)->n_frames;
    n = steps[i].frame % (n_frames + 1);
    set_look (decoder, steps[i].look);
    result = gif_decoder_render (decoder, piece, n_given, n);
    if (n == n_frames) {
      g_assert_true (result
          == (scanned == GIF_RESULT_NEED_DATA ? GIF_RESULT_NEED_DATA
                                              : GIF_RESULT_END));
      continue;
    }
    g_assert_true (result == GIF_RESULT_OK || result == GIF_RESULT_CORRUPT);
    check_picture (
        decoder, piece, n_given, n_given == file->len, steps[i].look, n);
  }
  return 0;
}
