/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "animgifsettings.h"
#include "gifdecoder.h"

#include <gst/video/video.h>

G_BEGIN_DECLS

/* One GIF file on its way in: the bytes so far, and the decoder that reads
 * them. The thread that brings bytes and the one that draws share it: every
 * function locks for itself. */
typedef struct _AnimGifInput AnimGifInput;

AnimGifInput *anim_gif_input_new (void);

void anim_gif_input_free (AnimGifInput *self);

/* Forgets the file and gives its memory back. The next one obeys the limits of
 * @settings, and is drawn on their background. */
void anim_gif_input_reset (AnimGifInput *self, const AnimGifSettings *settings);

/* Copies the bytes of @buffer and scans them; @info (out) is brought up to
 * date. NEED_DATA: the file goes on. END: it is complete, these and later bytes
 * are not kept beyond its end. NOT_A_GIF, TOO_LARGE, TOO_LONG, NO_MEMORY:
 * final. CORRUPT: @buffer cannot be read. */
GifResult anim_gif_input_append (
    AnimGifInput *self, GstBuffer *buffer, GifInfo *info);

/* No more bytes will come: what is there is the file. Results as for append,
 * but never NEED_DATA. */
GifResult anim_gif_input_end (AnimGifInput *self, GifInfo *info);

/* Whether TOO_LARGE was for the bytes, not for the pixels. */
gboolean anim_gif_input_is_too_long (AnimGifInput *self);

/* Whether another GIF's signature came right behind the file, or behind bytes
 * that pad it. */
gboolean anim_gif_input_has_another (AnimGifInput *self);

/* Bytes kept since the last reset. */
gsize anim_gif_input_get_size (AnimGifInput *self);

/* Copies what is known of frame @n, which must be below GifInfo.n_frames, to
 * @frame. */
void anim_gif_input_get_frame (AnimGifInput *self, guint n, GifFrame *frame);

/* Where not all frames are shown: those that are shown as one picture, together
 * with frame @n, are @first, whose picture it is, up to the one before @behind.
 * A picture begins with each frame, if @keys_only with each key frame; but of
 * those that last less than @interval_cs only with the first one in each such
 * time, counted from the start of the play. The last group may still grow while
 * the file comes in. */
void anim_gif_input_find_group (AnimGifInput *self, guint n, gboolean keys_only,
    guint interval_cs, guint *first, guint *behind);

/* The largest time, in hundredths of a second, that every delay is a multiple
 * of. Needs at least one frame. */
guint anim_gif_input_get_common_divisor (AnimGifInput *self);

/* Index of the frame on show @cs hundredths of a second into one play; needs at
 * least one frame. */
guint anim_gif_input_find_frame (AnimGifInput *self, guint64 cs);

/* Comments and codec. Returns: (transfer full): tags of stream scope. */
GstTagList *anim_gif_input_get_tags (AnimGifInput *self);

/* Draws the next frame on the way to frame @n, and tells which (@drawn): it is
 * to be called again until that is @n. Where the next one shown will lie before
 * @n (@goes_back), pictures are kept for it. Results as for
 * gif_decoder_render(). */
GifResult anim_gif_input_draw (AnimGifInput *self, guint n, GifLayout layout,
    gboolean goes_back, guint *drawn);

/* Copies the picture drawn last to @frame, which has its size and a format of
 * its layout. */
void anim_gif_input_copy (AnimGifInput *self, GstVideoFrame *frame);

G_END_DECLS
