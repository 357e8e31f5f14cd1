/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

/* Every format of the source pad: RGB before YUV, with alpha before without. */
#define ANIM_GIF_RGB_ALPHA "RGBA, BGRA, ARGB, ABGR"
#define ANIM_GIF_RGB_OPAQUE "RGBx, BGRx, xRGB, xBGR"
#define ANIM_GIF_YUV_ALPHA "A420, AYUV"
#define ANIM_GIF_YUV_OPAQUE "I420, NV12, Y444"
#define ANIM_GIF_FORMATS \
  "{ " ANIM_GIF_RGB_ALPHA ", " ANIM_GIF_RGB_OPAQUE ", " ANIM_GIF_YUV_OPAQUE \
  ", " ANIM_GIF_YUV_ALPHA " }"

/* What the file says about every picture of it. */
typedef struct
{
  guint width, height;    /* pixels */
  guint par_n, par_d;     /* 1/1 when the file does not say */
  guint fps_n, fps_d;     /* 0/1 when the delays differ or are unknown */
  guint exact_n, exact_d; /* lowest rate with every picture on a tick */
  gboolean opaque;        /* no picture shows through anywhere */
  gboolean has_alpha;     /* the layouts with alpha are offered */
} AnimGifPicture;

/* Of the caps that a peer takes, the ones for @picture; fixed and complete.
 *
 * Formats: those with alpha where @picture asks for them, those without where it
 * is opaque. YUV where the peer's first choice is one that there is, else RGB
 * in the peer's order, else YUV: I420 and NV12 in the peer's order, then the
 * others; in the peer's order alone where width or height is odd. Colorimetry is
 * what videoconvert makes of RGB: BT.601's matrix up to 576 rows, BT.709's above.
 *
 * Rate: @picture's own where the peer takes that, or 0/1, unless @constant
 * asks for the rates that the peer likes best: videorate names that behind it
 * first. Of those the exact rate, its smallest multiple that the peer takes, or
 * the nearest to it.
 *
 * Returns: (transfer full) (nullable): NULL when nothing is common. */
GstCaps *anim_gif_caps_choose (
    GstCaps *wanted, const AnimGifPicture *picture, gboolean constant);

G_END_DECLS
