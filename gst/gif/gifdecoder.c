/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifdecoder.h"
#include "gifpainter.h"
#include "gifscan.h"

#include <string.h>

struct _GifDecoder
{
  GifScan *scan;
  guint64 max_pixels;

  GifLayout layout;
  guint32 background; /* 0xAARRGGBB */
  GifPainter *painter;

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
  self->painter = gif_painter_new ();
  return self;
}

void
gif_decoder_free (GifDecoder *self)
{
  gif_scan_free (self->scan);
  gif_painter_free (self->painter);
  g_free (self);
}

void
gif_decoder_reset (GifDecoder *self)
{
  gif_scan_reset (self->scan);
  gif_painter_reset (self->painter);
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

void
gif_decoder_set_background (GifDecoder *self, guint32 argb)
{
  if (self->background == argb)
    return;
  self->background = argb;
  gif_painter_set_look (self->painter, self->layout, argb);
  forget_picture (self);
}

void
gif_decoder_set_layout (GifDecoder *self, GifLayout layout)
{
  if (self->layout == layout)
    return;
  self->layout = layout;
  gif_painter_set_look (self->painter, layout, self->background);
  forget_picture (self);
}

/* Puts frame n_drawn on the canvas. CORRUPT and no picture: it has to be drawn
 * again. */
static GifResult
draw_next (GifDecoder *self, const guint8 *data)
{
  GifFrame *frame = gif_scan_get_frame (self->scan, self->n_drawn);
  gboolean is_first = self->n_drawn == 0, is_lost;
  GifResult result = gif_painter_draw (self->painter, data, frame, &is_lost,
      is_first ? &self->first_is_opaque : NULL);

  if (result == GIF_RESULT_NO_MEMORY)
    return result;
  /* With pixels missing, it does depend on the frames before. */
  if (result == GIF_RESULT_CORRUPT && !is_first)
    frame->is_key = FALSE;
  if (is_lost)
    forget_picture (self);
  else
    self->n_drawn++;
  return result;
}

/* Takes memory for all frames that are known. FALSE: no memory. */
static gboolean
prepare_canvas (GifDecoder *self)
{
  const GifInfo *info = gif_decoder_get_info (self);
  guint i;

  gif_painter_set_size (self->painter, info->width, info->height);
  for (i = 0; i < info->n_frames; i++)
    gif_painter_expect (self->painter, gif_decoder_get_frame (self, i), i == 0);
  self->has_canvas = gif_painter_reserve (self->painter);
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

  /* It is drawn, or the next one. */
  if (self->has_picture && (self->n_drawn == n + 1 || self->n_drawn == n))
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

  gif_painter_clear (self->painter);
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
  if (!self->has_canvas && !prepare_canvas (self))
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

  if (!self->has_canvas && !prepare_canvas (self))
    return FALSE;
  gif_painter_restore (
      self->painter, (const guint32 *) canvas, gif_decoder_get_frame (self, n));
  self->has_picture = TRUE;
  self->n_drawn = n + 1;
  return TRUE;
}

const guint8 *
gif_decoder_get_canvas (const GifDecoder *self)
{
  if (!self->has_picture)
    return NULL;
  return (const guint8 *) gif_painter_get_pixels (self->painter);
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
