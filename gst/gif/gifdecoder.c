/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifdecoder.h"
#include "gifblock.h"
#include "gifcanvas.h"
#include "gifcolor.h"
#include "giflzw.h"
#include "gifscan.h"
#include "gifwindow.h"

#include <string.h>

/* More pixels out of sight than this, and a frame is seen through a window. */
#define MAX_HIDDEN (1u << 16)

/* Image data is decoded in pieces of so many bytes. */
#define CODES_SIZE 4096

struct _GifDecoder
{
  GifScan *scan;
  guint64 max_pixels;

  GifLayout layout;
  guint32 background; /* 0xAARRGGBB */
  GifCanvas *canvas;
  GifLzw *lzw;

  /* The palette on the canvas. */
  gsize palette_offset;
  guint n_mapped;        /* pixels of it; 0: none */
  int transparent_index; /* of which the pixel is no colour; -1: none */

  GifWindow *window;        /* NULL until a frame needs it */
  guint8 codes[CODES_SIZE]; /* the piece being decoded, without lengths */

  gboolean has_canvas; /* the canvas has the size of the screen */
  gboolean has_picture;
  gboolean first_is_opaque; /* the first frame, when it was drawn last */
  guint n_drawn; /* frames on the canvas: the last is number n_drawn - 1 */
};

GifDecoder *
gif_decoder_new (void)
{
  GifDecoder *self = g_new0 (GifDecoder, 1);

  self->scan = gif_scan_new ();
  gif_decoder_set_max_pixels (self, GIF_DECODER_MAX_PIXELS);
  gif_decoder_set_max_total_pixels (self, GIF_DECODER_MAX_TOTAL_PIXELS);
  self->layout = GIF_LAYOUT_RGBA;
  self->canvas = gif_canvas_new (GIF_LZW_MAX_COLORS);
  self->lzw = gif_lzw_new ();
  return self;
}

void
gif_decoder_free (GifDecoder *self)
{
  gif_scan_free (self->scan);
  gif_canvas_free (self->canvas);
  gif_lzw_free (self->lzw);
  g_clear_pointer (&self->window, gif_window_free);
  g_free (self);
}

void
gif_decoder_reset (GifDecoder *self)
{
  gif_scan_reset (self->scan);
  gif_canvas_reset (self->canvas);
  self->n_mapped = 0;
  self->has_canvas = FALSE;
  self->has_picture = FALSE;
  self->n_drawn = 0;
}

void
gif_decoder_set_max_pixels (GifDecoder *self, guint64 max_pixels)
{
  self->max_pixels = MIN (max_pixels, GIF_DECODER_MOST_PIXELS);
  gif_scan_set_max_pixels (self->scan, self->max_pixels);
}

void
gif_decoder_set_max_total_pixels (GifDecoder *self, guint64 max_total_pixels)
{
  gif_scan_set_max_total_pixels (self->scan, max_total_pixels);
}

const GifInfo *
gif_decoder_get_info (const GifDecoder *self)
{
  return gif_scan_get_info (self->scan);
}

const GifFrame *
gif_decoder_get_frame (const GifDecoder *self, guint n)
{
  return gif_scan_get_frame (self->scan, n);
}

const char *
gif_decoder_get_comment (const GifDecoder *self, guint n)
{
  return gif_scan_get_comment (self->scan, n);
}

guint
gif_decoder_find_frame (const GifDecoder *self, guint64 cs)
{
  guint first = 0, behind = gif_decoder_get_info (self)->n_frames;

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

static void
forget_picture (GifDecoder *self)
{
  self->has_picture = FALSE;
  self->n_drawn = 0;
}

/* The canvas is to be drawn anew, in another layout or on another colour. */
static void
update_background (GifDecoder *self)
{
  guint32 argb = self->background;

  gif_canvas_set_background (self->canvas,
      gif_color_map (argb >> 16, argb >> 8, argb, argb >> 24, self->layout));
  forget_picture (self);
}

void
gif_decoder_set_background (GifDecoder *self, guint32 argb)
{
  if (self->background == argb)
    return;
  self->background = argb;
  update_background (self);
}

void
gif_decoder_set_layout (GifDecoder *self, GifLayout layout)
{
  if (self->layout == layout)
    return;
  self->layout = layout;
  self->n_mapped = 0;
  update_background (self);
}

/* Pixels of @frame, in file order, that can be seen: none behind the last row
 * on the screen. */
static gsize
count_pixels (const GifDecoder *self, const GifFrame *frame)
{
  const GifInfo *info = gif_decoder_get_info (self);
  guint n_rows = frame->rect.height;

  if (frame->rect.x >= info->width || frame->rect.y >= info->height)
    return 0;
  if (!frame->interlaced)
    n_rows = MIN (n_rows, info->height - frame->rect.y);
  return (gsize) n_rows * frame->rect.width;
}

/* Pixels that leave no hole in @frame where they are drawn: those of the first
 * pass, if its rows are repeated where others are missing. */
static gsize
count_filling (const GifFrame *frame)
{
  guint n_rows = frame->rect.height;

  return (gsize) frame->rect.width
      * (frame->spreads ? (n_rows + 7) / 8 : n_rows);
}

/* Makes @n entries from @first on pixels of their colours. */
static void
map_colors (GifDecoder *self, const guint8 *data, const GifFrame *frame,
    guint32 *palette, guint first, guint n)
{
  guint n_colors = frame->n_colors > first ? frame->n_colors - first : 0;

  gif_color_map_palette (palette + first, n,
      data + frame->palette_offset + 3 * first, n_colors, self->layout);
}

/* The transparent index of @frame, -1 where no pixel can have it. */
static int
find_transparent (const GifFrame *frame)
{
  return frame->transparent_index < 1 << frame->code_size
      ? frame->transparent_index
      : -1;
}

/* Makes the palette of @target that of @frame. */
static void
set_palette (GifDecoder *self, const guint8 *data, const GifFrame *frame,
    const GifTarget *target)
{
  guint n = 1u << frame->code_size;
  int index = find_transparent (frame);

  if (n > self->n_mapped || frame->palette_offset != self->palette_offset) {
    map_colors (self, data, frame, target->palette, 0, n);
    self->palette_offset = frame->palette_offset;
    self->n_mapped = n;
  } else if (self->transparent_index >= 0) {
    map_colors (
        self, data, frame, target->palette, (guint) self->transparent_index, 1);
  }
  if (index >= 0)
    target->palette[index] = target->clear;
  self->transparent_index = index;
}

/* Decodes @frame to @target. Returns: the number of pixels that came out. */
static gsize
decode_frame (GifDecoder *self, const guint8 *data, const GifFrame *frame,
    const GifTarget *target, gsize n_pixels)
{
  gsize at = frame->data_offset, end = frame->offset + frame->size, n;
  gboolean is_watched = self->n_drawn == 0 && find_transparent (frame) >= 0;

  set_palette (self, data, frame, target);
  gif_lzw_begin (
      self->lzw, frame->code_size, target->palette, target->pixels, n_pixels);
  if (is_watched)
    gif_lzw_watch (self->lzw, (guint) frame->transparent_index);
  do {
    n = gif_block_gather (data, &at, end, self->codes, CODES_SIZE);
  } while (n > 0 && gif_lzw_feed (self->lzw, self->codes, n));
  n = gif_lzw_end (self->lzw);
  if (self->n_drawn == 0)
    self->first_is_opaque = n >= count_filling (frame)
        && !(is_watched && gif_lzw_has_seen (self->lzw));
  return n;
}

/* The same for one of which only @seen is seen: holes where no pixel comes out.
 * FALSE: no memory. */
static gboolean
decode_through_window (GifDecoder *self, const guint8 *data,
    const GifFrame *frame, const GifRect *seen, const GifTarget *target,
    gsize n_pixels, gsize *n_decoded)
{
  gsize n_seen = (gsize) seen->width * seen->height, i;

  if (self->window == NULL)
    self->window = gif_window_new ();
  if (self->window == NULL)
    return FALSE;
  for (i = 0; i < n_seen; i++)
    target->pixels[i] = target->clear;
  set_palette (self, data, frame, target);
  *n_decoded = gif_window_decode (self->window, data, frame, target->palette,
      n_pixels, target->pixels, seen->width, seen->height);
  return TRUE;
}

/* @frame is so large beside what is seen of it that it is drawn through a window,
 * as @part: the frame of what is seen. FALSE: it is not. */
static gboolean
needs_window (const GifDecoder *self, const GifFrame *frame, gsize n_pixels,
    GifFrame *part)
{
  const GifInfo *info = gif_decoder_get_info (self);
  GifRect *rect = &part->rect;

  if (n_pixels <= MAX_HIDDEN)
    return FALSE;
  *part = *frame;
  rect->width = MIN (rect->width, info->width - rect->x);
  rect->height = MIN (rect->height, info->height - rect->y);
  part->interlaced = part->spreads = FALSE;
  part->transparent_index = 0;
  return n_pixels > (gsize) rect->width * rect->height + MAX_HIDDEN;
}

/* Draws @frame, of which @n_pixels are wanted, and counts those that came out.
 * CORRUPT: the picture is lost for want of pixels. NO_MEMORY: likewise. */
static GifResult
draw_frame (GifDecoder *self, const guint8 *data, const GifFrame *frame,
    gsize n_pixels, gsize *n_decoded)
{
  gboolean can_decode = n_pixels > 0 && frame->code_size <= GIF_MAX_CODE_SIZE;
  GifTarget target;
  GifFrame part;
  gsize n_seen;

  if (!needs_window (self, frame, n_pixels, &part)) {
    if (!gif_canvas_begin (self->canvas, frame, n_pixels, &target))
      return GIF_RESULT_NO_MEMORY;
    if (can_decode)
      *n_decoded = decode_frame (self, data, frame, &target, n_pixels);
    return gif_canvas_end (self->canvas, frame, *n_decoded)
        ? GIF_RESULT_OK
        : GIF_RESULT_CORRUPT;
  }
  n_seen = (gsize) part.rect.width * part.rect.height;
  if (!gif_canvas_begin (self->canvas, &part, n_seen, &target)
      || (can_decode
          && !decode_through_window (
              self, data, frame, &part.rect, &target, n_pixels, n_decoded)))
    return GIF_RESULT_NO_MEMORY;
  gif_canvas_end (self->canvas, &part, can_decode ? n_seen : 0);
  return GIF_RESULT_OK;
}

/* Puts frame n_drawn on the canvas. CORRUPT and no picture: it has to be drawn
 * again. */
static GifResult
draw_next (GifDecoder *self, const guint8 *data)
{
  GifFrame *frame = gif_scan_get_frame (self->scan, self->n_drawn);
  gsize n_pixels = count_pixels (self, frame), n_decoded = 0;
  GifResult result = draw_frame (self, data, frame, n_pixels, &n_decoded);

  if (result == GIF_RESULT_NO_MEMORY)
    return result;
  /* With pixels missing, it does depend on the frames before. */
  if (n_decoded < n_pixels && self->n_drawn > 0)
    frame->is_key = FALSE;
  if (result == GIF_RESULT_CORRUPT)
    forget_picture (self);
  else
    self->n_drawn++;
  return n_decoded < n_pixels ? GIF_RESULT_CORRUPT : GIF_RESULT_OK;
}

/* Takes memory for all frames that are known. FALSE: no memory. */
static gboolean
prepare_canvas (GifDecoder *self)
{
  const GifInfo *info = gif_decoder_get_info (self);
  GifFrame part;
  guint i;

  if (self->has_canvas)
    return TRUE;
  gif_canvas_set_size (self->canvas, info->width, info->height);
  for (i = 0; i < info->n_frames; i++) {
    const GifFrame *frame = gif_decoder_get_frame (self, i);
    gsize n_pixels = count_pixels (self, frame);

    if (needs_window (self, frame, n_pixels, &part))
      gif_canvas_expect (self->canvas, &part,
          (gsize) part.rect.width * part.rect.height, i == 0);
    else
      gif_canvas_expect (self->canvas, frame, n_pixels, i == 0);
  }
  self->has_canvas = gif_canvas_reserve (self->canvas);
  return self->has_canvas;
}

/* Whether frame @n leaves the canvas as it was. */
static gboolean
leaves_nothing (const GifDecoder *self, guint n)
{
  return gif_decoder_get_frame (self, n)->disposal == GIF_DISPOSAL_PREVIOUS;
}

/* Whether the canvas as it is will do for frame @n: of those between, none
 * leaves anything behind. */
static gboolean
goes_on_at (const GifDecoder *self, guint n)
{
  guint i = self->n_drawn;

  while (i < n && leaves_nothing (self, i))
    i++;
  return self->has_picture && i == n;
}

guint
gif_decoder_find_start (const GifDecoder *self, guint n)
{
  guint start = n, first;

  if (self->has_picture && self->n_drawn == n + 1)
    return n;
  while (!gif_decoder_get_frame (self, start)->is_key) {
    /* From @first to @start there is nothing that @start depends on. */
    first = start;
    while (first > 0 && !(self->has_picture && first == self->n_drawn)
        && leaves_nothing (self, first - 1))
      first--;
    if (first == 0 || (self->has_picture && first == self->n_drawn))
      break;
    start = first - 1;
  }
  return start;
}

/* Starts over with frame @start on an empty canvas. Where a key frame turns out
 * to be none for want of pixels, there is no picture then. */
static GifResult
begin_at (GifDecoder *self, const guint8 *data, guint start)
{
  const GifFrame *frame = gif_decoder_get_frame (self, start);
  gboolean was_key = frame->is_key;
  GifResult result;

  gif_canvas_clear (self->canvas);
  self->n_drawn = start;
  self->has_picture = TRUE;
  result = draw_next (self, data);
  if (was_key && !frame->is_key)
    forget_picture (self);
  return result;
}

/* Draws all that the way to frame @n takes. */
static GifResult
draw_up_to (GifDecoder *self, const guint8 *data, guint n)
{
  GifResult result = GIF_RESULT_OK;

  while (result != GIF_RESULT_NO_MEMORY
      && !(self->has_picture && self->n_drawn == n + 1)) {
    guint start = gif_decoder_find_start (self, n);

    if (!goes_on_at (self, start))
      result = begin_at (self, data, start);
    while (self->has_picture && self->n_drawn <= n
        && result != GIF_RESULT_NO_MEMORY) {
      if (self->n_drawn < n && leaves_nothing (self, self->n_drawn))
        self->n_drawn++;
      else
        result = draw_next (self, data);
    }
  }
  if (result == GIF_RESULT_NO_MEMORY)
    forget_picture (self);
  return result;
}

GifResult
gif_decoder_render (GifDecoder *self, const guint8 *data, gsize size, guint n)
{
  const GifInfo *info = gif_decoder_get_info (self);
  const GifFrame *frame;

  if (n >= info->n_frames)
    return info->complete ? GIF_RESULT_END : GIF_RESULT_NEED_DATA;
  frame = gif_decoder_get_frame (self, n);
  if (frame->offset + frame->size > size)
    return GIF_RESULT_NEED_DATA;
  if (!prepare_canvas (self))
    return GIF_RESULT_NO_MEMORY;
  return draw_up_to (self, data, n);
}

/* Many files declare a transparent index and never use it in the first frame,
 * which alone decides then. What is drawn here stays for whoever renders it in
 * this layout and on no background. */
static void
judge_first_frame (GifDecoder *self, const guint8 *data, gsize size)
{
  guint32 background = self->background;
  GifResult result;

  if (self->has_picture || !gif_scan_needs_first (self->scan))
    return;
  gif_decoder_set_background (self, 0);
  self->first_is_opaque = FALSE;
  result = gif_decoder_render (self, data, size, 0);
  if (self->has_picture && self->first_is_opaque)
    gif_scan_set_opaque (self->scan);
  /* Damage is for whoever renders it. */
  if (result != GIF_RESULT_OK)
    forget_picture (self);
  gif_decoder_set_background (self, background);
}

GifResult
gif_decoder_scan (
    GifDecoder *self, const guint8 *data, gsize size, gboolean at_end)
{
  gboolean was_complete = gif_decoder_get_info (self)->complete;
  GifResult result = gif_scan_feed (self->scan, data, size, at_end);

  if (result == GIF_RESULT_END && !was_complete)
    judge_first_frame (self, data, size);
  return result;
}

gboolean
gif_decoder_restore (GifDecoder *self, const guint8 *canvas, guint n)
{
  g_return_val_if_fail (!leaves_nothing (self, n), FALSE);

  if (!prepare_canvas (self))
    return FALSE;
  gif_canvas_restore (
      self->canvas, (const guint32 *) canvas, gif_decoder_get_frame (self, n));
  self->has_picture = TRUE;
  self->n_drawn = n + 1;
  return TRUE;
}

const guint8 *
gif_decoder_get_canvas (const GifDecoder *self)
{
  if (!self->has_picture)
    return NULL;
  return (const guint8 *) gif_canvas_get_pixels (self->canvas);
}

void
gif_decoder_copy (const GifDecoder *self, guint8 *dest, gsize stride)
{
  const GifInfo *info = gif_decoder_get_info (self);
  const guint8 *src = gif_decoder_get_canvas (self);
  gsize n_bytes = (gsize) info->width * 4;
  guint y;

  g_return_if_fail (src != NULL);
  if (stride == n_bytes)
    memcpy (dest, src, n_bytes * info->height);
  else
    for (y = 0; y < info->height; y++)
      memcpy (dest + y * stride, src + y * n_bytes, n_bytes);
}
