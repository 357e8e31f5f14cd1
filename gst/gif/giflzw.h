/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Pixels in front of the output: what the single-index codes stand for. */
#define GIF_LZW_LEAD (1u << GIF_MAX_CODE_SIZE)

/* Pixels behind the output that decoding may write to: four strings of any
 * length, the last one rounded up to whole copies. */
#define GIF_LZW_SLACK (4 * 4096 + 16)

/* The code table; one serves any number of images, one after the other. */
typedef struct _GifLzw GifLzw;

/* Returns: (transfer full): a table for gif_lzw_decode(). */
GifLzw *gif_lzw_new (void);

void gif_lzw_free (GifLzw *self);

/* Decodes the LZW data of one image (GIF89a appendix F) from the @in_size bytes
 * at @in, without sub-block lengths, straight to pixels. Stops after @n_pixels
 * of them, at the end code, at the end of the input or at a code that stands
 * for nothing.
 *
 * @code_size: the minimum code size, 0 to GIF_MAX_CODE_SIZE.
 * @out: the output; out[-GIF_LZW_LEAD] to out[-1] hold the pixel of each index,
 *   of which the first 1 << @code_size are read; @n_pixels + GIF_LZW_SLACK may
 *   be written, what lies behind the pixels returned is undefined then.
 * @n_pixels: at most 1 << 31.
 *
 * Returns: the number of pixels decoded. */
gsize gif_lzw_decode (GifLzw *self, guint code_size, const guint8 *in,
    gsize in_size, guint32 *out, gsize n_pixels);

G_END_DECLS
