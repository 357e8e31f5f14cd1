/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* The picture as it is shown, and how frames get on it. Pixels are 32 bits in a
 * layout that only palettes know; all zero is transparent. */
typedef struct _GifCanvas GifCanvas;

/* @lead: room in pixels that gif_canvas_take_scratch() leaves free in front of
 * the pixels asked for.
 *
 * Returns: (transfer full): a canvas without a size. */
GifCanvas *gif_canvas_new (gsize lead);

void gif_canvas_free (GifCanvas *self);

/* Makes a transparent picture of @width × @height, whose product the caller has
 * checked. Memory that is large enough is used again. FALSE: no memory. */
gboolean gif_canvas_setup (GifCanvas *self, guint width, guint height);

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

/* Returns: (transfer none) (nullable): room for @n_pixels, content undefined;
 * lives until the next call on this canvas. NULL: no memory. */
guint32 *gif_canvas_take_scratch (GifCanvas *self, gsize n_pixels);

/* Disposes of the frame drawn before, then draws the first @n_pixels pixels of
 * @frame, in file order, from @scratch (of gif_canvas_take_scratch(), which it
 * may keep). FALSE: no memory to save what @frame's disposal will restore;
 * nothing changed. */
gboolean gif_canvas_draw (
    GifCanvas *self, const GifFrame *frame, guint32 *scratch, gsize n_pixels);

G_END_DECLS
