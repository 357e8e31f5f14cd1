/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifcanvas.h"

#include <string.h>

/* Pixel storage with free room in front. */
typedef struct
{
  guint32 *memory;
  gsize n_pixels; /* without the room */
} Plane;

struct _GifCanvas
{
  gsize lead;
  guint width, height;
  guint32 background; /* pixel where nothing is drawn */

  Plane shown;   /* the picture */
  Plane scratch; /* the frame being decoded */
  Plane saved;   /* what GIF_DISPOSAL_PREVIOUS brings back */

  /* The picture shall be empty and is not yet: the next frame may cover it. */
  gboolean needs_clearing;

  /* Of the frame drawn last, clipped to the screen. */
  GifRect last;
  GifDisposal last_disposal;
};

GifCanvas *
gif_canvas_new (gsize lead)
{
  GifCanvas *self = g_new0 (GifCanvas, 1);

  self->lead = lead;
  return self;
}

void
gif_canvas_free (GifCanvas *self)
{
  g_free (self->shown.memory);
  g_free (self->scratch.memory);
  g_free (self->saved.memory);
  g_free (self);
}

/* Grows @plane to @n_pixels; content is lost then. FALSE: no memory. */
static gboolean
reserve (GifCanvas *self, Plane *plane, gsize n_pixels)
{
  if (plane->memory && plane->n_pixels >= n_pixels)
    return TRUE;
  g_free (plane->memory);
  plane->n_pixels = 0;
  plane->memory = g_try_malloc_n (self->lead + n_pixels, sizeof (guint32));
  if (!plane->memory)
    return FALSE;
  plane->n_pixels = n_pixels;
  return TRUE;
}

static inline guint32 *
pixels_of (const GifCanvas *self, const Plane *plane)
{
  return plane->memory + self->lead;
}

static inline guint32 *
row_of (const GifCanvas *self, guint x, guint y)
{
  return pixels_of (self, &self->shown) + (gsize) y * self->width + x;
}

gboolean
gif_canvas_setup (GifCanvas *self, guint width, guint height)
{
  if (!reserve (self, &self->shown, (gsize) width * height))
    return FALSE;
  self->width = width;
  self->height = height;
  gif_canvas_clear (self);
  return TRUE;
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
    clear_pixels (self, pixels_of (self, &self->shown),
        (gsize) self->width * self->height);
  self->needs_clearing = FALSE;
}

const guint32 *
gif_canvas_get_pixels (GifCanvas *self)
{
  clear_if_needed (self);
  return pixels_of (self, &self->shown);
}

guint32 *
gif_canvas_take_scratch (GifCanvas *self, gsize n_pixels)
{
  if (!reserve (self, &self->scratch, n_pixels))
    return NULL;
  return pixels_of (self, &self->scratch);
}

static GifRect
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
  memcpy (pixels_of (self, &self->shown), pixels,
      (gsize) self->width * self->height * sizeof (guint32));
  self->needs_clearing = FALSE;
  self->last = clip (self, &frame->rect);
  self->last_disposal = frame->disposal;
}

/* Undoes the frame drawn last as its disposal says. */
static void
dispose (GifCanvas *self)
{
  const GifRect *rect = &self->last;
  gsize n_bytes = rect->width * sizeof (guint32), saved_at;
  guint y;

  if (self->last_disposal == GIF_DISPOSAL_KEEP)
    return;
  for (y = 0; y < rect->height; y++) {
    guint32 *row = row_of (self, rect->x, rect->y + y);

    saved_at = (gsize) y * rect->width;
    if (self->last_disposal == GIF_DISPOSAL_BACKGROUND)
      clear_pixels (self, row, rect->width);
    else
      memcpy (row, pixels_of (self, &self->saved) + saved_at, n_bytes);
  }
}

static void
save (GifCanvas *self, const GifRect *rect)
{
  guint32 *saved = pixels_of (self, &self->saved);
  guint y;

  for (y = 0; y < rect->height; y++)
    memcpy (saved + (gsize) y * rect->width,
        row_of (self, rect->x, rect->y + y), rect->width * sizeof (guint32));
}

/* Puts @n pixels at @src over those at @dest, which stay where @src is zero. */
static void
blend_row (guint32 *dest, const guint32 *src, gsize n)
{
  gsize i = 0;
#ifdef __GNUC__ /* clang too */
  typedef guint32 Pixels __attribute__ ((vector_size (16)));
  Pixels above, below;

  for (; i + 4 <= n; i += 4) {
    memcpy (&above, src + i, sizeof above);
    memcpy (&below, dest + i, sizeof below);
    above |= below & (Pixels) (above == 0);
    memcpy (dest + i, &above, sizeof above);
  }
#endif
  for (; i < n; i++)
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

/* Whether @frame in the scratch plane is the whole picture, pixel for pixel. */
static gboolean
is_picture (const GifCanvas *self, const GifFrame *frame)
{
  return frame->rect.x == 0 && frame->rect.y == 0
      && frame->rect.width == self->width && frame->rect.height == self->height
      && !frame->interlaced && frame->transparent_index < 0;
}

/* Makes the scratch plane, with a whole picture, the one shown. */
static void
show_scratch (GifCanvas *self, gboolean saves)
{
  Plane before = self->shown;

  self->shown = self->scratch;
  if (saves) {
    self->scratch = self->saved;
    self->saved = before;
  } else {
    self->scratch = before;
  }
}

gboolean
gif_canvas_draw (
    GifCanvas *self, const GifFrame *frame, guint32 *scratch, gsize n_pixels)
{
  gsize n_all = (gsize) self->width * self->height;
  gboolean saves = frame->disposal == GIF_DISPOSAL_PREVIOUS;
  gboolean shows_scratch = is_picture (self, frame);
  GifRect visible = clip (self, &frame->rect);

  if (saves && !shows_scratch && !reserve (self, &self->saved, n_all))
    return FALSE;

  /* What is covered and not brought back later need not be made. */
  if (!shows_scratch || saves || n_pixels < n_all) {
    clear_if_needed (self);
    dispose (self);
  }
  self->needs_clearing = FALSE;

  if (shows_scratch) {
    memcpy (scratch + n_pixels, pixels_of (self, &self->shown) + n_pixels,
        (n_all - n_pixels) * sizeof (guint32));
    show_scratch (self, saves);
  } else {
    if (saves)
      save (self, &visible);
    if (visible.width > 0)
      draw_rows (self, frame, &visible, scratch, n_pixels);
  }
  self->last = visible;
  self->last_disposal = frame->disposal;
  return TRUE;
}
