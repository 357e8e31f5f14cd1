/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Keeps the bytes that pass a pad, so that one generation can be shown, saved
 * and streamed. Safe to use from any thread. */
typedef struct _GifTap GifTap;

/* Starts to collect what leaves @pad, which belongs to a source. At the end of
 * the stream the element message "gif-complete" is posted for it: the decoder
 * shows the first picture when it has seen the GIF's last byte, which is
 * before anyone knows that no more will follow. Free it with gif_tap_free(),
 * before or after the pad's end. */
#define GIF_TAP_COMPLETE "gif-complete"
GifTap *gif_tap_new (GstPad *pad);
void gif_tap_free (GifTap *tap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GifTap, gif_tap_free)

/* All bytes, once the end of the stream has passed; NULL before. Only what
 * had come when the source posted an error. Transfer full. */
GBytes *gif_tap_get_bytes (GifTap *tap);

G_END_DECLS
