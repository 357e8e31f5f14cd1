/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "giflzw.h"

#include <string.h>

#define MAX_WIDTH 12
#define MAX_CODES (1u << MAX_WIDTH)

/* Codes that 56 bits hold at any width. */
#define GROUP 4

/* Pixels copied at a time: most strings of a photograph are shorter. */
#define CHUNK 8

/* Pixels that a group of strings of at most a chunk may write to. */
#define GROUP_ROOM (GROUP * CHUNK)

/* The string of a code is a slice of what is already written: codes get their
 * strings in order of output, each the string before plus one pixel, and that
 * pixel stands right behind it. So no string is ever walked or stored.
 *
 * In the upper half where it begins, from the first pixel of the palette; in the
 * lower half its length less one, so that one comparison finds both the strings
 * longer than a chunk and the two codes that stand for none. */
typedef guint64 Slice;

#define NO_SLICE G_MAXUINT64
#define MAKE_SLICE(pos, rest) ((Slice) (pos) << 32 | (rest))
#define SLICE_POS(slice) ((gsize) ((slice) >> 32))
#define SLICE_REST(slice) ((guint32) (slice))

/* Where decoding stands; kept in registers. */
typedef struct
{
  Slice *table;
  guint32 *base; /* first pixel of the palette */
  gsize pos, end;

  const guint8 *in, *in_end;
  guint64 bits; /* the next ones, lowest first */
  guint n_bits; /* how many of them count */

  guint clear;
  guint next;  /* the code that the next string gets */
  guint width; /* of codes, in bits */
  Slice last;  /* the string before; NO_SLICE after a clear code */
} State;

struct _GifLzw
{
  State state; /* between two pieces of input */
  gsize begin; /* position of the first pixel */

  /* First the single pixels, which stay for images of the same code size, and
   * NO_SLICE for the clear code and the end code; then the strings. What lies
   * behind the last string is of images before, or of nothing, and never looked
   * at. */
  guint code_size; /* G_MAXUINT at first */
  guint watched;   /* NO_SLICE too until it comes; G_MAXUINT: none */
  Slice table[MAX_CODES];
};

GifLzw *
gif_lzw_new (void)
{
  GifLzw *self = g_new (GifLzw, 1);

  self->code_size = self->watched = G_MAXUINT;
  return self;
}

void
gif_lzw_free (GifLzw *self)
{
  g_free (self);
}

static inline guint64
load_u64 (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_LE (value);
}

/* The two may overlap: then what is written is what was there before. */
static inline void
copy_chunk (guint32 *dest, const guint32 *src)
{
  struct
  {
    guint32 pixels[CHUNK / 2];
  } low, high;

  memcpy (&low, src, sizeof low);
  memcpy (&high, src + CHUNK / 2, sizeof high);
  memcpy (dest, &low, sizeof low);
  memcpy (dest + CHUNK / 2, &high, sizeof high);
}

/* Writes the string of @slice, which is longer than a chunk. */
static inline void
copy_long (guint32 *dest, const guint32 *src, guint32 rest)
{
  guint32 i;

  for (i = 0; i <= rest; i += 2 * CHUNK) {
    copy_chunk (dest + i, src + i);
    copy_chunk (dest + i + CHUNK, src + i + CHUNK);
  }
}

/* Whether a group may go on behind a string longer than a chunk, which is
 * rounded up to whole copies. Never for NO_SLICE. */
static inline gboolean
has_room (const State *s, guint32 rest)
{
  return s->end - s->pos >= (gsize) rest + 2 * CHUNK + GROUP_ROOM;
}

/* Decodes one code that stands for a string. FALSE, and nothing done, if it
 * does not, or if too little room would be left for the rest of the group.
 * @next is the code that gets a string now, but not with @is_full. */
static G_ALWAYS_INLINE inline gboolean
decode_string (State *s, guint next, gboolean is_full)
{
  guint code = s->bits & ((1u << s->width) - 1);
  guint32 *dest = s->base + s->pos, rest;
  const guint32 *src;
  Slice slice;

  if (!is_full)
    s->table[next] = s->last + 1;
  if (G_UNLIKELY (code >= next)) {
    rest = SLICE_REST (s->last) + 1;
    if (is_full || code > next || !has_room (s, rest))
      return FALSE;
    /* The string being made now: it ends with its own first pixel. */
    copy_long (dest, s->base + SLICE_POS (s->last), rest);
    dest[rest] = dest[0];
  } else {
    slice = s->table[code];
    rest = SLICE_REST (slice);
    src = s->base + SLICE_POS (slice);
    if (G_LIKELY (rest < CHUNK))
      copy_chunk (dest, src);
    else if (has_room (s, rest))
      copy_long (dest, src, rest);
    else
      return FALSE;
  }

  s->bits >>= s->width;
  s->last = MAKE_SLICE (s->pos, rest);
  s->pos += (gsize) rest + 1;
  return TRUE;
}

/* Decodes groups of codes for as long as nothing can happen to them: no change
 * of width, no end of the input or output, no code without a string. @is_full:
 * the table takes no more strings. */
static G_ALWAYS_INLINE inline void
decode_groups (State *state, gboolean is_full)
{
  State s = *state;
  const guint end_next = (1u << s.width) - GROUP;
  guint i = GROUP;

  while (i == GROUP && s.in_end - s.in >= 8 && s.end - s.pos >= GROUP_ROOM
      && (is_full || s.next < end_next)) {
    s.bits |= load_u64 (s.in) << s.n_bits;
    s.in += (63 - s.n_bits) / 8;
    s.n_bits |= 56;

#ifdef __GNUC__ /* clang too */
#pragma GCC unroll 4
#endif
    for (i = 0; i < GROUP; i++) {
      if (!decode_string (&s, s.next + i, is_full))
        break;
    }
    s.n_bits -= i * s.width;
    s.next += is_full ? 0 : i;
  }
  *state = s;
}

/* What stands for a single pixel. */
static inline Slice
make_pixel (guint index)
{
  return MAKE_SLICE (index, 0);
}

static void
forget_strings (State *s)
{
  s->next = s->clear + 2;
  s->last = NO_SLICE;
  s->width = g_bit_storage (s->clear);
}

/* Decodes one code with all that can happen to it. FALSE, and nothing done, if
 * no more comes: of this input, or at all. */
static G_ALWAYS_INLINE inline gboolean
decode_code (State *s, guint *watched)
{
  gboolean is_full = s->last == NO_SLICE || s->next == MAX_CODES;
  const guint32 *src;
  guint32 *dest;
  guint code;
  gsize n, i;

  for (; s->n_bits < s->width && s->in < s->in_end; s->n_bits += 8)
    s->bits |= (guint64) *s->in++ << s->n_bits;
  if (s->n_bits < s->width)
    return FALSE;

  code = s->bits & ((1u << s->width) - 1);
  if (code == s->clear) {
    s->bits >>= s->width;
    s->n_bits -= s->width;
    forget_strings (s);
    return TRUE;
  }
  if (code == *watched) {
    s->table[code] = make_pixel (code);
    *watched = G_MAXUINT;
  }
  if (!is_full)
    s->table[s->next] = s->last + 1;
  if (code >= s->next + !is_full || s->table[code] == NO_SLICE)
    return FALSE;
  s->bits >>= s->width;
  s->n_bits -= s->width;

  /* One by one: a string that is being made now ends with its own first pixel. */
  src = s->base + SLICE_POS (s->table[code]);
  dest = s->base + s->pos;
  n = MIN ((gsize) SLICE_REST (s->table[code]) + 1, s->end - s->pos);
  for (i = 0; i < n; i++)
    dest[i] = src[i];
  s->last = MAKE_SLICE (s->pos, n - 1);
  s->pos += n;
  s->next += !is_full;
  /* More than equal: with a code size of 0 the first one is 3, in one bit. */
  if (s->next >= 1u << s->width && s->width < MAX_WIDTH)
    s->width++;
  return TRUE;
}

static void
set_up_table (GifLzw *self, guint code_size)
{
  guint clear = 1u << code_size, i;

  if (self->code_size == code_size)
    return;
  for (i = 0; i < clear; i++)
    self->table[i] = make_pixel (i);
  self->table[clear] = NO_SLICE;
  self->table[clear + 1] = NO_SLICE;
  self->code_size = code_size;
}

void
gif_lzw_begin (GifLzw *self, guint code_size, guint32 *palette, guint32 *out,
    gsize n_pixels)
{
  self->begin = (gsize) (out - palette);
  self->state = (State){
    .table = self->table,
    .base = palette,
    .pos = self->begin,
    .end = self->begin + n_pixels,
    .clear = 1u << code_size,
  };
  forget_strings (&self->state);
  if (self->watched != G_MAXUINT)
    self->table[self->watched] = make_pixel (self->watched);
  self->watched = G_MAXUINT;
  set_up_table (self, code_size);
}

void
gif_lzw_watch (GifLzw *self, guint index)
{
  self->table[index] = NO_SLICE;
  self->watched = index;
}

gboolean
gif_lzw_has_seen (const GifLzw *self)
{
  return self->watched == G_MAXUINT;
}

static GIF_FAST gboolean
feed (GifLzw *self, const guint8 *in, gsize in_size)
{
  State s = self->state;

  s.in = in;
  s.in_end = in + in_size;
  while (s.pos < s.end && decode_code (&s, &self->watched)) {
    if (s.last == NO_SLICE)
      continue;
    if (s.next == MAX_CODES)
      decode_groups (&s, TRUE);
    else
      decode_groups (&s, FALSE);
  }
  self->state = s;
  return s.pos < s.end && s.n_bits < s.width;
}

/* What has copies for several processors is seen outside, with some compilers. */
gboolean
gif_lzw_feed (GifLzw *self, const guint8 *in, gsize in_size)
{
  return feed (self, in, in_size);
}

gsize
gif_lzw_end (const GifLzw *self)
{
  return self->state.pos - self->begin;
}
