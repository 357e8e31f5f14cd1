/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* A GIF decoder in two halves that go at their own pace.
 *
 * Scanning walks the block structure and finds out everything but the pixels;
 * it looks at no image data, but for the first picture where GifInfo.opaque
 * depends on it. Rendering composes one frame after the other
 * into a canvas kept here. Both read a flat buffer that the caller owns: the
 * file from its first byte on. It may grow and move between calls, never shrink
 * or change; the decoder remembers offsets, not pointers, and no byte is
 * scanned twice. One decoder is for one thread at a time.
 *
 *   while (gif_decoder_scan (d, data, size, at_end) == GIF_RESULT_NEED_DATA)
 *     append more to data
 *   gif_decoder_set_layout (d, GIF_LAYOUT_BGRA);
 *   for (i = 0; i < gif_decoder_get_info (d)->n_frames; i++)
 *     if (gif_decoder_render (d, data, size, i) …)
 *       gif_decoder_copy (d, dest, stride);
 *
 * Frames may be rendered as soon as GifInfo.n_frames counts them. What happens
 * to odd files is written in docs/gif-policies.md.
 */
typedef struct _GifDecoder GifDecoder;

/* Defaults of gif_decoder_set_max_pixels(), 8192 × 4096, and of
 * gif_decoder_set_max_total_pixels(). */
#define GIF_DECODER_MAX_PIXELS (G_GUINT64_CONSTANT (1) << 25)
#define GIF_DECODER_MAX_TOTAL_PIXELS (G_GUINT64_CONSTANT (1) << 34)

/* The most that gif_decoder_set_max_pixels() can allow. */
#define GIF_DECODER_MOST_PIXELS ((guint64) G_MAXINT32)

/* Returns: (transfer full): a decoder that has seen nothing, layout RGBA. */
GifDecoder *gif_decoder_new (void);

void gif_decoder_free (GifDecoder *self);

/* Forgets the file for another one. Limits, layout and background stay, and so
 * does memory, unless it is much. */
void gif_decoder_reset (GifDecoder *self);

/* The most pixels that the screen may have, enlarged by the first image or not:
 * @max_pixels, but never more than GIF_DECODER_MOST_PIXELS. Call before the first
 * scan. A larger one ends the scan with TOO_LARGE before
 * anything is allocated for it. Frames may be of any size: only what is on the
 * screen takes memory. */
void gif_decoder_set_max_pixels (GifDecoder *self, guint64 max_pixels);

/* The most pixels that all pictures of one play may have: number of frames ×
 * pixels of the screen. Call before the first scan. A frame more ends the scan
 * with TOO_LONG; those before it can be rendered. */
void gif_decoder_set_max_total_pixels (
    GifDecoder *self, guint64 max_total_pixels);

/* ---- Scanning ---- */

/* Goes on from where the last call stopped. @data holds the first @size bytes
 * of the file; @at_end says that no more will come.
 *
 * NEED_DATA: all of @data is scanned, the file goes on.
 * END: trailer seen (what follows it is ignored), or @at_end. An image that
 *   @at_end cuts short counts as a frame if its rectangle is there.
 * NOT_A_GIF, TOO_LARGE, TOO_LONG, NO_MEMORY: final, later calls return the
 *   same. */
GifResult gif_decoder_scan (
    GifDecoder *self, const guint8 *data, gsize size, gboolean at_end);

/* Returns: (transfer none): what is known now. Lives as long as the decoder,
 * changes with each scan. */
const GifInfo *gif_decoder_get_info (const GifDecoder *self);

/* Returns: (transfer none): frame @n, below GifInfo.n_frames; valid until the
 * next scan or free. */
const GifFrame *gif_decoder_get_frame (const GifDecoder *self, guint n);

/* Returns: (transfer none): comment @n, below GifInfo.n_comments, up to its
 * first NUL, as in the file: the standard asks for ASCII, files hold anything.
 * Lives as long as the decoder. */
const char *gif_decoder_get_comment (const GifDecoder *self, guint n);

/* Index of the frame shown @cs hundredths of a second after the start of the
 * animation; the last one from the end on. At least one frame must be found. */
guint gif_decoder_find_frame (const GifDecoder *self, guint64 cs);

/* ---- Rendering ---- */

/* Changes the byte order of the canvas. A new one forgets the picture: the next
 * render begins anew. */
void gif_decoder_set_layout (GifDecoder *self, GifLayout layout);

/* The colour that pictures are composed on, 0xAARRGGBB with alpha not
 * multiplied in; at first, and for every colour without alpha, transparent. A
 * new one forgets the picture. */
void gif_decoder_set_background (GifDecoder *self, guint32 argb);

/* Where the way from the picture there is to frame @n begins: gif_decoder_
 * render() composes the frames from the result up to @n, but those before @n
 * that leave nothing behind (GIF_DISPOSAL_PREVIOUS). A caller that renders the
 * result until that is @n can stop in between. */
guint gif_decoder_find_start (const GifDecoder *self, guint n);

/* Brings the canvas to frame @n as it is shown, whatever was there before:
 * composes frames that were skipped, begins anew where @n lies back.
 *
 * OK, or CORRUPT when frame @n itself is damaged: shown as far as it goes.
 * NEED_DATA, END: no frame @n yet or at all; nothing changed.
 * NO_MEMORY: there is no picture then. */
GifResult gif_decoder_render (
    GifDecoder *self, const guint8 *data, gsize size, guint n);

/* Returns: (transfer none) (nullable): the canvas, rows of 4 × screen width
 * bytes without gaps; what is drawn has alpha 255, the rest is the background,
 * four zero bytes a pixel when that is transparent. NULL before the first render; lives until the next one. */
const guint8 *gif_decoder_get_canvas (const GifDecoder *self);

/* Brings back the picture of frame @n, which was rendered before and whose
 * disposal is not GIF_DISPOSAL_PREVIOUS. @canvas: a copy of the canvas made then,
 * with the same layout and background. FALSE: no memory. */
gboolean gif_decoder_restore (GifDecoder *self, const guint8 *canvas, guint n);

/* Copies the canvas to the picture that begins at @dest and has @stride bytes
 * per row (at least 4 × screen width). Only after a render. */
void gif_decoder_copy (const GifDecoder *self, guint8 *dest, gsize stride);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GifDecoder, gif_decoder_free)

G_END_DECLS
