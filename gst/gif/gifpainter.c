/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifpainter.h"
#include "gifblock.h"
#include "gifcanvas.h"
#include "gifcolor.h"
#include "giflzw.h"
#include "gifwindow.h"

/* More pixels out of sight than this, and a frame is seen through a window. */
#define MAX_HIDDEN (1u << 16)

/* Image data is decoded in pieces of so many bytes. */
#define CODES_SIZE 4096

struct _GifPainter
{
  guint width, height; /* of the screen */
  GifLayout layout;
  GifCanvas *canvas;
  GifLzw *lzw;

  /* The palette on the canvas. */
  gsize palette_offset;
  guint n_mapped;        /* pixels of it; 0: none */
  int transparent_index; /* of which the pixel is no colour; -1: none */

  GifWindow *window;        /* NULL until a frame needs it */
  guint8 codes[CODES_SIZE]; /* the piece being decoded, without lengths */
};

GifPainter *
gif_painter_new (void)
{
  GifPainter *self = g_new0 (GifPainter, 1);

  self->layout = GIF_LAYOUT_RGBA;
  self->canvas = gif_canvas_new (GIF_LZW_MAX_COLORS);
  self->lzw = gif_lzw_new ();
  return self;
}

void
gif_painter_free (GifPainter *self)
{
  gif_canvas_free (self->canvas);
  gif_lzw_free (self->lzw);
  g_clear_pointer (&self->window, gif_window_free);
  g_free (self);
}

void
gif_painter_reset (GifPainter *self)
{
  gif_canvas_reset (self->canvas);
  self->n_mapped = 0;
}

void
gif_painter_set_look (GifPainter *self, GifLayout layout, guint32 background)
{
  if (self->layout != layout)
    self->n_mapped = 0;
  self->layout = layout;
  gif_canvas_set_background (self->canvas,
      gif_color_map (background >> 16, background >> 8, background,
          background >> 24, layout));
}

void
gif_painter_set_size (GifPainter *self, guint width, guint height)
{
  self->width = width;
  self->height = height;
  gif_canvas_set_size (self->canvas, width, height);
}

gboolean
gif_painter_reserve (GifPainter *self)
{
  return gif_canvas_reserve (self->canvas);
}

void
gif_painter_clear (GifPainter *self)
{
  gif_canvas_clear (self->canvas);
}

void
gif_painter_restore (
    GifPainter *self, const guint32 *pixels, const GifFrame *frame)
{
  gif_canvas_restore (self->canvas, pixels, frame);
}

const guint32 *
gif_painter_get_pixels (GifPainter *self)
{
  return gif_canvas_get_pixels (self->canvas);
}

/* Pixels of @frame, in file order, that can be seen: none behind the last row
 * on the screen. */
static gsize
count_pixels (const GifPainter *self, const GifFrame *frame)
{
  guint n_rows = frame->rect.height;

  if (frame->rect.x >= self->width || frame->rect.y >= self->height)
    return 0;
  if (!frame->interlaced)
    n_rows = MIN (n_rows, self->height - frame->rect.y);
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
map_colors (GifPainter *self, const guint8 *data, const GifFrame *frame,
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
set_palette (GifPainter *self, const guint8 *data, const GifFrame *frame,
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
decode_frame (GifPainter *self, const guint8 *data, const GifFrame *frame,
    const GifTarget *target, gsize n_pixels, gboolean *is_opaque)
{
  gsize at = frame->data_offset, end = frame->offset + frame->size, n;
  gboolean is_watched = is_opaque != NULL && find_transparent (frame) >= 0;

  set_palette (self, data, frame, target);
  gif_lzw_begin (
      self->lzw, frame->code_size, target->palette, target->pixels, n_pixels);
  if (is_watched)
    gif_lzw_watch (self->lzw, (guint) frame->transparent_index);
  do {
    n = gif_block_gather (data, &at, end, self->codes, CODES_SIZE);
  } while (n > 0 && gif_lzw_feed (self->lzw, self->codes, n));
  n = gif_lzw_end (self->lzw);
  if (is_opaque != NULL)
    *is_opaque = n >= count_filling (frame)
        && !(is_watched && gif_lzw_has_seen (self->lzw));
  return n;
}

/* The same for one of which only @seen is seen: holes where no pixel comes out.
 * FALSE: no memory. */
static gboolean
decode_through_window (GifPainter *self, const guint8 *data,
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
needs_window (const GifPainter *self, const GifFrame *frame, gsize n_pixels,
    GifFrame *part)
{
  GifRect *rect = &part->rect;

  if (n_pixels <= MAX_HIDDEN)
    return FALSE;
  *part = *frame;
  rect->width = MIN (rect->width, self->width - rect->x);
  rect->height = MIN (rect->height, self->height - rect->y);
  part->interlaced = part->spreads = FALSE;
  part->transparent_index = 0;
  return n_pixels > (gsize) rect->width * rect->height + MAX_HIDDEN;
}

void
gif_painter_expect (GifPainter *self, const GifFrame *frame, gboolean is_first)
{
  const GifRect *rect = &frame->rect;
  gsize n_pixels;
  GifFrame part;

  if ((guint64) rect->width * rect->height <= GIF_CANVAS_SMALL)
    return;
  n_pixels = count_pixels (self, frame);
  if (needs_window (self, frame, n_pixels, &part))
    gif_canvas_expect (self->canvas, &part,
        (gsize) part.rect.width * part.rect.height, is_first);
  else
    gif_canvas_expect (self->canvas, frame, n_pixels, is_first);
}

/* Draws what the window shows of @frame: @part. */
static GifResult
draw_part (GifPainter *self, const guint8 *data, const GifFrame *frame,
    const GifFrame *part, gsize n_pixels)
{
  gsize n_seen = (gsize) part->rect.width * part->rect.height, n_decoded = 0;
  gboolean can_decode = frame->code_size <= GIF_MAX_CODE_SIZE;
  GifTarget target;

  if (!gif_canvas_begin (self->canvas, part, n_seen, &target)
      || (can_decode
          && !decode_through_window (
              self, data, frame, &part->rect, &target, n_pixels, &n_decoded)))
    return GIF_RESULT_NO_MEMORY;
  gif_canvas_end (self->canvas, part, can_decode ? n_seen : 0);
  return n_decoded < n_pixels ? GIF_RESULT_CORRUPT : GIF_RESULT_OK;
}

GifResult
gif_painter_draw (GifPainter *self, const guint8 *data, const GifFrame *frame,
    gboolean *is_lost, gboolean *is_opaque)
{
  gsize n_pixels = count_pixels (self, frame), n_decoded = 0;
  GifTarget target;
  GifFrame part;

  *is_lost = FALSE;
  if (needs_window (self, frame, n_pixels, &part))
    return draw_part (self, data, frame, &part, n_pixels);
  if (!gif_canvas_begin (self->canvas, frame, n_pixels, &target))
    return GIF_RESULT_NO_MEMORY;
  if (n_pixels > 0 && frame->code_size <= GIF_MAX_CODE_SIZE)
    n_decoded = decode_frame (self, data, frame, &target, n_pixels, is_opaque);
  *is_lost = !gif_canvas_end (self->canvas, frame, n_decoded);
  return n_decoded < n_pixels ? GIF_RESULT_CORRUPT : GIF_RESULT_OK;
}
