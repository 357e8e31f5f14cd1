/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifopacity.h"

void
gif_opacity_begin (GifOpacity *self, guint width, guint height)
{
  *self = (GifOpacity){
    .width = width,
    .height = height,
    .hole = { 0, 0, width, height },
    .possible_hole = { 0, 0, width, height },
    .cleared = TRUE,
    .lasts = TRUE,
    .may_last = TRUE,
  };
}

static gboolean
is_empty (const GifRect *rect)
{
  return rect->width == 0 || rect->height == 0;
}

static gboolean
covers (const GifRect *a, const GifRect *b)
{
  return is_empty (b)
      || (a->x <= b->x && a->y <= b->y && a->x + a->width >= b->x + b->width
          && a->y + a->height >= b->y + b->height);
}

/* Returns: the part of @rect that is on the screen. */
static GifRect
clip (const GifOpacity *self, const GifRect *rect)
{
  GifRect visible = { 0 };

  if (rect->x < self->width && rect->y < self->height) {
    visible = *rect;
    visible.width = MIN (rect->width, self->width - rect->x);
    visible.height = MIN (rect->height, self->height - rect->y);
  }
  return visible;
}

/* Returns: the smallest rectangle with all of both in it. */
static GifRect
unite (const GifRect *a, const GifRect *b)
{
  guint x = MIN (a->x, b->x), y = MIN (a->y, b->y);

  if (is_empty (a) || is_empty (b))
    return is_empty (a) ? *b : *a;
  return (GifRect){ x, y, MAX (a->x + a->width, b->x + b->width) - x,
    MAX (a->y + a->height, b->y + b->height) - y };
}

/* Whether image data begins with a pixel, as far as the first bytes of its first
 * sub-block tell: an end code or an invalid one may come before any. */
static gboolean
begins_with_pixel (const guint8 *data, const GifFrame *frame)
{
  const guint8 *bytes = data + frame->data_offset + 1;
  guint clear = 1u << frame->code_size, width = frame->code_size + 1, n_bits;
  guint64 bits = 0;

  for (n_bits = 0; n_bits < 8u * MIN (bytes[-1], 8); n_bits += 8)
    bits |= (guint64) *bytes++ << n_bits;
  if (n_bits == 0)
    return FALSE;
  for (; n_bits >= width && (bits & (2 * clear - 1)) == clear; n_bits -= width)
    bits >>= width;
  return n_bits < width || (bits & (2 * clear - 1)) < clear;
}

/* Whether @frame draws all of its pixels, as far as can be told without
 * decoding. */
static gboolean
is_solid (const guint8 *data, const GifFrame *frame)
{
  return frame->complete && frame->transparent_index < 0
      && frame->code_size <= GIF_MAX_CODE_SIZE
      && begins_with_pixel (data, frame);
}

/* Draws and disposes of a frame: @visible is what there is of it on the screen,
 * @is_solid says that it draws all of that. Returns: whether there was no hole
 * in between. */
static gboolean
follow (GifRect *hole, const GifRect *visible, GifDisposal disposal,
    gboolean is_solid)
{
  GifRect left = *hole;

  if (is_solid && covers (visible, &left))
    left = (GifRect){ 0 };
  if (disposal == GIF_DISPOSAL_BACKGROUND)
    *hole = unite (&left, visible);
  else if (disposal == GIF_DISPOSAL_KEEP)
    *hole = left;
  return is_empty (&left);
}

gboolean
gif_opacity_add (GifOpacity *self, const guint8 *data, const GifFrame *frame)
{
  gboolean clears = frame->disposal == GIF_DISPOSAL_BACKGROUND;
  GifRect visible = clip (self, &frame->rect);
  gboolean covers_all =
      visible.width == self->width && visible.height == self->height;
  /* Most frames are drawn where there is no hole and leave none. */
  gboolean matters = self->may_last && (clears || !is_empty (&self->hole));
  gboolean solid = (covers_all || matters) && is_solid (data, frame);
  gboolean is_key = self->cleared
      || (solid && covers_all && frame->disposal != GIF_DISPOSAL_PREVIOUS);

  if (matters) {
    self->lasts &= follow (&self->hole, &visible, frame->disposal, solid);
    self->may_last &= follow (&self->possible_hole, &visible, frame->disposal,
        solid || self->n_frames == 0);
  }
  if (frame->disposal != GIF_DISPOSAL_PREVIOUS)
    self->cleared = clears && covers_all;
  self->n_frames++;
  return is_key;
}
