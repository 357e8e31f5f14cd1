/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The LZW decoder against one that walks prefixes, as textbooks do. The first
 * byte of the input is the code size, the next two the number of pixels. */

#include "fuzz.h"
#include "giflzw.h"

#include <string.h>

#define MAX_CODES 4096

/* Codes and what they stand for: the string of the prefix and one pixel. */
typedef struct
{
  guint16 prefix[MAX_CODES];
  guint16 last[MAX_CODES];
  guint next, width;
  gint before; /* code, -1 after a clear code */
} Textbook;

static guint
first_of (const Textbook *book, guint code, guint clear)
{
  while (code >= clear)
    code = book->prefix[code];
  return code;
}

/* Writes the string of @code before @end. Returns: its length. */
static gsize
spell (const Textbook *book, guint code, guint clear, guint32 *out, gsize max)
{
  gsize n = 1, i;
  guint c;

  for (c = code; c >= clear; c = book->prefix[c])
    n++;
  for (i = n, c = code; i-- > 0; c = book->prefix[c]) {
    if (i < max)
      out[i] = 1 + (c < clear ? c : book->last[c]);
  }
  return n;
}

static gboolean
learn (Textbook *book, guint code, guint clear)
{
  if (book->before >= 0 && book->next < MAX_CODES) {
    if (code > book->next)
      return FALSE;
    book->prefix[book->next] = (guint16) book->before;
    book->last[book->next] = (guint16) first_of (
        book, code == book->next ? (guint) book->before : code, clear);
    book->next++;
  }
  if (book->next >= 1u << book->width && book->width < 12)
    book->width++;
  return code < book->next && code != clear && code != clear + 1;
}

static gsize
decode_by_the_book (guint code_size, const guint8 *in, gsize in_size,
    guint32 *out, gsize n_pixels)
{
  guint clear = 1u << code_size, code, k;
  Textbook book = { .next = clear + 2, .width = code_size + 1, .before = -1 };
  gsize at = 0, n = 0;

  while (n < n_pixels && at + book.width <= 8 * in_size) {
    for (code = 0, k = 0; k < book.width; k++, at++)
      code |= (guint) (in[at / 8] >> at % 8 & 1) << k;
    if (code == clear) {
      book.next = clear + 2;
      book.width = code_size + 1;
      book.before = -1;
      continue;
    }
    if (code == clear + 1 || !learn (&book, code, clear))
      break;
    n += spell (&book, code, clear, out + n, n_pixels - n);
    book.before = (gint) code;
  }
  return MIN (n, n_pixels);
}

/* Feeds pieces of @step bytes, and looks out for an index. */
static gsize
decode_in_pieces (GifLzw *lzw, guint code_size, const guint8 *in, gsize in_size,
    guint32 *memory, gsize n_pixels, gsize step)
{
  gsize at, n = 0;

  gif_lzw_begin (lzw, code_size, memory, memory + GIF_LZW_MAX_COLORS, n_pixels);
  gif_lzw_watch (lzw, step % (1u << code_size));
  for (at = 0; at < in_size; at += n) {
    n = MIN (step, in_size - at);
    if (!gif_lzw_feed (lzw, in + at, n))
      break;
  }
  return gif_lzw_end (lzw);
}

/* Whether it was among the pixels, of which each is its index plus one. */
static gboolean
holds (const guint32 *pixels, gsize n, guint index)
{
  gsize i;

  for (i = 0; i < n && pixels[i] != index + 1; i++)
    ;
  return i < n;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static GifLzw *lzw; /* one for all: nothing of an image may last */
  g_autofree guint32 *memory = NULL, *expected = NULL;
  const gsize steps[] = { 1, 3, 11, size };
  gsize n_pixels, n_expected, i;
  guint code_size, k;

  if (size < 3)
    return 0;
  code_size = data[0] % (GIF_MAX_CODE_SIZE + 1);
  n_pixels = data[1] | (gsize) data[2] << 8;
  data += 3;
  size -= 3;

  memory = g_new0 (guint32, GIF_LZW_MAX_COLORS + n_pixels);
  expected = g_new0 (guint32, n_pixels + 1);
  for (i = 0; i < GIF_LZW_MAX_COLORS; i++)
    memory[i] = (guint32) i + 1;
  if (!lzw)
    lzw = gif_lzw_new ();
  n_expected = decode_by_the_book (code_size, data, size, expected, n_pixels);
  for (k = 0; k < G_N_ELEMENTS (steps); k++) {
    g_assert_true (decode_in_pieces (
                       lzw, code_size, data, size, memory, n_pixels, steps[k])
        == n_expected);
    g_assert_true (memcmp (memory + GIF_LZW_MAX_COLORS, expected,
                       n_expected * sizeof *expected)
        == 0);
    g_assert_true (gif_lzw_has_seen (lzw)
        == holds (expected, n_expected, steps[k] % (1u << code_size)));
  }
  return 0;
}
