/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What every function of gif/ that can fail returns. */
typedef enum
{
  GIF_RESULT_OK,
  GIF_RESULT_NEED_DATA, /* the bytes given so far do not reach that far */
  GIF_RESULT_END,       /* the file is over: there is nothing more to come */
  GIF_RESULT_NOT_A_GIF, /* header missing, wrong or without a picture size */
  GIF_RESULT_TOO_LARGE, /* more pixels than the limit, or than memory holds */
  GIF_RESULT_CORRUPT,   /* image data damaged: what could be decoded is drawn */
} GifResult;

/* Order of the four bytes of a pixel in memory, first byte first. */
typedef enum
{
  GIF_LAYOUT_RGBA = 1,
  GIF_LAYOUT_BGRA,
  GIF_LAYOUT_ARGB,
  GIF_LAYOUT_ABGR,
} GifLayout;

/* GIF89a §23: what happens to a frame's rectangle before the next frame. */
typedef enum
{
  GIF_DISPOSAL_KEEP,       /* values 0, 1 and the undefined 5 to 7 */
  GIF_DISPOSAL_BACKGROUND, /* 2: becomes transparent */
  GIF_DISPOSAL_PREVIOUS,   /* 3, and 4 as browsers read it: as it was before */
} GifDisposal;

/* Pixels, from the upper left corner of the screen. */
typedef struct
{
  guint x, y;
  guint width, height;
} GifRect;

/* Grows @rect to hold @other as well; empty ones count for nothing. */
static inline void
gif_rect_unite (GifRect *rect, const GifRect *other)
{
  guint right = MAX (rect->x + rect->width, other->x + other->width);
  guint bottom = MAX (rect->y + rect->height, other->y + other->height);

  if (other->width == 0 || other->height == 0)
    return;
  if (rect->width == 0 || rect->height == 0) {
    *rect = *other;
    return;
  }
  rect->x = MIN (rect->x, other->x);
  rect->y = MIN (rect->y, other->y);
  rect->width = right - rect->x;
  rect->height = bottom - rect->y;
}

/* Logical screen, GIF89a §18. Both sizes are at least 1. */
typedef struct
{
  guint width, height;
  guint par_n, par_d;     /* pixel aspect ratio, 1/1 where none is set */
  guint n_colors;         /* of the global palette, 0 without one */
  gsize palette_offset;   /* of its first byte in the file */
  guint background_index; /* as in the file; drawing never uses it */
} GifScreen;

/* One image with the graphic control before it, GIF89a §20 and §23. */
typedef struct
{
  GifRect rect; /* as in the file: may be empty or stick out of the screen */

  guint delay_file_cs; /* hundredths of a second, as in the file */
  guint delay_cs;      /* as played: 10 where the file says 0 or 1 */
  guint64 start_cs;    /* sum of the played delays of all earlier frames */

  GifDisposal disposal;
  gint transparent_index; /* 0..255, -1 where nothing is transparent */
  gboolean interlaced;
  gboolean complete; /* FALSE when the file ends inside this image */
  gboolean is_key;   /* its picture does not depend on earlier frames */

  gsize offset; /* of the image descriptor in the file */
  gsize size;   /* up to and with the terminator, or the file's end */

  guint n_colors;       /* of the palette in force: local, else global */
  gsize palette_offset; /* of its first byte, 0 when there is none */
  gsize data_offset;    /* of the minimum code size */
} GifFrame;

G_END_DECLS
