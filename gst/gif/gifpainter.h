/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Draws one frame after the other: from image data to pixels where they are
 * shown. Which frame is next, and whether the picture is worth keeping, others
 * know. */
typedef struct _GifPainter GifPainter;

/* Returns: (transfer full): a painter without a size, layout RGBA. */
GifPainter *gif_painter_new (void);

void gif_painter_free (GifPainter *self);

/* Before another file; see gif_canvas_reset(). */
void gif_painter_reset (GifPainter *self);

/* Clears the picture, which is to be of @layout from now on and on @background,
 * as of gif_decoder_set_background(). */
void gif_painter_set_look (
    GifPainter *self, GifLayout layout, guint32 background);

/* See gif_canvas_set_size(), then for each frame known gif_canvas_expect(), then
 * gif_canvas_reserve(). */
void gif_painter_set_size (GifPainter *self, guint width, guint height);
void gif_painter_expect (
    GifPainter *self, const GifFrame *frame, gboolean is_first);
gboolean gif_painter_reserve (GifPainter *self);

/* See gif_canvas_clear(), gif_canvas_restore(), gif_canvas_get_pixels(). */
void gif_painter_clear (GifPainter *self);
void gif_painter_restore (
    GifPainter *self, const guint32 *pixels, const GifFrame *frame);
const guint32 *gif_painter_get_pixels (GifPainter *self);

/* Disposes of the frame drawn before and draws @frame of the file that begins at
 * @data.
 *
 * @is_lost: (out): there is no picture now, for want of pixels, and it can be
 *   drawn again from an empty one.
 * @is_opaque: (out) (nullable): whether it leaves no hole where it is drawn; not
 *   set where nothing is decoded.
 *
 * OK, CORRUPT: pixels are missing. NO_MEMORY: there is no picture. */
GifResult gif_painter_draw (GifPainter *self, const guint8 *data,
    const GifFrame *frame, gboolean *is_lost, gboolean *is_opaque);

G_END_DECLS
