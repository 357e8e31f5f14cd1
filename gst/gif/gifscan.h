/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "giftypes.h"

G_BEGIN_DECLS

/* What the blocks of a file say, gathered as its bytes arrive. The functions
 * are those of gifdecoder.h. */
typedef struct _GifScan GifScan;

/* Returns: (transfer full): a scan at the start of a file. */
GifScan *gif_scan_new (void);

void gif_scan_free (GifScan *self);

/* Goes back to the start of another file; the limits stay. */
void gif_scan_reset (GifScan *self);

/* See gif_decoder_set_max_pixels(). */
void gif_scan_set_max_pixels (GifScan *self, guint64 max_pixels);

/* See gif_decoder_set_max_total_pixels(). */
void gif_scan_set_max_total_pixels (GifScan *self, guint64 max_total_pixels);

/* See gif_decoder_scan(). */
GifResult gif_scan_feed (
    GifScan *self, const guint8 *data, gsize size, gboolean at_end);

/* Whether all pictures are opaque if the first one is. */
gboolean gif_scan_needs_first (const GifScan *self);

/* Sets GifInfo.opaque: the first one is. */
void gif_scan_set_opaque (GifScan *self);

/* Returns: (transfer none): what is known now. */
const GifInfo *gif_scan_get_info (const GifScan *self);

/* Returns: (transfer none): frame @n; valid until the next feed. */
GifFrame *gif_scan_get_frame (const GifScan *self, guint n);

/* Returns: (transfer none): comment @n. */
const char *gif_scan_get_comment (const GifScan *self, guint n);

G_END_DECLS
