/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Where pictures have holes, followed frame by frame through all disposals
 * without decoding. */
typedef struct
{
  guint width, height; /* of the screen */
  guint n_frames;

  /* No pixel outside of it is transparent once the last frame has been disposed
   * of; without a size: none at all. The second one holds if all pixels of the
   * first frame are opaque. */
  GifRect hole, possible_hole;
  gboolean cleared;         /* all is transparent then, or there is no frame */
  gboolean lasts, may_last; /* no picture so far has a hole, likewise */
} GifOpacity;

/* An empty screen, without a frame. */
void gif_opacity_begin (GifOpacity *self, guint width, guint height);

/* Adds a frame of the file that begins at @data. Returns: whether its picture
 * does not depend on the frames before it. */
gboolean gif_opacity_add (
    GifOpacity *self, const guint8 *data, const GifFrame *frame);

G_END_DECLS
