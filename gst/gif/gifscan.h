/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* What the blocks of a file say, gathered as its bytes arrive. The functions
 * are those of gifdecoder.h. */
typedef struct _GifScan GifScan;

/* Returns: (transfer full): a scan at the start of a file. */
GifScan *gif_scan_new (guint64 max_pixels);

void gif_scan_free (GifScan *self);

/* Back to the start, for another file. */
void gif_scan_reset (GifScan *self);

/* See gif_decoder_set_max_pixels(). */
void gif_scan_set_max_pixels (GifScan *self, guint64 max_pixels);
guint64 gif_scan_get_max_pixels (const GifScan *self);

/* See gif_decoder_scan(). */
GifResult gif_scan_feed (
    GifScan *self, const guint8 *data, gsize size, gboolean at_end);

/* Returns: what the last gif_scan_feed() did; NEED_DATA at first. */
GifResult gif_scan_get_result (const GifScan *self);

/* Returns: (transfer none) (nullable): the screen, once known. */
const GifScreen *gif_scan_get_screen (const GifScan *self);

/* Returns: (transfer none): a GArray of GifFrame. */
const GArray *gif_scan_get_frames (const GifScan *self);

/* Returns: (transfer none): a GPtrArray of strings. */
const GPtrArray *gif_scan_get_comments (const GifScan *self);

/* Totals over the frames found; see gifdecoder.h. */
guint64 gif_scan_get_duration_cs (const GifScan *self);
guint gif_scan_get_common_delay_cs (const GifScan *self);
gint gif_scan_get_loop_count (const GifScan *self);
gboolean gif_scan_is_opaque (const GifScan *self);

G_END_DECLS
