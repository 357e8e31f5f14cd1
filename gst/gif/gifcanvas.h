/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* The picture as it is shown, and how frames get on it. Pixels are 32 bits in a
 * layout that only palettes know; all zero is transparent. */
typedef struct _GifCanvas GifCanvas;

/* @lead: pixels of GifTarget.palette.
 *
 * Returns: (transfer full): a canvas without a size. */
GifCanvas *gif_canvas_new (gsize lead);

void gif_canvas_free (GifCanvas *self);

/* Takes the size away. Memory of many megabytes is given back, less is kept for
 * the next picture. */
void gif_canvas_reset (GifCanvas *self);

/* Makes it @width × @height, whose product the caller has checked. */
void gif_canvas_set_size (GifCanvas *self, guint width, guint height);

/* Frames of no more pixels than this need not be expected. */
#define GIF_CANVAS_SMALL 256

/* Lets gif_canvas_reserve() take what @frame needs, for as long as no frame is
 * found to lack pixels; arguments as of gif_canvas_begin(). Others can be drawn
 * too, for a new block of memory. @is_first: on an empty picture. */
void gif_canvas_expect (
    GifCanvas *self, const GifFrame *frame, gsize n_pixels, gboolean is_first);

/* Takes the memory, in one block; one that is large enough is used again. All
 * below needs it. FALSE: no memory. */
gboolean gif_canvas_reserve (GifCanvas *self);

/* What is shown where nothing is drawn, 0 at first. Clears the picture. */
void gif_canvas_set_background (GifCanvas *self, guint32 pixel);

/* Makes the whole picture background and forgets the frame drawn last. */
void gif_canvas_clear (GifCanvas *self);

/* Makes @pixels, rows without gaps, the picture, which @frame drew last: one that
 * does not restore what was before it. */
void gif_canvas_restore (
    GifCanvas *self, const guint32 *pixels, const GifFrame *frame);

/* Returns: (transfer none): the picture, rows without gaps. */
const guint32 *gif_canvas_get_pixels (GifCanvas *self);

/* Where the pixels of a frame go. */
typedef struct
{
  guint32 *palette; /* room in front of them, in the same array; stays as it is
                     * from one frame to the next until the size changes */
  guint32 *pixels;  /* room for all of them in the order of the file */
  guint32 clear;    /* what the transparent index stands for */
} GifTarget;

/* Disposes of the frame drawn before and begins @frame, of which @n_pixels are
 * wanted: all down to the last row on the screen, none where nothing is seen of
 * it. FALSE: no memory; there is no picture then.
 *
 * @target: (out): where its pixels are to be written before gif_canvas_end(). */
gboolean gif_canvas_begin (
    GifCanvas *self, const GifFrame *frame, gsize n_pixels, GifTarget *target);

/* Puts the first @n_decoded pixels of the frame begun where they belong. Pixels
 * wanted beyond them may have been written to.
 *
 * FALSE: the frame lacks pixels though it says to be complete, and what would be
 * seen in their place is lost. There is no picture then; it can be drawn again
 * from an empty one, for from now on no frame is trusted. */
gboolean gif_canvas_end (
    GifCanvas *self, const GifFrame *frame, gsize n_decoded);

G_END_DECLS
