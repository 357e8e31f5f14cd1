/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifdecoder.h"
#include "gifblock.h"
#include "gifcanvas.h"
#include "giflzw.h"
#include "gifscan.h"

#include <string.h>

struct _GifDecoder
{
  GifScan *scan;

  GifLayout layout;
  GifCanvas *canvas;
  GifLzw *lzw;
  guint8 *codes; /* of one frame, without sub-block lengths */
  gsize n_codes_allocated;

  gboolean has_canvas; /* the canvas has the size of the screen */
  gboolean has_picture;
  guint n_drawn; /* frames on the canvas: the last is number n_drawn - 1 */
};

GifDecoder *
gif_decoder_new (void)
{
  GifDecoder *self = g_new0 (GifDecoder, 1);

  self->scan = gif_scan_new (GIF_DECODER_MAX_PIXELS);
  self->layout = GIF_LAYOUT_RGBA;
  self->canvas = gif_canvas_new (GIF_LZW_LEAD, GIF_LZW_SLACK);
  self->lzw = gif_lzw_new ();
  return self;
}

void
gif_decoder_free (GifDecoder *self)
{
  gif_scan_free (self->scan);
  gif_canvas_free (self->canvas);
  gif_lzw_free (self->lzw);
  g_free (self->codes);
  g_free (self);
}

void
gif_decoder_reset (GifDecoder *self)
{
  gif_scan_reset (self->scan);
  gif_decoder_rewind (self);
  self->has_canvas = FALSE;
}

void
gif_decoder_set_max_pixels (GifDecoder *self, guint64 max_pixels)
{
  /* Pixels are counted in 31 bits further down. */
  gif_scan_set_max_pixels (self->scan, MIN (max_pixels, G_MAXINT32));
}

GifResult
gif_decoder_scan (
    GifDecoder *self, const guint8 *data, gsize size, gboolean at_end)
{
  return gif_scan_feed (self->scan, data, size, at_end);
}

const GifScreen *
gif_decoder_get_screen (const GifDecoder *self)
{
  return gif_scan_get_screen (self->scan);
}

guint
gif_decoder_get_n_frames (const GifDecoder *self)
{
  return gif_scan_get_frames (self->scan)->len;
}

const GifFrame *
gif_decoder_get_frame (const GifDecoder *self, guint n)
{
  const GArray *frames = gif_scan_get_frames (self->scan);

  g_return_val_if_fail (n < frames->len, NULL);
  return &g_array_index (frames, GifFrame, n);
}

guint
gif_decoder_find_frame (const GifDecoder *self, guint64 cs)
{
  guint first = 0, behind = gif_decoder_get_n_frames (self);

  /* Between these two lies the last frame that starts at @cs or before. */
  while (behind - first > 1) {
    guint middle = first + (behind - first) / 2;

    if (gif_decoder_get_frame (self, middle)->start_cs <= cs)
      first = middle;
    else
      behind = middle;
  }
  return first;
}

guint64
gif_decoder_get_duration_cs (const GifDecoder *self)
{
  return gif_scan_get_duration_cs (self->scan);
}

gint
gif_decoder_get_loop_count (const GifDecoder *self)
{
  return gif_scan_get_loop_count (self->scan);
}

guint
gif_decoder_get_n_plays (const GifDecoder *self)
{
  gint loop_count = gif_scan_get_loop_count (self->scan);

  if (loop_count == GIF_LOOP_COUNT_ABSENT)
    return 1;
  return loop_count == 0 ? 0 : (guint) loop_count + 1;
}

guint
gif_decoder_get_common_delay_cs (const GifDecoder *self)
{
  return gif_scan_get_common_delay_cs (self->scan);
}

gboolean
gif_decoder_is_opaque (const GifDecoder *self)
{
  return gif_scan_is_opaque (self->scan);
}

guint
gif_decoder_get_n_comments (const GifDecoder *self)
{
  return gif_scan_get_comments (self->scan)->len;
}

const gchar *
gif_decoder_get_comment (const GifDecoder *self, guint n)
{
  const GPtrArray *comments = gif_scan_get_comments (self->scan);

  g_return_val_if_fail (n < comments->len, NULL);
  return g_ptr_array_index (comments, n);
}

void
gif_decoder_set_layout (GifDecoder *self, GifLayout layout)
{
  if (self->layout == layout)
    return;
  self->layout = layout;
  gif_decoder_rewind (self);
}

void
gif_decoder_rewind (GifDecoder *self)
{
  self->has_picture = FALSE;
  self->n_drawn = 0;
}

static gboolean
reserve_codes (GifDecoder *self, gsize n)
{
  if (self->n_codes_allocated >= n)
    return TRUE;
  g_free (self->codes);
  self->codes = g_try_malloc0 (n);
  self->n_codes_allocated = self->codes ? n : 0;
  return self->codes != NULL;
}

static gboolean
exceeds_limit (const GifDecoder *self, const GifFrame *frame)
{
  return (guint64) frame->rect.width * frame->rect.height
      > gif_scan_get_max_pixels (self->scan);
}

/* Pixels of @frame, in file order, that can be seen: none behind the last row
 * on the screen. */
static gsize
count_pixels (const GifDecoder *self, const GifFrame *frame)
{
  const GifScreen *screen = gif_scan_get_screen (self->scan);
  guint n_rows = frame->rect.height;

  if (frame->rect.x >= screen->width || frame->rect.y >= screen->height)
    return 0;
  if (!frame->interlaced)
    n_rows = MIN (n_rows, screen->height - frame->rect.y);
  return (gsize) n_rows * frame->rect.width;
}

/* Decodes @frame to @pixels. Returns: the number of pixels that came out. */
static gsize
decode_frame (GifDecoder *self, const guint8 *data, const GifFrame *frame,
    guint32 *pixels, gsize n_pixels)
{
  gsize start = frame->data_offset + 1, end = frame->offset + frame->size;
  guint code_size = data[frame->data_offset];
  gsize n_codes;

  if (code_size < GIF_LZW_MIN_CODE_SIZE || code_size > GIF_LZW_MAX_CODE_SIZE
      || !reserve_codes (self, end - start))
    return 0;
  gif_canvas_map_palette (pixels - GIF_LZW_LEAD, 1u << code_size,
      data + frame->palette_offset, frame->n_colors, frame->transparent_index,
      self->layout);
  n_codes = gif_block_gather (data, start, end, self->codes);
  return gif_lzw_decode (
      self->lzw, code_size, self->codes, n_codes, pixels, n_pixels);
}

/* Puts frame n_drawn on the canvas. */
static GifResult
draw_next (GifDecoder *self, const guint8 *data, GifRect *changed)
{
  const GifFrame *frame = gif_decoder_get_frame (self, self->n_drawn);
  gboolean is_whole = !exceeds_limit (self, frame);
  gsize n_pixels = is_whole ? count_pixels (self, frame) : 0, n_decoded = 0;
  guint32 *scratch = gif_canvas_take_scratch (self->canvas, n_pixels);

  if (!scratch)
    return GIF_RESULT_TOO_LARGE;
  if (n_pixels > 0)
    n_decoded = decode_frame (self, data, frame, scratch, n_pixels);
  if (!gif_canvas_draw (self->canvas, frame, scratch, n_decoded, changed))
    return GIF_RESULT_TOO_LARGE;
  self->n_drawn++;
  is_whole = is_whole && n_decoded == n_pixels;
  return is_whole ? GIF_RESULT_OK : GIF_RESULT_CORRUPT;
}

static gboolean
prepare_canvas (GifDecoder *self)
{
  const GifScreen *screen = gif_scan_get_screen (self->scan);

  if (self->has_canvas)
    return TRUE;
  self->has_canvas =
      gif_canvas_setup (self->canvas, screen->width, screen->height);
  return self->has_canvas;
}

/* Starts over with frame @first on an empty canvas. */
static void
begin_at (GifDecoder *self, guint first)
{
  gif_canvas_clear (self->canvas);
  self->n_drawn = first;
  self->has_picture = TRUE;
}

/* Draws up to and with frame @n and adds to @changed what that changed. */
static GifResult
draw_up_to (GifDecoder *self, const guint8 *data, guint n, GifRect *changed)
{
  GifResult result = GIF_RESULT_OK;
  GifRect step;

  while (self->n_drawn <= n) {
    result = draw_next (self, data, &step);
    if (result == GIF_RESULT_TOO_LARGE) {
      gif_decoder_rewind (self);
      break;
    }
    gif_rect_unite (changed, &step);
  }
  return result;
}

/* Skips to the last key frame on the way to frame @n, if there is one. */
static void
skip_to_key (GifDecoder *self, const guint8 *data, guint n, GifRect *changed)
{
  const GifScreen *screen = gif_scan_get_screen (self->scan);
  guint key = n;

  while (key > self->n_drawn && !gif_decoder_get_frame (self, key)->is_key)
    key--;
  if (key <= self->n_drawn)
    return;
  begin_at (self, key);
  *changed = (GifRect){ 0, 0, screen->width, screen->height };
  /* With pixels missing, it does depend on the frames before. */
  if (draw_up_to (self, data, key, changed) != GIF_RESULT_OK)
    begin_at (self, 0);
}

GifResult
gif_decoder_render (
    GifDecoder *self, const guint8 *data, gsize size, guint n, GifRect *changed)
{
  const GifScreen *screen = gif_scan_get_screen (self->scan);
  const GifFrame *frame;
  GifResult result;
  GifRect all = { 0 };

  if (n >= gif_decoder_get_n_frames (self))
    return gif_scan_get_result (self->scan) == GIF_RESULT_NEED_DATA
        ? GIF_RESULT_NEED_DATA
        : GIF_RESULT_END;
  frame = gif_decoder_get_frame (self, n);
  if (frame->offset + frame->size > size)
    return GIF_RESULT_NEED_DATA;
  if (!prepare_canvas (self))
    return GIF_RESULT_TOO_LARGE;

  if (!self->has_picture || n + 1 < self->n_drawn) {
    begin_at (self, 0);
    all = (GifRect){ 0, 0, screen->width, screen->height };
  }
  skip_to_key (self, data, n, &all);
  result = draw_up_to (self, data, n, &all);
  if (changed)
    *changed = all;
  return result;
}

const guint8 *
gif_decoder_get_canvas (const GifDecoder *self)
{
  if (!self->has_picture)
    return NULL;
  return (const guint8 *) gif_canvas_get_pixels (self->canvas);
}

void
gif_decoder_copy (
    const GifDecoder *self, const GifRect *rect, guint8 *dest, gsize stride)
{
  const GifScreen *screen = gif_scan_get_screen (self->scan);
  const GifRect all = { 0, 0, screen->width, screen->height };
  const guint8 *src = gif_decoder_get_canvas (self);
  gsize src_stride = (gsize) screen->width * 4;
  guint y;

  g_return_if_fail (src != NULL);
  if (!rect)
    rect = &all;
  for (y = rect->y; y < rect->y + rect->height; y++)
    memcpy (dest + y * stride + rect->x * 4, src + y * src_stride + rect->x * 4,
        (gsize) rect->width * 4);
}
