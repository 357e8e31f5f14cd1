/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifplanes.h"
#include "giftypes.h"

#include <string.h>

/* A pixel's bytes in memory: alpha, luma, Cb and Cr. */
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define SHIFT_OF(byte) (8 * (byte))
#else
#define SHIFT_OF(byte) (24 - 8 * (byte))
#endif
#define VALUE_OF(pixel, byte) ((pixel) >> SHIFT_OF (byte) & 0xff)

/* The byte in memory of each of @n pixels. */
static inline void
split (guint8 *restrict dest, const guint32 *restrict src, gsize n, guint byte)
{
  for (gsize i = 0; i < n; i++)
    dest[i] = VALUE_OF (src[i], byte);
}

static GIF_FAST void
split_alpha (guint8 *dest, const guint32 *src, gsize n)
{
  split (dest, src, n, 0);
}

static GIF_FAST void
split_luma (guint8 *dest, const guint32 *src, gsize n)
{
  split (dest, src, n, 1);
}

static GIF_FAST void
split_chroma (guint8 *cb, guint8 *cr, const guint32 *src, gsize n)
{
  split (cb, src, n, 2);
  split (cr, src, n, 3);
}

/* @n pixels of two rows: the sums of both chroma values, Cb in the lower half of
 * each word. */
static GIF_FAST void
add_rows (guint32 *restrict sums, const guint32 *restrict above,
    const guint32 *restrict below, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sums[i] = VALUE_OF (above[i], 2) + VALUE_OF (below[i], 2)
        + ((VALUE_OF (above[i], 3) + VALUE_OF (below[i], 3)) << 16);
}

/* Means of two sums each, to two planes. */
static GIF_FAST void
halve_to_planes (guint8 *restrict cb, guint8 *restrict cr,
    const guint32 *restrict sums, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint32 sum = sums[2 * i] + sums[2 * i + 1] + 0x00020002;

    cb[i] = sum >> 2 & 0xff;
    cr[i] = sum >> 18;
  }
}

/* The same, to one plane in turns. */
static GIF_FAST void
halve_to_plane (guint8 *restrict both, const guint32 *restrict sums, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint32 sum = sums[2 * i] + sums[2 * i + 1] + 0x00020002;

    both[2 * i] = sum >> 2 & 0xff;
    both[2 * i + 1] = sum >> 18;
  }
}

/* Chroma of two rows to one. @cr is NULL where both go to one plane. */
static void
average_rows (guint8 *cb, guint8 *cr, const guint32 *above,
    const guint32 *below, gsize width)
{
  guint32 sums[512];

  for (gsize x = 0; x < width; x += G_N_ELEMENTS (sums)) {
    gsize n = MIN (width - x, G_N_ELEMENTS (sums));

    add_rows (sums, above + x, below + x, n);
    if (n % 2 != 0) {
      sums[n] = sums[n - 1];
      n++;
    }
    if (cr != NULL)
      halve_to_planes (cb + x / 2, cr + x / 2, sums, n / 2);
    else
      halve_to_plane (cb + x, sums, n / 2);
  }
}

/* Row @y of plane @n, which has one row for 1 << @shift of the picture's. */
static guint8 *
row_of (GstVideoFrame *frame, guint n, gsize y, guint shift)
{
  return (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, n)
      + (y >> shift) * GST_VIDEO_FRAME_PLANE_STRIDE (frame, n);
}

/* Rows @y and @y + 1, if there is one: together they are still in the cache when
 * their chroma is looked at. */
static void
copy_rows (const guint32 *above, GstVideoFrame *frame, gsize y)
{
  gsize width = GST_VIDEO_FRAME_WIDTH (frame);
  gboolean is_last = y + 1 == (gsize) GST_VIDEO_FRAME_HEIGHT (frame);
  const guint32 *below = is_last ? above : above + width;
  guint8 *cb = row_of (frame, 1, y, 1), *cr = NULL;

  split_luma (row_of (frame, 0, y, 0), above, width);
  if (!is_last)
    split_luma (row_of (frame, 0, y + 1, 0), below, width);
  if (GST_VIDEO_FRAME_N_PLANES (frame) > 2)
    cr = row_of (frame, 2, y, 1);
  average_rows (cb, cr, above, below, width);
  if (GST_VIDEO_FRAME_N_PLANES (frame) > 3) {
    split_alpha (row_of (frame, 3, y, 0), above, width);
    if (!is_last)
      split_alpha (row_of (frame, 3, y + 1, 0), below, width);
  }
}

void
anim_gif_planes_copy (const guint32 *pixels, GstVideoFrame *frame)
{
  gsize width = GST_VIDEO_FRAME_WIDTH (frame);
  gsize height = GST_VIDEO_FRAME_HEIGHT (frame);
  GstVideoFormat format = GST_VIDEO_FRAME_FORMAT (frame);
  gsize y;

  switch (format) {
    case GST_VIDEO_FORMAT_AYUV:
      for (y = 0; y < height; y++, pixels += width)
        memcpy (row_of (frame, 0, y, 0), pixels, 4 * width);
      break;
    case GST_VIDEO_FORMAT_Y444:
      for (y = 0; y < height; y++, pixels += width) {
        split_luma (row_of (frame, 0, y, 0), pixels, width);
        split_chroma (
            row_of (frame, 1, y, 0), row_of (frame, 2, y, 0), pixels, width);
      }
      break;
    default:
      for (y = 0; y < height; y += 2, pixels += 2 * width)
        copy_rows (pixels, frame, y);
      break;
  }
}
