/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* Returns: the pixel of a colour; all without alpha are one, 0 but in YUV. */
guint32 gif_color_map (
    guint8 red, guint8 green, guint8 blue, guint8 alpha, GifLayout layout);

/* Fills @pixels[0] to @pixels[n - 1] with the colour of each index: @n_colors
 * from the three-byte entries at @rgb, black beyond them. */
void gif_color_map_palette (guint32 *pixels, guint n, const guint8 *rgb,
    guint n_colors, GifLayout layout);

G_END_DECLS
