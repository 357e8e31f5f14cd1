/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchcanvas.h"
#include "benchpeers.h"

#include <gif_lib.h>
#include <string.h>

typedef struct
{
  const BenchFile *file;
  gsize pos;
} Reader;

static int
read_bytes (GifFileType *gif, GifByteType *dest, int n)
{
  Reader *reader = gif->UserData;
  gsize left = reader->file->size - reader->pos;

  n = (int) MIN ((gsize) n, left);
  memcpy (dest, reader->file->data + reader->pos, (gsize) n);
  reader->pos += (gsize) n;
  return n;
}

/* Puts image @n on the picture, which it may stick out of. */
static void
compose (GifFileType *gif, int n, BenchCanvas *canvas)
{
  const SavedImage *image = &gif->SavedImages[n];
  const GifImageDesc *desc = &image->ImageDesc;
  const ColorMapObject *map = desc->ColorMap ? desc->ColorMap : gif->SColorMap;
  GraphicsControlBlock control = { .TransparentColor = NO_TRANSPARENT_COLOR };
  guint32 colors[256] = { 0 };
  guint x, y;
  int i;

  DGifSavedExtensionToGCB (gif, n, &control);
  for (i = 0; map && i < map->ColorCount; i++)
    colors[i] = 0xff000000u | (guint32) map->Colors[i].Red << 16
        | (guint32) map->Colors[i].Green << 8 | map->Colors[i].Blue;
  bench_canvas_begin (canvas, (guint) desc->Left, (guint) desc->Top,
      (guint) (desc->Left + desc->Width), (guint) (desc->Top + desc->Height),
      (guint) control.DisposalMode);
  for (y = canvas->y; y < canvas->bottom; y++) {
    const guint8 *src =
        image->RasterBits + (gsize) (y - canvas->y) * (gsize) desc->Width;
    guint32 *dest = canvas->pixels + (gsize) y * canvas->width;

    for (x = canvas->x; x < canvas->right; x++, src++) {
      if (*src != control.TransparentColor)
        dest[x] = colors[*src];
    }
  }
}

gboolean
bench_decode_giflib (gpointer kept, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  Reader reader = { file, 0 };
  GifFileType *gif = DGifOpen (&reader, read_bytes, NULL);
  gboolean is_good = gif && DGifSlurp (gif) == GIF_OK;
  BenchCanvas canvas;
  int i;

  if (is_good) {
    bench_canvas_init (&canvas, file->width, file->height, NULL);
    for (i = 0; i < gif->ImageCount; i++) {
      compose (gif, i, &canvas);
      if (dest)
        memcpy (dest, canvas.pixels, 4 * (gsize) file->width * file->height);
      if (sink)
        sink ((const guint8 *) canvas.pixels, 4 * (gsize) file->width, data);
    }
    bench_canvas_clear (&canvas, NULL);
  }
  if (gif)
    DGifCloseFile (gif, NULL);
  return is_good;
}
