/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchcanvas.h"

#include <string.h>

#define TO_BACKGROUND 2
#define TO_PREVIOUS 3

void
bench_canvas_init (BenchCanvas *self, guint width, guint height, guint8 *dest)
{
  gsize n_bytes = (gsize) width * height * 4;

  *self = (BenchCanvas){ .width = width, .height = height };
  self->pixels = dest ? (gpointer) dest : g_malloc (n_bytes);
  memset (self->pixels, 0, n_bytes);
}

void
bench_canvas_clear (BenchCanvas *self, const guint8 *dest)
{
  if (!dest)
    g_free (self->pixels);
  g_free (self->saved);
}

static void
copy_rect (const BenchCanvas *self, guint32 *dest, const guint32 *src)
{
  gsize at;
  guint y;

  for (y = self->y; y < self->bottom && self->x < self->right; y++) {
    at = (gsize) y * self->width + self->x;
    memcpy (dest + at, src + at, 4 * (gsize) (self->right - self->x));
  }
}

static void
dispose (BenchCanvas *self)
{
  guint y;

  if (self->disposal == TO_PREVIOUS)
    copy_rect (self, self->pixels, self->saved);
  if (self->disposal != TO_BACKGROUND || self->x >= self->right)
    return;
  for (y = self->y; y < self->bottom; y++)
    memset (self->pixels + (gsize) y * self->width + self->x, 0,
        4 * (gsize) (self->right - self->x));
}

void
bench_canvas_begin (BenchCanvas *self, guint x, guint y, guint right,
    guint bottom, guint disposal)
{
  dispose (self);
  self->x = x;
  self->y = y;
  self->right = MIN (right, self->width);
  self->bottom = MIN (bottom, self->height);
  self->disposal = disposal;
  if (disposal != TO_PREVIOUS)
    return;
  if (!self->saved)
    self->saved = g_malloc (4 * (gsize) self->width * self->height);
  copy_rect (self, self->saved, self->pixels);
}
