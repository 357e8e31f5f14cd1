/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "giflzw.h"

#include <string.h>

#define MAX_CODES 4096

/* The string of a code is a slice of what is already written: codes get their
 * strings in order of output, each the string before plus one pixel, and that
 * pixel stands right behind it. */
typedef struct
{
  guint32 pos; /* from the first pixel of the lead */
  guint32 len; /* 0: stands for nothing */
} Slice;

struct _GifLzw
{
  Slice table[MAX_CODES];
};

GifLzw *
gif_lzw_new (void)
{
  return g_new0 (GifLzw, 1);
}

void
gif_lzw_free (GifLzw *self)
{
  g_free (self);
}

gsize
gif_lzw_decode (GifLzw *self, guint code_size, const guint8 *in, gsize in_size,
    guint32 *out, gsize n_pixels)
{
  const guint clear = 1u << code_size;
  guint32 *base = out - GIF_LZW_LEAD;
  const gsize end = GIF_LZW_LEAD + n_pixels;
  gsize pos = GIF_LZW_LEAD, in_pos = 0;
  guint next = clear + 2, width = code_size + 1, n_bits = 0, i;
  guint32 bits = 0;
  Slice last = { 0, 0 };

  for (i = 0; i < clear; i++)
    self->table[i] = (Slice){ i, 1 };

  while (pos < end) {
    guint code;
    Slice slice;

    for (; n_bits < width && in_pos < in_size; n_bits += 8)
      bits |= (guint32) in[in_pos++] << n_bits;
    if (n_bits < width)
      break;
    code = bits & ((1u << width) - 1);
    bits >>= width;
    n_bits -= width;

    if (code == clear) {
      next = clear + 2;
      width = code_size + 1;
      last.len = 0;
      continue;
    }
    if (code == clear + 1)
      break;
    if (last.len > 0 && next < MAX_CODES)
      self->table[next++] = (Slice){ last.pos, last.len + 1 };
    if (next == 1u << width && width < 12)
      width++;
    if (code >= next)
      break;
    slice = self->table[code];
    for (i = 0; i < slice.len; i++)
      base[pos + i] = base[slice.pos + i];
    last = (Slice){ (guint32) pos, slice.len };
    pos += slice.len;
  }
  return MIN (pos, end) - GIF_LZW_LEAD;
}
