/* SPDX-License-Identifier: LGPL-2.1-or-later */

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

/* The inputs know neither disposal nor frames beyond the screen. */
static void
compose (const GifFileType *gif, int n, guint8 *canvas)
{
  const SavedImage *image = &gif->SavedImages[n];
  const GifImageDesc *desc = &image->ImageDesc;
  const ColorMapObject *map = desc->ColorMap ? desc->ColorMap : gif->SColorMap;
  GraphicsControlBlock control = { .TransparentColor = NO_TRANSPARENT_COLOR };
  guint32 colors[256];
  int x, y, i;

  DGifSavedExtensionToGCB ((GifFileType *) gif, n, &control);
  for (i = 0; i < map->ColorCount; i++)
    colors[i] = 0xff000000u | (guint32) map->Colors[i].Red << 16
        | (guint32) map->Colors[i].Green << 8 | map->Colors[i].Blue;
  for (y = 0; y < desc->Height; y++) {
    const guint8 *src = image->RasterBits + (gsize) y * (gsize) desc->Width;
    guint32 *dest = (guint32 *) (gpointer) canvas
        + (gsize) (desc->Top + y) * (gsize) gif->SWidth + desc->Left;

    for (x = 0; x < desc->Width; x++) {
      if (src[x] != control.TransparentColor)
        dest[x] = colors[src[x]];
    }
  }
}

void
bench_decode_giflib (const BenchFile *file, BenchSink sink, gpointer data)
{
  Reader reader = { file, 0 };
  GifFileType *gif = DGifOpen (&reader, read_bytes, NULL);
  gsize stride = 4 * (gsize) file->width;
  g_autofree guint8 *canvas = g_malloc0 (stride * file->height);
  int i;

  g_assert_true (DGifSlurp (gif) == GIF_OK);
  for (i = 0; i < gif->ImageCount; i++) {
    compose (gif, i, canvas);
    if (sink)
      sink (canvas, stride, data);
  }
  DGifCloseFile (gif, NULL);
}
