/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifcanvas.h"
#include "gifpixels.h"

#include <string.h>

/* Pixels of memory that a canvas keeps from one file to the next: 16 MB. */
#define MAX_KEPT (4u << 20)

/* How a frame gets on the picture. */
typedef enum
{
  WAY_SCRATCH,  /* decoded beside the picture, then drawn row by row */
  WAY_EMPTY,    /* decoded to the empty picture, there put in order */
  WAY_STRAIGHT, /* decoded to where its pixels belong */
} Way;

struct _GifCanvas
{
  guint width, height;
  guint32 background; /* pixel where nothing is drawn */

  GifPixels pixels;
  gsize n_saved, n_scratch; /* of it, what the frames expected take */

  /* The picture shall be empty and is not yet: the next frame may cover it. */
  gboolean needs_clearing;

  /* No frame that said to be complete lacked pixels. */
  gboolean trusts_frames;

  /* Between begin and end. */
  Way way;
  gsize n_wanted;

  /* Of the frame drawn last, or begun, clipped to the screen. */
  GifRect last;
  GifDisposal last_disposal;
};

GifCanvas *
gif_canvas_new (gsize lead)
{
  GifCanvas *self = g_new0 (GifCanvas, 1);

  self->pixels.lead = lead;
  gif_canvas_reset (self);
  return self;
}

void
gif_canvas_free (GifCanvas *self)
{
  gif_pixels_clear (&self->pixels);
  g_free (self);
}

void
gif_canvas_reset (GifCanvas *self)
{
  if (self->pixels.n_reserved > MAX_KEPT)
    gif_pixels_clear (&self->pixels);
  self->width = self->height = 0;
  self->n_saved = self->n_scratch = GIF_CANVAS_SMALL;
}

static inline guint32 *
row_of (const GifCanvas *self, guint x, guint y)
{
  return self->pixels.shown + (gsize) y * self->width + x;
}

void
gif_canvas_set_size (GifCanvas *self, guint width, guint height)
{
  self->width = width;
  self->height = height;
  self->trusts_frames = TRUE;
  gif_canvas_clear (self);
}

gboolean
gif_canvas_reserve (GifCanvas *self)
{
  return gif_pixels_setup (&self->pixels, (gsize) self->width * self->height,
      self->n_saved, self->n_scratch);
}

void
gif_canvas_clear (GifCanvas *self)
{
  self->needs_clearing = TRUE;
  self->last = (GifRect){ 0 };
  self->last_disposal = GIF_DISPOSAL_KEEP;
}

void
gif_canvas_set_background (GifCanvas *self, guint32 pixel)
{
  self->background = pixel;
  gif_canvas_clear (self);
}

/* Makes @n pixels background. */
static void
clear_pixels (const GifCanvas *self, guint32 *pixels, gsize n)
{
  gsize i;

  if (self->background == 0)
    memset (pixels, 0, n * sizeof (guint32));
  else
    for (i = 0; i < n; i++)
      pixels[i] = self->background;
}

static void
clear_if_needed (GifCanvas *self)
{
  if (self->needs_clearing)
    clear_pixels (self, self->pixels.shown, (gsize) self->width * self->height);
  self->needs_clearing = FALSE;
}

const guint32 *
gif_canvas_get_pixels (GifCanvas *self)
{
  clear_if_needed (self);
  return self->pixels.shown;
}

static inline GifRect
clip (const GifCanvas *self, const GifRect *rect)
{
  GifRect clipped = { 0 };

  if (rect->x < self->width && rect->y < self->height && rect->width > 0
      && rect->height > 0) {
    clipped.x = rect->x;
    clipped.y = rect->y;
    clipped.width = MIN (rect->width, self->width - rect->x);
    clipped.height = MIN (rect->height, self->height - rect->y);
  }
  return clipped;
}

void
gif_canvas_restore (
    GifCanvas *self, const guint32 *pixels, const GifFrame *frame)
{
  memcpy (self->pixels.shown, pixels,
      (gsize) self->width * self->height * sizeof (guint32));
  self->needs_clearing = FALSE;
  self->last = clip (self, &frame->rect);
  self->last_disposal = frame->disposal;
}

static gboolean
is_whole (const GifCanvas *self, const GifRect *rect)
{
  return rect->width == self->width && rect->height == self->height;
}

/* Undoes the frame drawn last as its disposal says. */
static void
dispose (GifCanvas *self)
{
  const GifRect *rect = &self->last;
  gboolean clears = self->last_disposal == GIF_DISPOSAL_BACKGROUND;
  guint y;

  if (self->last_disposal == GIF_DISPOSAL_KEEP)
    return;
  self->last_disposal = GIF_DISPOSAL_KEEP;
  if (is_whole (self, rect) && clears)
    self->needs_clearing = TRUE;
  else if (is_whole (self, rect))
    gif_pixels_swap (&self->pixels);
  else
    for (y = 0; y < rect->height; y++) {
      guint32 *row = row_of (self, rect->x, rect->y + y);

      if (clears)
        clear_pixels (self, row, rect->width);
      else
        memcpy (row, self->pixels.saved + (gsize) y * rect->width,
            rect->width * sizeof (guint32));
    }
}

/* Keeps what is under the frame begun. */
static void
save (GifCanvas *self)
{
  const GifRect *rect = &self->last;
  guint y;

  if (!is_whole (self, rect)) {
    for (y = 0; y < rect->height; y++)
      memcpy (self->pixels.saved + (gsize) y * rect->width,
          row_of (self, rect->x, rect->y + y), rect->width * sizeof (guint32));
    return;
  }
  gif_pixels_swap (&self->pixels);
  if (self->way != WAY_STRAIGHT)
    memcpy (self->pixels.shown, self->pixels.saved,
        self->pixels.n_shown * sizeof (guint32));
}

/* Puts @n pixels at @src over those at @dest, which stay where @src is zero. */
static GIF_FAST void
blend_row (guint32 *restrict dest, const guint32 *restrict src, gsize n)
{
  gsize i;

  for (i = 0; i < n; i++)
    dest[i] = src[i] ? src[i] : dest[i];
}

/* Repeats row @y of a frame in the @n rows below it, as far as they are seen. */
static void
spread_row (GifCanvas *self, const GifRect *visible, guint y, guint n)
{
  const guint32 *row = row_of (self, visible->x, visible->y + y);
  guint end = MIN (visible->height, y + n + 1), below;

  for (below = y + 1; below < end; below++)
    memcpy (row_of (self, visible->x, visible->y + below), row,
        visible->width * sizeof (guint32));
}

/* Puts the pixels of @frame where they belong, row after row of the file. */
static void
draw_rows (GifCanvas *self, const GifFrame *frame, const GifRect *visible,
    const guint32 *pixels, gsize n_pixels)
{
  /* GIF89a appendix E. Without interlace there is one pass. */
  static const guint starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  static const guint gaps[] = { 7, 3, 1, 0 }; /* rows of later passes below */
  guint n_passes = frame->interlaced ? 4 : 1, pass, y;
  gboolean spreads = frame->spreads
      && n_pixels < (gsize) frame->rect.width * frame->rect.height;

  for (pass = 0; pass < n_passes; pass++) {
    guint step = frame->interlaced ? steps[pass] : 1;

    for (y = starts[pass]; y < frame->rect.height && n_pixels > 0; y += step) {
      gsize n_row = MIN (n_pixels, frame->rect.width);
      gsize n = MIN (n_row, visible->width);
      guint32 *row = row_of (self, visible->x, visible->y + y);

      if (y < visible->height && frame->transparent_index >= 0)
        blend_row (row, pixels, n);
      else if (y < visible->height)
        memcpy (row, pixels, n * sizeof (guint32));
      if (spreads && n_row == frame->rect.width)
        spread_row (self, visible, y, gaps[pass]);
      pixels += n_row;
      n_pixels -= n_row;
    }
  }
}

/* Which row of an interlaced file row @y of its picture is, GIF89a appendix E. */
static guint
find_file_row (guint y, guint height)
{
  if (y % 8 == 0)
    return y / 8;
  if (y % 8 == 4)
    return (height + 7) / 8 + y / 8;
  if (y % 4 == 2)
    return (height + 3) / 4 + y / 4;
  return (height + 1) / 2 + y / 2;
}

/* Puts the rows of an interlaced frame, in file order at first, in order: one
 * after the other of those that take each other's place. Needs a row and a byte
 * for each row in the scratch plane. */
static void
order_rows (GifCanvas *self, const GifRect *rect)
{
  gsize n_bytes = rect->width * sizeof (guint32);
  guint32 *held = self->pixels.scratch;
  guint8 *is_done = (guint8 *) (held + rect->width);
  guint first, y, from;

  memset (is_done, 0, rect->height);
  for (first = 0; first < rect->height; first++) {
    if (is_done[first])
      continue;
    memcpy (held, row_of (self, rect->x, rect->y + first), n_bytes);
    for (y = first; !is_done[y]; y = from) {
      from = find_file_row (y, rect->height);
      memcpy (row_of (self, rect->x, rect->y + y),
          from == first ? held : row_of (self, rect->x, rect->y + from),
          n_bytes);
      is_done[y] = TRUE;
    }
  }
}

/* Puts the pixels of a frame, which begin in its first row, where they belong,
 * and makes the rest of the picture background. */
static void
arrange (GifCanvas *self, const GifFrame *frame, gsize n_decoded)
{
  const GifRect *rect = &self->last;
  guint32 *first = row_of (self, 0, rect->y);
  guint right = rect->x + rect->width, end = rect->y + rect->height, y;

  clear_pixels (self, first + n_decoded, self->n_wanted - n_decoded);
  /* From below: what is written over has been moved. */
  for (y = rect->height; rect->width < self->width && y-- > 0;) {
    guint32 *row = first + (gsize) y * self->width;

    memmove (row + rect->x, first + (gsize) y * rect->width,
        rect->width * sizeof (guint32));
    clear_pixels (self, row, rect->x);
    clear_pixels (self, row + right, self->width - right);
  }
  if (frame->interlaced)
    order_rows (self, rect);
  clear_pixels (self, self->pixels.shown, (gsize) rect->y * self->width);
  clear_pixels (self, first + (gsize) rect->height * self->width,
      (gsize) (self->height - end) * self->width);
  self->needs_clearing = FALSE;
}

/* @rect: what is seen of @frame. */
static Way
find_way (const GifCanvas *self, const GifFrame *frame, const GifRect *rect,
    gboolean is_empty)
{
  gboolean is_trusted = self->trusts_frames && frame->complete;

  if (rect->height == 0 || rect->width < frame->rect.width
      || (frame->interlaced && rect->height < frame->rect.height))
    return WAY_SCRATCH;
  if (is_empty && (is_trusted || !frame->spreads))
    return WAY_EMPTY;
  if (is_trusted && frame->transparent_index < 0 && !frame->interlaced
      && rect->width == self->width)
    return WAY_STRAIGHT;
  return WAY_SCRATCH;
}

/* Scratch pixels that it takes. */
static gsize
count_scratch (
    Way way, const GifFrame *frame, const GifRect *rect, gsize n_pixels)
{
  if (way == WAY_EMPTY && frame->interlaced)
    return (gsize) rect->width + rect->height;
  return way == WAY_SCRATCH ? n_pixels : 0;
}

void
gif_canvas_expect (
    GifCanvas *self, const GifFrame *frame, gsize n_pixels, gboolean is_first)
{
  GifRect rect = clip (self, &frame->rect);
  Way way = find_way (self, frame, &rect, is_first);

  self->n_scratch =
      MAX (self->n_scratch, count_scratch (way, frame, &rect, n_pixels));
  if (frame->disposal == GIF_DISPOSAL_PREVIOUS && !is_first)
    self->n_saved = MAX (self->n_saved, (gsize) rect.width * rect.height);
}

/* Whether @frame, of which @rect is seen, leaves nothing of the picture before. */
static gboolean
covers (const GifCanvas *self, const GifFrame *frame, const GifRect *rect)
{
  return is_whole (self, rect) && frame->complete && self->trusts_frames
      && frame->transparent_index < 0 && !frame->interlaced
      && frame->rect.width == self->width
      && frame->disposal != GIF_DISPOSAL_PREVIOUS;
}

gboolean
gif_canvas_begin (
    GifCanvas *self, const GifFrame *frame, gsize n_pixels, GifTarget *target)
{
  GifDisposal disposal = frame->disposal;
  GifRect rect = clip (self, &frame->rect);
  gsize n_saved = 0, n_scratch;

  if (!covers (self, frame, &rect))
    dispose (self);
  self->last = rect;
  self->way = find_way (self, frame, &rect, self->needs_clearing);
  self->n_wanted = n_pixels;

  /* Of the empty picture nothing need be kept. */
  if (disposal == GIF_DISPOSAL_PREVIOUS && self->needs_clearing)
    disposal = GIF_DISPOSAL_BACKGROUND;
  self->last_disposal = disposal;
  if (disposal == GIF_DISPOSAL_PREVIOUS)
    n_saved = (gsize) rect.width * rect.height;
  n_scratch = count_scratch (self->way, frame, &rect, n_pixels);
  if ((n_saved > self->pixels.n_saved || n_scratch > self->pixels.n_scratch)
      && !gif_pixels_grow (&self->pixels, n_saved, n_scratch))
    return FALSE;
  if (disposal == GIF_DISPOSAL_PREVIOUS)
    save (self);

  target->palette = self->pixels.memory;
  target->clear = self->way == WAY_EMPTY ? self->background : 0;
  target->pixels = self->way == WAY_SCRATCH ? self->pixels.scratch
                                            : row_of (self, 0, self->last.y);
  return TRUE;
}

gboolean
gif_canvas_end (GifCanvas *self, const GifFrame *frame, gsize n_decoded)
{
  gboolean is_short = n_decoded < self->n_wanted;

  /* Something may have been written behind the last pixel. */
  if (is_short
      && (self->way == WAY_STRAIGHT
          || (self->way == WAY_EMPTY && frame->spreads))) {
    self->trusts_frames = FALSE;
    return FALSE;
  }
  if (self->way == WAY_EMPTY) {
    arrange (self, frame, n_decoded);
  } else if (self->last.height > 0) {
    clear_if_needed (self);
    if (self->way == WAY_SCRATCH)
      draw_rows (self, frame, &self->last, self->pixels.scratch, n_decoded);
  }
  return TRUE;
}
