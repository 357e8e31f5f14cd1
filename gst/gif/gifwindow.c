/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifwindow.h"

#define MAX_WIDTH 12
#define MAX_CODES (1u << MAX_WIDTH)
#define NO_CODE G_MAXUINT

/* The string of a code is that of its prefix and one index more, as textbooks
 * have it; its length is known without a walk through it. */
struct _GifWindow
{
  guint16 prefix[MAX_CODES];
  guint16 first[MAX_CODES], last[MAX_CODES]; /* indices */
  guint16 length[MAX_CODES];
  guint16 string[MAX_CODES];

  guint clear, next, width;
  guint before; /* the code before, NO_CODE after a clear code */
};

/* Bits out of sub-blocks, GIF89a §15. */
typedef struct
{
  const guint8 *data, *end;
  guint n_left; /* bytes of the sub-block */
  guint32 bits;
  guint n_bits;
} Reader;

GifWindow *
gif_window_new (void)
{
  return g_try_new (GifWindow, 1);
}

void
gif_window_free (GifWindow *self)
{
  g_free (self);
}

static gboolean
read_byte (Reader *reader, guint8 *byte)
{
  if (reader->n_left == 0 && reader->data < reader->end)
    reader->n_left = *reader->data++;
  if (reader->n_left == 0 || reader->data == reader->end)
    return FALSE;
  reader->n_left--;
  *byte = *reader->data++;
  return TRUE;
}

static gboolean
read_code (Reader *reader, guint width, guint *code)
{
  guint8 byte;

  for (; reader->n_bits < width; reader->n_bits += 8) {
    if (!read_byte (reader, &byte))
      return FALSE;
    reader->bits |= (guint32) byte << reader->n_bits;
  }
  *code = reader->bits & ((1u << width) - 1);
  reader->bits >>= width;
  reader->n_bits -= width;
  return TRUE;
}

static void
forget_strings (GifWindow *self)
{
  self->next = self->clear + 2;
  self->width = g_bit_storage (self->clear);
  self->before = NO_CODE;
}

static void
begin (GifWindow *self, guint code_size)
{
  guint i;

  self->clear = 1u << code_size;
  for (i = 0; i < self->clear; i++) {
    self->first[i] = self->last[i] = (guint16) i;
    self->length[i] = 1;
  }
  forget_strings (self);
}

/* Makes the string that comes with @code. FALSE: @code stands for none. */
static gboolean
learn (GifWindow *self, guint code)
{
  guint before = self->before;

  if (before != NO_CODE && self->next < MAX_CODES) {
    if (code > self->next)
      return FALSE;
    self->prefix[self->next] = (guint16) before;
    self->first[self->next] = self->first[before];
    self->last[self->next] = self->first[code == self->next ? before : code];
    self->length[self->next] = self->length[before] + 1;
    self->next++;
  }
  if (self->next >= 1u << self->width && self->width < MAX_WIDTH)
    self->width++;
  self->before = code;
  return code < self->next && code != self->clear && code != self->clear + 1;
}

static const guint16 *
spell (GifWindow *self, guint code)
{
  guint i;

  for (i = self->length[code]; i-- > 0; code = self->prefix[code])
    self->string[i] = self->last[code];
  return self->string;
}

/* Which row of the picture the @n-th one of the file is, GIF89a appendix E. */
static guint
find_row (const GifFrame *frame, guint n)
{
  static const guint starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  guint height = frame->rect.height, pass, n_rows;

  if (!frame->interlaced)
    return n;
  for (pass = 0; pass < 3; pass++) {
    n_rows = (height + steps[pass] - 1 - starts[pass]) / steps[pass];
    if (n < n_rows)
      break;
    n -= n_rows;
  }
  return starts[pass] + n * steps[pass];
}

gsize
gif_window_decode (GifWindow *self, const guint8 *data, const GifFrame *frame,
    const guint32 *palette, gsize n_pixels, guint32 *pixels, guint width,
    guint height)
{
  Reader reader = { .data = data + frame->data_offset,
    .end = data + frame->offset + frame->size };
  const guint16 *string;
  gsize pos = 0, n, i;
  guint code;

  begin (self, frame->code_size);
  while (pos < n_pixels && read_code (&reader, self->width, &code)) {
    guint y = find_row (frame, (guint) (pos / frame->rect.width));
    guint x = pos % frame->rect.width;

    if (code == self->clear) {
      forget_strings (self);
      continue;
    }
    if (!learn (self, code))
      break;
    n = MIN (self->length[code], n_pixels - pos);
    /* A string that ends in the row where it begins may be out of sight. */
    if (x + n > frame->rect.width || (x < width && y < height)) {
      string = spell (self, code);
      for (i = 0; i < n; i++) {
        if (x < width && y < height)
          pixels[(gsize) y * width + x] = palette[string[i]];
        if (++x == frame->rect.width) {
          x = 0;
          y = find_row (frame, (guint) ((pos + i + 1) / frame->rect.width));
        }
      }
    }
    pos += n;
  }
  return pos;
}
