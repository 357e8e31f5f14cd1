/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The block reader: no block lies beyond its bytes, pieces make the same blocks
 * as the whole. The first byte of the input says how large the pieces are. */

#include "fuzz.h"
#include "gifblock.h"

static void
check_block (const GifBlock *block, gsize size)
{
  g_assert_true (block->offset <= size && block->size <= size - block->offset);
  g_assert_true (block->n_colors <= 256);
  if (block->n_colors > 0)
    g_assert_true (block->palette_offset + 3 * block->n_colors
        <= block->offset + block->size);
}

/* Reads the next block from more and more bytes, each time in memory that ends
 * where they do. */
static GifResult
read_in_pieces (GifBlockReader *reader, const guint8 *data, gsize size,
    gsize *n_given, gsize step, GifBlock *block)
{
  GifResult result;

  for (;;) {
    g_autofree guint8 *piece = g_memdup2 (data, *n_given);

    result = gif_block_read (reader, piece, *n_given, block);
    if (result != GIF_RESULT_NEED_DATA || *n_given == size)
      return result;
    *n_given += MIN (step, size - *n_given);
  }
}

/* A graphic control is taken in one step where @reader could read it in three. */
static void
check_extension (const GifBlockReader *reader, const guint8 *data, gsize size)
{
  GifBlockReader fast = *reader, slow = *reader;
  const guint8 *bytes = gif_block_take_extension (&fast, data, size, 0xf9, 4);
  GifBlock block, content, end;
  gboolean is_one = gif_block_read (&slow, data, size, &block) == GIF_RESULT_OK
      && block.type == GIF_BLOCK_EXTENSION && block.label == 0xf9
      && gif_block_read (&slow, data, size, &content) == GIF_RESULT_OK
      && content.type == GIF_BLOCK_DATA && content.size == 4
      && gif_block_read (&slow, data, size, &end) == GIF_RESULT_OK
      && end.type == GIF_BLOCK_DATA_END;

  g_assert_true ((bytes != NULL) == is_one);
  if (is_one)
    g_assert_true (bytes == data + content.offset && fast.pos == slow.pos
        && fast.state == slow.state);
  else
    g_assert_true (fast.pos == reader->pos);
}

/* Image data is skipped in one step where @reader finds its end in one. */
static void
check_skipped (const GifBlockReader *reader, const guint8 *data, gsize size)
{
  GifBlockReader fast = *reader, slow = *reader;
  gsize end = gif_block_skip_image (&fast, data, size);
  GifBlock block;
  gboolean is_one = gif_block_read (&slow, data, size, &block) == GIF_RESULT_OK
      && block.type == GIF_BLOCK_DATA_END;

  g_assert_true ((end > 0) == is_one);
  if (is_one)
    g_assert_true (end == block.offset && fast.pos == slow.pos
        && fast.state == slow.state);
  else
    g_assert_true (fast.pos == reader->pos);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GifBlockReader whole = { 0 }, pieces = { 0 };
  GifBlock block, same;
  gsize n_given = 0, step;
  GifResult result;

  if (size == 0)
    return 0;
  step = 1 + data[0];
  data++;
  size--;
  do {
    check_extension (&whole, data, size);
    result = gif_block_read (&whole, data, size, &block);
    g_assert_true (
        read_in_pieces (&pieces, data, size, &n_given, step, &same) == result);
    g_assert_true (whole.pos <= size && whole.pos == pieces.pos);
    if (result != GIF_RESULT_OK)
      break;
    check_block (&block, size);
    g_assert_true (block.type == same.type && block.offset == same.offset
        && block.size == same.size);
    if (block.type == GIF_BLOCK_IMAGE) {
      gsize at = block.data_offset + 1, n;

      check_skipped (&whole, data, size);
      do {
        guint8 dest[2 * GIF_BLOCK_MAX_DATA];

        n = gif_block_gather (data, &at, size, dest, sizeof dest);
        g_assert_true (n <= sizeof dest && at <= size);
      } while (n > 0);
    }
  } while (result == GIF_RESULT_OK);
  return 0;
}
