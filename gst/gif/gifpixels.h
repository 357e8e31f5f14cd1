/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All memory for the pixels of a file, in one block: the first touch of a page
 * costs more than decoding what is in it. */
typedef struct
{
  gsize lead;       /* pixels of room in front, which outlive all growth */
  guint32 *memory;  /* the block, lead first; NULL: none */
  gsize n_reserved; /* pixels of it, behind the lead */

  /* Its parts, and how many pixels each has. */
  guint32 *shown;   /* the picture */
  guint32 *saved;   /* what a disposal brings back */
  guint32 *scratch; /* the frame being decoded */
  gsize n_shown, n_saved, n_scratch;
} GifPixels;

/* Gives the block back. */
void gif_pixels_clear (GifPixels *self);

/* Makes parts of so many pixels, of which nothing is known. A block that is
 * large enough is used again. FALSE: no memory; there is no block then. */
gboolean gif_pixels_setup (
    GifPixels *self, gsize n_shown, gsize n_saved, gsize n_scratch);

/* Makes the last two parts at least as large, whose content is lost; the rest
 * stays. FALSE: no memory; nothing has changed. */
gboolean gif_pixels_grow (GifPixels *self, gsize n_saved, gsize n_scratch);

/* Exchanges the picture and what is saved, which is as large. */
void gif_pixels_swap (GifPixels *self);

G_END_DECLS
