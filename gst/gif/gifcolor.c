/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifcolor.h"

#include <string.h>

/* ITU-R BT.601 and BT.709 in 8 bits: 219 steps of luma above 16, 224 of colour
 * difference around 128; here in 1/65536. */
#define FIX(x) ((int) ((x) *65536 + 0.5))
#define MATRIX(kr, kb) \
  { \
    .y_red = FIX ((kr) *219 / 255), \
    .y_green = FIX ((1 - (kr) - (kb)) * 219 / 255), \
    .y_blue = FIX ((kb) *219 / 255), \
    .u_red = FIX ((kr) / (1 - (kb)) * 112 / 255), \
    .v_blue = FIX ((kb) / (1 - (kr)) * 112 / 255), .own = FIX (112. / 255) \
  }

typedef struct
{
  int y_red, y_green, y_blue;
  int u_red, v_blue; /* what they take away */
  int own;           /* what blue gives to U and red to V */
} Matrix;

static const Matrix bt601 = MATRIX (.299, .114);
static const Matrix bt709 = MATRIX (.2126, .0722);

/* @bytes: alpha, luma and colour differences. Green takes away what is left of
 * these, so that grey has none. */
static void
convert (const Matrix *m, int red, int green, int blue, guint8 *bytes)
{
  const int half = 1 << 15;

  bytes[1] = (m->y_red * red + m->y_green * green + m->y_blue * blue
                 + (16 << 16) + half)
      >> 16;
  bytes[2] =
      (m->own * (blue - green) - m->u_red * (red - green) + (128 << 16) + half)
      >> 16;
  bytes[3] =
      (m->own * (red - green) - m->v_blue * (blue - green) + (128 << 16) + half)
      >> 16;
}

/* Places of red, green, blue and alpha in a pixel, by GifLayout. */
static const guint8 places[][4] = {
  [GIF_LAYOUT_RGBA] = { 0, 1, 2, 3 },
  [GIF_LAYOUT_BGRA] = { 2, 1, 0, 3 },
  [GIF_LAYOUT_ARGB] = { 1, 2, 3, 0 },
  [GIF_LAYOUT_ABGR] = { 3, 2, 1, 0 },
  [GIF_LAYOUT_AYUV_BT601] = { 1, 2, 3, 0 },
  [GIF_LAYOUT_AYUV_BT709] = { 1, 2, 3, 0 },
};

guint32
gif_color_map (
    guint8 red, guint8 green, guint8 blue, guint8 alpha, GifLayout layout)
{
  const guint8 *place = places[layout];
  guint8 bytes[4];
  guint32 pixel;

  if (alpha == 0)
    red = green = blue = 0;
  bytes[place[0]] = red;
  bytes[place[1]] = green;
  bytes[place[2]] = blue;
  bytes[place[3]] = alpha;
  if (layout >= GIF_LAYOUT_AYUV_BT601)
    convert (layout == GIF_LAYOUT_AYUV_BT601 ? &bt601 : &bt709, red, green,
        blue, bytes);
  memcpy (&pixel, bytes, sizeof pixel);
  return pixel;
}

/* Colours only change places. Many files have a palette for every frame. */
static void
map_rgb (guint32 *pixels, guint n, const guint8 *rgb, const guint8 *place)
{
  const guint red = place[0], green = place[1], blue = place[2];
  guint8 *bytes = (guint8 *) pixels;
  guint i;

  for (i = 0; i < n; i++, bytes += 4, rgb += 3) {
    pixels[i] = 0xffffffff;
    bytes[red] = rgb[0];
    bytes[green] = rgb[1];
    bytes[blue] = rgb[2];
  }
}

void
gif_color_map_palette (guint32 *pixels, guint n, const guint8 *rgb,
    guint n_colors, GifLayout layout)
{
  guint32 black = gif_color_map (0, 0, 0, 0xff, layout);
  guint i;

  n_colors = MIN (n_colors, n);
  if (layout < GIF_LAYOUT_AYUV_BT601)
    map_rgb (pixels, n_colors, rgb, places[layout]);
  else
    for (i = 0; i < n_colors; i++)
      pixels[i] = gif_color_map (
          rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2], 0xff, layout);
  for (i = n_colors; i < n; i++)
    pixels[i] = black;
}
