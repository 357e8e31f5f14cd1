/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wuffs is one C file, given by the option of Meson's of that name. */

#include "benchcanvas.h"
#include "benchpeers.h"

#define WUFFS_CONFIG__MODULES
#define WUFFS_CONFIG__MODULE__BASE
#define WUFFS_CONFIG__MODULE__GIF
#include WUFFS_HEADER

typedef struct
{
  wuffs_gif__decoder *decoder;
  guint8 *memory; /* of the picture, where that is not the caller's buffer */
  gsize size;
} Wuffs;

gpointer
bench_open_wuffs (void)
{
  Wuffs *self = g_new0 (Wuffs, 1);

  self->decoder = g_malloc (sizeof__wuffs_gif__decoder ());
  return self;
}

void
bench_close_wuffs (gpointer data)
{
  Wuffs *self = data;

  g_free (self->decoder);
  g_free (self->memory);
  g_free (self);
}

/* Decodes the next frame. FALSE: there is none. */
static gboolean
draw_next (wuffs_gif__decoder *decoder, wuffs_base__io_buffer *src,
    wuffs_base__pixel_buffer *pixels, BenchCanvas *canvas,
    wuffs_base__status *status)
{
  wuffs_base__frame_config frame;
  wuffs_base__rect_ie_u32 bounds;

  *status = wuffs_gif__decoder__decode_frame_config (decoder, &frame, src);
  if (status->repr != NULL)
    return FALSE;
  bounds = wuffs_base__frame_config__bounds (&frame);
  /* Its names of disposals are those of the file, less one. */
  bench_canvas_begin (canvas, bounds.min_incl_x, bounds.min_incl_y,
      bounds.max_excl_x, bounds.max_excl_y,
      wuffs_base__frame_config__disposal (&frame) + 1u);
  *status = wuffs_gif__decoder__decode_frame (decoder, pixels, src,
      wuffs_base__frame_config__overwrite_instead_of_blend (&frame)
          ? WUFFS_BASE__PIXEL_BLEND__SRC
          : WUFFS_BASE__PIXEL_BLEND__SRC_OVER,
      wuffs_base__empty_slice_u8 (), NULL);
  return status->repr == NULL;
}

/* Starts @self->decoder on @src and makes @pixels a picture of @memory. */
static gboolean
begin (Wuffs *self, const BenchFile *file, wuffs_base__io_buffer *src,
    guint8 *memory, wuffs_base__pixel_buffer *pixels)
{
  wuffs_base__image_config image;
  wuffs_base__status status = wuffs_gif__decoder__initialize (self->decoder,
      sizeof__wuffs_gif__decoder (), WUFFS_VERSION,
      WUFFS_INITIALIZE__LEAVE_INTERNAL_BUFFERS_UNINITIALIZED);

  g_assert_true (status.repr == NULL);
  status = wuffs_gif__decoder__decode_image_config (self->decoder, &image, src);
  if (status.repr != NULL
      || wuffs_base__pixel_config__width (&image.pixcfg) != file->width
      || wuffs_base__pixel_config__height (&image.pixcfg) != file->height)
    return FALSE;
  wuffs_base__pixel_config__set (&image.pixcfg,
      WUFFS_BASE__PIXEL_FORMAT__BGRA_PREMUL, 0, file->width, file->height);
  status = wuffs_base__pixel_buffer__set_from_slice (pixels, &image.pixcfg,
      wuffs_base__make_slice_u8 (
          memory, 4 * (size_t) file->width * file->height));
  return status.repr == NULL;
}

/* @dest: where the copies go, NULL for none. */
static gboolean
decode (Wuffs *self, const BenchFile *file, guint8 *picture, guint8 *dest,
    BenchSink sink, gpointer data)
{
  gsize size = 4 * (gsize) file->width * file->height;
  wuffs_base__io_buffer src =
      wuffs_base__ptr_u8__reader ((uint8_t *) file->data, file->size, true);
  wuffs_base__pixel_buffer pixels;
  wuffs_base__status status;
  BenchCanvas canvas;

  if (!begin (self, file, &src, picture, &pixels))
    return FALSE;
  bench_canvas_init (&canvas, file->width, file->height, picture);
  while (draw_next (self->decoder, &src, &pixels, &canvas, &status)) {
    if (dest)
      memcpy (dest, picture, size);
    if (sink)
      sink (picture, 4 * (gsize) file->width, data);
  }
  bench_canvas_clear (&canvas, picture);
  return status.repr == wuffs_base__note__end_of_data;
}

gboolean
bench_decode_wuffs (gpointer kept, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  Wuffs *self = kept;
  gsize size = 4 * (gsize) file->width * file->height;

  if (self->size < size) {
    g_free (self->memory);
    self->memory = g_malloc (size);
    self->size = size;
  }
  return decode (self, file, self->memory, dest, sink, data);
}

/* The caller's buffer is where the picture is kept. */
gboolean
bench_decode_wuffs_in_place (gpointer self, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  return decode (self, file, dest, NULL, sink, data);
}
