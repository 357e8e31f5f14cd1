/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockgif.c: frames to GIF89a, by giflib
 */
#include "mockgif.h"

#include <gif_lib.h>

static int
append_bytes (GifFileType *gif, const GifByteType *bytes, int size)
{
  g_byte_array_append (gif->UserData, bytes, size);
  return size;
}

/* GIF89a §18, §19, and Netscape's application extension: repeat for ever. */
static gboolean
put_header (GifFileType *gif, const MockRecipe *recipe, ColorMapObject *colors)
{
  const GifByteType loop[] = { 1, 0, 0 };

  EGifSetGifVersion (gif, true);
  return EGifPutScreenDesc (gif, recipe->width, recipe->height, 8, 0, colors)
      == GIF_OK
      && EGifPutExtensionLeader (gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK
      && EGifPutExtensionBlock (gif, 11, "NETSCAPE2.0") == GIF_OK
      && EGifPutExtensionBlock (gif, sizeof loop, loop) == GIF_OK
      && EGifPutExtensionTrailer (gif) == GIF_OK
      && EGifPutComment (gif, "mock picture, made by arithmetic") == GIF_OK;
}

static gboolean
put_frame (GifFileType *gif, const MockRecipe *recipe, guint16 delay_cs,
    guint8 *pixels)
{
  GraphicsControlBlock control = {
    .DisposalMode = recipe->transparent ? DISPOSE_BACKGROUND : DISPOSE_DO_NOT,
    .DelayTime = delay_cs,
    .TransparentColor =
        recipe->transparent ? MOCK_TRANSPARENT : NO_TRANSPARENT_COLOR,
  };
  GifByteType extension[4];
  gsize size = EGifGCBToExtension (&control, extension);

  return EGifPutExtension (gif, GRAPHICS_EXT_FUNC_CODE, size, extension)
      == GIF_OK
      && EGifPutImageDesc (
             gif, 0, 0, recipe->width, recipe->height, false, NULL)
      == GIF_OK
      && EGifPutLine (gif, pixels, recipe->width * recipe->height) == GIF_OK;
}

static ColorMapObject *
make_color_map (MockPicture *picture)
{
  const guint8 *palette = mock_picture_get_palette (picture);
  ColorMapObject *colors = GifMakeMapObject (MOCK_PALETTE_SIZE, NULL);

  for (guint i = 0; colors != NULL && i < MOCK_PALETTE_SIZE; i++) {
    colors->Colors[i].Red = palette[3 * i];
    colors->Colors[i].Green = palette[3 * i + 1];
    colors->Colors[i].Blue = palette[3 * i + 2];
  }
  return colors;
}

GBytes *
mock_gif_new (const MockRecipe *recipe, const guint16 *delays_cs)
{
  g_autoptr (MockPicture) picture = mock_picture_new (recipe);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *pixels = g_malloc ((gsize) recipe->width * recipe->height);
  ColorMapObject *colors = make_color_map (picture);
  GifFileType *gif = EGifOpen (bytes, append_bytes, NULL);
  gboolean ok =
      gif != NULL && colors != NULL && put_header (gif, recipe, colors);

  for (guint i = 0; ok && i < recipe->n_frames; i++) {
    mock_picture_paint (picture, i, pixels);
    ok = put_frame (gif, recipe, delays_cs[i], pixels);
  }
  if (gif != NULL && EGifCloseFile (gif, NULL) != GIF_OK)
    ok = FALSE;
  GifFreeMapObject (colors);
  return ok ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}
