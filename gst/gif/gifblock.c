/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifblock.h"

#include <string.h>

#define SIGNATURE_SIZE 6
#define SCREEN_SIZE 13 /* signature and descriptor, GIF89a §17 and §18 */
#define IMAGE_SIZE 10  /* GIF89a §20 */

#define EXTENSION_INTRODUCER 0x21
#define IMAGE_SEPARATOR 0x2c
#define TRAILER 0x3b

#define FLAG_PALETTE 0x80
#define FLAG_INTERLACED 0x40
#define MASK_PALETTE_SIZE 0x07

enum
{
  STATE_START, /* zero: a cleared reader is at the start */
  STATE_BLOCK,
  STATE_EXTENSION_DATA,
  STATE_SKIPPED_DATA,
  STATE_DONE,
};

static inline guint
read_u16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

const guint8 *
gif_cursor_take (GifCursor *cursor, gsize n)
{
  const guint8 *bytes;

  if (cursor->pos > cursor->size || cursor->size - cursor->pos < n)
    return NULL;
  bytes = cursor->data + cursor->pos;
  cursor->pos += n;
  return bytes;
}

/* Takes the palette that @flags announces. FALSE when it is not all there. */
static gboolean
take_palette (GifCursor *cursor, guint8 flags, GifBlock *block)
{
  if (!(flags & FLAG_PALETTE))
    return TRUE;
  block->n_colors = 2u << (flags & MASK_PALETTE_SIZE);
  block->palette_offset = cursor->pos;
  return gif_cursor_take (cursor, 3 * block->n_colors) != NULL;
}

static GifResult
read_screen (GifCursor *cursor, GifBlock *block)
{
  static const guint8 versions[2][SIGNATURE_SIZE + 1] = { "GIF87a", "GIF89a" };
  gsize n = MIN (cursor->size, SIGNATURE_SIZE);
  const guint8 *bytes;

  /* The first wrong byte decides; a few right ones are not enough. */
  if (n > 0 && memcmp (cursor->data, versions[0], n) != 0
      && memcmp (cursor->data, versions[1], n) != 0)
    return GIF_RESULT_NOT_A_GIF;
  if (!(bytes = gif_cursor_take (cursor, SCREEN_SIZE)))
    return GIF_RESULT_NEED_DATA;

  block->type = GIF_BLOCK_SCREEN;
  block->rect.width = read_u16 (bytes + 6);
  block->rect.height = read_u16 (bytes + 8);
  block->aspect = bytes[12];
  return take_palette (cursor, bytes[10], block) ? GIF_RESULT_OK
                                                 : GIF_RESULT_NEED_DATA;
}

static GifResult
read_image (GifCursor *cursor, GifBlock *block)
{
  const guint8 *bytes = gif_cursor_take (cursor, IMAGE_SIZE - 1), *flags;

  if (!bytes)
    return GIF_RESULT_NEED_DATA;
  block->type = GIF_BLOCK_IMAGE;
  block->rect = (GifRect){ read_u16 (bytes + 1), read_u16 (bytes + 3),
    read_u16 (bytes + 5), read_u16 (bytes + 7) };
  if (!(flags = gif_cursor_take (cursor, 1)))
    return GIF_RESULT_NEED_DATA;
  block->interlaced = (*flags & FLAG_INTERLACED) != 0;
  if (!take_palette (cursor, *flags, block))
    return GIF_RESULT_NEED_DATA;
  block->data_offset = cursor->pos;
  return gif_cursor_take (cursor, 1) ? GIF_RESULT_OK : GIF_RESULT_NEED_DATA;
}

/* A block between the others: one of the three that begin with a known byte. */
static GifResult
read_toplevel (GifCursor *cursor, GifBlock *block)
{
  const guint8 *bytes;

  if (cursor->pos == cursor->size)
    return GIF_RESULT_NEED_DATA;

  switch (cursor->data[cursor->pos]) {
    case IMAGE_SEPARATOR:
      return read_image (cursor, block);
    case EXTENSION_INTRODUCER:
      if (!(bytes = gif_cursor_take (cursor, 2)))
        return GIF_RESULT_NEED_DATA;
      block->type = GIF_BLOCK_EXTENSION;
      block->label = bytes[1];
      return GIF_RESULT_OK;
    case TRAILER:
      gif_cursor_take (cursor, 1);
      block->type = GIF_BLOCK_TRAILER;
      return GIF_RESULT_OK;
    default:
      return GIF_RESULT_END;
  }
}

/* GIF89a §15: a length, then that many bytes. */
static GifResult
read_sub_block (GifCursor *cursor, GifBlock *block)
{
  const guint8 *length = gif_cursor_take (cursor, 1);

  if (!length)
    return GIF_RESULT_NEED_DATA;
  block->type = *length ? GIF_BLOCK_DATA : GIF_BLOCK_DATA_END;
  block->offset = cursor->pos;
  block->size = *length;
  return gif_cursor_take (cursor, *length) ? GIF_RESULT_OK
                                           : GIF_RESULT_NEED_DATA;
}

/* Returns: where @pos is behind the sub-blocks with content that are all there. */
static inline gsize
skip_data (const guint8 *data, gsize size, gsize pos)
{
  while (pos < size && data[pos] > 0 && data[pos] < size - pos)
    pos += 1 + (gsize) data[pos];
  return pos;
}

static guint
state_after (const GifBlock *block)
{
  switch (block->type) {
    case GIF_BLOCK_IMAGE:
      return STATE_SKIPPED_DATA;
    case GIF_BLOCK_EXTENSION:
    case GIF_BLOCK_DATA:
      return STATE_EXTENSION_DATA;
    case GIF_BLOCK_TRAILER:
      return STATE_DONE;
    default:
      return STATE_BLOCK;
  }
}

GifResult
gif_block_read (
    GifBlockReader *reader, const guint8 *data, gsize size, GifBlock *block)
{
  GifCursor cursor = { data, size, reader->pos };
  GifResult result;

  *block = (GifBlock){ .offset = reader->pos };
  switch (reader->state) {
    case STATE_START:
      result = read_screen (&cursor, block);
      break;
    case STATE_BLOCK:
      result = read_toplevel (&cursor, block);
      break;
    case STATE_SKIPPED_DATA:
      /* What was skipped stays skipped when the bytes run out. */
      reader->pos = cursor.pos = skip_data (data, size, reader->pos);
      /* fall through */
    case STATE_EXTENSION_DATA:
      result = read_sub_block (&cursor, block);
      break;
    default:
      return GIF_RESULT_END;
  }

  if (result == GIF_RESULT_END)
    reader->state = STATE_DONE;
  if (result != GIF_RESULT_OK)
    return result;
  if (block->type != GIF_BLOCK_DATA && block->type != GIF_BLOCK_DATA_END)
    block->size = cursor.pos - block->offset;
  reader->pos = cursor.pos;
  reader->state = state_after (block);
  return GIF_RESULT_OK;
}

void
gif_block_skip_data (GifBlockReader *reader)
{
  if (reader->state == STATE_EXTENSION_DATA)
    reader->state = STATE_SKIPPED_DATA;
}

gsize
gif_block_skip_image (GifBlockReader *reader, const guint8 *data, gsize size)
{
  gsize pos;

  if (reader->state != STATE_SKIPPED_DATA)
    return 0;
  pos = skip_data (data, size, reader->pos);
  if (pos >= size || data[pos] > 0)
    return 0;
  reader->pos = pos + 1;
  reader->state = STATE_BLOCK;
  return reader->pos;
}

const guint8 *
gif_block_take_extension (GifBlockReader *reader, const guint8 *data,
    gsize size, guint8 label, guint8 n)
{
  const guint8 *bytes;

  if (reader->state != STATE_BLOCK || size - reader->pos < (gsize) n + 4)
    return NULL;
  bytes = data + reader->pos;
  if (bytes[0] != EXTENSION_INTRODUCER || bytes[1] != label || bytes[2] != n
      || bytes[3 + n] != 0)
    return NULL;
  reader->pos += (gsize) n + 4;
  return bytes + 3;
}

gsize
gif_block_gather (
    const guint8 *data, gsize *offset, gsize end, guint8 *dest, gsize n_dest)
{
  gsize at = *offset, n = 0, size;

  while (n_dest - n >= GIF_BLOCK_MAX_DATA && at < end && data[at] > 0) {
    size = data[at++];
    if (end - at >= GIF_BLOCK_MAX_DATA) {
      /* A known number of bytes takes no call. */
      memcpy (dest + n, data + at, GIF_BLOCK_MAX_DATA);
    } else {
      size = MIN (size, end - at);
      memcpy (dest + n, data + at, size);
    }
    n += size;
    at += size;
  }
  *offset = at;
  return n;
}
