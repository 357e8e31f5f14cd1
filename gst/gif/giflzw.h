/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* The most pixels that a palette for gif_lzw_begin() may have. */
#define GIF_LZW_MAX_COLORS (1u << GIF_MAX_CODE_SIZE)

/* A decoder of LZW data (GIF89a appendix F); one serves any number of images,
 * one after the other. */
typedef struct _GifLzw GifLzw;

/* Returns: (transfer full): a decoder. */
GifLzw *gif_lzw_new (void);

void gif_lzw_free (GifLzw *self);

/* Begins an image, which is decoded straight to pixels.
 *
 * @code_size: the minimum code size, 0 to GIF_MAX_CODE_SIZE.
 * @palette: (transfer none): the pixel of each index, 1 << @code_size of them.
 * @out: (transfer none): the output, somewhere behind @palette in the same array
 *   of at most 1 << 32 pixels.
 * @n_pixels: how many are wanted; no others are written to. */
void gif_lzw_begin (GifLzw *self, guint code_size, guint32 *palette,
    guint32 *out, gsize n_pixels);

/* Lets gif_lzw_has_seen() tell whether @index, below 1 << the code size, is
 * among the pixels of the image begun. */
void gif_lzw_watch (GifLzw *self, guint index);

gboolean gif_lzw_has_seen (const GifLzw *self);

/* Goes on with the next @in_size bytes, without sub-block lengths. FALSE: no
 * more are needed: all pixels are there, or an end code or a code that stands
 * for nothing. What lies behind the pixels decoded so far is undefined then. */
gboolean gif_lzw_feed (GifLzw *self, const guint8 *in, gsize in_size);

/* Returns: the number of pixels decoded. */
gsize gif_lzw_end (const GifLzw *self);

G_END_DECLS
