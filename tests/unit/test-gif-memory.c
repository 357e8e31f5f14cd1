/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the decoder takes from malloc(), and that it may be refused. Needs a C
 * library that lets us put our own in its place, and no sanitizer. */

#include "gifgolden.h"

#include <errno.h>

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *memory, size_t size);
void *malloc (size_t size);
void *calloc (size_t n, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);
void *realloc (void *memory, size_t size);
int posix_memalign (void **memory, size_t alignment, size_t size);

static guint n_allocations;
static gsize largest = G_MAXSIZE; /* what is given at most */

void *
malloc (size_t size)
{
  n_allocations++;
  return size <= largest ? __libc_malloc (size) : NULL;
}

void *
calloc (size_t n, size_t size)
{
  n_allocations++;
  return n * size <= largest ? __libc_calloc (n, size) : NULL;
}

void *
realloc (void *memory, size_t size)
{
  n_allocations++;
  return size <= largest ? __libc_realloc (memory, size) : NULL;
}

int
posix_memalign (void **memory, size_t alignment, size_t size)
{
  n_allocations++;
  *memory = size <= largest ? __libc_memalign (alignment, size) : NULL;
  return *memory != NULL ? 0 : ENOMEM;
}

static void
render (GifDecoder *decoder, const GifGolden *golden, guint n)
{
  g_assert_cmpint (gif_decoder_render (decoder, golden->data, golden->size, n),
      ==, GIF_RESULT_OK);
}

static void
test_the_second_round_allocates_nothing (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("mixed");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  guint n_frames = gif_decoder_get_info (decoder)->n_frames, i, before;

  for (i = 0; i < n_frames; i++)
    render (decoder, golden, i);
  before = n_allocations;
  g_assert_cmpuint (before, >, 0);
  for (i = 0; i < 3 * n_frames; i++)
    gif_decoder_render (decoder, golden->data, golden->size, i % n_frames);
  g_assert_cmpuint (n_allocations, ==, before);
}

static void
test_a_reset_decoder_allocates_nothing (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("full-frames");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  guint before, i;

  render (decoder, golden, 0);
  before = n_allocations;
  for (i = 0; i < 3; i++) {
    gif_decoder_reset (decoder);
    gif_decoder_scan (decoder, golden->data, golden->size, TRUE);
    render (decoder, golden, 0);
  }
  g_assert_cmpuint (n_allocations, ==, before);
}

/* Canvas, scratch and what is kept below a frame. */
static void
test_the_pixels_of_a_file_are_in_one_block (void)
{
  static const char *const names[] = { "mixed", "disposal-previous-chain",
    "interlace", "full-frames" };
  guint i, n;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (names[i]);
    g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
    guint before = n_allocations;

    for (n = 0; n < gif_decoder_get_info (decoder)->n_frames; n++)
      gif_decoder_render (decoder, golden->data, golden->size, n);
    g_assert_cmpuint (n_allocations, <=, before + 1);
  }
}

/* Shrinks what malloc() gives until every kind of memory has been refused. */
static void
test_no_memory_is_a_result (void)
{
  static const char *const names[] = { "mixed", "lzw-one-run", "full-frames" };
  guint i, n, n_refused = 0;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GifGolden) golden = gif_golden_load (names[i]);
    gsize size;

    for (size = 1 << 20; size >= 64; size /= 2) {
      g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
      GifResult result = GIF_RESULT_OK;

      largest = size;
      for (n = 0; n < gif_decoder_get_info (decoder)->n_frames
           && result != GIF_RESULT_NO_MEMORY;
           n++)
        result = gif_decoder_render (decoder, golden->data, golden->size, n);
      largest = G_MAXSIZE;
      if (result == GIF_RESULT_NO_MEMORY) {
        n_refused++;
        g_assert_null (gif_decoder_get_canvas (decoder));
      }
      /* Memory that comes back is used. */
      g_assert_cmpint (
          gif_decoder_render (decoder, golden->data, golden->size, 0), ==,
          GIF_RESULT_OK);
      gif_golden_assert_picture (golden, 0, gif_decoder_get_canvas (decoder));
    }
  }
  g_assert_cmpuint (n_refused, >=, 10);
}

/* Its frames claim up to 65535 × 65535 pixels. */
static void
test_frames_out_of_sight_take_no_memory (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("frame-huge-damaged");
  g_autoptr (GifDecoder) decoder = gif_golden_scan (golden);
  guint n;

  largest = 512 * 1024;
  for (n = 0; n < gif_decoder_get_info (decoder)->n_frames; n++)
    g_assert_cmpint (
        gif_decoder_render (decoder, golden->data, golden->size, n), !=,
        GIF_RESULT_NO_MEMORY);
  largest = G_MAXSIZE;
  gif_golden_assert_picture (golden, n - 1, gif_decoder_get_canvas (decoder));
}

/* A file of @n frames without pixels on a screen of @side × @side. */
static GByteArray *
make_many_frames (guint8 side, guint n)
{
  static const guint8 frame[] = { ',', 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0 };
  const guint8 screen[] = { 'G', 'I', 'F', '8', '9', 'a', side, 0, side, 0, 0,
    0, 0 };
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, screen, sizeof screen);
  for (; n > 0; n--)
    g_byte_array_append (file, frame, sizeof frame);
  return file;
}

/* From 4 MB on, memory comes from elsewhere. */
static void
test_no_memory_for_a_large_screen_is_a_result (void)
{
  static const guint8 bytes[] = { 'G', 'I', 'F', '8', '9', 'a', 0, 8, 0, 8, 0,
    0, 0, ',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, ';' };
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();

  largest = 4 << 20;
  g_assert_cmpint (gif_decoder_scan (decoder, bytes, sizeof bytes, TRUE), ==,
      GIF_RESULT_END);
  g_assert_cmpint (gif_decoder_render (decoder, bytes, sizeof bytes, 0), ==,
      GIF_RESULT_NO_MEMORY);
  g_assert_null (gif_decoder_get_canvas (decoder));
  largest = G_MAXSIZE;
  g_assert_cmpint (
      gif_decoder_render (decoder, bytes, sizeof bytes, 0), ==, GIF_RESULT_OK);
  g_assert_nonnull (gif_decoder_get_canvas (decoder));
}

static void
test_no_memory_for_the_frames_is_a_result (void)
{
  g_autoptr (GByteArray) file = make_many_frames (1, 10000);
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  guint n_frames;

  largest = 64 * 1024;
  g_assert_cmpint (gif_decoder_scan (decoder, file->data, file->len, TRUE), ==,
      GIF_RESULT_NO_MEMORY);
  largest = G_MAXSIZE;
  n_frames = gif_decoder_get_info (decoder)->n_frames;
  g_assert_cmpuint (n_frames, >, 100);
  g_assert_cmpint (
      gif_decoder_render (decoder, file->data, file->len, n_frames - 1), ==,
      GIF_RESULT_OK);
  g_assert_cmpint (gif_decoder_scan (decoder, file->data, file->len, TRUE), ==,
      GIF_RESULT_NO_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gif/memory/the-second-round-allocates-nothing",
      test_the_second_round_allocates_nothing);
  g_test_add_func ("/gif/memory/a-reset-decoder-allocates-nothing",
      test_a_reset_decoder_allocates_nothing);
  g_test_add_func ("/gif/memory/the-pixels-of-a-file-are-in-one-block",
      test_the_pixels_of_a_file_are_in_one_block);
  g_test_add_func (
      "/gif/memory/no-memory-is-a-result", test_no_memory_is_a_result);
  g_test_add_func ("/gif/memory/frames-out-of-sight-take-no-memory",
      test_frames_out_of_sight_take_no_memory);
  g_test_add_func ("/gif/memory/no-memory-for-a-large-screen-is-a-result",
      test_no_memory_for_a_large_screen_is_a_result);
  g_test_add_func ("/gif/memory/no-memory-for-the-frames-is-a-result",
      test_no_memory_for_the_frames_is_a_result);
  return g_test_run ();
}
