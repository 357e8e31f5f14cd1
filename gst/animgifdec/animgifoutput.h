/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

/* Every layout of the source pad's template: those with alpha first. */
#define ANIM_GIF_ALPHA_FORMATS "RGBA, BGRA, ARGB, ABGR"
#define ANIM_GIF_OPAQUE_FORMATS "RGBx, BGRx, xRGB, xBGR"

/* The negotiated side of a source pad: its layout and the pool its buffers come
 * from. */
typedef struct _AnimGifOutput AnimGifOutput;

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

/* Takes no reference to @srcpad, which must outlive the result. */
AnimGifOutput *anim_gif_output_new (GstPad *srcpad);

void anim_gif_output_free (AnimGifOutput *self);

/* Forgets caps and pool, so that the next stream starts afresh. */
void anim_gif_output_reset (AnimGifOutput *self);

/* Streaming thread. Picks the layout the peer likes best, pushes CAPS when they
 * changed, and asks for the peer's buffer pool. The layouts without alpha are
 * offered when @picture is opaque, those with alpha
 * when it asks for them. The rate is @picture's own where the peer
 * takes that, unless it is 0/1 and @constant forbids that; else the exact rate,
 * its smallest multiple that the peer takes, or the nearest to it.
 *
 * Returns GST_FLOW_NOT_NEGOTIATED when the peer takes none of them;
 * GST_FLOW_ERROR when no buffer pool can be configured; GST_FLOW_FLUSHING while
 * the pad is flushing. */
GstFlowReturn anim_gif_output_negotiate (
    AnimGifOutput *self, const AnimGifPicture *picture, gboolean constant);

/* Valid after a successful negotiation. */
const GstVideoInfo *anim_gif_output_get_info (const AnimGifOutput *self);

/* Streaming thread, after a successful negotiation. An uninitialised buffer of
 * the negotiated size, from the peer's pool where it has one; map it with
 * gst_video_frame_map(), which knows its strides. Owned by the caller. */
GstFlowReturn anim_gif_output_acquire (AnimGifOutput *self, GstBuffer **buffer);

/* Any thread. Ends a wait in acquire, for good until the next negotiation:
 * downstream may keep all buffers of its pool while the pad is deactivated. */
void anim_gif_output_interrupt (AnimGifOutput *self);

G_END_DECLS
