/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a user of libraries that leave it to him does: keep the picture, and
 * dispose of frames. */
typedef struct
{
  guint width, height;
  guint32 *pixels;
  guint32 *saved; /* what disposal 3 brings back */

  /* Of the frame before, within the picture. */
  guint x, y, right, bottom;
  guint disposal;
} BenchCanvas;

/* @dest: where the picture is kept; NULL: in memory of the canvas. */
void bench_canvas_init (
    BenchCanvas *self, guint width, guint height, guint8 *dest);
void bench_canvas_clear (BenchCanvas *self, const guint8 *dest);

/* Disposes of the frame before; the next one is @right - @x wide. @disposal as
 * in the file, GIF89a §23. */
void bench_canvas_begin (BenchCanvas *self, guint x, guint y, guint right,
    guint bottom, guint disposal);

G_END_DECLS
