/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Reads forward in @size bytes and never beyond. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize pos;
} GifCursor;

/* Takes @n bytes. Returns: (transfer none): the first of them, NULL and no step
 * when there are fewer. */
const guint8 *gif_cursor_take (GifCursor *cursor, gsize n);

/* GIF89a appendix A: kinds of blocks, here as a reader meets them. */
typedef enum
{
  GIF_BLOCK_SCREEN = 1, /* header, logical screen descriptor, global palette */
  GIF_BLOCK_IMAGE,      /* descriptor, local palette, minimum code size */
  GIF_BLOCK_EXTENSION,  /* introducer and label */
  GIF_BLOCK_DATA,       /* one sub-block of the image or extension before */
  GIF_BLOCK_DATA_END,   /* the empty sub-block that ends them */
  GIF_BLOCK_TRAILER,
} GifBlockType;

/* One block. Offsets count from the first byte of the file. */
typedef struct
{
  GifBlockType type;
  gsize offset; /* of the block; of its content in a DATA block */
  gsize size;   /* in bytes, likewise */

  GifRect rect;         /* SCREEN (x, y zero) and IMAGE */
  guint n_colors;       /* SCREEN and IMAGE: of the palette, 0 without one */
  gsize palette_offset; /* SCREEN and IMAGE: where there is one */
  guint8 aspect;        /* SCREEN: as in the file */
  gboolean interlaced;  /* IMAGE */
  gsize data_offset;    /* IMAGE: of the minimum code size */
  guint8 label;         /* EXTENSION */
} GifBlock;

/* Where a reader stands. All zero is the start of a file. */
typedef struct
{
  gsize pos;
  guint state; /* of gifblock.c */
} GifBlockReader;

/* Reads the block at @reader->pos and steps behind it. @data may have grown
 * since the last call. In image data, sub-blocks are skipped and only their end
 * is reported.
 *
 * OK: @block is filled. NEED_DATA: not all of the block is there; call again
 * with more (its type is IMAGE when the rectangle is there and only the rest is
 * not). END: after a trailer, or at a byte that begins no block (browsers
 * take that as the end too). NOT_A_GIF: the signature is another one. */
GifResult gif_block_read (
    GifBlockReader *reader, const guint8 *data, gsize size, GifBlock *block);

/* Skips what is left of the data of an extension as image data is. */
void gif_block_skip_data (GifBlockReader *reader);

/* Skips image data in one step if all of it is there. Returns: where it ends,
 * behind the terminator; 0 and no step otherwise: gif_block_read() takes what
 * there is. */
gsize gif_block_skip_image (
    GifBlockReader *reader, const guint8 *data, gsize size);

/* Takes what comes next in one step if that is an extension called @label with
 * one sub-block of @n bytes. Returns: (transfer none) (nullable): these bytes;
 * NULL and no step otherwise: gif_block_read() takes what it is. */
const guint8 *gif_block_take_extension (GifBlockReader *reader,
    const guint8 *data, gsize size, guint8 label, guint8 n);

/* GIF89a §15: bytes in a sub-block. */
#define GIF_BLOCK_MAX_DATA 255

/* Copies the content of sub-blocks in @data from @offset on to @dest, as long
 * as another one of any size would fit in @n_dest bytes, and moves @offset
 * behind them; stops at the terminator, or at @end where they are cut short.
 * Returns: the number of bytes copied; 0: there are no more. What is behind them
 * in @dest is undefined. */
gsize gif_block_gather (
    const guint8 *data, gsize *offset, gsize end, guint8 *dest, gsize n_dest);

G_END_DECLS
