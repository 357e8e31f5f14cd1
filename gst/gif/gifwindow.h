/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Decoding for images of which the screen shows a small part: what is not seen
 * is neither written nor kept, so that memory and time depend on the bytes of
 * the file, not on the size that an image claims. */
typedef struct _GifWindow GifWindow;

/* Returns: (transfer full) (nullable): a window for gif_window_decode(). NULL:
 * no memory. */
GifWindow *gif_window_new (void);

void gif_window_free (GifWindow *self);

/* Decodes the first @n_pixels pixels of @frame, in the order of the file, from
 * its sub-blocks in @data, and writes those of its first @width columns and
 * @height rows to @pixels: rows without gaps in the order of the picture. What
 * does not come out is left as it is.
 *
 * @palette: the pixel of each of the 1 << GifFrame.code_size indices.
 *
 * Returns: the number of pixels decoded, seen or not. */
gsize gif_window_decode (GifWindow *self, const guint8 *data,
    const GifFrame *frame, const guint32 *palette, gsize n_pixels,
    guint32 *pixels, guint width, guint height);

G_END_DECLS
