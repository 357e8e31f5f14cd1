/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* A GIF decoder in two halves that go at their own pace.
 *
 * Scanning walks the block structure and finds out everything but the pixels;
 * it never looks at image data. Rendering composes one frame after the other
 * into a canvas kept here. Both read a flat buffer that the caller owns: the
 * file from its first byte on. It may grow and move between calls, never shrink
 * or change; the decoder remembers offsets, not pointers, and no byte is
 * scanned twice. One decoder is for one thread at a time.
 *
 *   while ((res = gif_decoder_scan (d, data, size, at_end)) == NEED_DATA)
 *     append more to data
 *   gif_decoder_set_layout (d, GIF_LAYOUT_BGRA);
 *   for (i = 0; i < gif_decoder_get_n_frames (d); i++)
 *     if (gif_decoder_render (d, data, size, i, NULL) …)
 *       gif_decoder_copy (d, NULL, dest, stride);
 *
 * Frames may be rendered as soon as gif_decoder_get_n_frames() counts them.
 * What happens to odd files is written in docs/gif-policies.md.
 */
typedef struct _GifDecoder GifDecoder;

/* Default of gif_decoder_set_max_pixels(): 8192 × 8192. */
#define GIF_DECODER_MAX_PIXELS (G_GUINT64_CONSTANT (1) << 26)

/* gif_decoder_get_loop_count() of a file that does not ask for loops. */
#define GIF_LOOP_COUNT_ABSENT (-1)

/* Returns: (transfer full): a decoder that has seen nothing, layout RGBA. */
GifDecoder *gif_decoder_new (void);

void gif_decoder_free (GifDecoder *self);

/* Forgets the file, for another one. Memory, limit and layout stay. */
void gif_decoder_reset (GifDecoder *self);

/* The most pixels that a screen or a frame may have; call before the first
 * scan. A larger screen ends the scan with TOO_LARGE before anything is
 * allocated for it; a larger frame keeps its time and is not drawn. */
void gif_decoder_set_max_pixels (GifDecoder *self, guint64 max_pixels);

/* ---- Scanning ---- */

/* Goes on from where the last call stopped. @data holds the first @size bytes
 * of the file; @at_end says that no more will come.
 *
 * NEED_DATA: all of @data is scanned, the file goes on.
 * END: trailer seen (what follows it is ignored), or @at_end. An image that
 *   @at_end cuts short counts as a frame if some of its data is there.
 * NOT_A_GIF, TOO_LARGE: final, later calls return the same. */
GifResult gif_decoder_scan (
    GifDecoder *self, const guint8 *data, gsize size, gboolean at_end);

/* Returns: (transfer none) (nullable): the screen, NULL until it is known. */
const GifScreen *gif_decoder_get_screen (const GifDecoder *self);

/* Frames found so far. */
guint gif_decoder_get_n_frames (const GifDecoder *self);

/* Returns: (transfer none): frame @n, below the number of frames found; valid
 * until the next scan, reset or free. */
const GifFrame *gif_decoder_get_frame (const GifDecoder *self, guint n);

/* Index of the frame shown @cs hundredths of a second after the start of the
 * animation; the last one from the end on. At least one frame must be found. */
guint gif_decoder_find_frame (const GifDecoder *self, guint64 cs);

/* Sum of the played delays of the frames found, in hundredths of a second. */
guint64 gif_decoder_get_duration_cs (const GifDecoder *self);

/* What NETSCAPE2.0 or ANIMEXTS1.0 says: GIF_LOOP_COUNT_ABSENT, 0 for ever, or
 * how often to repeat after the first time. The last one in the file counts. */
gint gif_decoder_get_loop_count (const GifDecoder *self);

/* How often the animation is shown altogether, as browsers do: 1 without a loop
 * count, 0 for ever, else loop count + 1. */
guint gif_decoder_get_n_plays (const GifDecoder *self);

/* The delay that all frames found have in common as played, 0 if they differ or
 * there are none. */
guint gif_decoder_get_common_delay_cs (const GifDecoder *self);

/* TRUE when no pixel of any frame found is transparent, by the headers: an
 * image whose data is damaged may still leave holes, which then are zero. */
gboolean gif_decoder_is_opaque (const GifDecoder *self);

/* Comment extensions found so far, GIF89a §24. */
guint gif_decoder_get_n_comments (const GifDecoder *self);

/* Returns: (transfer none): comment @n up to its first NUL, as in the file: the
 * standard asks for ASCII, files hold anything. Lives until reset or free. */
const gchar *gif_decoder_get_comment (const GifDecoder *self, guint n);

/* ---- Rendering ---- */

/* Changes the byte order of the canvas. A new one forgets the picture: the next
 * render begins anew. */
void gif_decoder_set_layout (GifDecoder *self, GifLayout layout);

/* Brings the canvas to frame @n as it is shown, whatever was there before:
 * composes frames that were skipped, begins anew where @n lies back. @changed
 * (out) (optional): the smallest rectangle with every pixel that may differ
 * from the canvas before this call; may be empty.
 *
 * OK, or CORRUPT when frame @n itself is damaged: shown as far as it goes.
 * NEED_DATA, END: no frame @n yet or at all; nothing changed.
 * TOO_LARGE: no memory; there is no picture then. */
GifResult gif_decoder_render (GifDecoder *self, const guint8 *data, gsize size,
    guint n, GifRect *changed);

/* Drops the picture, so that the next render reports all of it as changed.
 * No memory is given back. */
void gif_decoder_rewind (GifDecoder *self);

/* Returns: (transfer none) (nullable): the canvas, rows of 4 × screen width
 * bytes without gaps; fully transparent pixels are four zero bytes, all others
 * have alpha 255. NULL before the first render; lives until the next one. */
const guint8 *gif_decoder_get_canvas (const GifDecoder *self);

/* Copies @rect of the canvas, all of it when NULL, to where it belongs in a
 * picture that begins at @dest and has @stride bytes per row (at least 4 ×
 * screen width). Only after a render; @rect must lie on the screen. */
void gif_decoder_copy (
    const GifDecoder *self, const GifRect *rect, guint8 *dest, gsize stride);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GifDecoder, gif_decoder_free)

G_END_DECLS
