/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-testgif.h"

#include <gif_lib.h>

#define N_COLORS 64

guint32
test_gif_color (guint index)
{
  return ((index * 37 + 11) & 0xff) << 16 | ((index * 91 + 7) & 0xff) << 8
      | (255 - index);
}

void
test_gif_init (TestGif *gif, guint width, guint height, guint n_frames,
    const guint *delays_cs)
{
  guint n_delays = 0;

  g_assert (n_frames <= TEST_GIF_MAX_FRAMES);
  while (delays_cs[n_delays] != G_MAXUINT)
    n_delays++;
  g_assert (n_delays > 0);

  *gif = (TestGif){ .width = width, .height = height, .n_frames = n_frames };
  gif->loops = TEST_GIF_NO_LOOP;
  for (guint i = 0; i < n_frames; i++) {
    gif->frames[i].delay_cs = delays_cs[i % n_delays];
    gif->frames[i].color = i % TEST_GIF_HOLE;
  }
}

static int
append_bytes (GifFileType *file, const GifByteType *data, int size)
{
  g_byte_array_append (file->UserData, data, size);
  return size;
}

static void
write_header (GifFileType *file, const TestGif *gif)
{
  ColorMapObject *map = GifMakeMapObject (N_COLORS, NULL);

  for (guint i = 0; i < N_COLORS; i++) {
    guint32 color = i < gif->n_colors ? gif->colors[i] : test_gif_color (i);

    map->Colors[i].Red = color >> 16;
    map->Colors[i].Green = color >> 8;
    map->Colors[i].Blue = color;
  }
  EGifSetGifVersion (file, true);
  file->AspectByte = gif->aspect;
  g_assert (
      EGifPutScreenDesc (file, gif->width, gif->height, 8, 0, map) == GIF_OK);
  GifFreeMapObject (map);
  if (gif->loops >= 0) {
    const GifByteType loop[3] = { 1, gif->loops & 0xff, gif->loops >> 8 };

    g_assert (
        EGifPutExtensionLeader (file, APPLICATION_EXT_FUNC_CODE) == GIF_OK);
    g_assert (EGifPutExtensionBlock (file, 11, "NETSCAPE2.0") == GIF_OK);
    g_assert (EGifPutExtensionBlock (file, sizeof loop, loop) == GIF_OK);
    g_assert (EGifPutExtensionTrailer (file) == GIF_OK);
  }
  if (gif->comment != NULL)
    g_assert (EGifPutComment (file, gif->comment) == GIF_OK);
}

static void
write_frame (GifFileType *file, const TestGif *gif, const TestGifFrame *frame)
{
  guint width = frame->width > 0 ? frame->width : gif->width;
  guint height = frame->width > 0 ? frame->height : gif->height;
  g_autofree GifPixelType *line = g_malloc (width);
  GraphicsControlBlock control = { .DisposalMode = frame->disposal,
    .DelayTime = frame->delay_cs,
    .TransparentColor = NO_TRANSPARENT_COLOR };
  GifByteType extension[4];

  if (frame->left_half_transparent)
    control.TransparentColor = TEST_GIF_HOLE;
  if (!frame->without_control) {
    EGifGCBToExtension (&control, extension);
    g_assert (EGifPutExtension (
                  file, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension)
        == GIF_OK);
  }
  g_assert (
      EGifPutImageDesc (file, frame->x, frame->y, width, height, false, NULL)
      == GIF_OK);
  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++)
      line[x] = frame->left_half_transparent && x < width / 2 ? TEST_GIF_HOLE
                                                              : frame->color;
    g_assert (EGifPutLine (file, line, width) == GIF_OK);
  }
}

GBytes *
test_gif_write (const TestGif *gif)
{
  GByteArray *bytes = g_byte_array_new ();
  int error = 0;
  GifFileType *file = EGifOpen (bytes, append_bytes, &error);

  g_assert (file != NULL);
  write_header (file, gif);
  for (guint i = 0; i < gif->n_frames; i++)
    write_frame (file, gif, &gif->frames[i]);
  if (gif->last_comment != NULL)
    g_assert (EGifPutComment (file, gif->last_comment) == GIF_OK);
  g_assert (EGifCloseFile (file, &error) == GIF_OK);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
test_gif_write_uneven (guint width, guint height)
{
  static const guint delays_cs[] = { 10, 50, 20, 4, 100, G_MAXUINT };
  TestGif gif;

  test_gif_init (&gif, width, height, 5, delays_cs);
  return test_gif_write (&gif);
}
