/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Copies @pixels, AYUV in rows without gaps, to the planes of @frame, which has
 * their size and is I420, NV12, Y444, A420 or AYUV. Where chroma has half the resolution
 * a value is the mean of the two by two pixels it is for, in the middle of them
 * (chroma-site jpeg); at an odd edge, of those that are there. */
void anim_gif_planes_copy (const guint32 *pixels, GstVideoFrame *frame);

G_END_DECLS
