/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "animgifcaps.h"

G_BEGIN_DECLS

/* The negotiated side of a source pad: its layout and the pool its buffers come
 * from. */
typedef struct _AnimGifOutput AnimGifOutput;

/* Takes no reference to @srcpad, which must outlive the result. */
AnimGifOutput *anim_gif_output_new (GstPad *srcpad);

void anim_gif_output_free (AnimGifOutput *self);

/* Forgets caps and pool, so that the next stream starts afresh. */
void anim_gif_output_reset (AnimGifOutput *self);

/* Streaming thread. Chooses the caps that the peer likes best, pushes CAPS when
 * they changed, and asks for the peer's buffer pool.
 *
 * Returns GST_FLOW_NOT_NEGOTIATED when the peer takes none of them;
 * GST_FLOW_ERROR when there is no memory for a buffer pool; GST_FLOW_FLUSHING
 * while the pad is flushing. */
GstFlowReturn anim_gif_output_negotiate (
    AnimGifOutput *self, const AnimGifPicture *picture, gboolean constant);

/* Valid after a successful negotiation. */
const GstVideoInfo *anim_gif_output_get_info (const AnimGifOutput *self);

/* Streaming thread, after a successful negotiation. An uninitialised buffer of
 * the negotiated size, from the peer's pool where it has one; map it with
 * gst_video_frame_map(), which knows its strides. Owned by the caller.
 * GST_FLOW_ERROR when there is no memory for it. */
GstFlowReturn anim_gif_output_acquire (AnimGifOutput *self, GstBuffer **buffer);

/* Any thread. Ends a wait in acquire, for good until the next negotiation:
 * downstream may keep all buffers of its pool while the pad is deactivated. */
void anim_gif_output_interrupt (AnimGifOutput *self);

G_END_DECLS
