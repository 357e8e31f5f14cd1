/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where blocks begin and end. */

#include "gifblock.h"

#include <string.h>

/* clang-format off */
static const guint8 file[] = {
  'G', 'I', 'F', '8', '9', 'a', 4, 0, 3, 1, 0x80, 1, 49, /* 4 × 259 */
  1, 2, 3, 4, 5, 6,                                      /* two colours */
  0x21, 0xf9, 4, 5, 7, 0, 0, 0,                          /* at 19 */
  0x2c, 1, 0, 2, 0, 3, 0, 4, 0, 0xc1,                    /* at 27 */
  1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4,
  2, 3, 0x84, 0x5f, 0x11, 1, 0x22, 0,                    /* at 49 */
  0x3b,                                                  /* at 57 */
  0x21,
};
/* clang-format on */

typedef struct
{
  GifBlockType type;
  gsize offset, size;
} Expected;

static const Expected expected[] = {
  { GIF_BLOCK_SCREEN, 0, 19 },
  { GIF_BLOCK_EXTENSION, 19, 2 },
  { GIF_BLOCK_DATA, 22, 4 },
  { GIF_BLOCK_DATA_END, 27, 0 },
  { GIF_BLOCK_IMAGE, 27, 23 },
  { GIF_BLOCK_DATA_END, 57, 0 },
  { GIF_BLOCK_TRAILER, 57, 1 },
};

static void
test_cursor_takes_no_more_than_there_is (void)
{
  static const guint8 bytes[] = { 1, 2, 3 };
  GifCursor cursor = { bytes, sizeof bytes, 0 };

  g_assert_true (gif_cursor_take (&cursor, 2) == bytes);
  g_assert_null (gif_cursor_take (&cursor, 2));
  g_assert_null (gif_cursor_take (&cursor, G_MAXSIZE));
  g_assert_cmpuint (cursor.pos, ==, 2);
  g_assert_true (gif_cursor_take (&cursor, 1) == bytes + 2);
  g_assert_true (gif_cursor_take (&cursor, 0) == bytes + 3);
  g_assert_null (gif_cursor_take (&cursor, 1));
  cursor.pos = 9;
  g_assert_null (gif_cursor_take (&cursor, 0));
}

static void
test_blocks_follow_one_another (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_assert_cmpint (
        gif_block_read (&reader, file, sizeof file, &block), ==, GIF_RESULT_OK);
    g_assert_cmpint (block.type, ==, expected[i].type);
    g_assert_cmpuint (block.offset, ==, expected[i].offset);
    g_assert_cmpuint (block.size, ==, expected[i].size);
  }
  g_assert_cmpint (
      gif_block_read (&reader, file, sizeof file, &block), ==, GIF_RESULT_END);
  g_assert_cmpuint (reader.pos, ==, 58);
}

static void
test_descriptors_say_where_things_are (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block;

  gif_block_read (&reader, file, sizeof file, &block);
  g_assert_cmpuint (block.rect.width, ==, 4);
  g_assert_cmpuint (block.rect.height, ==, 259);
  g_assert_cmpuint (block.n_colors, ==, 2);
  g_assert_cmpuint (block.palette_offset, ==, 13);
  g_assert_cmpuint (block.aspect, ==, 49);

  gif_block_read (&reader, file, sizeof file, &block);
  g_assert_cmpuint (block.label, ==, 0xf9);
  gif_block_read (&reader, file, sizeof file, &block);
  gif_block_read (&reader, file, sizeof file, &block);
  gif_block_read (&reader, file, sizeof file, &block);
  g_assert_cmpuint (block.rect.x, ==, 1);
  g_assert_cmpuint (block.rect.y, ==, 2);
  g_assert_cmpuint (block.rect.width, ==, 3);
  g_assert_cmpuint (block.rect.height, ==, 4);
  g_assert_true (block.interlaced);
  g_assert_cmpuint (block.n_colors, ==, 4);
  g_assert_cmpuint (block.palette_offset, ==, 37);
  g_assert_cmpuint (block.data_offset, ==, 49);
}

static void
test_reading_waits_for_every_byte (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block;
  gsize size;
  guint i = 0;

  for (size = 0; size <= sizeof file && i < G_N_ELEMENTS (expected); size++) {
    g_autofree guint8 *data = g_memdup2 (file, size);
    GifResult result;

    while ((result = gif_block_read (&reader, data, size, &block))
        == GIF_RESULT_OK) {
      g_assert_cmpint (block.type, ==, expected[i].type);
      g_assert_cmpuint (block.offset, ==, expected[i].offset);
      g_assert_cmpuint (block.size, ==, expected[i].size);
      g_assert_cmpuint (reader.pos, ==, size);
      i++;
    }
    g_assert_cmpint (result, ==,
        i < G_N_ELEMENTS (expected) ? GIF_RESULT_NEED_DATA : GIF_RESULT_END);
  }
  g_assert_cmpuint (i, ==, G_N_ELEMENTS (expected));
}

static void
test_skipped_image_data_is_not_read_again (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block;

  while (gif_block_read (&reader, file, 54, &block) == GIF_RESULT_OK)
    ;
  /* Behind the sub-block of three, before the one whose byte is missing. */
  g_assert_cmpuint (reader.pos, ==, 54);
}

static void
test_other_signatures_are_known_by_their_first_byte (void)
{
  static const gchar *const wrong[] = { "X", "GIX", "GIF88", "GIF89b", "gif" };
  static const gchar *const open[] = { "", "G", "GIF8", "GIF87", "GIF89a" };
  GifBlock block;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    GifBlockReader reader = { 0 };

    g_assert_cmpint (gif_block_read (&reader, (const guint8 *) wrong[i],
                         strlen (wrong[i]), &block),
        ==, GIF_RESULT_NOT_A_GIF);
  }
  for (i = 0; i < G_N_ELEMENTS (open); i++) {
    GifBlockReader reader = { 0 };

    g_assert_cmpint (gif_block_read (&reader, (const guint8 *) open[i],
                         strlen (open[i]), &block),
        ==, GIF_RESULT_NEED_DATA);
  }
}

static void
test_bytes_that_begin_no_block_are_the_end (void)
{
  guint8 data[20];
  guint byte;

  memcpy (data, file, 19);
  for (byte = 0; byte < 256; byte++) {
    GifBlockReader reader = { 0 };
    GifBlock block;

    if (byte == 0x21 || byte == 0x2c || byte == 0x3b)
      continue;
    data[19] = (guint8) byte;
    gif_block_read (&reader, data, sizeof data, &block);
    g_assert_cmpint (gif_block_read (&reader, data, sizeof data, &block), ==,
        GIF_RESULT_END);
    g_assert_cmpint (gif_block_read (&reader, data, sizeof data, &block), ==,
        GIF_RESULT_END);
  }
}

static void
test_gather_drops_lengths (void)
{
  static const guint8 data[] = { 9, 2, 'a', 'b', 1, 'c', 0, 1, 'x' };
  guint8 dest[GIF_BLOCK_MAX_DATA + 3];
  gsize at = 1;

  g_assert_cmpuint (
      gif_block_gather (data, &at, sizeof data, dest, sizeof dest), ==, 3);
  g_assert_cmpmem (dest, 3, "abc", 3);
  g_assert_cmpuint (
      gif_block_gather (data, &at, sizeof data, dest, sizeof dest), ==, 0);
  g_assert_cmpuint (at, ==, 6);
}

static void
test_gather_goes_on_where_it_stopped (void)
{
  static const guint8 data[] = { 2, 'a', 'b', 1, 'c', 0 };
  guint8 dest[GIF_BLOCK_MAX_DATA + 1];
  gsize at = 0;

  g_assert_cmpuint (
      gif_block_gather (data, &at, sizeof data, dest, sizeof dest), ==, 2);
  g_assert_cmpmem (dest, 2, "ab", 2);
  g_assert_cmpuint (
      gif_block_gather (data, &at, sizeof data, dest, sizeof dest), ==, 1);
  g_assert_cmpmem (dest, 1, "c", 1);
}

static void
test_gather_takes_what_is_there (void)
{
  static const guint8 data[] = { 2, 'a', 'b', 4, 'c' };
  static const char *contents[] = { "", "", "a", "ab", "ab", "abc" };
  gsize end;

  for (end = 0; end < G_N_ELEMENTS (contents); end++) {
    guint8 dest[GIF_BLOCK_MAX_DATA + 3];
    gsize at = 0, n;

    n = gif_block_gather (data, &at, end, dest, sizeof dest);
    g_assert_cmpmem (dest, n, contents[end], strlen (contents[end]));
    g_assert_cmpuint (
        gif_block_gather (data, &at, end, dest, sizeof dest), ==, 0);
  }
}

static void
test_gather_takes_every_size (void)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autoptr (GByteArray) content = g_byte_array_new ();
  g_autoptr (GByteArray) gathered = g_byte_array_new ();
  g_autofree guint8 *dest = g_malloc (2 * GIF_BLOCK_MAX_DATA);
  gsize at = 0, n;
  guint size, i;

  for (size = 1; size <= GIF_BLOCK_MAX_DATA; size++) {
    guint8 block[1 + GIF_BLOCK_MAX_DATA] = { (guint8) size };

    for (i = 1; i <= size; i++)
      block[i] = (guint8) (size + i);
    g_byte_array_append (data, block, 1 + size);
    g_byte_array_append (content, block + 1, size);
  }
  while ((n = gif_block_gather (
              data->data, &at, data->len, dest, 2 * GIF_BLOCK_MAX_DATA)))
    g_byte_array_append (gathered, dest, (guint) n);
  g_assert_cmpmem (gathered->data, gathered->len, content->data, content->len);
  g_assert_cmpuint (at, ==, data->len);
}

static void
test_data_that_nobody_wants_is_skipped (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (expected); i++) {
    gif_block_skip_data (&reader); /* only of an extension */
    if (expected[i].type == GIF_BLOCK_DATA)
      continue;
    g_assert_cmpint (
        gif_block_read (&reader, file, sizeof file, &block), ==, GIF_RESULT_OK);
    g_assert_cmpint (block.type, ==, expected[i].type);
    g_assert_cmpuint (block.offset, ==, expected[i].offset);
  }
}

/* At any place, cut anywhere: in one step, or none and nothing is lost. */
static void
test_an_extension_is_taken_whole_or_not_at_all (void)
{
  gsize size;

  for (size = 0; size <= sizeof file; size++) {
    g_autofree guint8 *data = g_memdup2 (file, MAX (1, size));
    GifBlockReader reader = { 0 }, slow = { 0 };
    const guint8 *bytes;
    guint n_taken = 0;
    GifBlock block;

    do {
      bytes = gif_block_take_extension (&reader, data, size, 0xf9, 4);
      g_assert_true (bytes == NULL || bytes == data + 22);
      n_taken += bytes != NULL;
      g_assert_null (gif_block_take_extension (&reader, data, size, 0xf9, 3));
      g_assert_null (gif_block_take_extension (&reader, data, size, 0xfe, 4));
    } while (gif_block_read (&reader, data, size, &block) == GIF_RESULT_OK);
    while (gif_block_read (&slow, data, size, &block) == GIF_RESULT_OK)
      ;
    g_assert_cmpuint (n_taken, ==, size >= 27);
    g_assert_cmpuint (reader.pos, ==, slow.pos);
  }
}

static void
test_image_data_is_skipped_whole_or_not_at_all (void)
{
  GifBlockReader reader = { 0 };
  GifBlock block = { 0 };
  gsize size;

  g_assert_cmpuint (gif_block_skip_image (&reader, file, sizeof file), ==, 0);
  while (block.type != GIF_BLOCK_IMAGE)
    gif_block_read (&reader, file, sizeof file, &block);
  for (size = 50; size < 57; size++) {
    g_assert_cmpuint (gif_block_skip_image (&reader, file, size), ==, 0);
    g_assert_cmpuint (reader.pos, ==, 50);
  }
  g_assert_cmpuint (gif_block_skip_image (&reader, file, 57), ==, 57);
  g_assert_cmpint (
      gif_block_read (&reader, file, sizeof file, &block), ==, GIF_RESULT_OK);
  g_assert_cmpint (block.type, ==, GIF_BLOCK_TRAILER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gif/blocks/cursor-takes-no-more-than-there-is",
      test_cursor_takes_no_more_than_there_is);
  g_test_add_func (
      "/gif/blocks/blocks-follow-one-another", test_blocks_follow_one_another);
  g_test_add_func ("/gif/blocks/descriptors-say-where-things-are",
      test_descriptors_say_where_things_are);
  g_test_add_func ("/gif/blocks/reading-waits-for-every-byte",
      test_reading_waits_for_every_byte);
  g_test_add_func ("/gif/blocks/skipped-image-data-is-not-read-again",
      test_skipped_image_data_is_not_read_again);
  g_test_add_func ("/gif/blocks/other-signatures-are-known-by-their-first-byte",
      test_other_signatures_are_known_by_their_first_byte);
  g_test_add_func ("/gif/blocks/bytes-that-begin-no-block-are-the-end",
      test_bytes_that_begin_no_block_are_the_end);
  g_test_add_func (
      "/gif/blocks/gather-drops-lengths", test_gather_drops_lengths);
  g_test_add_func ("/gif/blocks/gather-goes-on-where-it-stopped",
      test_gather_goes_on_where_it_stopped);
  g_test_add_func ("/gif/blocks/data-that-nobody-wants-is-skipped",
      test_data_that_nobody_wants_is_skipped);
  g_test_add_func ("/gif/blocks/an-extension-is-taken-whole-or-not-at-all",
      test_an_extension_is_taken_whole_or_not_at_all);
  g_test_add_func ("/gif/blocks/gather-takes-what-is-there",
      test_gather_takes_what_is_there);
  g_test_add_func (
      "/gif/blocks/gather-takes-every-size", test_gather_takes_every_size);
  g_test_add_func ("/gif/blocks/image-data-is-skipped-whole-or-not-at-all",
      test_image_data_is_skipped_whole_or_not_at_all);
  return g_test_run ();
}
